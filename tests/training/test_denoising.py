"""Losses of denoisers and flows: weights, dropped labels, and what minimizes them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.diffusion import (
    linear_schedule,
    mixture_denoiser,
    mixture_velocity,
    predict_noise,
    predict_velocity,
    predict_x0,
)
from gencore.training import (
    denoising_loss,
    flow_matching_loss,
    logit_normal_times,
    noise_prediction_loss,
    uniform_times,
)

SCHEDULE = linear_schedule()
X = jax.random.normal(jax.random.key(5), (4000, 2)) * 0.3 + jnp.array([1.0, -1.0])
KEY, STEP = jax.random.key(0), jnp.array(0)


def kind_of(kind):
    """One imperfect guess of the noise, told as each kind of network would tell it."""

    def model(x, t):
        noise = 0.7 * mixture_denoiser(SCHEDULE, np.array([[0.5, 0.0]]), 0.5)(x, t)
        scale = jnp.asarray(SCHEDULE.sqrt_alphas_cumprod)[t][:, None]
        spread = jnp.asarray(SCHEDULE.sqrt_one_minus_alphas_cumprod)[t][:, None]
        return kind.target(SCHEDULE, (x - spread * noise) / scale, noise, t)

    return model


def test_without_weights_and_classes_it_is_the_simple_loss():
    simple = noise_prediction_loss(SCHEDULE)
    values = [
        float(loss(kind_of(predict_noise), X, jax.random.key(i), STEP)[0])
        for loss in (simple, denoising_loss(SCHEDULE))
        for i in range(10)
    ]
    assert np.mean(values[:10]) == pytest.approx(np.mean(values[10:]), rel=0.02)


@pytest.mark.parametrize("kind", [predict_x0, predict_velocity], ids=["x0", "velocity"])
def test_min_snr_costs_the_same_whatever_is_predicted(kind):
    """The weight belongs to the error of x0: the same guess, told in another way, costs the same."""
    expected = denoising_loss(SCHEDULE, min_snr=5.0)(kind_of(predict_noise), X, KEY, STEP)[0]
    found = denoising_loss(SCHEDULE, prediction=kind, min_snr=5.0)(kind_of(kind), X, KEY, STEP)[0]
    assert float(found) == pytest.approx(float(expected), rel=2e-3)


def test_min_snr_is_the_minimum_of_the_limit_and_the_signal_to_noise_ratio():
    """Measured by a guess that misses x0 by 1 everywhere, at one time step after the other."""
    for t in (0, 50, 300, 900):
        only = SCHEDULE._replace(
            **{name: np.asarray(table)[t : t + 1] for name, table in SCHEDULE._asdict().items()}
        )
        left = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))[t]
        loss = denoising_loss(only, prediction=predict_x0, min_snr=5.0)
        value = loss(lambda x, t: jnp.ones_like(x), jnp.zeros((10, 3)), KEY, STEP)[0]
        assert float(value) == pytest.approx(min(left / (1 - left), 5.0), rel=1e-3)


@pytest.mark.parametrize(
    "loss", [denoising_loss(SCHEDULE, null_label=10, drop=0.2), flow_matching_loss(null_label=10, drop=0.2)]
)
def test_the_share_of_labels_that_is_dropped(loss):
    seen = []

    def model(x, t, labels):
        seen.append(np.asarray(labels))
        return x

    loss(model, (X, jnp.full(len(X), 3)), KEY, STEP)
    assert set(seen[0].tolist()) == {3, 10}
    assert (seen[0] == 10).mean() == pytest.approx(0.2, abs=0.03)


def test_nothing_costs_less_than_the_expected_noise_and_the_expected_velocity():
    centers, std = np.array([[1.0, -1.0]]), 0.3
    denoise, velocity = mixture_denoiser(SCHEDULE, centers, std), mixture_velocity(centers, std)
    noise_loss, flow_loss = denoising_loss(SCHEDULE), flow_matching_loss()
    for wrong in (lambda y: 1.1 * y, lambda y: 0.9 * y, lambda y: y + 0.2):
        best = noise_loss(denoise, X, KEY, STEP)[0], flow_loss(velocity, X, KEY, STEP)[0]
        worse = (
            noise_loss(lambda x, t, w=wrong: w(denoise(x, t)), X, KEY, STEP)[0],
            flow_loss(lambda x, s, w=wrong: w(velocity(x, s)), X, KEY, STEP)[0],
        )
        assert best[0] < worse[0]
        assert best[1] < worse[1]


def test_times_of_a_flow_are_spread_as_they_should():
    np.testing.assert_allclose(
        np.quantile(uniform_times(KEY, 10_000), [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.02
    )
    times = np.asarray(logit_normal_times(KEY, 10_000))
    logit = np.log(times / (1 - times))
    assert logit.mean() == pytest.approx(0, abs=0.03)
    assert logit.std() == pytest.approx(1, abs=0.03)


def test_the_loss_asks_at_the_times_that_it_is_given():
    seen = []
    loss = flow_matching_loss(times=lambda key, n: jnp.linspace(0.2, 0.4, n))
    loss(lambda x, s: (seen.append(np.asarray(s)), x)[1], X, KEY, STEP)
    np.testing.assert_allclose(seen[0], np.linspace(0.2, 0.4, len(X)), rtol=1e-5)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="min_snr is 0"):
        denoising_loss(SCHEDULE, min_snr=0)
    with pytest.raises(ValueError, match="drop is 1"):
        denoising_loss(SCHEDULE, drop=1)
