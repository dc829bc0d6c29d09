"""KID against a double loop and against its closed form; its mean is zero where it should be."""

import numpy as np
import pytest

from gencore.metrics import kernel_distance


def by_hand(x, y):
    """The definition, pair by pair."""

    def k(a, b):
        return (a @ b / len(a) + 1) ** 3

    def within(v):
        pairs = [k(v[i], v[j]) for i in range(len(v)) for j in range(len(v)) if i != j]
        return np.mean(pairs)

    return within(x) + within(y) - 2 * np.mean([k(a, b) for a in x for b in y])


@pytest.mark.parametrize(("n", "m", "d"), [(6, 9, 1), (12, 7, 5), (2, 2, 30)])
def test_it_is_the_definition(n, m, d):
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d)) + 1
    assert kernel_distance(x, y) == pytest.approx(by_hand(x, y), rel=1e-12)


def test_blocks_do_not_change_it(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(31, 4)) + 1
    whole = kernel_distance(x, y)
    monkeypatch.setattr("gencore.metrics.kid._BLOCK", 7)
    assert kernel_distance(x, y) == pytest.approx(whole, rel=1e-12)


def test_its_mean_is_the_true_value():
    # In one dimension (ab + 1)³ = Σ C(3, j) aʲ bʲ, so MMD² = Σ C(3, j) (E xʲ - E yʲ)²
    rng = np.random.default_rng(0)
    m, s = 0.5, 1.5  # N(0, 1) against N(m, s²)
    exact = 3 * m**2 + 3 * (1 - (m**2 + s**2)) ** 2 + (m**3 + 3 * m * s**2) ** 2
    values = [kernel_distance(rng.normal(size=(20, 1)), rng.normal(m, s, size=(25, 1))) for _ in range(4000)]
    assert np.mean(values) == pytest.approx(exact, abs=4 * np.std(values) / np.sqrt(len(values)))


def test_pitfall_clipping_at_zero_puts_a_bias_in():
    rng = np.random.default_rng(1)
    values = np.array([kernel_distance(*rng.normal(size=(2, 30, 3))) for _ in range(1000)])
    error = values.std() / np.sqrt(len(values))
    assert abs(values.mean()) < 4 * error
    assert (
        np.maximum(values, 0).mean() > 10 * error
    )  # the wrong version: says that equal distributions differ
    assert (values < 0).mean() > 0.3


def test_pitfall_a_set_against_itself_is_negative():
    x = np.random.default_rng(0).normal(size=(40, 5))
    assert kernel_distance(x, x) < 0


def test_pitfall_the_diagonal_puts_a_bias_in():
    rng = np.random.default_rng(2)

    def wrong(x, y):  # every pair, also a row with itself
        k = [(a @ b.T / x.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y))]
        return k[0].mean() + k[1].mean() - 2 * k[2].mean()

    pairs = [rng.normal(size=(2, 30, 3)) for _ in range(300)]
    right = np.array([kernel_distance(x, y) for x, y in pairs])
    assert abs(right.mean()) < 4 * right.std() / np.sqrt(len(right))
    assert np.mean([wrong(x, y) for x, y in pairs]) > 10 * right.std() / np.sqrt(len(right))


def test_subsets_estimate_the_same_number():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(300, 4)), rng.normal(size=(300, 4)) + 0.5
    whole = kernel_distance(x, y)
    assert kernel_distance(x, y, subset_size=100, subsets=200) == pytest.approx(whole, rel=0.05)
    assert kernel_distance(x, y, subset_size=300, subsets=1) == pytest.approx(whole, rel=1e-12)


def test_subsets_are_drawn_by_the_seed():
    x, y = np.random.default_rng(4).normal(size=(2, 60, 3))
    draw = [kernel_distance(x, y, subset_size=20, subsets=3, seed=s) for s in (0, 0, 1)]
    assert draw[0] == draw[1] != draw[2]
    assert kernel_distance(x, y, subset_size=20) == kernel_distance(x, y, subset_size=20, subsets=100)


def test_it_is_computed_in_float64():
    rng = np.random.default_rng(5)
    x, y = (rng.normal(10, s, size=(60, 8)).astype(np.float32) for s in (1.0, 1.05))
    exact = by_hand(x.astype(np.float64), y.astype(np.float64))
    single = [((a @ b.T) / np.float32(8) + np.float32(1)) ** 3 for a, b in ((x, x), (y, y), (x, y))]
    off = ~np.eye(60, dtype=bool)
    wrong = single[0][off].mean() + single[1][off].mean() - 2 * single[2].mean()
    assert abs(wrong / exact - 1) > 1e-5
    assert kernel_distance(x, y) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subsets": 5}, "subsets is 5 but subset_size is not given"),
        ({"subset_size": 50}, "subset_size is 50, but x has 10 rows and y has 20"),
        ({"subset_size": 1}, "subset_size is 1; it must be a whole number, 2 or more"),
        ({"subset_size": 5, "subsets": 0}, "subsets is 0"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        kernel_distance(np.zeros((10, 2)), np.zeros((20, 2)), **options)


def test_one_row_is_not_enough():
    with pytest.raises(ValueError, match="y has 1 rows; this needs at least 2"):
        kernel_distance(np.zeros((10, 2)), np.zeros((1, 2)))
