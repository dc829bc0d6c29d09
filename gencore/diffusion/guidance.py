"""Steering: ask a class-conditional denoiser for a class, and for more of it than the data hold."""

from typing import Any

import jax
import jax.numpy as jnp

from gencore.diffusion.functions import as_data
from gencore.types import ClassDenoiser, Denoiser, Labels

__all__ = ["given_class", "guided"]


def given_class(model: ClassDenoiser, labels: Labels) -> Denoiser:
    """Fix the classes that a class-conditional denoiser is asked for.

    Args:
        model: A function of (x, t, labels), or a model.
        labels: The class of each example to be made, shape (batch,).

    Returns:
        A denoiser for batches of that many examples. New weights and new labels compile nothing.

    Example:
        >>> model = lambda x, t, labels: x * labels[:, None]
        >>> given_class(model, jnp.array([0, 1]))(jnp.ones((2, 1)), jnp.array([5, 5]))
        Array([[0.],
               [1.]], dtype=float32)
    """
    return jax.tree_util.Partial(_given, as_data(model), jnp.asarray(labels))


def guided(
    model: ClassDenoiser, labels: Labels, guidance_scale: float, *, null_label: int, rescale: float = 0.0
) -> Denoiser:
    r"""Classifier-free guidance: go from the guess without a class through the guess with one, and on.

    .. math:: \hat\epsilon = \epsilon_\theta(x_t, t, \varnothing)
              + s \left( \epsilon_\theta(x_t, t, y) - \epsilon_\theta(x_t, t, \varnothing) \right)

    The scale :math:`s` is 0 for no class, 1 for the class as it is in the data, and above 1 for a caricature of it. (Ho
    and Salimans count from the class: their weight is :math:`w = s - 1`.) A step costs two evaluations, done as one
    batch of twice the size; at a scale of exactly 1 the guess without a class would not count, and is left out.

    Args:
        model: A function of (x, t, labels), or a model, trained with some labels replaced by ``null_label``.
        labels: The class of each example to be made, shape (batch,).
        guidance_scale: The scale :math:`s`.
        null_label: The number that stands for "no class".
        rescale: Share, from 0 to 1, of a correction: a large scale makes the guess longer and the image too bright; the
            correction gives each guess the standard deviation of the one with the class.

    Returns:
        A denoiser for batches of that many examples. A new scale other than 1, new weights and new labels compile
        nothing.

    Raises:
        ValueError: ``rescale`` is not between 0 and 1.

    Example:
        >>> model = lambda x, t, labels: jnp.where(labels == 10, 0.0, 1.0)[:, None] * x
        >>> x, t = jnp.ones((1, 2)), jnp.array([5])
        >>> guided(model, jnp.array([3]), 2.0, null_label=10)(x, t)
        Array([[2., 2.]], dtype=float32)

    Reference:
        Ho and Salimans 2021, eq. 6; the correction is Lin et al. 2024, eq. 15 and 16.
    """
    if not 0 <= rescale <= 1:
        raise ValueError(f"rescale is {rescale}; choose a share from 0, for none, to 1")
    if guidance_scale == 1:
        return given_class(model, labels)
    labels = jnp.asarray(labels)
    null = jnp.full_like(labels, null_label)
    return jax.tree_util.Partial(_guided, as_data(model), labels, null, guidance_scale, rescale)


def _given(model: Any, labels: Any, x: Any, t: Any) -> Any:
    _require_labels(labels, x)
    return model(x, t, labels)


def _guided(model: Any, labels: Any, null: Any, scale: Any, rescale: Any, x: Any, t: Any) -> Any:
    _require_labels(labels, x)
    both = model(jnp.concatenate([x, x]), jnp.concatenate([t, t]), jnp.concatenate([labels, null]))
    with_class, without = jnp.split(both, 2)
    guess = without + scale * (with_class - without)
    axes = tuple(range(1, x.ndim))
    length = jnp.std(guess, axis=axes, keepdims=True)
    right = jnp.std(with_class, axis=axes, keepdims=True) / jnp.where(length == 0, 1.0, length)
    return guess * (1 + rescale * (right - 1))


def _require_labels(labels: Any, x: Any) -> None:
    if len(labels) != len(x):
        raise ValueError(
            f"labels has {len(labels)} entries, and {len(x)} examples are made: give one label each"
        )
