"""Climbing against hills whose top is known."""

import jax.numpy as jnp
import numpy as np
import pytest

from gencore.models import ClassGaussians, climb
from gencore.models.ascent import _step

START = np.random.default_rng(0).normal(size=(5, 3))


def test_the_top_of_a_gaussian_is_its_mean():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(100, 3)) @ rng.normal(size=(3, 3)) + 2
    model = ClassGaussians.fit(x, np.zeros(100, int))
    top = climb(model.log_prob, START, steps=400, step_size=0.5)
    np.testing.assert_allclose(top, np.tile(model.means[0], (5, 1)), atol=0.02)


def test_every_row_climbs_its_own_hill():
    tops = np.arange(5.0)[:, None] * np.ones(3)
    top = climb(lambda x: -jnp.square(x - tops).sum(-1), START)
    np.testing.assert_allclose(top, tops, atol=0.01)


def test_walls_stop_the_climb():
    top = climb(lambda x: x.sum(-1), START.clip(0, 1), steps=50, low=0.0, high=1.0)
    np.testing.assert_array_equal(top, np.ones((5, 3)))


def test_a_flat_score_moves_nothing():
    np.testing.assert_array_equal(climb(lambda x: 0 * x.sum(-1), START, steps=3), START.astype(np.float32))


def test_the_step_is_compiled_once():
    def score(x):
        return -jnp.square(x).sum(-1)

    climb(score, START, steps=2)
    before = _step._cache_size()
    climb(score, START, steps=7, step_size=0.1)
    assert _step._cache_size() == before


def test_bad_input_is_named():
    for wrong in ({"steps": 0}, {"step_size": 0.0}):
        with pytest.raises(ValueError, match="both must be positive"):
            climb(lambda x: x.sum(-1), START, **wrong)
