"""Mode coverage: how many of a mixture's modes a model reaches, and how much of what it makes lies near one."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from gencore.metrics._checks import as_feature_pair
from gencore.types import Features

_REACH = 3.0  # standard deviations within which a sample belongs to a mode
_SHARE = 0.1  # of a fair share: less does not count as covering a mode


class ModeCoverage(NamedTuple):
    """What a set of samples reaches of a mixture.

    Attributes:
        covered: Number of modes that have at least a tenth of their fair share of all samples.
        high_quality: Fraction of samples within three standard deviations of a mode.
        counts: Number of those samples at each mode, an integer array.
    """

    covered: int
    high_quality: float
    counts: np.ndarray


def mode_coverage(samples: Features, centers: Features, std: float) -> ModeCoverage:
    r"""Count the modes that samples reach.

    A sample belongs to its nearest mode if it lies within :math:`3\sigma` of the center. A mode is covered if it has at
    least :math:`n / (10 M)` samples, a tenth of the fair share of one of :math:`M` equally likely modes. In two
    dimensions true samples lie within :math:`3\sigma` with probability :math:`1 - e^{-9/2}`, about 0.989.

    Args:
        samples: What a model made, one a row.
        centers: The modes, one a row.
        std: Standard deviation :math:`\sigma` of a mode, positive.

    Returns:
        Modes covered, fraction of good samples, and the count at each mode.

    Raises:
        ValueError: ``std`` is not positive, or the arrays are empty, not finite, or of different dimensions.

    Example:
        >>> centers = np.array([[0.0, 0.0], [4.0, 0.0]])
        >>> mode_coverage(np.array([[0.1, 0.0], [0.0, 0.2], [2.0, 0.0]]), centers, std=0.5)
        ModeCoverage(covered=1, high_quality=0.6666666666666666, counts=array([2, 0]))

    Reference:
        The count of samples within three standard deviations is that of Lin et al. 2018, *PacGAN*, section 4.1, after
        Srivastava et al. 2017, *VEEGAN*.
    """
    if not std > 0:
        raise ValueError(f"std is {std}; give the modes' standard deviation, a positive number")
    samples, centers = as_feature_pair(("samples", "centers"), samples, centers, least=(1, 1))
    distance, mode = map(np.asarray, KDTree(centers).query(samples))
    counts = np.bincount(mode[distance <= _REACH * std], minlength=len(centers))
    covered = int((counts >= _SHARE * len(samples) / len(centers)).sum())
    return ModeCoverage(covered, float(counts.sum() / len(samples)), counts)
