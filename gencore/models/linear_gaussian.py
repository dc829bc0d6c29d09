r"""The one VAE whose likelihood is known: linear and Gaussian. Bounds are held against it."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float
from scipy.linalg import cho_solve, cholesky

from gencore.models.likelihood import Gaussian
from gencore.models.vae import VAE
from gencore.types import AnyArray, Vectors

__all__ = ["LinearGaussian"]


class LinearGaussian(NamedTuple):
    r"""Probabilistic PCA: :math:`z \sim \mathcal N(0, I)`, then :math:`x \sim \mathcal N(W z + b, \sigma^2 I)`.

    A Gaussian seen through a linear map is a Gaussian, so both things that a VAE cannot compute are known here: the
    likelihood :math:`p(x) = \mathcal N(b,\, W W^\top + \sigma^2 I)`, and the true posterior
    :math:`p(z \mid x) = \mathcal N(M^{-1} W^\top (x - b),\, \sigma^2 M^{-1})` with
    :math:`M = W^\top W + \sigma^2 I`.

    Attributes:
        weight: The map :math:`W`, shape (d, k), with orthogonal columns: then the posterior is diagonal, and a VAE's
            encoder can be exactly right.
        bias: The mean :math:`b`, shape (d,).
        std: Standard deviation :math:`\sigma` of the noise, positive.

    Example:
        >>> truth = LinearGaussian(np.array([[2.0], [1.0]]), np.zeros(2), std=0.5)
        >>> truth.covariance
        array([[4.25, 2.  ],
               [2.  , 1.25]])

    Reference:
        Tipping and Bishop 1999, "Probabilistic principal component analysis", eq. 4 and 7.
    """

    weight: Float[AnyArray, "d k"]
    bias: Float[AnyArray, " d"]
    std: float

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the data, shape (d, d)."""
        weight = np.asarray(self.weight, np.float64)
        return weight @ weight.T + self.std**2 * np.eye(len(weight))

    def sample(self, n: int, *, seed: int = 0) -> np.ndarray:
        """Draw data, shape (n, d)."""
        rng = np.random.default_rng(seed)
        return rng.multivariate_normal(self.bias, self.covariance, n).astype(np.float32)

    def log_prob(self, x: Vectors) -> np.ndarray:
        r"""Exact :math:`\log p(x)` in nats, in float64: (batch, d) to (batch,)."""
        centered = np.asarray(x, np.float64) - np.asarray(self.bias, np.float64)
        factor = cholesky(self.covariance, lower=True)
        squared = np.sum(centered.T * cho_solve((factor, True), centered.T), axis=0)
        return -0.5 * (squared + 2 * np.log(np.diag(factor)).sum() + centered.shape[1] * np.log(2 * np.pi))

    def vae(self, posterior_scale: float = 1.0) -> VAE:
        r"""Return the same model as a VAE, with an encoder whose widths are exact or wrong on purpose.

        Args:
            posterior_scale: The encoder's standard deviations, as multiples of the true posterior's. The gap of the
                ELBO is then :math:`\tfrac k2 (s^2 - 1 - \log s^2)` nats.

        Returns:
            A VAE without hidden layers; at scale 1 its encoder is the true posterior.

        Raises:
            ValueError: The columns of ``weight`` are not orthogonal, or the scale is not positive.
        """
        if not posterior_scale > 0:
            raise ValueError(f"posterior_scale is {posterior_scale}; choose a positive number")
        weight, bias = np.asarray(self.weight, np.float64), np.asarray(self.bias, np.float64)
        d, k = weight.shape
        products = weight.T @ weight
        if np.abs(products - np.diag(np.diag(products))).max() > 1e-9 * np.abs(products).max():
            raise ValueError(
                f"the columns of weight must be orthogonal; their products are {products.tolist()}"
            )
        scale = 1 / (np.diag(products) + self.std**2)  # the diagonal of M⁻¹
        gain = weight * scale  # (d, k): the transpose of M⁻¹Wᵀ
        log_var = np.log(self.std**2 * scale * posterior_scale**2)
        model = VAE(d, k, (), likelihood=Gaussian(self.std), rngs=nnx.Rngs(0))
        encoder, decoder = model.encoder.layers[0], model.decoder.layers[0]
        to_code = np.hstack([gain, np.zeros((d, k))]), np.concatenate([-bias @ gain, log_var])
        for layer, (kernel, offset) in ((encoder, to_code), (decoder, (weight.T, bias))):
            nnx.update(layer, {"kernel": jnp.asarray(kernel, "f"), "bias": jnp.asarray(offset, "f")})
        return model
