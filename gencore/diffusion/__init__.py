r"""Diffusion: destroy data by noise in small steps, and walk the steps back.

Time steps count from 0: a schedule of :math:`T` steps has :math:`t = 0, \dots, T-1`, and ``t`` indexes its tables, so
:math:`x_t` has been corrupted :math:`t + 1` times. (Papers that count from 1 call it :math:`x_{t+1}`.) Nothing here
knows a network: a sampler takes any function ``denoise(x, t)`` that says which noise it sees in ``x``.
"""

from gencore.diffusion.exact import mixture_denoiser
from gencore.diffusion.flow import (
    FlowSolver,
    euler_step,
    flow_point,
    heun_step,
    mixture_velocity,
    sample_flow,
)
from gencore.diffusion.functions import as_data
from gencore.diffusion.guidance import given_class, guided
from gencore.diffusion.latent import LatentSpace, latent_space
from gencore.diffusion.prediction import (
    Prediction,
    noise_predictor,
    on_schedule,
    predict_noise,
    predict_velocity,
    predict_x0,
)
from gencore.diffusion.process import Posterior, add_noise, at_steps, posterior, x0_from_noise
from gencore.diffusion.samplers import Sampled, invert_ddim, sample_ddim, sample_ddpm, sample_dpm_solver
from gencore.diffusion.schedules import (
    NoiseSchedule,
    cosine_schedule,
    evenly_noisy_timesteps,
    linear_schedule,
    respace,
    spaced_timesteps,
)

__all__ = [
    "FlowSolver",
    "LatentSpace",
    "NoiseSchedule",
    "Posterior",
    "Prediction",
    "Sampled",
    "add_noise",
    "as_data",
    "at_steps",
    "cosine_schedule",
    "euler_step",
    "evenly_noisy_timesteps",
    "flow_point",
    "given_class",
    "guided",
    "heun_step",
    "invert_ddim",
    "latent_space",
    "linear_schedule",
    "mixture_denoiser",
    "mixture_velocity",
    "noise_predictor",
    "on_schedule",
    "posterior",
    "predict_noise",
    "predict_velocity",
    "predict_x0",
    "respace",
    "sample_ddim",
    "sample_ddpm",
    "sample_dpm_solver",
    "sample_flow",
    "spaced_timesteps",
    "x0_from_noise",
]
