r"""Digits that were harmed on purpose, in doses, so that a score can be watched while it judges them."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter

from gencore.data.mnist import LabeledImages
from gencore.types import Images

__all__ = ["blurred", "class_sample", "noisy"]


def noisy(images: Images, std: float, *, seed: int = 0) -> Images:
    r"""Add Gaussian noise to every pixel, and clip the result to [0, 1].

    Args:
        images: images in [0, 1], shape (n, height, width).
        std: standard deviation of the noise, in units of the pixel range; 0 or more.
        seed: seed of the noise. One seed gives one pattern, so two doses differ in its strength alone.

    Returns:
        The noisy images, float32.

    Raises:
        ValueError: ``std`` is negative.

    Example:
        >>> noisy(np.full((1, 28, 28), 0.5, np.float32), 0.1).std().round(1)
        np.float32(0.1)
    """
    if not std >= 0:
        raise ValueError(f"std is {std}; it must be 0 or more")
    noise = np.random.default_rng(seed).standard_normal(np.shape(images), np.float32)
    return np.clip(np.asarray(images, np.float32) + np.float32(std) * noise, 0, 1)


def blurred(images: Images, width: float) -> Images:
    r"""Blur every image with a Gaussian; beyond its edges all is black.

    Args:
        images: images in [0, 1], shape (n, height, width).
        width: standard deviation of the Gaussian in pixels; 0 or more, 0 changes nothing.

    Returns:
        The blurred images, float32.

    Raises:
        ValueError: ``width`` is negative.

    Example:
        >>> dot = np.zeros((1, 28, 28), np.float32)
        >>> dot[0, 14, 14] = 1
        >>> blurred(dot, 1.0).max().round(2)  # 1 / (2π), as the density of a Gaussian says
        np.float32(0.16)
    """
    if not width >= 0:
        raise ValueError(f"width is {width}; it must be 0 or more")
    out = gaussian_filter(np.asarray(images, np.float32), (0, width, width), mode="constant")
    return np.clip(out, 0, 1)  # the filter's rounding


def class_sample(data: LabeledImages, n: int, classes: Sequence[int] = tuple(range(10))) -> LabeledImages:
    """Take the first images of some classes, equally many of each, in the data's order.

    A class that holds too few images is gone through again from its start.

    Args:
        data: images and their labels.
        n: how many images to take, at least one a class.
        classes: the classes to take; the first of them get the images that do not divide evenly.

    Returns:
        The images, shape (n, height, width), and their labels.

    Raises:
        ValueError: there are no classes, fewer images than classes, or a class that the data lack.

    Example:
        >>> from gencore.data import load_mnist
        >>> digits = class_sample(load_mnist("test", source="embedded"), 7, classes=(1, 8))
        >>> np.bincount(digits.labels).tolist()
        [0, 4, 0, 0, 0, 0, 0, 0, 3]
    """
    if not 1 <= len(classes) <= n:
        raise ValueError(f"n is {n} and classes has {len(classes)} entries; take at least one image a class")
    absent = sorted(set(classes) - set(data.labels.tolist()))
    if absent:
        raise ValueError(f"classes names {absent}, but the data hold no image of them")
    places = []
    for i, label in enumerate(classes):
        wanted = n // len(classes) + (i < n % len(classes))
        places.append(np.resize(np.flatnonzero(data.labels == label), wanted))
    chosen = np.sort(np.concatenate(places), kind="stable")
    return LabeledImages(data.images[chosen], data.labels[chosen])
