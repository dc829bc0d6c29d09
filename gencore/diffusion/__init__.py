r"""Diffusion: destroy data by noise in small steps, and walk the steps back.

Time steps count from 0: a schedule of :math:`T` steps has :math:`t = 0, \dots, T-1`, and ``t`` indexes its tables, so
:math:`x_t` has been corrupted :math:`t + 1` times. (Papers that count from 1 call it :math:`x_{t+1}`.) Nothing here
knows a network: a sampler takes any function ``denoise(x, t)`` that says which noise it sees in ``x``.
"""

from gencore.diffusion.exact import mixture_denoiser
from gencore.diffusion.process import Posterior, add_noise, posterior, x0_from_noise
from gencore.diffusion.samplers import Sampled, sample_ddpm
from gencore.diffusion.schedules import (
    NoiseSchedule,
    cosine_schedule,
    linear_schedule,
    respace,
    spaced_timesteps,
)

__all__ = [
    "NoiseSchedule",
    "Posterior",
    "Sampled",
    "add_noise",
    "cosine_schedule",
    "linear_schedule",
    "mixture_denoiser",
    "posterior",
    "respace",
    "sample_ddpm",
    "spaced_timesteps",
    "x0_from_noise",
]
