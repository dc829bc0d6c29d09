"""Gaussian data, where everything that a diffusion does is known."""

import jax.numpy as jnp
import numpy as np

MEAN = np.array([1.5, -0.5])
COVARIANCE = np.array([[0.8, 0.3], [0.3, 0.25]])


def gaussian_denoiser(schedule):
    """Expected noise for data from N(MEAN, COVARIANCE), by the rule of conditional Gaussians, along their axes."""
    variances, axes = np.linalg.eigh(COVARIANCE)

    def denoise(x, t):
        scale = jnp.asarray(schedule.sqrt_alphas_cumprod)[t][:, None]
        noise = jnp.asarray(schedule.sqrt_one_minus_alphas_cumprod)[t][:, None]
        gap = (x - scale * MEAN) @ axes
        return noise * (gap / (scale**2 * variances + noise**2)) @ axes.T

    return denoise
