"""From noise to data: samplers that walk a diffusion back, one network evaluation a step."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from gencore.diffusion.functions import as_data
from gencore.diffusion.process import posterior, x0_from_noise
from gencore.diffusion.schedules import NoiseSchedule, respace
from gencore.types import AnyArray, Denoiser, Examples, PRNGKey

__all__ = ["Sampled", "invert_ddim", "sample_ddim", "sample_ddpm", "sample_dpm_solver"]

StepList: TypeAlias = Sequence[int] | Int[np.ndarray, " count"]


class Sampled(NamedTuple):
    """What a sampler returns.

    Attributes:
        x0: The samples, shape (n, ...).
        path: The noisy examples at the time steps that were to be kept, in the order asked for, shape (kept, n, ...).
    """

    x0: Examples
    path: Float[AnyArray, "kept ..."]


class _Here(NamedTuple):
    """What a rule knows at position i of the walk."""

    chain: NoiseSchedule
    i: Any
    x: Any
    noise: Any
    x0: Any
    x0_last: Any
    fresh: Any


def sample_ddpm(
    denoise: Denoiser,
    schedule: NoiseSchedule,
    key: PRNGKey,
    shape: tuple[int, ...],
    *,
    timesteps: StepList | None = None,
    start: Examples | None = None,
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
            network is told these numbers, and the steps' sizes come from :func:`respace`.
        start: Noisy examples at the last of the time steps, of that shape; None for pure noise, which is right where
            the last step is T - 1 and the data are gone. :func:`add_noise` makes a start from an example, and the walk
            back makes a variation of it (Meng et al. 2022).
        keep: Time steps, of those that are visited, whose noisy examples are kept.

    Returns:
        The samples, and the noisy examples at the steps to keep.

    Raises:
        ValueError: ``timesteps`` does not fit the schedule, ``start`` does not fit the shape, or ``keep`` names a step
            twice, or one that is not visited.

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
    return _walk(ddpm_rule, denoise, schedule, key, shape, timesteps, start, keep)


def sample_ddim(
    denoise: Denoiser,
    schedule: NoiseSchedule,
    key: PRNGKey,
    shape: tuple[int, ...],
    *,
    timesteps: StepList | None = None,
    eta: float = 0.0,
    start: Examples | None = None,
    keep: Sequence[int] = (),
) -> Sampled:
    r"""Walk back with as much fresh noise as you like: none at all, by default.

    .. math::

        x_{\tau_{i-1}} = \sqrt{\bar\alpha_{\tau_{i-1}}}\, \hat x_0
        + \sqrt{1 - \bar\alpha_{\tau_{i-1}} - \sigma_i^2}\; \epsilon_\theta(x_{\tau_i}, \tau_i) + \sigma_i z,
        \qquad \sigma_i^2 = \eta^2 \, \tilde\beta_i

    with :math:`z \sim \mathcal N(0, I)` and the variance :math:`\tilde\beta_i` of :func:`posterior`. With
    :math:`\eta = 1` this is :func:`sample_ddpm`. With :math:`\eta = 0` the start decides everything: the walk follows
    the curve that a differential equation draws, and large steps along a smooth curve cost little.

    Args:
        denoise: See :func:`sample_ddpm`.
        schedule: The noise schedule that the network was trained with.
        key: Randomness of the start and, where ``eta`` is not 0, of every step.
        shape: Shape of the samples, (n, ...).
        timesteps: Rising time steps to stop at; None for all of them.
        eta: Share :math:`\eta` of the posterior's standard deviation that is added at each step, from 0 to 1.
        start: Noisy examples at the last of the time steps; None for pure noise.
        keep: Time steps, of those that are visited, whose noisy examples are kept.

    Returns:
        The samples, and the noisy examples at the steps to keep.

    Raises:
        ValueError: ``eta`` is not between 0 and 1, or another argument is wrong as for :func:`sample_ddpm`.

    Example:
        >>> from gencore.diffusion import linear_schedule, mixture_denoiser, spaced_timesteps
        >>> schedule, steps = linear_schedule(), spaced_timesteps(1000, 20)
        >>> denoise = mixture_denoiser(schedule, np.array([[5.0, -5.0]]), std=0.1)
        >>> sample_ddim(denoise, schedule, jax.random.key(0), (500, 2), timesteps=steps).x0.mean(0).round(1)
        Array([ 5., -5.], dtype=float32)

    Reference:
        Song et al. 2021, eq. 12 and 16.
    """
    if not 0 <= eta <= 1:
        raise ValueError(f"eta is {eta}; choose a number from 0, for no fresh noise, to 1, for DDPM's")
    if eta == 0:  # no noise is drawn that nobody would see
        return _walk(ddim_rule, denoise, schedule, key, shape, timesteps, start, keep)
    return _walk(noisy_ddim_rule, denoise, schedule, key, shape, timesteps, start, keep, eta)


def sample_dpm_solver(
    denoise: Denoiser,
    schedule: NoiseSchedule,
    key: PRNGKey,
    shape: tuple[int, ...],
    *,
    timesteps: StepList | None = None,
    start: Examples | None = None,
    keep: Sequence[int] = (),
) -> Sampled:
    r"""Walk along the same curve as DDIM, with an error that falls with the square of the step: DPM-Solver++(2M).

    DDIM holds :math:`\hat x_0` fixed over a step. This solver lets it go on as it went in the last step, in the time
    :math:`\lambda = \log \sqrt{\bar\alpha} - \log \sqrt{1 - \bar\alpha}` in which the curve is smoothest:

    .. math::

        x_{\tau_{i-1}} = \frac{\sigma_{i-1}}{\sigma_i} x_{\tau_i}
        + \alpha_{i-1} \left(1 - e^{-h_i}\right)
          \left( \hat x_0^{(i)} + \frac{h_i}{2 h_{i+1}} \left( \hat x_0^{(i)} - \hat x_0^{(i+1)} \right) \right),
        \qquad h_i = \lambda_{i-1} - \lambda_i

    with :math:`\alpha = \sqrt{\bar\alpha}` and :math:`\sigma = \sqrt{1 - \bar\alpha}`. The past costs nothing: one
    network evaluation a step, as DDIM. The first step has no past, and the last has no :math:`\lambda` to go to, since
    there is no noise in the data: both are DDIM's.

    Args:
        denoise: See :func:`sample_ddpm`.
        schedule: The noise schedule that the network was trained with.
        key: Randomness of the start.
        shape: Shape of the samples, (n, ...).
        timesteps: Rising time steps to stop at; None for all of them.
        start: Noisy examples at the last of the time steps; None for pure noise.
        keep: Time steps, of those that are visited, whose noisy examples are kept.

    Returns:
        The samples, and the noisy examples at the steps to keep.

    Raises:
        ValueError: As for :func:`sample_ddpm`.

    Example:
        >>> from gencore.diffusion import linear_schedule, mixture_denoiser, spaced_timesteps
        >>> schedule, steps = linear_schedule(), spaced_timesteps(1000, 10)
        >>> denoise = mixture_denoiser(schedule, np.array([[5.0, -5.0]]), std=0.1)
        >>> sample_dpm_solver(denoise, schedule, jax.random.key(0), (500, 2), timesteps=steps).x0.mean(0).round(1)
        Array([ 5., -5.], dtype=float32)

    Reference:
        Lu et al. 2022, algorithm 2.
    """
    return _walk(dpm_solver_rule, denoise, schedule, key, shape, timesteps, start, keep)


def invert_ddim(
    denoise: Denoiser,
    schedule: NoiseSchedule,
    x0: Examples,
    *,
    timesteps: StepList | None = None,
    iterations: int = 1,
) -> Examples:
    r"""Walk DDIM's curve the other way: find the noise that an example comes from.

    A step of :func:`sample_ddim` with :math:`\eta = 0` is undone by solving it for where it came from,

    .. math:: x_{\tau_i} = \sqrt{\frac{\bar\alpha_{\tau_i}}{\bar\alpha_{\tau_{i-1}}}}
              \left( x_{\tau_{i-1}} - \sqrt{1 - \bar\alpha_{\tau_{i-1}}}\; \epsilon \right)
              + \sqrt{1 - \bar\alpha_{\tau_i}}\; \epsilon, \qquad \epsilon = \epsilon_\theta(x_{\tau_i}, \tau_i).

    The noise is asked for at the place that is looked for. One iteration asks at the place before, which is near it;
    each further one asks again at the place found.

    Args:
        denoise: See :func:`sample_ddpm`.
        schedule: The noise schedule that the network was trained with.
        x0: Clean examples, shape (n, ...).
        timesteps: Rising time steps to stop at; None for all of them. Sample with the same ones to come back.
        iterations: Network evaluations a step, at least 1.

    Returns:
        Noisy examples at the last time step, shape (n, ...): the ``start`` that leads back to ``x0``.

    Raises:
        ValueError: ``timesteps`` does not fit the schedule, or ``iterations`` is below 1.

    Example:
        >>> from gencore.diffusion import linear_schedule, mixture_denoiser
        >>> schedule, key = linear_schedule(), jax.random.key(0)
        >>> denoise = mixture_denoiser(schedule, np.array([[1.0, -1.0]]), std=0.5)
        >>> x0 = jnp.array([[0.7, -1.2]])
        >>> noise = invert_ddim(denoise, schedule, x0, iterations=3)
        >>> back = sample_ddim(denoise, schedule, key, x0.shape, start=noise).x0
        >>> bool(jnp.allclose(back, x0, atol=1e-3))
        True

    Reference:
        Song et al. 2021, section 4.3; the iterations are Pan et al. 2023, section 3.
    """
    if iterations < 1:
        raise ValueError(f"iterations is {iterations}; choose 1 or more")
    steps = _checked_steps(schedule, timesteps)
    plan = (respace(schedule, steps), steps.astype(np.int32))
    return _walk_up(as_data(denoise), plan, jnp.asarray(x0), iterations)


def _walk(
    rule: Callable[..., Any],
    denoise: Denoiser,
    schedule: NoiseSchedule,
    key: PRNGKey,
    shape: tuple[int, ...],
    timesteps: StepList | None,
    start: Examples | None,
    keep: Sequence[int],
    *options: float,
) -> Sampled:
    """Check what all samplers take, and walk back by the rule of one."""
    steps = _checked_steps(schedule, timesteps)
    chain = respace(schedule, steps)
    if len(set(keep)) < len(keep) or not set(keep) <= set(steps.tolist()):
        raise ValueError(f"keep is {tuple(keep)}; name each time step once, and only steps that are visited")
    if start is not None and start.shape != tuple(shape):
        raise ValueError(f"start has shape {start.shape} and shape is {tuple(shape)}; make them the same")
    slots = np.full(len(steps), len(keep), np.int32)  # the place after the last is thrown away
    slots[np.searchsorted(steps, np.asarray(keep, dtype=steps.dtype))] = np.arange(len(keep))
    plan = (chain, steps.astype(np.int32), slots)
    first = None if start is None else jnp.asarray(start)
    return _walk_back(
        as_data(denoise), plan, key, first, options, rule=rule, shape=tuple(shape), kept=len(keep)
    )


def _checked_steps(schedule: NoiseSchedule, timesteps: StepList | None) -> np.ndarray:
    return np.arange(schedule.timesteps) if timesteps is None else np.asarray(timesteps)


@partial(jax.jit, static_argnames=("rule", "shape", "kept"))
def _walk_back(
    denoise: Any,
    plan: Any,
    key: Any,
    first: Any,
    options: Any,
    *,
    rule: Any,
    shape: tuple[int, ...],
    kept: int,
) -> Sampled:
    chain, steps, slots = plan
    start, key = jax.random.split(key)

    def back(carry: Any, i: Any) -> Any:
        x, x0_last, path = carry
        path = path.at[slots[i]].set(x)
        noise = denoise(x, jnp.full(shape[0], steps[i]))
        x0 = x0_from_noise(chain, noise, x, jnp.full(shape[0], i))
        fresh = jax.random.normal(jax.random.fold_in(key, i), shape)  # not computed where no rule asks for it
        x = rule(_Here(chain, i, x, noise, x0, x0_last, fresh), *options)
        return (x, x0, path), None

    x = jax.random.normal(start, shape) if first is None else first
    carry = x, jnp.zeros(shape), jnp.zeros((kept + 1, *shape))
    (x0, _, path), _ = jax.lax.scan(back, carry, jnp.arange(len(steps)), reverse=True)
    return Sampled(x0, path[:kept])


def ddpm_rule(here: _Here) -> Any:
    """Draw the step before, given this one and the guess of the clean example."""
    mean, variance = posterior(here.chain, here.x0, here.x, jnp.full(len(here.x), here.i))
    return mean + jnp.sqrt(variance) * here.fresh  # at i = 0 the variance is 0


def ddim_rule(here: _Here) -> Any:
    """Keep the guesses of the clean example and of the noise, and mix them for the step before."""
    scale, spread = _levels(here.chain, here.i - 1)
    return scale * here.x0 + spread * here.noise


def noisy_ddim_rule(here: _Here, eta: Any) -> Any:
    """The same with some of the noise drawn anew."""
    scale, spread = _levels(here.chain, here.i - 1)
    _, variance = posterior(here.chain, here.x0, here.x, jnp.full(len(here.x), here.i))
    variance = jnp.square(eta) * variance
    direction = jnp.sqrt(jnp.maximum(jnp.square(spread) - variance, 0.0))
    return scale * here.x0 + direction * here.noise + jnp.sqrt(variance) * here.fresh


def dpm_solver_rule(here: _Here) -> Any:
    """As DDIM, with a guess of the clean example that goes on as it went in the last step."""
    chain, i = here.chain, here.i
    levels = jnp.log(
        jnp.asarray(chain.sqrt_alphas_cumprod) / jnp.asarray(chain.sqrt_one_minus_alphas_cumprod)
    )
    step = levels[jnp.maximum(i - 1, 0)] - levels[i]  # 0 at i = 0, and then the past does not count
    last_step = levels[i] - levels[jnp.minimum(i + 1, len(levels) - 1)]
    past = jnp.where(last_step > 0, step / jnp.where(last_step > 0, last_step, 1.0), 0.0)
    (scale, spread), (scale_here, spread_here) = _levels(chain, i - 1), _levels(chain, i)
    guess = here.x0 + 0.5 * past * (here.x0 - here.x0_last)
    shrink = spread / spread_here
    return shrink * here.x + (scale - shrink * scale_here) * guess


def _levels(chain: NoiseSchedule, i: Any) -> tuple[Any, Any]:
    """What data and noise are multiplied with at position i; position -1 is the clean data."""
    at = jnp.maximum(i, 0)
    scale = jnp.where(i < 0, 1.0, jnp.asarray(chain.sqrt_alphas_cumprod)[at])
    return scale, jnp.where(i < 0, 0.0, jnp.asarray(chain.sqrt_one_minus_alphas_cumprod)[at])


@jax.jit
def _walk_up(denoise: Any, plan: Any, x0: Any, iterations: Any) -> Any:
    chain, steps = plan

    def up(x: Any, i: Any) -> Any:
        t = jnp.full(len(x), steps[i])
        (scale, spread), (scale_up, spread_up) = _levels(chain, i - 1), _levels(chain, i)

        def ask(_: Any, place: Any) -> Any:
            noise = denoise(place, t)
            return scale_up / scale * (x - spread * noise) + spread_up * noise

        return jax.lax.fori_loop(0, iterations, ask, x), None

    return jax.lax.scan(up, x0, jnp.arange(len(steps)))[0]
