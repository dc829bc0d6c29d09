"""The cost of a density estimate against Silverman's table, and against estimates that are really made."""

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from gencore.metrics import kernel_density_error, kernel_density_samples, samples_for_error

SILVERMAN = [4, 19, 67, 223, 768, 2790, 10_700, 43_700, 187_000, 842_000]
"""Silverman 1986, table 4.2: samples for an expected squared relative error below 0.1 in 1 to 10 dimensions."""


@pytest.mark.parametrize("d", range(1, 11))
def test_samples_are_those_of_silvermans_table(d: int):
    ours = np.ceil(10 ** kernel_density_samples(d).log10_n)
    assert ours == pytest.approx(SILVERMAN[d - 1], rel=0.003, abs=1)


@pytest.mark.parametrize(("n", "d", "h"), [(20, 1, 0.3), (20, 1, 1.0), (100, 3, 0.6)])
def test_error_is_that_of_estimates_that_are_made(n: int, d: int, h: float):
    rng = np.random.default_rng(d)
    origin, density = np.zeros((1, d)), (2 * np.pi) ** (-d / 2)
    fits = (KernelDensity(bandwidth=h).fit(rng.normal(size=(n, d))) for _ in range(500))
    ratios = np.array([np.exp(fit.score_samples(origin)[0]) / density for fit in fits])
    squares = (ratios - 1) ** 2
    expected = kernel_density_error(n, d, h)
    assert squares.mean() == pytest.approx(expected, abs=4 * squares.std() / np.sqrt(len(squares)))


@pytest.mark.parametrize("d", [1, 4, 20, 784])
@pytest.mark.parametrize("error", [0.01, 0.1, 0.5])
def test_the_answer_has_the_error_asked_for_and_no_other_bandwidth_is_better(d: int, error: float):
    log10_n, h = kernel_density_samples(d, error=error)
    if log10_n < 300:
        assert kernel_density_error(10**log10_n, d, h) == pytest.approx(error, rel=1e-6)
        assert min(kernel_density_error(10**log10_n, d, h * f) for f in (0.95, 1.05)) > error
    else:
        assert np.isfinite(log10_n)


def test_less_error_costs_more():
    costs = [kernel_density_samples(5, error=e).log10_n for e in (0.5, 0.1, 0.01)]
    assert costs == sorted(costs)


def test_samples_are_read_off_bias_and_variance():
    counts = np.array([10, 30, 100, 300])
    assert samples_for_error(counts, 0.02 + 7 / counts, 0.12) == pytest.approx(70)
    log10_n, h = kernel_density_samples(4)
    counts = 10**log10_n * np.array([0.3, 1.5, 4])
    errors = [kernel_density_error(n, 4, h) for n in counts]
    assert samples_for_error(counts, errors, 0.1) == pytest.approx(10**log10_n)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kernel_density_error(0, 1, 0.5), "n is 0"),
        (lambda: kernel_density_error(5, 1, 0.0), "bandwidth 0.0"),
        (lambda: kernel_density_error(5, 0, 0.5), "d is 0"),
        (lambda: kernel_density_samples(3, error=1.0), "error is 1.0"),
        (lambda: samples_for_error([1, 2], [0.5], 0.3), "pair up"),
        (lambda: samples_for_error([1, 2], [0.5, 0.2], 0.1), "measure more"),
    ],
)
def test_bad_input_is_named(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
