"""Do the intervals hold the number they are for, as often as they say? And what the textbook bootstrap would do.

Each coverage is a share of repetitions with fixed seeds: with 60 of them, a share under 0.85 has a chance of about
1 in 500 if the truth is 0.95.
"""

import numpy as np
import pytest

from gencore.metrics import (
    bootstrap_interval,
    density_coverage,
    frechet_distance,
    kernel_distance,
    mse,
    precision_recall,
    psnr,
)


def with_replacement(metric, *arrays, resamples=40):
    """The textbook percentile bootstrap."""
    rng = np.random.default_rng(0)
    values = [metric(*[a[rng.integers(0, len(a), len(a))] for a in arrays]) for _ in range(resamples)]
    return np.quantile(values, [0.025, 0.975])


def coverage(intervals, truth):
    low, high = np.asarray(intervals).T
    return np.mean((low <= truth) & (truth <= high))


def mean(x):
    return float(np.mean(x))


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_mean_of_a_normal_sample(level):
    rng = np.random.default_rng(0)
    intervals = [bootstrap_interval(mean, rng.normal(3, 2, size=80), level=level) for _ in range(300)]
    assert coverage(intervals, 3) == pytest.approx(level, abs=0.06)
    widths = np.diff(intervals, axis=1)
    expected = 2 * {0.8: 1.2816, 0.95: 1.96}[level] * 2 / np.sqrt(80)
    assert widths.mean() == pytest.approx(expected, rel=0.05)


def gaussian_pairs(repeats, d=20, rows=200):
    """Pairs of samples of two Gaussians whose Fréchet distance is 1: 20 · 0.1² + 20 · (1.2 - 1)²."""
    rng = np.random.default_rng(1)
    return [
        (rng.normal(size=(rows, d)), rng.normal(0.1, 1.2, size=(rows, d))) for _ in range(repeats)
    ], d * 0.1**2 + d * 0.2**2


def test_frechet_distance_of_gaussians_with_a_known_distance():
    pairs, truth = gaussian_pairs(60)
    values = [frechet_distance(x, y) for x, y in pairs]
    at_these_rows = np.mean(values)
    assert at_these_rows > 2 * truth  # the bias that FID has at 200 rows of 20 features

    plain = [bootstrap_interval(frechet_distance, x, y, resamples=60) for x, y in pairs]
    assert coverage(plain, at_these_rows) >= 0.85
    assert coverage(plain, truth) < 0.05  # not what it is for, and the docstring says so

    debiased = [bootstrap_interval(frechet_distance, x, y, resamples=100, debias=True) for x, y in pairs]
    assert coverage(debiased, truth) >= 0.85
    assert np.mean(debiased) == pytest.approx(truth, abs=0.1)  # the middle of the intervals

    textbook = [with_replacement(frechet_distance, x, y) for x, y in pairs]
    assert coverage(textbook, truth) < 0.05
    assert coverage(textbook, at_these_rows) < 0.05
    assert np.mean(textbook) > at_these_rows + truth  # the bias, once more


def test_one_distribution_has_a_debiased_interval_around_zero():
    rng = np.random.default_rng(2)
    pairs = rng.normal(size=(30, 2, 200, 10))
    plain = [bootstrap_interval(frechet_distance, x, y, resamples=50) for x, y in pairs]
    debiased = [bootstrap_interval(frechet_distance, x, y, resamples=50, debias=True) for x, y in pairs]
    assert coverage(debiased, 0.0) > 0.9
    assert coverage(plain, 0.0) < 0.2


def test_kernel_distance_has_no_bias_to_take_out():
    rng = np.random.default_rng(3)
    pairs = [(rng.normal(size=(60, 3)), rng.normal(0.5, 1, size=(60, 3))) for _ in range(60)]
    truth = np.mean(
        [kernel_distance(rng.normal(size=(400, 3)), rng.normal(0.5, 1, size=(400, 3))) for _ in range(100)]
    )
    middles = {
        debias: np.mean(
            [bootstrap_interval(kernel_distance, x, y, resamples=60, debias=debias) for x, y in pairs]
        )
        for debias in (False, True)
    }
    textbook = np.mean([with_replacement(kernel_distance, x, y) for x, y in pairs])
    spread = 4 * np.std([kernel_distance(x, y) for x, y in pairs]) / np.sqrt(len(pairs))
    assert middles[False] == pytest.approx(middles[True], abs=0.05)
    assert middles[False] == pytest.approx(truth, abs=spread)
    assert textbook > middles[False] + 0.3  # copies of a row have the largest kernel value


@pytest.mark.parametrize(
    "metric",
    [lambda a, b: precision_recall(a, b).precision, lambda a, b: density_coverage(a, b).coverage],
    ids=["precision", "coverage"],
)
def test_nearest_neighbors_are_not_fooled_by_copies(metric):
    rng = np.random.default_rng(4)
    pairs = [(rng.normal(size=(120, 3)), rng.normal(0, 1.3, size=(120, 3))) for _ in range(60)]
    truth = np.mean([metric(x, y) for x, y in pairs])
    assert coverage([bootstrap_interval(metric, x, y, resamples=60) for x, y in pairs], truth) >= 0.85
    assert coverage([with_replacement(metric, x, y) for x, y in pairs], truth) < 0.5


def test_rows_that_belong_together_stay_together():
    rng = np.random.default_rng(5)
    images = rng.uniform(size=(50, 12, 12))
    off = np.linspace(0, 0.2, 50)[:, None, None]
    together = bootstrap_interval(mse, images, images + off, together=True)
    apart = bootstrap_interval(mse, images, images + off)
    exact = mse(images, images + off)
    assert together.low < exact < together.high
    assert together.high < 0.05
    assert apart.high - apart.low > 0 and not np.isclose(apart.low, together.low)


def test_it_is_decided_by_the_seed():
    x = np.random.default_rng(6).normal(size=40)
    intervals = [bootstrap_interval(mean, x, seed=seed) for seed in (0, 0, 1)]
    assert intervals[0] == intervals[1] != intervals[2]


def test_two_samples_are_halved_apart():
    # the variance of a difference of means is the sum of the variances
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=400), rng.normal(size=100)
    low, high = bootstrap_interval(lambda a, b: float(a.mean() - b.mean()), x, y, resamples=2000)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(x.var() / 400 + y.var() / 100), rel=0.05)


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ([], {}, r"the arrays have \[\] rows"),
        ([np.zeros(3)], {}, r"the arrays have \[3\] rows; pass at least one array, each with 4 rows"),
        ([np.float64(3.0)], {}, r"the arrays have \[0\] rows"),
        ([np.zeros(9), np.zeros(8)], {"together": True}, r"together=True .* these have \[9, 8\] rows"),
        ([np.zeros(9)], {"level": 95}, "level is 95; it must lie between 0 and 1"),
        ([np.zeros(9)], {"resamples": 5}, "resamples is 5; it must be a whole number, 20 or more"),
    ],
)
def test_bad_input_is_named(arrays, options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(lambda *a: 0.0, *arrays, **options)


@pytest.mark.parametrize(
    "metric", [psnr, lambda x, y: (0.0, 1.0), lambda x, y: float("nan")], ids=["infinite", "pair", "nan"]
)
def test_a_metric_must_return_one_finite_number(metric):
    x = np.zeros((10, 2, 2))
    with pytest.raises(ValueError, match=r"metric returned .*; an interval needs one finite number"):
        bootstrap_interval(metric, x, x)
