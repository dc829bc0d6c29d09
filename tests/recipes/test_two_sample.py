"""A fresh critic against two Gaussians, whose best critic is known."""

import logging

import jax
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import norm

from gencore.data import ring_of_gaussians
from gencore.recipes.two_sample import tell_apart

RNG = np.random.default_rng(0)


def gaussian(mean: float, std: float, n: int = 20_000) -> np.ndarray:
    return RNG.normal(mean, std, (n, 1)).astype("f")


def test_the_logit_is_the_log_ratio_of_the_densities_and_the_bound_nearly_their_divergence():
    found = tell_apart(gaussian(-1, 0.6), gaussian(1, 1.0), steps=1500, batch_size=512, learning_rate=3e-3)
    x = np.linspace(-2.5, 2.5, 101)
    p, q = norm(-1, 0.6), norm(1, 1.0)
    exact = p.logpdf(x) - q.logpdf(x)
    near = np.abs(
        1 / (1 + np.exp(-np.asarray(found.critic(x[:, None].astype("f"))))) - 1 / (1 + np.exp(-exact))
    )
    assert near.max() < 0.06
    t, dt = np.linspace(-8, 8, 20_001, retstep=True)
    divergence = jensenshannon(p.pdf(t) * dt, q.pdf(t) * dt) ** 2
    assert divergence - 0.02 < found.divergence < divergence + 0.01
    right = 0.5 * np.minimum(p.pdf(t), q.pdf(t)).sum() * dt  # the smallest error that any critic can have
    assert found.accuracy == pytest.approx(1 - right, abs=0.01)


def test_one_distribution_looks_like_a_coin():
    found = tell_apart(gaussian(0, 1), gaussian(0, 1), steps=300)
    assert abs(found.accuracy - 0.5) < 0.02  # 20,000 held-out samples: five standard errors
    assert found.divergence < 0.005


def test_sets_of_unlike_sizes_are_cut_to_the_smaller():
    found = tell_apart(gaussian(-3, 1, 5000), gaussian(3, 1, 600), steps=200, batch_size=64)
    assert found.accuracy > 0.98


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="real has 1 columns and fake has 2"):
        tell_apart(gaussian(0, 1), np.zeros((300, 2), "f"))
    with pytest.raises(ValueError, match="half of the smaller set has 100 samples, and batch_size is 128"):
        tell_apart(gaussian(0, 1), gaussian(0, 1, 200))


def test_a_missing_mode_is_seen():
    real, other, third = (np.asarray(ring_of_gaussians(jax.random.key(k), 2000)) for k in range(3))
    missing = np.tile(third[third[:, 0] < 1.0][:1000], (2, 1))
    assert abs(tell_apart(real, other, steps=600, learning_rate=3e-3).accuracy - 0.5) < 0.05
    assert tell_apart(real, missing, steps=600, learning_rate=3e-3).accuracy > 0.58


def test_the_same_training_starts_from_the_same_critic_and_compiles_once(caplog):
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(2, 300, 2)).astype("f")
    options = {"steps": 20, "batch_size": 32}
    first = tell_apart(left, right, **options)
    before = caplog.text.count("Finished XLA compilation")
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        again = tell_apart(left, right, **options)
    assert first.divergence == again.divergence
    assert caplog.text.count("Finished XLA compilation") == before
