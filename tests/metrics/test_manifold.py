"""Precision to coverage against loops over exact distances, at the edges of the balls, and in closed form."""

import numpy as np
import pytest

from gencore.metrics import density_coverage, precision_recall


def squared_distances(a, b):
    """By differences: exact for small integers, good to rounding elsewhere."""
    return np.array([[np.sum((u - v) ** 2) for v in b] for u in a])


def by_hand(real, fake, k):
    """All four numbers from the definitions."""

    def radii(x):
        return np.array([np.sort(np.delete(row, i))[k - 1] for i, row in enumerate(squared_distances(x, x))])

    cross = squared_distances(real, fake)
    in_real, in_fake = cross <= radii(real)[:, None], cross <= radii(fake)
    return (
        in_real.any(axis=0).mean(),
        in_fake.any(axis=1).mean(),
        in_real.sum() / (k * len(fake)),
        in_real.any(axis=1).mean(),
    )


def ours(real, fake, k):
    return (*precision_recall(real, fake, k=k), *density_coverage(real, fake, k=k))


@pytest.mark.parametrize(
    ("n", "m", "d", "k"), [(40, 55, 2, 3), (30, 30, 10, 5), (9, 8, 1, 7), (60, 20, 3, 1)]
)
def test_they_are_the_definitions(n, m, d, k):
    rng = np.random.default_rng(d)
    real, fake = rng.normal(size=(n, d)), 0.5 + rng.normal(size=(m, d))
    assert ours(real, fake, k) == pytest.approx(by_hand(real, fake, k), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8])
def test_ties_are_inside_the_ball(seed, offset):
    # Points of a small grid: most distances are tied with a radius, and the loop's are exact
    rng = np.random.default_rng(seed)
    real, fake = (rng.integers(0, 4, size=(n, 3)).astype(float) for n in (40, 37))
    assert ours(real + offset, fake + offset, 3) == pytest.approx(by_hand(real, fake, 3), rel=1e-12)


def test_blocks_do_not_change_them(monkeypatch):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(50, 3)), rng.normal(size=(33, 3))
    whole = ours(real, fake, 3)
    monkeypatch.setattr("gencore.metrics.manifold._BLOCK", 7)
    assert ours(real, fake, 3) == whole


def test_rotation_shift_and_scale_do_not_change_them():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(80, 5)), 0.7 * rng.normal(size=(70, 5))
    q = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    assert ours(3 * real @ q + 50, 3 * fake @ q + 50, 4) == ours(real, fake, 4)


def test_sets_far_apart_have_nothing_in_common():
    x = np.random.default_rng(2).normal(size=(30, 4))
    assert ours(x, x + 100, 3) == (0, 0, 0, 0)


def test_a_set_against_itself():
    x = np.random.default_rng(3).normal(size=(50, 4))
    precision, recall, density, coverage = ours(x, x, 5)
    assert (precision, recall, coverage) == (1, 1, 1)
    assert density == pytest.approx(6 / 5)  # each ball holds its own row and five more


def test_one_distribution_has_the_expected_values():
    # By exchangeability, whatever the distribution: density 1, coverage 1 - Π (R - i) / (R + F - i)
    rng = np.random.default_rng(4)
    r, f, k = 40, 60, 3
    draws = [(rng.standard_t(3, size=(r, 2)), rng.standard_t(3, size=(f, 2))) for _ in range(800)]
    density, coverage = np.array([density_coverage(a, b, k=k) for a, b in draws]).T
    expected = 1 - np.prod([(r - i) / (r + f - i) for i in range(1, k + 1)])
    assert density.mean() == pytest.approx(1, abs=4 * density.std() / np.sqrt(len(draws)))
    assert coverage.mean() == pytest.approx(expected, abs=4 * coverage.std() / np.sqrt(len(draws)))


def test_one_distribution_has_precision_equal_to_recall_on_average():
    rng = np.random.default_rng(5)
    precision, recall = np.array([precision_recall(*rng.normal(size=(2, 50, 3))) for _ in range(300)]).T
    gap = precision - recall
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))


# Pitfall 5


def two_modes():
    """Real digits have two modes; the model makes one of them, well."""
    rng = np.random.default_rng(6)
    real = np.concatenate([rng.normal(size=(100, 2)), rng.normal(size=(100, 2)) + 50])
    return real, rng.normal(size=(200, 2))


def test_pitfall_precision_and_recall_swapped():
    real, fake = two_modes()
    precision, recall = precision_recall(real, fake)
    assert precision > 0.9  # all that it makes is real
    assert 0.4 < recall < 0.6  # half of what is real, it cannot make
    assert precision_recall(fake, real) == (recall, precision)


def test_pitfall_the_radius_of_the_wrong_set():
    # tight real rows, loose fake rows around them: fake rows are outside the small balls of the real ones
    rng = np.random.default_rng(7)
    real, fake = 0.01 * rng.normal(size=(60, 2)), rng.normal(size=(60, 2))
    cross = squared_distances(real, fake)
    radii_fake = np.sort(squared_distances(fake, fake), axis=1)[:, 3]
    wrong = (cross <= radii_fake).any(axis=0).mean()  # a fake row inside its own ball
    precision = precision_recall(real, fake).precision
    assert wrong > precision + 0.1
    assert precision == by_hand(real, fake, 3)[0]


def test_pitfall_a_row_is_not_its_own_neighbor():
    rng = np.random.default_rng(8)
    real, fake = rng.normal(size=(60, 2)), rng.normal(size=(60, 2))
    cross = squared_distances(real, fake)
    wrong = (cross <= np.sort(squared_distances(real, real), axis=1)[:, [2]]).any(axis=0).mean()
    assert wrong != by_hand(real, fake, 3)[0]
    assert precision_recall(real, fake).precision == by_hand(real, fake, 3)[0]


def test_pitfall_float32_products_of_features_with_an_offset():
    rng = np.random.default_rng(9)
    real, fake = (1000 + rng.normal(size=(2, 200, 8))).astype(np.float32)

    def wrong_distances(a, b):
        return np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1) - 2 * a @ b.T

    radii = np.sort(wrong_distances(fake, fake), axis=1)[:, [3]].T
    wrong = (wrong_distances(real, fake) <= radii).any(axis=1).mean()
    exact = by_hand(real.astype(np.float64), fake.astype(np.float64), 3)
    assert abs(wrong - exact[1]) > 0.02
    assert ours(real, fake, 3) == pytest.approx(exact, rel=1e-12)


def test_pitfall_duplicates_only():
    # one point, many times: the open ball of radius 0 is empty, the closed one holds every copy
    x, y = np.full((10, 3), 0.1), np.full((15, 3), 0.1)
    wrong = (squared_distances(x, y) < 0).any(axis=0).mean()
    assert wrong == 0
    assert precision_recall(x, y) == (1, 1)
    assert density_coverage(x, y, k=5) == (2.0, 1)  # ten balls hold each fake row, over k = 5
    assert precision_recall(x, y + 0.1) == (0, 0)


def test_pitfall_copies_shrink_the_balls_to_points():
    base = 3 + 7 * np.random.default_rng(10).normal(size=(20, 300))
    copies = np.repeat(base, 5, axis=0)  # each row has four neighbors at distance zero
    assert precision_recall(copies, copies) == (1, 1)
    assert precision_recall(copies, base + 0.01) == (0, 1)


@pytest.mark.parametrize("k", [1, 3])
def test_one_row_more_than_k_is_enough_and_k_rows_are_not(k):
    rows = np.arange(k + 1.0)[:, None]
    assert precision_recall(rows, rows, k=k) == (1, 1)
    with pytest.raises(ValueError, match=f"fake has {k} rows; this needs at least {k + 1}"):
        precision_recall(rows, rows[:k], k=k)
    with pytest.raises(ValueError, match=f"real has {k} rows; this needs at least {k + 1}"):
        density_coverage(rows[:k], rows, k=k)
    assert density_coverage(rows, rows[:1], k=k).density > 0  # fake rows have no balls here


@pytest.mark.parametrize("metric", [precision_recall, density_coverage])
def test_bad_input_is_named(metric):
    good = np.zeros((10, 3))
    with pytest.raises(ValueError, match="k is 0; it must be a whole number, 1 or more"):
        metric(good, good, k=0)
    with pytest.raises(ValueError, match="real has 3 features and fake has 2"):
        metric(good, good[:, :2])
    with pytest.raises(ValueError, match="fake holds 30 values of 30"):
        metric(good, np.full_like(good, np.inf))
