"""From noise to data: samplers that walk a diffusion back, one network evaluation a step."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float, Int

from gencore.diffusion.process import posterior, x0_from_noise
from gencore.diffusion.schedules import NoiseSchedule, respace
from gencore.types import AnyArray, Denoiser, Examples, PRNGKey

__all__ = ["Sampled", "sample_ddpm"]


class Sampled(NamedTuple):
    """What a sampler returns.

    Attributes:
        x0: The samples, shape (n, ...).
        path: The noisy examples at the time steps that were to be kept, in the order asked for, shape (kept, n, ...).
    """

    x0: Examples
    path: Float[AnyArray, "kept ..."]


def sample_ddpm(
    denoise: Denoiser,
    schedule: NoiseSchedule,
    key: PRNGKey,
    shape: tuple[int, ...],
    *,
    timesteps: Sequence[int] | Int[np.ndarray, " count"] | None = None,
    keep: Sequence[int] = (),
) -> Sampled:
    r"""Ancestral sampling: start from pure noise, and draw each :math:`x_{t-1}` given :math:`x_t`.

    .. math:: x_{T-1} \sim \mathcal N(0, I), \qquad
              x_{t-1} \sim q\left(x_{t-1} \mid x_t, \hat x_0(x_t, t)\right), \quad t = T-1, \dots, 0

    where :math:`\hat x_0` is the clean example that the predicted noise implies, and the variance is the posterior's
    :math:`\tilde\beta_t`. The whole walk is one compiled loop. A second call with an ``nnx`` model of the same
    structure, whatever its weights, compiles nothing; a plain function compiles once for each new function.

    Args:
        denoise: From noisy examples (n, ...) and time steps (n,) to the noise in them (n, ...): a model of
            :mod:`gencore.models`, or a function.
        schedule: The noise schedule that the network was trained with.
        key: Randomness of the start and of every step.
        shape: Shape of the samples, (n, ...).
        timesteps: Rising time steps to stop at, such as :func:`spaced_timesteps` makes; None for all of them. The
            network is told these numbers, and the steps' sizes come from :func:`respace`. The last one should be
            T - 1, where the data are gone.
        keep: Time steps, of those that are visited, whose noisy examples are kept.

    Returns:
        The samples, and the noisy examples at the steps to keep.

    Raises:
        ValueError: ``timesteps`` does not fit the schedule, or ``keep`` names a step twice, or one that is not visited.

    Example:
        >>> from gencore.diffusion import linear_schedule, mixture_denoiser
        >>> schedule = linear_schedule()
        >>> denoise = mixture_denoiser(schedule, np.array([[5.0, -5.0]]), std=0.1)
        >>> x0, path = sample_ddpm(denoise, schedule, jax.random.key(0), (500, 2), keep=(999, 500))
        >>> x0.mean(0).round(1), path.shape
        (Array([ 5., -5.], dtype=float32), (2, 500, 2))

    Reference:
        Ho et al. 2020, algorithm 2.
    """
    steps = np.arange(schedule.timesteps) if timesteps is None else np.asarray(timesteps)
    chain = respace(schedule, steps)
    if len(set(keep)) < len(keep) or not set(keep) <= set(steps.tolist()):
        raise ValueError(f"keep is {tuple(keep)}; name each time step once, and only steps that are visited")
    slots = np.full(len(steps), len(keep), np.int32)  # the place after the last is thrown away
    slots[np.searchsorted(steps, np.asarray(keep, dtype=steps.dtype))] = np.arange(len(keep))
    plan = (chain, steps.astype(np.int32), slots)
    return _walk_back(_as_data(denoise), plan, key, shape=tuple(shape), kept=len(keep))


@partial(jax.jit, static_argnames=("shape", "kept"))
def _walk_back(denoise: Any, plan: Any, key: Any, *, shape: tuple[int, ...], kept: int) -> Sampled:
    chain, steps, slots = plan
    start, key = jax.random.split(key)

    def back(carry: Any, i: Any) -> Any:
        x, path = carry
        path = path.at[slots[i]].set(x)
        at = jnp.full(shape[0], i)
        noise = denoise(x, jnp.full(shape[0], steps[i]))
        mean, variance = posterior(chain, x0_from_noise(chain, noise, x, at), x, at)
        fresh = jax.random.normal(jax.random.fold_in(key, i), shape)
        return (mean + jnp.sqrt(variance) * fresh, path), None  # at i = 0 the variance is 0

    first = jax.random.normal(start, shape), jnp.zeros((kept + 1, *shape))
    (x0, path), _ = jax.lax.scan(back, first, jnp.arange(len(steps)), reverse=True)
    return Sampled(x0, path[:kept])


def _as_data(denoise: Denoiser) -> jax.tree_util.Partial:
    """Make the function something that ``jax.jit`` takes as an argument: a model's weights are data, not code."""
    if isinstance(denoise, jax.tree_util.Partial):
        return denoise
    if isinstance(denoise, nnx.Module):
        return jax.tree_util.Partial(_call, *nnx.split(denoise))
    return jax.tree_util.Partial(denoise)


def _call(graph: Any, state: Any, x: Any, t: Any) -> Any:
    return nnx.merge(graph, state)(x, t)
