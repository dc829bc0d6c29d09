"""A denoiser for images in two looks: at the whole, and at small windows that overlap. Matrix products only."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float

from gencore.models.layers import ModuleList, on_rows
from gencore.models.residual_denoiser import ResidualBlock, ResidualDenoiser
from gencore.types import AnyArray, Labels, PerExample, Timesteps, Vectors

__all__ = ["RefinedDenoiser", "cut_windows", "join_windows"]

nothing = nnx.initializers.zeros_init()


def cut_windows(x: Vectors, side: int, window: int = 8) -> Float[jax.Array, "batch n n pixels"]:
    r"""Cut square images into square windows, each half a window away from the next.

    An image of 28 x 28 pixels has 6 x 6 windows of 8 x 8. A window is four neighbors of a grid of half its size, so no
    pixel is looked up: the grid is reshaped, and four of its shifts stand side by side.

    Args:
        x: Flat images, shape (batch, side * side).
        side: Height and width of an image, a multiple of ``window / 2`` and at least ``window``.
        window: Height and width of a window, even.

    Returns:
        Shape (batch, n, n, window * window), n = 2 side / window - 1. The pixels of a window come quarter by quarter.

    Raises:
        ValueError: Such windows do not fit.

    Example:
        >>> cut_windows(jnp.arange(16.0)[None], side=4, window=2)[0, 0, 0]
        Array([0., 1., 4., 5.], dtype=float32)
    """
    n, half = _grid(side, window)
    cells = jnp.asarray(x).reshape(-1, n, half, n, half).transpose(0, 1, 3, 2, 4)
    cells = cells.reshape(-1, n, n, half * half)  # (batch, row, column, pixel)
    return jnp.concatenate(
        [cells[:, :-1, :-1], cells[:, :-1, 1:], cells[:, 1:, :-1], cells[:, 1:, 1:]], axis=-1
    )


def join_windows(windows: Float[AnyArray, "batch n n pixels"], side: int) -> Vectors:
    r"""Put windows back in their places; where several overlap, a pixel is their mean.

    Joining what :func:`cut_windows` has cut gives the image again.

    Args:
        windows: Shape (batch, n, n, window * window), in the order of :func:`cut_windows`.
        side: Height and width of an image.

    Returns:
        Flat images, shape (batch, side * side).

    Raises:
        ValueError: ``n`` is not the number of windows along a side of such an image.

    Example:
        >>> x = jnp.arange(16.0)[None]
        >>> bool((join_windows(cut_windows(x, side=4, window=2), side=4) == x).all())
        True
    """
    pixels = windows.shape[-1]
    n, half = _grid(side, round(pixels**0.5))
    if windows.shape[1] != n - 1:
        raise ValueError(
            f"windows has {windows.shape[1]} of them along a side; an image of side {side} has {n - 1}"
        )
    parts = jnp.split(jnp.asarray(windows), 4, axis=-1)
    corners = [(0, 0), (0, 1), (1, 0), (1, 1)]
    cells = sum(
        jnp.pad(part, ((0, 0), (down, 1 - down), (right, 1 - right), (0, 0)))
        for part, (down, right) in zip(parts, corners, strict=True)
    )
    often = np.full(n, 2.0, np.float32)  # in how many windows a row of cells lies
    often[[0, -1]] = 1.0
    cells = cells / np.outer(often, often)[..., None]
    return cells.reshape(-1, n, n, half, half).transpose(0, 1, 3, 2, 4).reshape(-1, side * side)


def _grid(side: int, window: int) -> tuple[int, int]:
    """How many half windows lie along a side, and how many pixels along each."""
    if window < 2 or window % 2 or side < window or side % (window // 2):
        raise ValueError(
            f"window is {window} and side is {side}; choose an even window, no larger than the side, whose half "
            "divides the side"
        )
    return side // (window // 2), window // 2


class RefinedDenoiser(nnx.Module):
    r"""A denoiser for square images: a plain one guesses the whole, a small one corrects what it sees in each window.

    .. math:: f_\theta(x_t, t, y) = g_\theta(x_t, t, y) + \mathrm{join}_w \, r_\theta\bigl(
              \mathrm{cut}_w\, x_t, \; \mathrm{cut}_w\, g_\theta(x_t, t, y), \; w, \; h \bigr)

    where :math:`g` is a :class:`ResidualDenoiser`, :math:`r` one network for all windows :math:`w`, and :math:`h` what
    :math:`g` knows at its end: the time, the class, and the whole image. The plain denoiser knows what is to be drawn.
    But all of its answer passes through a few hundred features, so edges are soft; and an edge is a local matter. At
    first the corrections are zero, and the whole is the plain denoiser.

    Args:
        side: Height and width of an image.
        width: Width of the plain denoiser's residual blocks.
        blocks: Number of them, at least 1.
        detail_width: Width of the residual blocks that look at windows.
        detail_blocks: Number of them, at least 1.
        window: Height and width of a window, even; its half divides ``side``.
        classes: Number of classes; 0 for none. Class number ``classes`` itself stands for "no class".
        rngs: Source of the initial weights.

    Raises:
        ValueError: ``blocks`` or ``detail_blocks`` is below 1, or such windows do not fit.

    Example:
        >>> model = RefinedDenoiser(8, 16, 1, detail_width=12, window=4, classes=10, rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 64)), jnp.array([0, 500, 999]), jnp.array([7, 7, 10])).shape
        (3, 64)

    Reference:
        Dosovitskiy et al. 2021 for images as small squares that one network sees, each with its place.
    """

    def __init__(
        self,
        side: int = 28,
        width: int = 512,
        blocks: int = 4,
        *,
        detail_width: int = 128,
        detail_blocks: int = 2,
        window: int = 8,
        classes: int = 0,
        rngs: nnx.Rngs,
    ):
        if detail_blocks < 1:
            raise ValueError(f"detail_blocks is {detail_blocks}; choose 1 or more")
        n, _ = _grid(side, window)
        pixels = window * window
        self.plain = ResidualDenoiser(side * side, width, blocks, classes=classes, rngs=rngs)
        self.enter = nnx.Linear(2 * pixels, detail_width, rngs=rngs)
        self.tell = nnx.Linear(width, detail_width, rngs=rngs)
        self.place = nnx.Param(jnp.zeros((n - 1, n - 1, detail_width)))
        self.blocks = ModuleList(ResidualBlock(detail_width, rngs=rngs) for _ in range(detail_blocks))
        self.leave = nnx.Linear(detail_width, pixels, kernel_init=nothing, rngs=rngs)
        self.input_dim, self.classes = self.plain.input_dim, classes
        self.side, self.window = side, window

    def __call__(self, x: Vectors, t: Timesteps | PerExample, labels: Labels | None = None) -> jax.Array:
        """Map noisy images (batch, side * side), times (batch,) and classes (batch,) to images of the same shape.

        Without labels, a denoiser with classes answers for "no class". Labels for one without classes are an error.
        """
        known, condition = self.plain.features(x, t, labels)
        whole = self.plain.leave(known)
        seen = [cut_windows(image, self.side, self.window) for image in (x, whole)]
        h = on_rows(self.enter, jnp.concatenate(seen, axis=-1))  # (batch, n, n, detail_width)
        told = self.tell(known + condition)[:, None, None] + self.place[...]
        for block in self.blocks:
            h = block(h, told)
        return whole + join_windows(on_rows(self.leave, h), self.side)
