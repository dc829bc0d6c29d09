"""The sets in the plane, against the closed forms of their moments and against their definitions."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.data import (
    checkerboard,
    grid_centers,
    grid_of_gaussians,
    ring_centers,
    ring_of_gaussians,
    two_moons,
    two_spirals,
)

N = 50_000
GAP = 4 / math.pi - 1 / 2  # how far the upper moon's mean lies above the lower one's


class ToySet(NamedTuple):
    draw: Callable
    mean: list[float]
    cov: list[list[float]]


def spiral_cov(turns: float, radius: float, std: float) -> np.ndarray:
    """E[x xᵀ] by the midpoint rule over u, where the point lies at distance r √u and angle 2πT √u."""
    root = np.sqrt((np.arange(200_000) + 0.5) / 200_000)
    arm = radius * root * np.stack([np.cos(2 * np.pi * turns * root), np.sin(2 * np.pi * turns * root)])
    return arm @ arm.T / root.size + std**2 * np.eye(2)


def diagonal(variance: float) -> list[list[float]]:
    return [[variance, 0], [0, variance]]


SETS = {
    "ring": ToySet(ring_of_gaussians, [0, 0], diagonal(2 + 0.05**2)),
    "wide ring": ToySet(
        partial(ring_of_gaussians, modes=3, radius=1.0, std=0.5), [0, 0], diagonal(0.5 + 0.5**2)
    ),
    "one mode": ToySet(partial(ring_of_gaussians, modes=1, radius=3.0, std=0.2), [3, 0], diagonal(0.2**2)),
    "grid": ToySet(grid_of_gaussians, [0, 0], diagonal(4 * 24 / 12 + 0.05**2)),
    "small grid": ToySet(
        partial(grid_of_gaussians, side=2, spacing=1.0, std=0.3), [0, 0], diagonal(3 / 12 + 0.3**2)
    ),
    "moons": ToySet(
        two_moons,
        [1 / 2, 1 / 4],
        [
            [1 / 2 + 1 / 4 + 0.1**2, -GAP / 4],
            [-GAP / 4, 1 / 2 - 4 / math.pi**2 + GAP**2 / 4 + 0.1**2],
        ],
    ),
    "spirals": ToySet(two_spirals, [0, 0], spiral_cov(1.5, 2, 0.05).tolist()),
    "long spirals": ToySet(
        partial(two_spirals, turns=2.25, radius=1.0, std=0.1), [0, 0], spiral_cov(2.25, 1, 0.1).tolist()
    ),
    "checkerboard": ToySet(checkerboard, [0, 0], [[16 / 12, 1 / 4], [1 / 4, 16 / 12]]),
    "one pair of squares": ToySet(
        partial(checkerboard, side=2, spacing=3.0), [0, 0], [[36 / 12, 9 / 4], [9 / 4, 36 / 12]]
    ),
}
every_set = pytest.mark.parametrize("toy", SETS.values(), ids=SETS)


@every_set
def test_mean_and_covariance_are_the_closed_forms(toy):
    points = np.asarray(toy.draw(jax.random.key(0), N), np.float64)
    centered = points - toy.mean
    products = np.stack([centered[:, 0] ** 2, centered[:, 1] ** 2, centered[:, 0] * centered[:, 1]], axis=1)
    (xx, xy), (_, yy) = toy.cov
    for values, expected in ((points, toy.mean), (products, [xx, yy, xy])):
        error = np.abs(values.mean(0) - expected)
        standard_error = values.std(0) / math.sqrt(N)
        assert (error < 4 * standard_error).all()


@every_set
def test_points_have_their_form_and_their_key_decides(toy):
    points = toy.draw(jax.random.key(1), 64)
    assert points.shape == (64, 2)
    assert points.dtype == jnp.float32
    np.testing.assert_array_equal(points, toy.draw(jax.random.key(1), 64))
    assert len(np.unique(points, axis=0)) == 64
    assert not np.isin(points, toy.draw(jax.random.key(2), 64)).any()


@every_set
def test_jit_gives_the_same_points_and_compiles_once(toy):
    traces = []

    @jax.jit
    def draw(key):
        traces.append(key)
        return toy.draw(key, 64)

    for seed in range(3):
        key = jax.random.key(seed)
        np.testing.assert_allclose(draw(key), toy.draw(key, 64), atol=2e-6)
    assert len(traces) == 1


def test_sizes_may_be_traced():
    key = jax.random.key(0)
    draws = jax.vmap(lambda std: two_moons(key, 16, std=std))(jnp.array([0.0, 0.1]))
    np.testing.assert_allclose(draws[1], two_moons(key, 16, std=0.1), atol=1e-6)
    shrunk = jax.jit(ring_of_gaussians, static_argnames=("n", "modes"))(key, n=16, radius=1.0, std=0.025)
    np.testing.assert_allclose(2 * shrunk, ring_of_gaussians(key, 16), atol=2e-6)


def test_ring_centers_are_evenly_spaced_on_the_circle():
    centers = np.asarray(ring_centers(8, 2.0))
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 2, rtol=1e-6)
    neighbors = np.linalg.norm(centers - np.roll(centers, 1, axis=0), axis=1)
    np.testing.assert_allclose(neighbors, 2 * 2 * math.sin(math.pi / 8), rtol=1e-6)
    np.testing.assert_allclose(centers[[0, 2]], [[2, 0], [0, 2]], atol=1e-6)


def test_grid_centers_are_the_grid():
    expected = [[x, y] for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]
    np.testing.assert_array_equal(grid_centers(5, 2.0), expected)


@pytest.mark.parametrize(
    ("draw", "place"), [(ring_of_gaussians, ring_centers), (grid_of_gaussians, grid_centers)]
)
def test_modes_are_equally_likely_round_and_of_the_stated_width(draw, place):
    centers = np.asarray(place())
    offsets = np.asarray(draw(jax.random.key(3), N))[:, None] - centers
    mode = np.linalg.norm(offsets, axis=2).argmin(1)
    counts = np.bincount(mode, minlength=len(centers))
    share = 1 / len(centers)
    assert (np.abs(counts - N * share) < 4.5 * math.sqrt(N * share * (1 - share))).all()
    scaled = offsets[np.arange(N), mode] / 0.05
    np.testing.assert_allclose(np.cov(scaled.T), np.eye(2), atol=5 * math.sqrt(2 / N))


@pytest.mark.parametrize(("side", "spacing"), [(2, 1.0), (4, 1.0), (6, 0.5)])
def test_checkerboard_fills_the_dark_squares_and_only_those(side, spacing):
    squares = np.asarray(checkerboard(jax.random.key(4), N, side=side, spacing=spacing)) / spacing + side / 2
    column, row = np.floor(squares).astype(int).T
    assert column.min() == row.min() == 0
    assert column.max() == row.max() == side - 1
    assert ((column + row) % 2 == 0).all()
    counts = np.bincount(column * side + row, minlength=side * side).reshape(side, side)
    dark = np.add.outer(np.arange(side), np.arange(side)) % 2 == 0
    expected = N / dark.sum()
    assert (np.abs(counts[dark] - expected) < 4.5 * math.sqrt(expected)).all()


def test_moons_without_noise_lie_on_their_half_circles():
    x, y = np.asarray(two_moons(jax.random.key(5), 1000, std=0.0)).T
    upper = np.isclose(x**2 + y**2, 1, atol=1e-5) & (y >= -1e-6)
    lower = np.isclose((x - 1) ** 2 + (y - 0.5) ** 2, 1, atol=1e-5) & (y <= 0.5 + 1e-6)
    assert (upper | lower).all()
    assert 400 < upper.sum() < 600


def test_spirals_without_noise_lie_on_their_arms():
    x, y = np.asarray(two_spirals(jax.random.key(6), 1000, turns=1.5, radius=2.0, std=0.0), np.float64).T
    distance = np.hypot(x, y)
    turned = (
        np.exp(-1j * 2 * np.pi * 1.5 * distance / 2) * (x + 1j * y) / distance
    )  # undo the winding: +1 or -1
    np.testing.assert_allclose(np.abs(turned.real), 1, atol=1e-3)
    assert 400 < (turned.real > 0).sum() < 600
    assert distance.max() <= 2 + 1e-6


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (partial(ring_of_gaussians, n=0), "n is 0; it must be at least 1"),
        (partial(two_moons, n=-3), "n is -3; it must be at least 1"),
        (partial(two_spirals, n=0), "n is 0"),
        (partial(checkerboard, n=0), "n is 0"),
        (partial(ring_of_gaussians, n=5, modes=0), "modes is 0; it must be at least 1"),
        (partial(ring_of_gaussians, n=5, radius=-1.0), "radius is -1.0; it must be at least 0"),
        (partial(ring_of_gaussians, n=5, std=-0.1), "std is -0.1; it must be at least 0"),
        (partial(ring_of_gaussians, n=5, std=math.nan), "std is nan; it must be at least 0"),
        (partial(grid_of_gaussians, n=5, side=0), "side is 0; it must be at least 1"),
        (partial(grid_of_gaussians, n=5, spacing=-2.0), "spacing is -2.0"),
        (partial(two_spirals, n=5, turns=-1.0), "turns is -1.0"),
        (partial(two_spirals, n=5, radius=-1.0), "radius is -1.0"),
        (partial(checkerboard, n=5, side=3), "side is 3; it must be an even number, at least 2"),
        (partial(checkerboard, n=5, side=0), "side is 0; it must be an even number"),
        (partial(checkerboard, n=5, spacing=-1.0), "spacing is -1.0"),
    ],
)
def test_arguments_out_of_range_are_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw(jax.random.key(0))
