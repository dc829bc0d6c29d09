"""The critic's bound against SciPy's divergence, exact limits, and critics that are wrong."""

import inspect

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import norm

from gencore.losses import non_saturating
from gencore.metrics import jensen_shannon_bound

RNG = np.random.default_rng(0)
PAIRS = {
    "shifted": (norm(0.0, 1.0), norm(1.5, 1.0)),
    "wider": (norm(0.0, 0.5), norm(0.3, 2.0)),
    "far": (norm(-3.0, 0.7), norm(3.0, 1.0)),
}


def log_ratio(p, q, x):
    return p.logpdf(x) - q.logpdf(x)


def draws(p, q, n=400_000):
    return p.rvs(n, random_state=RNG), q.rvs(n, random_state=RNG)


@pytest.mark.parametrize("name", PAIRS)
def test_with_the_exact_log_ratio_it_is_scipys_divergence(name):
    p, q = PAIRS[name]
    x, dx = np.linspace(-15, 15, 60_001, retstep=True)
    exact = jensenshannon(p.pdf(x) * dx, q.pdf(x) * dx) ** 2
    real, fake = (log_ratio(p, q, points) for points in draws(p, q))
    assert jensen_shannon_bound(real, fake) == pytest.approx(exact, abs=2e-3)


@pytest.mark.parametrize("wrong", [lambda r: 0.5 * r, lambda r: 2 * r, lambda r: r + 1, np.zeros_like])
def test_any_other_critic_proves_less(wrong):
    p, q = PAIRS["shifted"]
    real, fake = (log_ratio(p, q, points) for points in draws(p, q))
    assert jensen_shannon_bound(wrong(real), wrong(fake)) < jensen_shannon_bound(real, fake) - 0.005


def test_limits_are_zero_and_ln_2_without_overflow():
    assert jensen_shannon_bound(np.zeros(4), np.zeros(7)) == pytest.approx(0, abs=1e-15)
    assert jensen_shannon_bound(np.full(4, 1e4), np.full(7, -1e4)) == pytest.approx(np.log(2), abs=1e-15)


def test_a_critic_that_is_wrong_gives_a_negative_bound():
    assert jensen_shannon_bound(np.full(4, -3.0), np.full(4, 3.0)) < -2


def test_it_is_ln_2_minus_half_of_the_critics_loss():
    real, fake = RNG.normal(size=(2, 50)).astype("f")
    loss = float(np.mean(non_saturating.real(real)) + np.mean(non_saturating.fake(fake)))
    assert jensen_shannon_bound(real, fake) == pytest.approx(np.log(2) - loss / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((2, 2)), np.zeros(3), r"real_logits has shape \(2, 2\)"),
        (np.zeros(3), np.zeros(0), r"fake_logits has shape \(0,\)"),
        (np.array([0.0, np.nan]), np.zeros(3), "real_logits holds 1 values of 2"),
    ],
)
def test_arguments_are_checked(real, fake, message):
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(jensen_shannon_bound)(real, fake)  # without the run-time types of the tests
