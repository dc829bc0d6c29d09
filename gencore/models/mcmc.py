"""Markov chain Monte Carlo: draw from a density that can be evaluated and nothing else. BlackJAX does the work."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from gencore.types import AnyArray, PRNGKey

__all__ = ["Chains", "sample_chains"]


_DOUBLINGS = 7  # a path has at most 2⁷ points: all chains wait for the longest


class Chains(NamedTuple):
    r"""Draws of several chains, and whether to trust them.

    Attributes:
        draws: Shape (chains, steps, d), after the warm-up.
        rhat: Split :math:`\hat R` of each coordinate, shape (d,): the spread of all draws over the spread within half
            a chain. It is 1 when all chains tell the same story; above 1.05 do not believe them.
        ess: Effective sample size of each coordinate, shape (d,): as many independent draws would be as good.
        acceptance: Mean acceptance rate of the steps, from 0 to 1.
        divergent: Number of steps whose trajectory went wrong; it should be 0.
    """

    draws: Float[np.ndarray, "chains steps d"]
    rhat: Float[np.ndarray, " d"]
    ess: Float[np.ndarray, " d"]
    acceptance: float
    divergent: int


def sample_chains(
    log_density: Callable[..., Any],
    start: Float[AnyArray, "chains d"],
    key: PRNGKey,
    *,
    args: tuple[Any, ...] = (),
    steps: int = 500,
    warmup: int = 300,
) -> Chains:
    r"""Draw from a density by the No-U-Turn sampler, with several chains in one compiled call.

    A step rolls a ball without friction through the landscape :math:`-\log p(x)`, kicked in a random direction, and
    stops it where its path would turn back. During the warm-up each chain finds its step size and the scale of
    each coordinate; these steps are thrown away. The density needs no normalization.

    Args:
        log_density: Maps one point of shape (d,), and ``args``, to :math:`\log p(x) + \text{const}`. It is compiled for
            this very function: pass the same object again to use the compiled code again.
        start: Where the chains start, shape (chains, d), at least two chains: best far apart, so that
            :math:`\hat R` can notice when they do not meet.
        key: A key of ``jax.random.key``.
        args: What else the density needs, such as a model; another one of the same shape compiles nothing anew.
        steps: Draws of each chain, at least 4.
        warmup: Steps before the first draw, at least 20.

    Returns:
        The draws and their diagnostics.

    Raises:
        ValueError: ``start`` holds fewer than two chains, there are too few steps, or ``log_density`` is not finite at
            a start.

    Example:
        >>> chains = sample_chains(lambda x: -0.5 * (x**2).sum(), jnp.array([[-2.0], [2.0]]), jax.random.key(0))
        >>> chains.draws.shape, bool(chains.rhat[0] < 1.05)
        ((2, 500, 1), True)

    Reference:
        Hoffman and Gelman 2014, algorithm 6 (the sampler); Gelman and Rubin 1992 and Vehtari et al. 2021 (R-hat).
    """
    start = jnp.asarray(start, jnp.float32)
    if start.ndim != 2 or len(start) < 2:
        raise ValueError(f"start has shape {start.shape}; give at least two chains, (chains, d)")
    if steps < 4 or warmup < 20:
        raise ValueError(f"steps is {steps} and warmup {warmup}; take at least 4 steps and 20 of warm-up")
    heights = jax.vmap(lambda x: log_density(x, *args))(start)
    if not bool(jnp.isfinite(heights).all()):
        raise ValueError(f"log_density is {np.asarray(heights)} at the starts; start where it is finite")
    from blackjax.diagnostics import effective_sample_size, potential_scale_reduction

    draws, acceptance, divergent = _run(log_density, args, start, key, steps, warmup)
    half = steps // 2
    halves = draws[:, : 2 * half].reshape(2 * len(start), half, -1)
    return Chains(
        np.asarray(draws),
        np.atleast_1d(potential_scale_reduction(halves)),
        np.atleast_1d(effective_sample_size(draws)),
        float(acceptance.mean()),
        int(divergent.sum()),
    )


@partial(jax.jit, static_argnames=("log_density", "steps", "warmup"))
def _run(
    log_density: Callable[..., Any],
    args: tuple[Any, ...],
    start: jax.Array,
    key: PRNGKey,
    steps: int,
    warmup: int,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    import blackjax  # here, since few need it and it takes a while to load

    def density(x: jax.Array) -> jax.Array:
        return log_density(x, *args)

    def chain(position: jax.Array, key: PRNGKey):
        warm_key, draw_key = jax.random.split(key)
        adaptation = blackjax.window_adaptation(blackjax.nuts, density, max_num_doublings=_DOUBLINGS)
        (state, parameters), _ = adaptation.run(warm_key, position, warmup)
        sampler = blackjax.nuts(density, **parameters)

        def step(state, key: PRNGKey):
            state, info = sampler.step(key, state)
            return state, (state.position, info.acceptance_rate, info.is_divergent)

        return jax.lax.scan(step, state, jax.random.split(draw_key, steps))[1]

    return jax.vmap(chain)(start, jax.random.split(key, len(start)))
