r"""How far a picture is from the one it should be: MSE, PSNR and SSIM, for images in [0, 1]."""

import numpy as np
from scipy.ndimage import correlate1d

from gencore.metrics._checks import as_image_pair
from gencore.types import ImageBatch

_RADIUS, _SIGMA = 5, 1.5  # Wang et al. 2004: an 11 × 11 Gaussian window
_C1, _C2 = 0.01**2, 0.03**2
_BLOCK = 1000  # images whose maps are held at a time


def mse(x: ImageBatch, y: ImageBatch) -> float:
    r"""Mean squared error, over all the pixels of all the images.

    .. math::
        \mathrm{MSE} = \frac{1}{N D} \sum_{i=1}^{N} \lVert x_i - y_i \rVert^2

    Args:
        x: images, shape (images, height, width), or flat, (images, pixels).
        y: the images they should be, same shape.

    Returns:
        The mean, in squared units of a pixel.

    Raises:
        ValueError: the shapes differ, or a value is not a finite floating-point number.

    Example:
        >>> mse(np.zeros((2, 28, 28)), np.full((2, 28, 28), 0.5))
        0.25
    """
    return float(_squared_error(x, y).mean())


def psnr(x: ImageBatch, y: ImageBatch) -> float:
    r"""Peak signal-to-noise ratio in decibels: each image's own, then the mean over the images.

    .. math::
        \mathrm{PSNR}(x, y) = -10 \log_{10} \mathrm{MSE}(x, y)

    The peak is 1. An image that equals its target has an infinite ratio, and then the mean is infinite too.

    Args:
        x: images in [0, 1], shape (images, height, width), or flat, (images, pixels).
        y: the images they should be, same shape.

    Returns:
        The mean ratio; larger is better.

    Raises:
        ValueError: the shapes differ, or a value is not a finite floating-point number.

    Example:
        >>> round(psnr(np.zeros((2, 28, 28)), np.full((2, 28, 28), 0.1)), 6)
        20.0
    """
    with np.errstate(divide="ignore"):  # log 0 is the infinite ratio of two equal images
        return float((-10 * np.log10(_squared_error(x, y))).mean())


def ssim(x: ImageBatch, y: ImageBatch) -> float:
    r"""Structural similarity: means, variances and covariance compared in a sliding window.

    .. math::
        \mathrm{SSIM} = \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}
            {(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)},
        \qquad C_1 = 0.01^2, \; C_2 = 0.03^2

    The window is Gaussian, 11 pixels wide, :math:`\sigma = 1.5`, its weights sum to 1, and its variances are
    divided by that sum. The border rule is that of the paper's own code: **only windows that lie inside the
    image** count, so a digit of 28 × 28 pixels has 18 × 18 of them. (Packages that pad the border and average
    over it as well give other numbers.)

    Args:
        x: images in [0, 1], shape (images, height, width), both sides at least 11 pixels.
        y: the images they should be, same shape.

    Returns:
        The mean over windows and images, at most 1; 1 for equal images.

    Raises:
        ValueError: the shapes differ, an image is too small, or a value is not a finite floating-point
            number.

    Example:
        >>> image = np.tile(np.linspace(0, 1, 28), (1, 28, 1))
        >>> ssim(image, image)
        1.0
        >>> ssim(image, 1 - image) < 0  # the same edges, turned over
        True

    Reference:
        Wang et al. 2004, eq. 13, window of sec. III-C.
    """
    x, y = as_image_pair(x, y)
    side = 2 * _RADIUS + 1
    if x.ndim != 3 or min(x.shape[1:]) < side:
        raise ValueError(
            f"x has shape {x.shape}; pass (images, height, width), each side at least {side} pixels"
        )
    total = sum(_ssim_sum(x[i : i + _BLOCK], y[i : i + _BLOCK]) for i in range(0, len(x), _BLOCK))
    return total / len(x)


def _squared_error(x: ImageBatch, y: ImageBatch) -> np.ndarray:
    """Mean squared error of each image."""
    a, b = as_image_pair(x, y)
    return ((a - b) ** 2).reshape(len(a), -1).mean(axis=1)


def _ssim_sum(x: np.ndarray, y: np.ndarray) -> float:
    """Sum over the images of each one's mean similarity."""
    mean_x, mean_y = _windows(x), _windows(y)
    var_x, var_y = _windows(x * x) - mean_x**2, _windows(y * y) - mean_y**2
    cov = _windows(x * y) - mean_x * mean_y
    similarity = ((2 * mean_x * mean_y + _C1) * (2 * cov + _C2)) / (
        (mean_x**2 + mean_y**2 + _C1) * (var_x + var_y + _C2)
    )
    return float(similarity.mean(axis=(1, 2)).sum())


def _windows(images: np.ndarray) -> np.ndarray:
    """Weighted mean of every window that lies inside the image: (n, h, w) to (n, h - 10, w - 10)."""
    offsets = np.arange(-_RADIUS, _RADIUS + 1)
    weights = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    weights /= weights.sum()
    means = correlate1d(correlate1d(images, weights, axis=1), weights, axis=2)
    return means[:, _RADIUS:-_RADIUS, _RADIUS:-_RADIUS]
