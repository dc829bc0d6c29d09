r"""Likelihoods: what a decoder's output says about pixels.

A decoder returns numbers; a likelihood turns them into a distribution :math:`p(x \mid z)`. Two are enough for
images: Bernoulli (the output is log-odds) and Gaussian (the output is the mean).
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp

from gencore.losses import bernoulli_nll, gaussian_nll
from gencore.types import PerExample, Vectors

__all__ = ["Bernoulli", "Gaussian", "Likelihood"]


@runtime_checkable
class Likelihood(Protocol):
    """What every likelihood offers: a loss for training, and the mean image for showing."""

    def nll(self, output: Vectors, x: Vectors) -> PerExample:
        """Negative log-likelihood of ``x``, nats per example."""
        ...

    def mean(self, output: Vectors) -> Vectors:
        """Mean of the distribution."""
        ...


@dataclass(frozen=True)
class Bernoulli:
    """Each pixel is white with its own probability; the decoder's output is the log-odds.

    Example:
        >>> Bernoulli().mean(jnp.zeros((1, 2)))
        Array([[0.5, 0.5]], dtype=float32)
    """

    def nll(self, output: Vectors, x: Vectors) -> PerExample:
        """Negative log-likelihood of ``x``, nats per example: :func:`gencore.losses.bernoulli_nll`."""
        return bernoulli_nll(output, x)

    def mean(self, output: Vectors) -> Vectors:
        """Probability of a white pixel, in [0, 1]."""
        return jax.nn.sigmoid(output)


@dataclass(frozen=True)
class Gaussian:
    """Each pixel is normal around the decoder's output, with one fixed standard deviation.

    Args:
        std: The standard deviation, positive. A small one makes the decoder care more about each pixel.

    Raises:
        ValueError: ``std`` is not positive.

    Example:
        >>> Gaussian(std=0.1).mean(jnp.ones((1, 2)))
        Array([[1., 1.]], dtype=float32)
    """

    std: float

    def __post_init__(self):
        if not self.std > 0:
            raise ValueError(f"std is {self.std}; a standard deviation is positive")

    def nll(self, output: Vectors, x: Vectors) -> PerExample:
        """Negative log-likelihood of ``x``, nats per example: :func:`gencore.losses.gaussian_nll`."""
        return gaussian_nll(output, x, jnp.log(self.std))

    def mean(self, output: Vectors) -> Vectors:
        """The decoder's output itself."""
        return output
