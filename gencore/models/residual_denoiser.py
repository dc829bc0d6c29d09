"""A denoiser for codes and images, made of matrix products: residual blocks that are told time and class."""

import jax
import jax.numpy as jnp
from flax import nnx

from gencore.models.denoiser import time_features
from gencore.models.layers import ModuleList, he_normal, nearly_zero, on_rows
from gencore.types import Labels, PerExample, Timesteps, Vectors

__all__ = ["ResidualDenoiser"]


class ResidualBlock(nnx.Module):
    """Add a small network's answer to what comes in: norm, condition, widen, bend, narrow."""

    def __init__(self, width: int, *, rngs: nnx.Rngs):
        self.norm = nnx.LayerNorm(width, rngs=rngs)
        self.first = nnx.Linear(width, width, kernel_init=he_normal, rngs=rngs)
        self.second = nnx.Linear(
            width, width, kernel_init=nearly_zero, rngs=rngs
        )  # at first: no block at all

    def __call__(self, h: jax.Array, condition: jax.Array) -> jax.Array:
        """Map features (..., width), given a condition of the same shape or one that broadcasts, to features."""
        return h + on_rows(lambda rows: self.second(nnx.gelu(self.first(rows))), self.norm(h) + condition)


class ResidualDenoiser(nnx.Module):
    r"""A denoiser, or a flow's velocity, for vectors: :math:`f_\theta(x_t, t, y)`, with a class or without.

    Matrix products only: they are what two CPU cores do best.

    Args:
        input_dim: Length of an example.
        width: Width of the residual blocks.
        blocks: Number of residual blocks, at least 1.
        classes: Number of classes; 0 for none. Class number ``classes`` itself stands for "no class".
        time_width: Number of features that tell the time, even.
        time_scale: Times are multiplied with this first: 1 for time steps, 1000 for a flow's times from 0 to 1.
        rngs: Source of the initial weights.

    Raises:
        ValueError: ``blocks`` is below 1.

    Example:
        >>> model = ResidualDenoiser(16, width=32, classes=10, rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 16)), jnp.array([0, 500, 999]), jnp.array([7, 7, 10])).shape
        (3, 16)

    Reference:
        He et al. 2016 for the blocks, Ho and Salimans 2021 for the class that stands for none.
    """

    def __init__(
        self,
        input_dim: int,
        width: int = 512,
        blocks: int = 4,
        *,
        classes: int = 0,
        time_width: int = 64,
        time_scale: float = 1.0,
        rngs: nnx.Rngs,
    ):
        if blocks < 1:
            raise ValueError(f"blocks is {blocks}; choose 1 or more")
        self.enter = nnx.Linear(input_dim, width, rngs=rngs)
        self.time_first = nnx.Linear(time_width, width, rngs=rngs)
        self.time_second = nnx.Linear(width, width, rngs=rngs)
        if classes:
            self.embed = nnx.Embed(classes + 1, width, rngs=rngs)
        self.blocks = ModuleList(ResidualBlock(width, rngs=rngs) for _ in range(blocks))
        self.norm = nnx.LayerNorm(width, rngs=rngs)
        self.leave = nnx.Linear(width, input_dim, rngs=rngs)
        self.input_dim, self.classes = input_dim, classes
        self.time_width, self.time_scale = time_width, time_scale

    def __call__(self, x: Vectors, t: Timesteps | PerExample, labels: Labels | None = None) -> jax.Array:
        """Map noisy vectors (batch, input_dim), times (batch,) and classes (batch,) to vectors (batch, input_dim).

        Without labels, a denoiser with classes answers for "no class". Labels for one without classes are an error.
        """
        return self.leave(self.features(x, t, labels)[0])

    def features(
        self, x: Vectors, t: Timesteps | PerExample, labels: Labels | None = None
    ) -> tuple[jax.Array, jax.Array]:
        """Map what the call takes to what its last layer sees, and to the condition: both (batch, width)."""
        if labels is not None and not self.classes:
            raise ValueError("the model has 0 classes, and labels were passed: leave them out")
        features = time_features(self.time_scale * jnp.asarray(t), self.time_width)
        condition = self.time_second(nnx.gelu(self.time_first(jnp.asarray(features))))
        if self.classes:
            condition += self.embed(jnp.full(len(x), self.classes) if labels is None else jnp.asarray(labels))
        h = self.enter(jnp.asarray(x))
        for block in self.blocks:
            h = block(h, condition)
        return self.norm(h), condition
