"""Ways between codes: their ends, their lengths, their speed, and where formulas break."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.models import latent_path, lerp, nlerp, slerp

U, V = jax.random.normal(jax.random.key(0), (2, 20, 7))
SHARES = np.linspace(0, 1, 11)


@pytest.mark.parametrize("way", [lerp, nlerp, slerp])
def test_a_way_starts_and_ends_where_it_should(way):
    np.testing.assert_allclose(way(U, V, 0.0), U, atol=1e-5)
    np.testing.assert_allclose(way(U, V, 1.0), V, atol=1e-5)


def test_the_arc_of_codes_of_one_length_is_the_usual_formula_in_float64():
    u, v = (np.asarray(w, np.float64) for w in (U, V))
    u, v = (3 * w / np.linalg.norm(w, axis=1, keepdims=True) for w in (u, v))
    theta = np.arccos((u * v).sum(1, keepdims=True) / 9)
    for s in SHARES:
        expected = (np.sin((1 - s) * theta) * u + np.sin(s * theta) * v) / np.sin(theta)
        np.testing.assert_allclose(slerp(u.astype("f"), v.astype("f"), s), expected, atol=2e-5)


def test_lengths_go_evenly_and_directions_turn_evenly():
    ends = np.linalg.norm(U, axis=1), np.linalg.norm(V, axis=1)
    path = np.stack([slerp(U, V, s) for s in SHARES])
    lengths = np.linalg.norm(path, axis=2)
    np.testing.assert_allclose(lengths, np.outer(1 - SHARES, ends[0]) + np.outer(SHARES, ends[1]), rtol=1e-4)
    unit = path / lengths[..., None]
    turns = np.arccos(np.clip((unit[1:] * unit[:-1]).sum(2), -1, 1))
    np.testing.assert_allclose(turns, np.broadcast_to(turns.mean(0), turns.shape), rtol=2e-3)


def test_the_stretched_straight_way_has_the_lengths_of_the_arc_and_its_middle():
    for s in SHARES:
        stretched, arc, straight = (way(U, V, s) for way in (nlerp, slerp, lerp))
        length = np.linalg.norm(stretched, axis=1)
        np.testing.assert_allclose(length, np.linalg.norm(arc, axis=1), rtol=1e-4)
        np.testing.assert_allclose(
            length, (np.asarray(stretched) * straight).sum(1) / np.linalg.norm(straight, axis=1), rtol=1e-4
        )
    u, v = (w / jnp.linalg.norm(w, axis=1, keepdims=True) for w in (U, V))
    np.testing.assert_allclose(nlerp(u, v, 0.5), slerp(u, v, 0.5), atol=1e-5)


def test_the_stretched_way_through_the_origin_is_finite():
    np.testing.assert_array_equal(nlerp(U, -U, 0.5), np.zeros_like(U))


def test_the_straight_way_cuts_the_corner():
    """Between independent Gaussian codes the middle is shorter by about the root of two."""
    u, v = jax.random.normal(jax.random.key(1), (2, 500, 400))
    shrunk = np.linalg.norm(lerp(u, v, 0.5), axis=1).mean() / np.linalg.norm(u, axis=1).mean()
    assert shrunk == pytest.approx(1 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("gap", [0.0, 1e-7, 1e-4])
def test_equal_and_nearly_equal_codes_are_finite(gap):
    """Where arccos of a rounded cosine gives no number."""
    u = jnp.asarray(U) / jnp.linalg.norm(U, axis=1, keepdims=True)
    v = u + gap
    np.testing.assert_allclose(slerp(u, v, 0.5), lerp(u, v, 0.5), atol=1e-5)
    assert np.isfinite(jax.grad(lambda w: slerp(u, w, 0.3).sum())(v + 1e-3)).all()


@pytest.mark.parametrize("gap", [0.0, 1e-6])
def test_opposite_codes_take_a_half_turn_of_constant_length(gap):
    path = np.stack([slerp(U, -U + gap, s) for s in SHARES])
    np.testing.assert_allclose(
        np.linalg.norm(path, axis=2), np.broadcast_to(np.linalg.norm(U, axis=1), (11, 20)), rtol=1e-3
    )
    np.testing.assert_allclose((path[5] * U).sum(1), 0, atol=1e-4)
    np.testing.assert_allclose(path[10], -U, atol=1e-4)


def test_the_origin_has_no_direction():
    zero = jnp.zeros_like(U)
    np.testing.assert_allclose(slerp(zero, V, 0.5), 0.5 * V)
    np.testing.assert_allclose(slerp(U, zero, 0.25), 0.75 * U)


def test_a_line_has_no_arc():
    with pytest.raises(ValueError, match="start has codes of 1 number"):
        slerp(jnp.ones((2, 1)), jnp.ones((2, 1)), 0.5)


@pytest.mark.parametrize("way", [lerp, nlerp, slerp])
def test_a_path_stops_at_equal_shares(way):
    path = latent_path(way, U, V, 11)
    np.testing.assert_allclose(path, np.stack([way(U, V, s) for s in SHARES]), atol=1e-5)


def test_a_path_has_two_ends():
    with pytest.raises(ValueError, match="points is 1"):
        latent_path(lerp, U, V, 1)
