"""Ways from one latent code to another."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.types import AnyArray, Codes

__all__ = ["latent_path", "lerp", "nlerp", "slerp"]

ANTIPODAL = 1e-3  # radians from a half turn; nearer, float32 cannot tell which way is the shorter


def lerp(start: Codes, end: Codes, share: float | Float[AnyArray, ""]) -> Codes:
    r"""The straight way: :math:`(1 - s)\, u + s\, v`.

    Args:
        start: Codes :math:`u`, shape (batch, k).
        end: Codes :math:`v`, the same shape.
        share: How far to go, :math:`s` from 0 to 1.

    Returns:
        Codes, shape (batch, k).

    Example:
        >>> lerp(jnp.array([[1.0, 0.0]]), jnp.array([[0.0, 1.0]]), 0.5)
        Array([[0.5, 0.5]], dtype=float32)
    """
    return (1 - share) * jnp.asarray(start) + share * jnp.asarray(end)


def nlerp(start: Codes, end: Codes, share: float | Float[AnyArray, ""]) -> Codes:
    r"""The straight way, stretched: the direction of :func:`lerp`, with a length that goes evenly from end to end.

    .. math:: \bigl((1 - s) \lVert u \rVert + s \lVert v \rVert\bigr) \frac{w}{\lVert w \rVert},
              \qquad w = (1 - s)\, u + s\, v

    For codes of one length this is the arc of :func:`slerp`, walked fastest in its middle.

    Args:
        start: Codes :math:`u`, shape (batch, k).
        end: Codes :math:`v`, the same shape.
        share: How far to go, :math:`s` from 0 to 1.

    Returns:
        Codes, shape (batch, k). Where the straight way meets the origin, which has no direction, so does this one.

    Example:
        >>> nlerp(jnp.array([[2.0, 0.0]]), jnp.array([[0.0, 2.0]]), 0.5).round(3)
        Array([[1.414, 1.414]], dtype=float32)
    """
    straight = lerp(start, end, share)
    now, first, last = (
        jnp.linalg.norm(jnp.asarray(code), axis=1, keepdims=True) for code in (straight, start, end)
    )
    return lerp(first, last, share) * straight / jnp.where(now > 0, now, 1.0)


def slerp(start: Codes, end: Codes, share: float | Float[AnyArray, ""]) -> Codes:
    r"""The way along an arc: the direction turns at constant speed, the length goes evenly from one to the other.

    With the directions :math:`\hat u, \hat v` and the angle :math:`\theta` between them,

    .. math:: \bigl((1 - s) \lVert u \rVert + s \lVert v \rVert\bigr)
              \frac{\sin((1 - s)\,\theta)\, \hat u + \sin(s\,\theta)\, \hat v}{\sin \theta}.

    For codes of one length this is the usual formula. The angle comes from
    :math:`2 \operatorname{atan2}(\lVert \hat u - \hat v \rVert, \lVert \hat u + \hat v \rVert)`, which is exact for
    equal codes too; there the way is straight. Opposite codes have no shorter arc: the way then goes by the coordinate
    axis that ``start`` points to least. From or to the origin, which has no direction, the way is straight.

    Args:
        start: Codes :math:`u`, shape (batch, k), k at least 2.
        end: Codes :math:`v`, the same shape.
        share: How far to go, :math:`s` from 0 to 1.

    Returns:
        Codes, shape (batch, k).

    Raises:
        ValueError: Codes have fewer than two numbers: there is no arc on a line.

    Example:
        >>> slerp(jnp.array([[2.0, 0.0]]), jnp.array([[0.0, 2.0]]), 0.5).round(3)
        Array([[1.414, 1.414]], dtype=float32)

    Reference:
        Shoemake 1985, section 3.3; for latent codes White 2016, section 2.1.
    """
    u, v = jnp.asarray(start), jnp.asarray(end)
    if u.shape[1] < 2:
        raise ValueError(f"start has codes of {u.shape[1]} number; an arc needs two or more: use lerp")
    lengths = [jnp.linalg.norm(code, axis=1, keepdims=True) for code in (u, v)]
    u_hat, v_hat = (code / jnp.where(r > 0, r, 1.0) for code, r in zip((u, v), lengths, strict=True))
    apart, together = (jnp.linalg.norm(w, axis=1, keepdims=True) for w in (u_hat - v_hat, u_hat + v_hat))
    angle = 2 * jnp.arctan2(apart, together)
    # sin(a x) / sin(x), with sinc so that it is a at x = 0.
    weights = [a * jnp.sinc(a * angle / jnp.pi) / jnp.sinc(angle / jnp.pi) for a in (1 - share, share)]
    arc = weights[0] * u_hat + weights[1] * v_hat
    aside = _aside(u_hat)
    half_turn = jnp.cos(jnp.pi * share) * u_hat + jnp.sin(jnp.pi * share) * aside
    turned = jnp.where(angle > jnp.pi - ANTIPODAL, half_turn, arc)
    length = lerp(lengths[0], lengths[1], share)
    no_direction = (lengths[0] == 0) | (lengths[1] == 0)
    return jnp.where(no_direction, lerp(u, v, share), length * turned)


def latent_path(
    way: Callable[[Any, Any, Any], Any], start: Codes, end: Codes, points: int
) -> Float[jax.Array, "points batch k"]:
    """Stop at equal shares of a way, both ends included.

    Args:
        way: From (start, end, share) to codes: :func:`lerp`, :func:`slerp`, or a way of your own.
        start: Codes where the paths start, shape (batch, k).
        end: Codes where they end, the same shape.
        points: How many stops, at least 2.

    Returns:
        Codes, shape (points, batch, k): the first are ``start``, the last ``end``.

    Raises:
        ValueError: ``points`` is below 2.

    Example:
        >>> latent_path(lerp, jnp.array([[0.0, 4.0]]), jnp.array([[2.0, 0.0]]), 3)[:, 0].tolist()
        [[0.0, 4.0], [1.0, 2.0], [2.0, 0.0]]
    """
    if points < 2:
        raise ValueError(f"points is {points}; a path needs its two ends")
    start, end = jnp.asarray(start), jnp.asarray(end)
    return jax.vmap(lambda share: way(start, end, share))(jnp.linspace(0.0, 1.0, points))


def _aside(u_hat: jax.Array) -> jax.Array:
    """The unit vector at a right angle to each direction that is nearest to its least axis."""
    axis = jax.nn.one_hot(jnp.abs(u_hat).argmin(axis=1), u_hat.shape[1])
    rest = axis - (axis * u_hat).sum(axis=1, keepdims=True) * u_hat
    return rest / jnp.linalg.norm(rest, axis=1, keepdims=True)
