"""Which sizes of detail two pictures share: their agreement, frequency by frequency."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from gencore.metrics._checks import as_image_pair, as_image_stack
from gencore.types import ImageBatch

__all__ = ["band_agreement", "band_power"]

BANDS = (0.0, 2.5, 5.0, 9.0, 14.0)
"""Edges of the bands, in waves per image of 28 pixels: strokes as a whole, strokes, edges, single pixels."""


def band_agreement(
    x: ImageBatch, y: ImageBatch, *, edges: Sequence[float] = BANDS
) -> Float[np.ndarray, " bands"]:
    r"""Correlation of two sets of images in each band of spatial frequency.

    .. math:: r_B = \frac{\sum_{f \in B} \mathrm{Re}\; \hat x_f\, \overline{\hat y_f}}
                   {\sqrt{\sum_{f \in B} |\hat x_f|^2 \; \sum_{f \in B} |\hat y_f|^2}}

    where :math:`\hat x_f` are Fourier coefficients, and the sums run over all images, too. The mean of the second set
    is taken from both first, so that what all its images share does not count.

    Args:
        x: Images, shape (N, height, width).
        y: As many images, of the same shape.
        edges: Rising edges of the bands, in waves per image; a band holds its lower edge and not its upper one.

    Returns:
        One correlation a band, from -1 to 1; 0 for a band in which one of the two has nothing.

    Raises:
        ValueError: The shapes differ or are no stacks of images, or the edges do not rise.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(50, 28, 28))
        >>> band_agreement(x, x).round(3)
        array([1., 1., 1., 1.])
    """
    first, second = as_image_pair(as_image_stack("x", x), as_image_stack("y", y))
    center = second.mean(axis=0)
    a, b = np.fft.fft2(first - center), np.fft.fft2(second - center)
    masks = _masks(first.shape[1:], edges)
    cross = np.array([np.real(a * b.conj())[:, mask].sum() for mask in masks])
    powers = [np.array([np.square(np.abs(c))[:, mask].sum() for mask in masks]) for c in (a, b)]
    there = np.all([power > 1e-24 * power.sum() for power in powers], axis=0)  # and not what rounding leaves
    return np.where(there, cross / np.where(there, np.sqrt(powers[0] * powers[1]), 1.0), 0.0)


def band_power(images: ImageBatch, *, edges: Sequence[float] = BANDS) -> Float[np.ndarray, " bands"]:
    r"""Mean squared Fourier coefficient in each band, around the images' mean, in units of squared pixels.

    .. math:: P_B = \frac{1}{|B|} \sum_{f \in B} \mathbb E\, \frac{|\hat x_f - \mathbb E\, \hat x_f|^2}{H W}

    White noise of variance 1 has 1 in every band, so the numbers say at which noise each band drowns.

    Args:
        images: Shape (N, height, width).
        edges: As for :func:`band_agreement`.

    Returns:
        One power a band.

    Raises:
        ValueError: As for :func:`band_agreement`.

    Example:
        >>> noise = np.random.default_rng(0).normal(size=(2000, 28, 28))
        >>> band_power(noise).round(1)
        array([1., 1., 1., 1.])
    """
    x = as_image_stack("images", images)
    power = np.square(np.abs(np.fft.fft2(x - x.mean(axis=0)))).mean(axis=0) / x[0].size
    return np.array([power[mask].mean() for mask in _masks(x.shape[1:], edges)])


def _masks(shape: tuple[int, ...], edges: Sequence[float]) -> list[np.ndarray]:
    if len(edges) < 2 or list(edges) != sorted(set(edges)):
        raise ValueError(f"edges is {tuple(edges)}; give at least two numbers that rise")
    waves = [np.fft.fftfreq(n, 1 / n) for n in shape]
    radius = np.hypot(*np.meshgrid(*waves, indexing="ij"))
    masks = [(low <= radius) & (radius < high) for low, high in pairwise(edges)]
    if not all(mask.any() for mask in masks):
        raise ValueError(f"edges is {tuple(edges)}; a band between two of them holds no frequency of {shape}")
    return masks
