"""The Inception score: its bounds, its closed forms, zeros, and what order does to splits."""

import numpy as np
import pytest

from gencore.metrics import inception_score


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [1, 2, 10, 1000])
def test_sure_and_balanced_scores_the_number_of_classes(classes):
    p = np.tile(np.eye(classes), (3, 1))
    assert inception_score(p).mean == pytest.approx(classes, rel=1e-12)


def test_the_same_row_everywhere_scores_one():
    p = np.tile([0.7, 0.2, 0.1], (50, 1))
    assert inception_score(p) == pytest.approx((1.0, 0.0), abs=1e-12)


def test_sure_but_unbalanced_scores_the_exponential_of_the_entropy():
    p = np.repeat(np.eye(3), [50, 30, 20], axis=0)
    shares = np.array([0.5, 0.3, 0.2])
    assert inception_score(p).mean == pytest.approx(np.exp(-np.sum(shares * np.log(shares))), rel=1e-12)


@pytest.mark.parametrize("sharpness", [0.01, 1, 10, 1000])
def test_it_lies_between_one_and_the_number_of_classes(sharpness):
    p = softmax(sharpness * np.random.default_rng(0).normal(size=(200, 10)))
    assert 1 - 1e-12 <= inception_score(p).mean <= 10 + 1e-12


def test_it_does_not_see_the_order_of_samples_or_classes():
    rng = np.random.default_rng(1)
    p = softmax(3 * rng.normal(size=(100, 7)))
    expected = inception_score(p).mean
    assert inception_score(rng.permutation(p)).mean == pytest.approx(expected, rel=1e-12)
    assert inception_score(p[:, ::-1]).mean == pytest.approx(expected, rel=1e-12)


def test_pitfall_zero_probabilities():
    p = np.repeat(np.eye(4), 5, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        wrong = np.exp((p * (np.log(p) - np.log(p.mean(axis=0)))).sum(axis=1).mean())
    assert np.isnan(wrong)
    assert inception_score(p).mean == pytest.approx(4.0, rel=1e-12)
    never = np.hstack([p, np.zeros((20, 1))])  # a class that no sample has at all
    assert inception_score(never).mean == pytest.approx(4.0, rel=1e-12)


def test_pitfall_sorted_samples_ruin_the_splits():
    p = np.repeat(np.eye(10), 100, axis=0)  # class by class, as a class-conditional model makes them
    wrong = np.mean([inception_score(part).mean for part in np.split(p, 10)])
    assert wrong == pytest.approx(1.0)
    assert inception_score(p, splits=10).mean > 9
    assert inception_score(p).mean == pytest.approx(10.0, rel=1e-12)


def test_splits_are_drawn_by_the_seed_and_one_split_needs_none():
    p = softmax(3 * np.random.default_rng(2).normal(size=(103, 5)))
    scores = [inception_score(p, splits=4, seed=s) for s in (0, 0, 1)]
    assert scores[0] == scores[1] != scores[2]
    assert scores[0].std > 0
    assert inception_score(p, seed=0) == inception_score(p, seed=1)
    assert inception_score(p).std == 0


def test_splits_are_scored_apart():
    p = softmax(3 * np.random.default_rng(2).normal(size=(103, 5)))
    order = np.random.default_rng(7).permutation(103)
    parts = [inception_score(part).mean for part in np.array_split(p[order], 4)]
    assert inception_score(p, splits=4, seed=7) == pytest.approx((np.mean(parts), np.std(parts)), rel=1e-12)


def test_float32_rows_are_scaled_to_sum_to_one():
    p = softmax(np.random.default_rng(3).normal(size=(50, 10)))
    assert inception_score((1.0005 * p).astype(np.float32)).mean == pytest.approx(
        inception_score(p).mean, rel=1e-6
    )


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (np.array([[1.2, -0.2]]), "probabilities holds -0.2; pass probabilities, .* not logits"),
        (np.array([[0.5, 0.5], [0.5, 0.4]]), "a row that sums to 0.9; each row must sum to 1"),
        (np.array([[np.nan, 1.0]]), "probabilities holds 1 values of 2 that are NaN"),
        (np.zeros((0, 4)), "probabilities has 0 rows"),
    ],
)
def test_bad_probabilities_are_named(p, message):
    with pytest.raises(ValueError, match=message):
        inception_score(p)


@pytest.mark.parametrize(
    ("splits", "message"), [(0, "splits is 0"), (9, "splits is 9, but there are only 4")]
)
def test_bad_splits_are_named(splits, message):
    with pytest.raises(ValueError, match=message):
        inception_score(np.eye(4), splits=splits)
