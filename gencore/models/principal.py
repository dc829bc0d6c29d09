"""Principal components as a code for images: the best linear one."""

import numpy as np
from sklearn.decomposition import PCA

from gencore.types import Codes, Vectors

__all__ = ["PrincipalCode"]


class PrincipalCode:
    r"""PCA as an encoder and a decoder: :math:`z = W^\top (x - \bar x)`, and back :math:`\hat x = W z + \bar x`.

    The columns of :math:`W` are the directions in which the training images vary most. Decoded pixels are clipped to
    [0, 1].

    Args:
        images: Flat images in [0, 1] to learn from, shape (N, d).
        components: Length of the code, from 1 to the smaller of N and d.
        whiten: Divide every entry of the code by its standard deviation over the training images.

    Raises:
        ValueError: There are too few images or pixels for so many components.

    Example:
        >>> images = np.random.default_rng(0).random((20, 784), np.float32)
        >>> code = PrincipalCode(images, 5)
        >>> code.encode(images).shape, code.decode(code.encode(images)).shape
        ((20, 5), (20, 784))

    Reference:
        Jolliffe 2002, "Principal component analysis".
    """

    def __init__(self, images: Vectors, components: int, *, whiten: bool = False):
        images = np.asarray(images)
        if not 1 <= components <= min(images.shape):
            raise ValueError(
                f"components is {components}; images has shape {images.shape}, so take 1 to {min(images.shape)}"
            )
        self.pca = PCA(components, whiten=whiten, svd_solver="covariance_eigh").fit(images)

    def encode(self, x: Vectors) -> Codes:
        """Codes of images: (batch, d) to (batch, components)."""
        return self.pca.transform(np.asarray(x))

    def decode(self, z: Codes) -> Vectors:
        """Images of codes, clipped to [0, 1]: (batch, components) to (batch, d)."""
        return self.pca.inverse_transform(np.asarray(z)).clip(0, 1).astype(np.float32)
