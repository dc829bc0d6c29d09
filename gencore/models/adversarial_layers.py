"""Layers that keep a critic honest: bounded slopes, and an eye for batches that are all alike."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Float

from gencore.types import AnyArray, Scalar, Vectors

__all__ = ["MinibatchDiscrimination", "MinibatchStd", "SpectralLinear"]


def _unit(x: Float[AnyArray, " n"]) -> Float[AnyArray, " n"]:
    return x / (jnp.linalg.norm(x) + 1e-12)


class SpectralLinear(nnx.Module):
    r"""A linear map divided by its largest singular value, so that it stretches no vector.

    .. math:: y = \frac{W^\top x}{\hat\sigma(W)} + b, \qquad \hat\sigma(W) = u^\top W v

    The singular vectors :math:`u` and :math:`v` follow the weights by one power iteration for each update, in
    :meth:`power_iteration`; calling the layer changes nothing. They start from eight iterations.

    Args:
        n_in: Length of the input.
        n_out: Length of the output.
        kernel_init: Initializer of :math:`W`, shape (n_in, n_out); LeCun's normal one if not given.
        rngs: Source of the initial weights.

    Example:
        >>> layer = SpectralLinear(20, 30, rngs=nnx.Rngs(0))
        >>> for _ in range(100):
        ...     layer.power_iteration()
        >>> bool(jnp.isclose(jnp.linalg.norm(layer.kernel[...] / layer.norm(), ord=2), 1.0))
        True

    Reference:
        Miyato et al. 2018, algorithm 1.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        kernel_init: nnx.Initializer | None = None,
        rngs: nnx.Rngs,
    ):
        init = kernel_init or nnx.initializers.lecun_normal()
        self.kernel = nnx.Param(init(rngs.params(), (n_in, n_out)))
        self.bias = nnx.Param(jnp.zeros(n_out))
        self.u = nnx.BatchStat(_unit(jax.random.normal(rngs.params(), (n_in,))))
        self.v = nnx.BatchStat(jnp.zeros(n_out))
        for _ in range(8):
            self.power_iteration()

    def power_iteration(self) -> None:
        """Turn both singular vectors one step nearer to the largest singular value's."""
        kernel = jax.lax.stop_gradient(self.kernel[...])
        self.v[...] = _unit(self.u[...] @ kernel)
        self.u[...] = _unit(kernel @ self.v[...])

    def norm(self) -> Scalar:
        """The estimate of the largest singular value; its gradient is that of the value itself."""
        return self.u[...] @ self.kernel[...] @ self.v[...]

    def __call__(self, x: Float[AnyArray, "batch n_in"]) -> Float[AnyArray, "batch n_out"]:
        """Map vectors of shape (batch, n_in) to vectors of shape (batch, n_out)."""
        return x @ (self.kernel[...] / self.norm()) + self.bias[...]


class MinibatchStd(nnx.Module):
    r"""How much the examples of a batch differ: one number, the same for all of them.

    .. math:: s = \frac1d \sum_{j=1}^d \sqrt{\operatorname{Var}_i h_{ij} + 10^{-8}}

    A generator that has collapsed to one example gives 0, which a critic learns at once.

    Example:
        >>> MinibatchStd()(jnp.array([[0.0, 0.0], [2.0, 4.0]]))[:, 0].round(2).tolist()
        [1.5, 1.5]

    Reference:
        Karras et al. 2018, section 3.
    """

    width: ClassVar[int] = 1

    def __call__(self, h: Vectors) -> Float[AnyArray, "batch 1"]:
        """Spread of the batch: (batch, d) to (batch, 1)."""
        spread = jnp.sqrt(jnp.var(h, axis=0) + 1e-8).mean()
        return jnp.broadcast_to(spread, (len(h), 1))


class MinibatchDiscrimination(nnx.Module):
    r"""Learned closeness of each example to the others of its batch.

    .. math:: o_k(x_i) = \sum_{j \ne i} \exp \left( - \lVert M_{i,k} - M_{j,k} \rVert_1 \right), \qquad M_i = T^\top h_i

    Args:
        n_in: Length of the features :math:`h`.
        width: Number of kernels :math:`k`.
        size: Length of a row :math:`M_{i,k}`.
        rngs: Source of the initial weights :math:`T`.

    Example:
        >>> layer = MinibatchDiscrimination(4, rngs=nnx.Rngs(0))
        >>> float(layer(jnp.ones((5, 4)))[0, 0])  # five equal examples: each is close to four others
        4.0

    Reference:
        Salimans et al. 2016, section 3.2.
    """

    def __init__(self, n_in: int, width: int = 16, size: int = 4, *, rngs: nnx.Rngs):
        self.kernel = nnx.Param(nnx.initializers.lecun_normal()(rngs.params(), (n_in, width * size)))
        self.width, self.size = width, size

    def __call__(self, h: Vectors) -> Float[AnyArray, "batch width"]:
        """Closeness of each example to the others: (batch, n_in) to (batch, width)."""
        m = (h @ self.kernel[...]).reshape(len(h), self.width, self.size)
        distance = jnp.abs(m[:, None] - m[None]).sum(axis=-1)  # (batch, batch, width)
        return jnp.exp(-distance).sum(axis=1) - 1
