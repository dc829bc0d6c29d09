"""Guidance at its limits, and against the densities that it should mix."""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.diffusion import (
    given_class,
    guided,
    linear_schedule,
    mixture_denoiser,
    sample_ddim,
    spaced_timesteps,
)
from gencore.models import ResidualDenoiser

SCHEDULE = linear_schedule()
CENTERS = np.array([[1.0, 0.0], [-1.0, 0.5]])
X = jax.random.normal(jax.random.key(0), (6, 2))
T = jnp.array([0, 100, 300, 600, 900, 999])
LABELS = jnp.array([0, 1, 0, 1, 0, 1])


def two_classes(x, t, labels):
    """The best denoiser for data from two Gaussians that are told apart by their class; 2 stands for no class."""
    answers = jnp.stack(
        [
            mixture_denoiser(SCHEDULE, CENTERS[:1], 0.3)(x, t),
            mixture_denoiser(SCHEDULE, CENTERS[1:], 0.3)(x, t),
            mixture_denoiser(SCHEDULE, CENTERS, 0.3)(x, t),
        ]
    )
    return answers[labels, jnp.arange(len(x))]


def test_scale_zero_is_no_class_and_scale_one_is_the_class():
    without = mixture_denoiser(SCHEDULE, CENTERS, 0.3)(X, T)
    np.testing.assert_allclose(guided(two_classes, LABELS, 0.0, null_label=2)(X, T), without, atol=1e-6)
    with_class = given_class(two_classes, LABELS)(X, T)
    np.testing.assert_allclose(guided(two_classes, LABELS, 1.0, null_label=2)(X, T), with_class, atol=1e-6)
    assert not np.allclose(without, with_class, atol=0.01)


def test_the_guess_moves_along_a_line_and_a_scale_is_one_more_than_a_weight():
    """Ho and Salimans: (1 + w) with class - w without."""
    with_class, without = (
        given_class(two_classes, LABELS)(X, T),
        mixture_denoiser(SCHEDULE, CENTERS, 0.3)(X, T),
    )
    w = 2.5
    guess = guided(two_classes, LABELS, 1 + w, null_label=2)(X, T)
    np.testing.assert_allclose(guess, (1 + w) * with_class - w * without, atol=1e-5)


def test_the_guided_score_is_that_of_the_sharpened_density():
    """Minus the guess over its noise level is the gradient of log p(x) + s log p(class | x), of the noisy densities."""
    scale, t = 3.0, 400
    a, b = SCHEDULE.sqrt_alphas_cumprod[t], SCHEDULE.sqrt_one_minus_alphas_cumprod[t]
    variance = a**2 * 0.3**2 + b**2

    def log_density(x):
        parts = -0.5 * jnp.square(x - a * CENTERS).sum(-1) / variance
        whole = jax.nn.logsumexp(parts)
        return whole + scale * (parts[0] - whole)

    score = jax.vmap(jax.grad(log_density))(X)
    guess = guided(two_classes, jnp.zeros(6, int), scale, null_label=2)(X, jnp.full(6, t))
    np.testing.assert_allclose(-guess / b, score, rtol=1e-4, atol=1e-5)


def test_samples_are_of_the_class_and_a_large_scale_leaves_the_others_side():
    labels, steps = jnp.zeros(4000, int), spaced_timesteps(1000, 50)

    def draw(scale):
        denoise = guided(two_classes, labels, scale, null_label=2)
        return np.asarray(sample_ddim(denoise, SCHEDULE, jax.random.key(0), (4000, 2), timesteps=steps).x0)

    away = CENTERS[0] - CENTERS[1]
    places = [float((draw(scale) @ away).mean()) for scale in (0.0, 1.0, 4.0)]
    assert places[0] < places[1] < places[2]
    assert places[1] == pytest.approx(float(CENTERS[0] @ away), abs=0.05)


def test_rescaling_gives_the_guess_the_spread_of_the_one_with_the_class():
    model = lambda x, t, labels: x * (1.0 + labels)[:, None]  # noqa: E731
    plain = guided(model, LABELS, 4.0, null_label=2)(X, T)
    np.testing.assert_allclose(guided(model, LABELS, 4.0, null_label=2, rescale=0.0)(X, T), plain)
    full = guided(model, LABELS, 4.0, null_label=2, rescale=1.0)(X, T)
    half = guided(model, LABELS, 4.0, null_label=2, rescale=0.5)(X, T)
    np.testing.assert_allclose(full.std(1), given_class(model, LABELS)(X, T).std(1), rtol=1e-5)
    np.testing.assert_allclose(half, 0.5 * (plain + full), rtol=1e-5)


def test_a_guess_of_zeros_stays_finite():
    blind = lambda x, t, labels: jnp.zeros_like(x)  # noqa: E731
    assert not guided(blind, LABELS, 4.0, null_label=2, rescale=1.0)(X, T).any()


def test_new_weights_scales_and_labels_compile_nothing(caplog: pytest.LogCaptureFixture):
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        for seed in range(3):
            model = ResidualDenoiser(2, 9, 1, classes=2, rngs=nnx.Rngs(seed))
            denoise = guided(model, jnp.full(5, seed % 2), 1.5 + seed, null_label=2, rescale=seed / 4)
            sample_ddim(denoise, linear_schedule(23), jax.random.key(seed), (5, 2)).x0.block_until_ready()
    assert sum("Finished XLA compilation of jit(_walk_back)" in r.getMessage() for r in caplog.records) == 1


def test_a_scale_of_one_asks_the_model_once():
    asked = []

    def counting(x, t, labels):
        asked.append(len(x))
        return x

    for scale in (1, 1.0, 1.5):
        guided(counting, LABELS, scale, null_label=2)(X, T)
    assert asked == [6, 6, 12]


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="rescale is 2"):
        guided(two_classes, LABELS, 1.0, null_label=2, rescale=2)
    with pytest.raises(ValueError, match="labels has 6 entries, and 3 examples"):
        guided(two_classes, LABELS, 1.0, null_label=2)(X[:3], T[:3])
    with pytest.raises(ValueError, match="labels has 6 entries, and 3 examples"):
        given_class(two_classes, LABELS)(X[:3], T[:3])
