r"""Scaling laws: how a loss falls with the number of weights or of tokens, as a line on logarithmic axes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from flax import nnx
from jaxtyping import Int, Num
from scipy.optimize import fminbound

from gencore.models import GPT, token_nll
from gencore.recipes import gpt
from gencore.types import AnyArray

__all__ = ["PowerLaw", "Rung", "as_rung", "climb_ladder", "count_weights", "fit_power_law"]


class PowerLaw(NamedTuple):
    r"""A loss that falls as a power of a size :math:`N`, down to a floor: :math:`L(N) = E + A\, N^{-\alpha}`.

    Attributes:
        floor: The loss :math:`E` that no size goes below.
        scale: The factor :math:`A`, positive.
        exponent: The power :math:`\alpha`: on logarithmic axes, minus the slope of the loss above its floor.

    Example:
        >>> PowerLaw(floor=1.0, scale=8.0, exponent=0.5)(np.array([16, 64])).tolist()
        [3.0, 2.0]
    """

    floor: float
    scale: float
    exponent: float

    def __call__(self, sizes: Num[AnyArray, " _sizes"] | float) -> Any:
        """The loss at each size: an array, or one number for one number."""
        return self.floor + self.scale * np.asarray(sizes, np.float64) ** -self.exponent


def fit_power_law(
    sizes: Num[AnyArray, " _sizes"] | Sequence[float],
    losses: Num[AnyArray, " _losses"] | Sequence[float],
    *,
    floor: float | None = 0.0,
) -> PowerLaw:
    r"""Fit :math:`L(N) = E + A\, N^{-\alpha}` by least squares of :math:`\log (L - E)`.

    With a known floor that is a straight line through :math:`(\log N, \log (L - E))`. Without one, the floor is the one
    whose line leaves the smallest error; few points far above it say little about it.

    Args:
        sizes: Numbers of weights or of tokens, positive, at least 2 different ones; 3 where the floor is not known.
        losses: The loss at each, positive.
        floor: The floor :math:`E`, 0 or more and below every loss; None to fit it, too.

    Returns:
        The law; call it to predict.

    Raises:
        ValueError: There are too few sizes, one is not positive, or a loss is not above the floor.

    Example:
        >>> sizes = np.array([1e3, 1e4, 1e5])
        >>> law = fit_power_law(sizes, 1.5 + 20 * sizes**-0.4, floor=None)
        >>> round(law.floor, 3), round(law.exponent, 3)
        (1.5, 0.4)

    Reference:
        Kaplan et al. 2020, eqs. 1.1 and 1.2, whose floor is 0; Hoffmann et al. 2022, eq. 2, with a floor.
    """
    n, loss = np.asarray(sizes, np.float64), np.asarray(losses, np.float64)
    if n.shape != loss.shape or n.ndim != 1 or not ((n > 0).all() and np.isfinite(n).all()):
        raise ValueError(
            f"sizes and losses have shapes {n.shape} and {loss.shape}; give one loss a size, and positive sizes"
        )
    needed, low = (3 if floor is None else 2), (0.0 if floor is None else floor)
    if len(np.unique(n)) < needed:
        raise ValueError(f"sizes holds {len(np.unique(n))} different ones; this fit needs at least {needed}")
    if low < 0 or not (loss > low).all():
        raise ValueError(
            f"floor is {floor} and the smallest loss {loss.min():g}; every loss must be above it"
        )

    def line(under: float) -> tuple[np.ndarray, float]:
        """Slope and height of the line above a floor, and its squared error."""
        above = np.log(loss - under)
        slope, height = np.polyfit(np.log(n), above, 1)
        return np.array([slope, height]), float(np.square(above - slope * np.log(n) - height).sum())

    if floor is None:
        # The error has two valleys, one of them at the floor 0: look everywhere first, then around the deepest place.
        grid = float(loss.min()) * np.linspace(0, 1, 1001)[:-1]
        deepest = int(np.argmin([line(under)[1] for under in grid]))
        around = (grid[max(deepest - 1, 0)], grid[min(deepest + 1, 999)])
        low = np.asarray(fminbound(lambda under: line(under)[1], *around, xtol=1e-12)).item()
    slope, height = line(low)[0]
    return PowerLaw(low, float(np.exp(height)), float(-slope))


class Rung(NamedTuple):
    """One training of a ladder of sizes.

    Attributes:
        weights: Weights of the model, without the vectors of tokens and positions.
        tokens: Tokens that it was trained on, counted as often as they were seen.
        loss: Nats per token of a text that it was not trained on.
    """

    weights: int
    tokens: int
    loss: float


def count_weights(model: Any, *, vectors: bool = False) -> int:
    """Count the weights of a transformer.

    Args:
        model: A :class:`gencore.models.GPT`.
        vectors: Count the vectors of tokens and positions, too. They grow with the vocabulary, and do no arithmetic but
            at the exit.

    Returns:
        The count.

    Example:
        >>> model = GPT(65, context=16, width=8, layers=2, heads=2, bias=False, rngs=nnx.Rngs(0))
        >>> count_weights(model), 2 * 12 * 8**2  # 12 width² a layer; the rest are normalizations
        (1576, 1536)
    """
    every = nnx.state(model, nnx.Param)
    embedded = nnx.state((model.token_vectors, model.position_vectors), nnx.Param)
    count = sum(p.size for p in jax.tree.leaves(every))
    return count if vectors else count - sum(p.size for p in jax.tree.leaves(embedded))


def as_rung(model: GPT, chosen: gpt.Settings, test: Int[AnyArray, " _test"]) -> Rung:
    """Measure a trained model as a rung of a ladder.

    Args:
        model: The model.
        chosen: The settings that it was trained with.
        test: Tokens that it has not seen, shape (time,).

    Returns:
        The rung. Its loss is that of :func:`gencore.models.token_nll` with windows that overlap by half.

    Example:
        >>> tiny = gpt.Settings(width=8, layers=1, heads=2, context=8, steps=2, batch_size=4)
        >>> as_rung(gpt.build(5, tiny), tiny, np.arange(100) % 5)[:2]
        (792, 64)
    """
    seen = chosen.steps * chosen.batch_size * chosen.context
    return Rung(count_weights(model), seen, float(token_nll(model, test, stride=model.context // 2).mean()))


def climb_ladder(
    train: Int[AnyArray, " _train"],
    test: Int[AnyArray, " _test"],
    vocab_size: int,
    rungs: Sequence[gpt.Settings],
    *,
    seed: int = 0,
) -> list[Rung]:
    """Train one transformer for each rung, and measure its loss on a text that it has not seen.

    Args:
        train: Tokens to learn from, shape (time,).
        test: Tokens to be tested on, shape (time,).
        vocab_size: Number of different tokens.
        rungs: Settings of each training.
        seed: Seed of every training.

    Returns:
        The trainings, in their order.

    Example:
        >>> tiny = gpt.Settings(width=8, layers=1, heads=2, context=8, steps=2, batch_size=4)
        >>> text = np.arange(200) % 5
        >>> [(rung.weights, rung.tokens) for rung in climb_ladder(text, text, 5, [tiny])]
        [(792, 64)]
    """
    runs = (gpt.train(train, vocab_size, chosen, seed=seed, progress=False) for chosen in rungs)
    return [as_rung(run.model, chosen, test) for run, chosen in zip(runs, rungs, strict=True)]
