"""Chains against Gaussians whose moments are known, and against a density that no chain can cross."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.models import sample_chains
from gencore.models.mcmc import _run

MEAN = np.array([1.0, -2.0, 0.5])
FACTOR = np.array([[1.0, 0.0, 0.0], [1.8, 0.6, 0.0], [0.0, -0.5, 3.0]])  # the first two correlate by 0.95
COVARIANCES = {"round": np.eye(3), "correlated": FACTOR @ FACTOR.T}
START = jnp.asarray(MEAN + np.array([[-4.0, 3, 2], [4, -3, 1], [0, 0, -5], [3, 3, 3]]))


@pytest.mark.parametrize("name", COVARIANCES)
def test_chains_find_the_moments_of_a_gaussian(name: str):
    cov = COVARIANCES[name]
    precision = jnp.asarray(np.linalg.inv(cov))

    def log_density(x):  # without its constant
        return -0.5 * (x - MEAN) @ precision @ (x - MEAN)

    chains = sample_chains(log_density, START, jax.random.key(0), steps=1500, warmup=300)
    assert chains.draws.shape == (4, 1500, 3)
    assert chains.rhat.max() < 1.02
    assert chains.ess.min() > 300
    assert chains.divergent == 0
    assert 0.6 < chains.acceptance < 0.98
    flat = chains.draws.reshape(-1, 3)
    error = np.abs(flat.mean(0) - MEAN) / np.sqrt(np.diag(cov) / chains.ess)
    assert error.max() < 4
    scale = np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    np.testing.assert_allclose(np.cov(flat.T) / scale, cov / scale, atol=5 * np.sqrt(2 / chains.ess.min()))


@pytest.mark.slow
def test_r_hat_notices_two_peaks_that_no_chain_connects():
    def log_density(x):
        return jnp.logaddexp(-0.5 * jnp.square(x - 20).sum(), -0.5 * jnp.square(x + 20).sum())

    chains = sample_chains(
        log_density, jnp.array([[-20.0], [20.0]]), jax.random.key(0), steps=200, warmup=100
    )
    assert chains.rhat[0] > 2
    assert (np.sign(chains.draws[..., 0]) == [[-1], [1]]).all()
    assert chains.ess[0] < 20


def test_one_density_is_compiled_once():
    def log_density(x):
        return -0.5 * jnp.square(x).sum()

    start = jnp.array([[-1.0], [1.0]])
    for seed in range(3):
        sample_chains(log_density, start + seed, jax.random.key(seed), steps=10, warmup=20)
    before = _run._cache_size()
    again = sample_chains(log_density, start, jax.random.key(0), steps=10, warmup=20)
    assert _run._cache_size() == before
    same = sample_chains(log_density, start, jax.random.key(0), steps=10, warmup=20)
    np.testing.assert_array_equal(again.draws, same.draws)


def test_another_model_of_the_same_shape_compiles_nothing():
    def log_density(x, center):
        return -0.5 * jnp.square(x - center).sum()

    start = jnp.array([[-1.0], [1.0]])
    options = {"steps": 200, "warmup": 50}
    near = sample_chains(log_density, start, jax.random.key(0), args=(jnp.float32(0),), **options)
    before = _run._cache_size()
    far = sample_chains(log_density, start, jax.random.key(0), args=(jnp.float32(9),), **options)
    assert _run._cache_size() == before
    assert abs(near.draws.mean()) < 1 < 8 < far.draws.mean() < 10


@pytest.mark.parametrize(
    ("start", "options", "message"),
    [
        (np.zeros((1, 2)), {}, "at least two chains"),
        (np.zeros((2, 2)), {"steps": 3}, "steps is 3"),
        (np.zeros((2, 2)), {"warmup": 5}, "warmup 5"),
        (np.full((2, 2), np.inf), {}, "start where it is finite"),
    ],
)
def test_bad_input_is_named(start, options, message: str):
    with pytest.raises(ValueError, match=message):
        sample_chains(lambda x: -jnp.square(x).sum(), start, jax.random.key(0), **options)
