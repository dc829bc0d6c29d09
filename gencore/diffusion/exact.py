"""The best denoiser there is, for data whose density is known."""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.diffusion.schedules import NoiseSchedule
from gencore.types import AnyArray, Denoiser, Timesteps, Vectors

__all__ = ["mixture_denoiser"]


def mixture_denoiser(schedule: NoiseSchedule, centers: Float[AnyArray, "modes d"], std: float) -> Denoiser:
    r"""The expected noise, for data from equally likely Gaussians: what a perfect network would answer.

    Noisy data :math:`x_t` of this kind are again a mixture, with centers :math:`\sqrt{\bar\alpha_t}\, \mu_k` and
    variance :math:`v_t = \bar\alpha_t \sigma^2 + 1 - \bar\alpha_t`. With the probability :math:`w_k(x)` that a noisy
    point came from mode :math:`k`,

    .. math:: \mathbb E\left[ \epsilon \mid x_t = x \right] = \frac{\sqrt{1 - \bar\alpha_t}}{v_t}
              \Bigl( x - \sqrt{\bar\alpha_t} \sum_k w_k(x)\, \mu_k \Bigr),
              \qquad w_k(x) \propto \exp \left( -\frac{\lVert x - \sqrt{\bar\alpha_t}\, \mu_k \rVert^2}{2 v_t} \right).

    No function of :math:`x_t` and :math:`t` has a smaller expected squared error. It is also minus the score
    :math:`\nabla \log p_t(x)`, times :math:`\sqrt{1 - \bar\alpha_t}`.

    Args:
        schedule: The noise schedule.
        centers: The modes :math:`\mu_k`, shape (modes, d).
        std: Standard deviation :math:`\sigma` of each mode, not negative.

    Returns:
        A function from noisy points (n, d) and time steps (n,) to the expected noise (n, d).

    Raises:
        ValueError: ``std`` is negative.

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> denoise = mixture_denoiser(linear_schedule(), jnp.array([[-1.0], [1.0]]), std=0.1)
        >>> denoise(jnp.array([[0.0]]), jnp.array([10]))  # between two modes, the noise may have come from either side
        Array([[0.]], dtype=float32)

    Reference:
        Efron 2011, eq. 1.4 (Tweedie's formula), applied to a mixture.
    """
    if std < 0:
        raise ValueError(f"std is {std}; give the modes' standard deviation, 0 or more")

    def denoise(x: Vectors, t: Timesteps) -> Vectors:
        scale = jnp.asarray(schedule.sqrt_alphas_cumprod)[t][:, None]
        noise = jnp.asarray(schedule.sqrt_one_minus_alphas_cumprod)[t][:, None]
        variance = jnp.square(scale * std) + jnp.square(noise)
        gaps = x[:, None] - scale[:, None] * jnp.asarray(centers)  # (n, modes, d)
        weights = jax.nn.softmax(-0.5 * jnp.square(gaps).sum(-1) / variance, axis=-1)
        return noise / variance * jnp.einsum("nk,nkd->nd", weights, gaps)

    return denoise
