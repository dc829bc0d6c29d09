"""The time's waves against their formula, and a denoiser that has to use them."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.diffusion import add_noise, linear_schedule, mixture_denoiser
from gencore.models import MLPDenoiser, time_features
from gencore.training import fit, gradient_step, noise_prediction_loss, trained_model


def test_the_waves_are_those_of_the_formula():
    t = np.array([0, 1, 17, 999])
    expected = [
        [np.cos(s / 10_000 ** (k / 4)) for k in range(4)] + [np.sin(s / 10_000 ** (k / 4)) for k in range(4)]
        for s in t
    ]
    np.testing.assert_allclose(time_features(t, 8), expected, atol=1e-4)


def test_all_times_are_told_apart():
    waves = np.asarray(time_features(np.arange(1000), 32))
    distances = np.linalg.norm(waves[:, None] - waves, axis=-1) + 9 * np.eye(1000)
    assert distances.min() > 0.1


@pytest.mark.parametrize("width", [0, 3])
def test_the_waves_come_in_pairs(width):
    with pytest.raises(ValueError, match=f"width is {width}"):
        time_features(np.array([0]), width)


def test_the_loss_is_the_mean_square_over_numbers_whatever_the_shape():
    schedule, key = linear_schedule(), jax.random.key(0)
    loss = noise_prediction_loss(schedule)
    x = jax.random.normal(jax.random.key(1), (64, 12))
    step = jnp.array(0)
    flat, _ = loss(lambda x, t: 0.5 * x, x, key, step)
    t_key, noise_key = jax.random.split(key)
    t = jax.random.randint(t_key, (64,), 0, 1000)
    noise = jax.random.normal(noise_key, (64, 12))
    noisy = np.asarray(add_noise(schedule, x, noise, t))
    assert float(flat) == pytest.approx(np.square(0.5 * noisy - np.asarray(noise)).mean(), rel=1e-5)
    image, _ = loss(lambda x, t: 0.5 * x, x.reshape(64, 3, 4), key, step)
    assert float(image) == pytest.approx(float(flat), rel=0.2)  # other noise, same size


@pytest.mark.slow
def test_training_comes_near_the_best_denoiser():
    schedule, centers = linear_schedule(), np.array([[1.0, 0.0], [-1.0, 0.0]], np.float32)
    rng = np.random.default_rng(0)
    data = (centers[rng.integers(0, 2, 5000)] + 0.2 * rng.normal(size=(5000, 2))).astype(np.float32)
    model = MLPDenoiser(2, (64, 64), rngs=nnx.Rngs(0))
    loss = noise_prediction_loss(schedule)
    step, state = gradient_step(model, loss, optax.adam(2e-3))
    state, _ = fit(step, state, data, steps=1500, batch_size=256, progress=False)
    key, many = jax.random.key(7), jnp.asarray(np.tile(data, (4, 1)))
    learned, _ = loss(trained_model(model, state), many, key, jnp.array(0))
    best, _ = loss(mixture_denoiser(schedule, centers, 0.2), many, key, jnp.array(0))
    blind, _ = loss(lambda x, t: jnp.zeros_like(x), many, key, jnp.array(0))
    assert float(best) < float(learned) < float(best) + 0.1 * float(blind - best)
