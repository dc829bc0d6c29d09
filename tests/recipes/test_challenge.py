"""Chapter 01's measurements: learning curves with known ends, and costs with known answers."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from gencore.metrics import kernel_density_samples
from gencore.models import ClassBernoullis
from gencore.recipes.challenge import bump_samples, fitted_samples, learning_curves, settings

RNG = np.random.default_rng(0)
Y = np.tile(np.arange(3), 40)
X = (RNG.random((120, 12)) < np.array([0.2, 0.5, 0.8])[Y, None]) * 1.0


def test_learning_curves_are_the_errors_of_nested_balanced_sets():
    seen = []

    def fit(x, y):
        seen.append((x, y))
        return ClassBernoullis.fit(x, y)

    curves = learning_curves({"ours": fit}, (X, Y), (X, Y), sizes=(3, 30, 120), seeds=2)["ours"]
    assert curves.shape == (2, 3)
    small, large = seen[0], seen[1]
    assert np.bincount(large[1]).tolist() == [10, 10, 10]
    assert all((large[0] == row).all(axis=1).any() for row in small[0])
    everything = np.mean(ClassBernoullis.fit(X, Y).predict(X) != Y)
    assert curves[:, 2] == pytest.approx(everything)


def test_every_classifier_gets_the_same_sets():
    fits = {name: KNeighborsClassifier(1).fit for name in ("first", "second")}
    curves = learning_curves(fits, (X, Y), (X, Y), sizes=(6, 12), seeds=3)
    np.testing.assert_array_equal(curves["first"], curves["second"])
    assert len(np.unique(curves["first"])) > 1  # and each seed another one


@pytest.mark.parametrize("sizes", [(4,), (123,), (0,)])
def test_sizes_that_cannot_be_are_refused(sizes):
    with pytest.raises(ValueError, match="take multiples of 3, the classes, up to 120"):
        learning_curves({}, (X, Y), (X, Y), sizes=sizes, seeds=1)


@pytest.mark.parametrize("d", [1, 3, 5])
def test_bumps_need_as_many_samples_as_the_closed_form_says(d: int):
    expected = 10 ** kernel_density_samples(d).log10_n
    assert bump_samples(d, repeats=2000) == pytest.approx(expected, rel=0.15)


def test_a_fitted_line_needs_as_many_as_a_direct_count():
    n = round(fitted_samples(1, repeats=20_000))
    x = np.random.default_rng(1).normal(size=(20_000, n))
    ratio = np.exp(-0.5 * x.mean(1) ** 2 / x.var(1)) / x.std(1)
    assert np.mean((ratio - 1) ** 2) == pytest.approx(0.1, rel=0.2)


def test_a_fitted_gaussian_needs_few_and_bumps_need_many():
    assert fitted_samples(6) < 200 < 2000 < bump_samples(6)


def test_the_full_profile_does_more():
    assert settings("full").samples > settings("quick").samples
