r"""Densities in the plane whose truth is known: draws are exact, so a model's samples can be judged.

Every set is a plain function of a key and a static number of points. It can be jitted and returns independent
points in float32, one a row.
"""

import math

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Float

from gencore.types import AnyArray, Points, PRNGKey, Scalar


def ring_centers(modes: int = 8, radius: float | Scalar = 2.0) -> Points:
    r"""Place the modes of :func:`ring_of_gaussians`.

    .. math:: \mu_k = r \, (\cos(2\pi k/M), \; \sin(2\pi k/M)), \qquad k = 0, \dots, M-1

    Args:
        modes: the number of modes :math:`M`, at least 1.
        radius: the ring's radius :math:`r`, not negative.

    Returns:
        The centers, one a row, counterclockwise from the positive x axis.

    Raises:
        ValueError: ``modes`` is below 1 or ``radius`` is negative.

    Example:
        >>> ring_centers(8, radius=2.0).shape
        (8, 2)
    """
    _require_at_least(1, modes=modes)
    _require_at_least(0, radius=radius)
    angles = 2 * math.pi / modes * jnp.arange(modes, dtype=jnp.float32)
    return radius * jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)


def ring_of_gaussians(
    key: PRNGKey,
    n: int,
    *,
    modes: int = 8,
    radius: float | Scalar = 2.0,
    std: float | Scalar = 0.05,
) -> Points:
    r"""Draw from a mixture of equally likely Gaussians on a ring.

    .. math:: p(x) = \frac{1}{M} \sum_{k=0}^{M-1} \mathcal{N}(x; \mu_k, \sigma^2 I)

    with the centers :math:`\mu_k` of :func:`ring_centers`. From three modes on, the mean is 0 and the
    covariance is :math:`(r^2/2 + \sigma^2) I`.

    Args:
        key: a key of ``jax.random.key``.
        n: the number of points, at least 1.
        modes: the number of modes :math:`M`, at least 1.
        radius: the ring's radius :math:`r`, not negative.
        std: the standard deviation :math:`\sigma` of each mode, not negative.

    Returns:
        The points, one a row.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> ring_of_gaussians(jax.random.key(0), 1000).shape
        (1000, 2)

    Reference:
        The ring of eight is that of Metz et al. 2017, *Unrolled generative adversarial networks*.
    """
    return _gaussian_mixture(key, n, ring_centers(modes, radius), std)


def grid_centers(side: int = 5, spacing: float | Scalar = 2.0) -> Points:
    r"""Place the modes of :func:`grid_of_gaussians`.

    .. math:: \mu_{ij} = s \, \bigl(i - \tfrac{m-1}{2}, \; j - \tfrac{m-1}{2}\bigr), \; i, j = 0, \dots, m-1

    Args:
        side: the number of modes :math:`m` along each side, at least 1.
        spacing: the distance :math:`s` between neighbors, not negative.

    Returns:
        The ``side * side`` centers, one a row, centered on the origin.

    Raises:
        ValueError: ``side`` is below 1 or ``spacing`` is negative.

    Example:
        >>> grid_centers(2, 1.0).tolist()
        [[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]]
    """
    _require_at_least(1, side=side)
    _require_at_least(0, spacing=spacing)
    ticks = spacing * (jnp.arange(side, dtype=jnp.float32) - (side - 1) / 2)
    return jnp.stack(jnp.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(side * side, 2)


def grid_of_gaussians(
    key: PRNGKey,
    n: int,
    *,
    side: int = 5,
    spacing: float | Scalar = 2.0,
    std: float | Scalar = 0.05,
) -> Points:
    r"""Draw from a mixture of equally likely Gaussians on a square grid.

    .. math:: p(x) = \frac{1}{m^2} \sum_{i=0}^{m-1} \sum_{j=0}^{m-1} \mathcal{N}(x; \mu_{ij}, \sigma^2 I)

    with the centers :math:`\mu_{ij}` of :func:`grid_centers`. The mean is 0 and the covariance is
    :math:`\bigl(s^2 (m^2-1)/12 + \sigma^2\bigr) I`.

    Args:
        key: a key of ``jax.random.key``.
        n: the number of points, at least 1.
        side: the number of modes :math:`m` along each side, at least 1.
        spacing: the distance :math:`s` between neighbors, not negative.
        std: the standard deviation :math:`\sigma` of each mode, not negative.

    Returns:
        The points, one a row.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> grid_of_gaussians(jax.random.key(0), 1000).shape
        (1000, 2)

    Reference:
        The grid of 25 is that of Srivastava et al. 2017, *VEEGAN*.
    """
    return _gaussian_mixture(key, n, grid_centers(side, spacing), std)


def two_moons(key: PRNGKey, n: int, *, std: float | Scalar = 0.1) -> Points:
    r"""Draw from two half circles that reach into each other.

    With a fair coin for the moon, :math:`\theta` uniform on :math:`[0, \pi]` and
    :math:`\varepsilon \sim \mathcal{N}(0, I)`,

    .. math::

        x = \sigma \varepsilon + \begin{cases}
            (\cos\theta, \; \sin\theta) & \text{upper moon} \\
            (1 - \cos\theta, \; \tfrac12 - \sin\theta) & \text{lower moon.}
        \end{cases}

    Args:
        key: a key of ``jax.random.key``.
        n: the number of points, at least 1.
        std: the standard deviation :math:`\sigma` of the noise, not negative.

    Returns:
        The points, one a row.

    Raises:
        ValueError: ``n`` is below 1 or ``std`` is negative.

    Example:
        >>> two_moons(jax.random.key(0), 1000).shape
        (1000, 2)

    Reference:
        As ``make_moons`` of scikit-learn, with random angles where that function spaces them evenly.
    """
    _require_at_least(1, n=n)
    moon_key, angle_key, noise_key = jax.random.split(key, 3)
    upper = jax.random.bernoulli(moon_key, 0.5, (n, 1))
    angle = jax.random.uniform(angle_key, (n,), jnp.float32, maxval=math.pi)
    arc = jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
    moons = jnp.where(upper, arc, jnp.array([1.0, 0.5], jnp.float32) - arc)
    return _add_noise(noise_key, moons, std)


def two_spirals(
    key: PRNGKey,
    n: int,
    *,
    turns: float | Scalar = 1.5,
    radius: float | Scalar = 2.0,
    std: float | Scalar = 0.05,
) -> Points:
    r"""Draw from two spiral arms, one the other turned by half a circle.

    With a fair coin for the sign :math:`s = \pm 1`, :math:`u` uniform on :math:`[0, 1]` and
    :math:`\varepsilon \sim \mathcal{N}(0, I)`,

    .. math:: x = s \, r \sqrt{u} \, (\cos\varphi, \; \sin\varphi) + \sigma \varepsilon,
        \qquad \varphi = 2\pi T \sqrt{u}.

    The root spreads the points almost evenly along the arms.

    Args:
        key: a key of ``jax.random.key``.
        n: the number of points, at least 1.
        turns: the number of full turns :math:`T` of an arm, not negative.
        radius: the radius :math:`r` where the arms end, not negative.
        std: the standard deviation :math:`\sigma` of the noise, not negative.

    Returns:
        The points, one a row.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> two_spirals(jax.random.key(0), 1000).shape
        (1000, 2)

    Reference:
        The spirals of Grathwohl et al. 2019, *FFJORD*, are of this kind.
    """
    _require_at_least(1, n=n)
    _require_at_least(0, turns=turns, radius=radius)
    arm_key, length_key, noise_key = jax.random.split(key, 3)
    along = jnp.sqrt(jax.random.uniform(length_key, (n,), jnp.float32))
    angle = 2 * math.pi * turns * along
    arm = radius * along[:, None] * jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
    return _add_noise(noise_key, jax.random.rademacher(arm_key, (n, 1), jnp.float32) * arm, std)


def checkerboard(key: PRNGKey, n: int, *, side: int = 4, spacing: float | Scalar = 1.0) -> Points:
    r"""Draw evenly from the dark squares of a checkerboard.

    The board has :math:`m \times m` squares of edge :math:`s` and is centered on the origin. Counted from the
    lower left corner, the square in column :math:`i` and row :math:`j` is dark when :math:`i + j` is even:

    .. math:: p(x) = \frac{2}{m^2 s^2} \; \text{on the dark squares, and 0 elsewhere.}

    Args:
        key: a key of ``jax.random.key``.
        n: the number of points, at least 1.
        side: the number of squares :math:`m` along each side, even.
        spacing: the edge :math:`s` of a square, not negative.

    Returns:
        The points, one a row.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> checkerboard(jax.random.key(0), 1000).shape
        (1000, 2)

    Reference:
        The checkerboard of Grathwohl et al. 2019, *FFJORD*, has these four by four squares.
    """
    _require_at_least(1, n=n)
    _require_at_least(0, spacing=spacing)
    if side < 2 or side % 2:
        raise ValueError(f"side is {side}; it must be an even number, at least 2")
    square_key, place_key = jax.random.split(key)
    square = jax.random.randint(square_key, (n,), 0, side * side // 2)
    column, pair = square // (side // 2), square % (side // 2)
    corner = jnp.stack([column, 2 * pair + column % 2], axis=1)
    return spacing * (corner - side / 2 + jax.random.uniform(place_key, (n, 2), jnp.float32))


def _gaussian_mixture(
    key: PRNGKey, n: int, centers: Float[AnyArray, "modes 2"], std: float | Scalar
) -> Points:
    _require_at_least(1, n=n)
    mode_key, noise_key = jax.random.split(key)
    mode = jax.random.randint(mode_key, (n,), 0, len(centers))
    return _add_noise(noise_key, centers[mode], std)


def _add_noise(key: PRNGKey, points: Points, std: float | Scalar) -> Points:
    _require_at_least(0, std=std)
    return points + std * jax.random.normal(key, points.shape, jnp.float32)


def _require_at_least(least: int, **arguments: int | float | Scalar) -> None:
    for name, value in arguments.items():
        if not isinstance(value, Tracer) and not value >= least:  # inside jit the value is not known
            raise ValueError(f"{name} is {value}; it must be at least {least}")
