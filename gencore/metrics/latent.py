"""What a latent space is used for."""

from gencore.metrics._checks import as_features
from gencore.types import Features

__all__ = ["active_units"]


def active_units(codes: Features, *, threshold: float = 0.01) -> int:
    r"""Count the latent dimensions that a VAE uses: those whose posterior mean moves with the input.

    A collapsed dimension has the posterior :math:`\mathcal N(0, 1)` for every image, so its mean does not move.

    .. math:: A_j = \operatorname{Var}_x\left(\mathbb E_{q(z \mid x)} z_j\right) > \text{threshold}

    Args:
        codes: Posterior means of many images, shape (N, k).
        threshold: Smallest variance that counts, in squared units of the prior's standard deviation.

    Returns:
        The number of active dimensions, from 0 to k.

    Raises:
        ValueError: ``codes`` has fewer than two rows.

    Example:
        >>> import numpy as np
        >>> active_units(np.array([[1.0, 0.01], [-1.0, 0.0]]))
        1

    Reference:
        Burda et al. 2016, appendix C.
    """
    return int((as_features("codes", codes, least=2).var(axis=0) > threshold).sum())
