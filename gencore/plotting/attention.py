"""Attention as a picture: where each token of a text looks."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from gencore.plotting.axes import Numbers
from gencore.plotting.style import COLORS, INK, MUTED, PAPER, RULE, WIDTH

_WEIGHT = LinearSegmentedColormap.from_list("weight", [PAPER, "#8fbbe0", COLORS[0], "#06304b"])


def attention_maps(
    maps: Mapping[str, Numbers], tokens: Sequence[str], *, columns: int | None = None
) -> np.ndarray:
    """Draw attention weights, one square a head: each row is a token that looks, each column one that is looked at.

    A row sums to one. Dark is a large weight; the stairs mark the diagonal, right of which lies the future.

    Args:
        maps: For each head's name, its weights, shape (tokens, tokens), from 0 to 1.
        tokens: The text, token by token; a space is drawn as ␣.
        columns: Heads in a row. ``None``: at most two.

    Returns:
        The axes, shape (rows, columns); those without a head are not drawn.

    Raises:
        ValueError: There is no head, a head's weights are not square or do not fit the tokens, or a weight is not
            between 0 and 1.

    Example:
        >>> looks_back = np.tril(np.ones((3, 3))) / np.arange(1, 4)[:, None]
        >>> axes = attention_maps({"evenly": looks_back}, list("a b"))
        >>> [label.get_text() for label in axes[0, 0].get_yticklabels()]
        ['a', '␣', 'b']

    Reference:
        Vaswani et al. 2017, figs. 3 to 5, draw the same weights as lines.
    """
    if not maps:
        raise ValueError("maps is empty: give at least one {name: weights}")
    squares = {name: np.asarray(weights, dtype=np.float64) for name, weights in maps.items()}
    n = len(tokens)
    for name, weights in squares.items():
        if weights.shape != (n, n):
            raise ValueError(
                f"maps[{name!r}] has shape {weights.shape}, but there are {n} tokens; give ({n}, {n})"
            )
        if not ((weights >= 0) & (weights <= 1 + 1e-5)).all():
            raise ValueError(f"maps[{name!r}] holds weights that are not between 0 and 1; take the softmax")
    columns = columns or min(2, len(squares))
    rows = -(-len(squares) // columns)
    side = WIDTH / columns
    _, axes = plt.subplots(rows, columns, figsize=(WIDTH, rows * (side + 0.1)), squeeze=False)
    words = ["␣" if token == " " else token for token in tokens]
    for ax, (name, weights) in zip(axes.flat, squares.items(), strict=False):
        _draw(ax, name, weights, words, small=columns > 1)
    for ax in axes.flat[len(squares) :]:
        ax.remove()
    return axes


def _draw(ax: Axes, name: str, weights: np.ndarray, words: Sequence[str], *, small: bool) -> None:
    n = len(words)
    ax.imshow(weights, cmap=_WEIGHT, vmin=0, vmax=1)
    stairs = np.repeat(np.arange(n + 1), 2) - 0.5
    ax.plot(stairs[1:], stairs[:-1], color=MUTED, linewidth=0.6, linestyle="-")
    looks = {"labelsize": 7.5 if small else 9, "length": 0, "labelcolor": INK, "pad": 1.5}
    ax.set_xticks(range(n), words)
    ax.set_yticks(range(n), words)
    ax.tick_params(labeltop=True, labelbottom=False, **looks)
    ax.set_title(name, loc="center", fontsize=9.5, color=MUTED, pad=6)
    ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=RULE)
