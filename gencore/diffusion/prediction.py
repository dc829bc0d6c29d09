r"""What a denoiser may be asked for: the noise, the clean example, or the velocity between them.

All three say the same, given :math:`x_t`: each is a linear function of each other. What differs is the loss: where
there is little noise, a small error in :math:`x_0` is a large one in the noise; where there is much, the reverse.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import jax
import numpy as np

from gencore.diffusion.functions import as_data
from gencore.diffusion.process import at_steps
from gencore.diffusion.schedules import NoiseSchedule
from gencore.types import Denoiser, Examples, Timesteps

__all__ = ["Prediction", "noise_predictor", "on_schedule", "predict_noise", "predict_velocity", "predict_x0"]


class Prediction(NamedTuple):
    """What a network predicts, and what follows from it.

    Attributes:
        target: From (schedule, x0, noise, t) to the right answer, shape (batch, ...).
        to_noise: From (schedule, output, x_t, t) to the noise that the output implies, shape (batch, ...).
        error_for_x0: From the signal-to-noise ratio to the squared error of this that one squared error of the clean
            example makes.
    """

    target: Callable[[NoiseSchedule, Examples, Examples, Timesteps], Any]
    to_noise: Callable[[NoiseSchedule, Any, Examples, Timesteps], Any]
    error_for_x0: Callable[[Any], Any]


def _velocity(schedule: NoiseSchedule, x0: Examples, noise: Examples, t: Timesteps) -> jax.Array:
    scale = at_steps(schedule.sqrt_alphas_cumprod, t, x0)
    return scale * noise - at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x0) * x0


def _noise_from_x0(schedule: NoiseSchedule, x0: Any, x_t: Examples, t: Timesteps) -> jax.Array:
    scale = at_steps(schedule.sqrt_alphas_cumprod, t, x_t)
    return (x_t - scale * x0) / at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x_t)


def _noise_from_velocity(schedule: NoiseSchedule, velocity: Any, x_t: Examples, t: Timesteps) -> jax.Array:
    scale = at_steps(schedule.sqrt_alphas_cumprod, t, x_t)
    return at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x_t) * x_t + scale * velocity


predict_noise = Prediction(
    target=lambda schedule, x0, noise, t: noise,
    to_noise=lambda schedule, output, x_t, t: output,
    error_for_x0=lambda snr: snr,
)
r"""The noise :math:`\epsilon` (Ho et al. 2020)."""

predict_x0 = Prediction(
    target=lambda schedule, x0, noise, t: x0, to_noise=_noise_from_x0, error_for_x0=lambda snr: 1.0
)
r"""The clean example :math:`x_0`."""

predict_velocity = Prediction(
    target=_velocity, to_noise=_noise_from_velocity, error_for_x0=lambda snr: snr + 1
)
r"""The velocity :math:`v = \sqrt{\bar\alpha_t}\, \epsilon - \sqrt{1 - \bar\alpha_t}\, x_0`: the direction in which
:math:`x_t` moves while :math:`x_0` turns into :math:`\epsilon` along a quarter of a circle (Salimans and Ho 2022,
section 4 and appendix D)."""


def noise_predictor(model: Denoiser, schedule: NoiseSchedule, prediction: Prediction) -> Denoiser:
    """Make a network that predicts something else into a denoiser that predicts noise, which every sampler takes.

    Args:
        model: A function of (x, t), or a model.
        schedule: The noise schedule that it was trained with.
        prediction: What it predicts.

    Returns:
        A denoiser. Its weights are data to ``jax.jit``: new ones compile nothing.

    Example:
        >>> import jax.numpy as jnp
        >>> from gencore.diffusion import linear_schedule
        >>> always_zero = noise_predictor(lambda x, t: jnp.zeros_like(x), linear_schedule(), predict_x0)
        >>> always_zero(jnp.ones((1, 2)), jnp.array([999])).round(3)  # if the data are 0, all that is there is noise
        Array([[1., 1.]], dtype=float32)

    Reference:
        Salimans and Ho 2022, appendix D.
    """
    return jax.tree_util.Partial(_implied(prediction.to_noise), as_data(model), schedule)


def on_schedule(denoise: Denoiser, trained_on: NoiseSchedule, schedule: NoiseSchedule) -> Denoiser:
    r"""Use a denoiser under another noise schedule than the one it was trained with.

    A network sees nothing of a schedule but the noise in :math:`x_t`. So each time step is told to it as the one at
    which its own schedule has the nearest :math:`\log` signal-to-noise ratio.

    Args:
        denoise: A function of (x, t), or a model, that predicts the noise.
        trained_on: The schedule that it was trained with.
        schedule: The schedule to use it under.

    Returns:
        A denoiser for the time steps of ``schedule``.

    Example:
        >>> import jax.numpy as jnp
        >>> from gencore.diffusion import cosine_schedule, linear_schedule
        >>> tell = on_schedule(lambda x, t: t[:, None], cosine_schedule(), linear_schedule())
        >>> tell(jnp.zeros((2, 1)), jnp.array([0, 500])).ravel()  # half of the linear steps: much noise already
        Array([  1, 818], dtype=int32)

    Reference:
        Kingma et al. 2021, section 5.1.
    """
    log_snr = [
        2
        * np.log(
            np.asarray(s.sqrt_alphas_cumprod, float) / np.asarray(s.sqrt_one_minus_alphas_cumprod, float)
        )
        for s in (schedule, trained_on)
    ]
    nearest = np.abs(log_snr[0][:, None] - log_snr[1]).argmin(axis=1)
    return jax.tree_util.Partial(_told, as_data(denoise), nearest.astype(np.int32))


def _told(denoise: Any, steps: Any, x: Any, t: Any) -> Any:
    return denoise(x, jax.numpy.asarray(steps)[t])


@cache
def _implied(to_noise: Callable[..., Any]) -> Callable[..., Any]:
    """One function for each kind of network, or every call would be compiled anew."""
    return lambda model, schedule, x, t: to_noise(schedule, model(x, t), x, t)
