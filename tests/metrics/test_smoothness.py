"""Lengths of paths that can be computed by hand."""

import numpy as np
import pytest

from gencore.metrics import path_steps


def test_a_straight_even_path():
    points = np.linspace(0, 1, 6)[:, None, None] * np.array([[3.0, 4.0], [0.0, 2.0]])
    found = path_steps(points)
    np.testing.assert_allclose(found.length, [5, 2])
    np.testing.assert_allclose(found.straight, [5, 2])
    np.testing.assert_allclose(found.largest, [0.2, 0.2])


def test_half_a_circle_is_longer_than_its_diameter():
    angle = np.linspace(0, np.pi, 1001)
    found = path_steps(np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None])
    assert found.length[0] == pytest.approx(np.pi, rel=1e-5)
    assert found.straight[0] == pytest.approx(2)


def test_a_jump_is_seen():
    found = path_steps(np.array([0.0, 0.1, 0.9, 1.0])[:, None, None])
    assert found.largest[0] == pytest.approx(0.8)


def test_a_path_that_stays_has_no_length_and_no_largest_step():
    found = path_steps(np.ones((5, 2, 3)))
    assert not found.length.any() and not found.largest.any()


def test_one_point_is_no_path():
    with pytest.raises(ValueError, match="features has 1 point; a path needs at least two"):
        path_steps(np.ones((1, 2, 3)))
