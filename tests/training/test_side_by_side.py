"""Runs side by side are the runs alone."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.training import fit, gradient_step, side_by_side


def noisy_square(model, x, key, step):
    return jnp.square(model(x) + jax.random.normal(key, (len(x), 1)) + step).mean(), {"at": step}


def runs(count: int):
    models = [nnx.Linear(3, 1, rngs=nnx.Rngs(seed)) for seed in range(count)]
    tx = optax.adam(0.1)
    made = [gradient_step(model, noisy_square, tx) for model in models]
    return made[0][0], [state for _, state in made]


def test_each_run_takes_the_step_that_it_would_take_alone():
    step, states = runs(3)
    together, stacked = side_by_side(step, states)
    batch, key = jax.random.normal(jax.random.key(0), (12, 3)), jax.random.key(1)
    for _ in range(3):
        stacked, metrics = together(stacked, batch, key)
    losses = []
    for i, own in enumerate(jax.random.split(key, 3)):
        state = states[i]
        for _ in range(3):
            state, alone = step(state, batch[4 * i : 4 * i + 4], own)
        losses.append(float(alone["loss"]))
        one = jax.tree.map(lambda a, i=i: a[i], stacked.params)
        for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(state.params), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5)
    assert float(metrics["loss"]) == pytest.approx(np.mean(losses), rel=1e-5)
    assert int(stacked.step) == 3


def test_the_one_loop_trains_them():
    step, states = runs(2)
    together, stacked = side_by_side(step, states)
    data = (np.ones((16, 3), np.float32),)[0]
    state, history = fit(together, stacked, data, steps=30, batch_size=8, log_every=10, progress=False)
    assert history.steps == [10, 20, 30]
    assert int(state.step) == 30


def test_there_must_be_runs_and_each_needs_its_share():
    step, states = runs(2)
    with pytest.raises(ValueError, match="states is empty"):
        side_by_side(step, [])
    together, stacked = side_by_side(step, states)
    with pytest.raises(ValueError, match="the batch has 5 examples; choose a multiple of 2"):
        together(stacked, jnp.ones((5, 3)), jax.random.key(0))
