"""The loop: what it computes, what it compiles, what it survives."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.training import (
    CheckpointError,
    TrainingDiverged,
    TrainState,
    batch_indices,
    fit,
    gradient_step,
    trained_model,
)

DATA = np.random.default_rng(0).normal(size=(70, 3)).astype("f")


def linear_loss(model, x, key, step):
    noise = 0.1 * jax.random.normal(key, (len(x), 1))
    return jnp.square(model(x) - x.sum(-1, keepdims=True) + noise).mean(), {"step": step.astype(jnp.float32)}


def start(loss=linear_loss, tx=None, **kwargs):
    model = nnx.Linear(3, 1, rngs=nnx.Rngs(0))
    return model, *gradient_step(model, loss, tx or optax.adam(0.05), **kwargs)


def weights(state):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(state.params)]


def assert_same(a, b):
    for left, right in zip(weights(a), weights(b), strict=True):
        np.testing.assert_array_equal(left, right)


def test_it_learns_the_line():
    model, step, state = start()
    state, history = fit(step, state, DATA, steps=400, batch_size=16, progress=False)
    np.testing.assert_allclose(trained_model(model, state).kernel[...][:, 0], 1.0, atol=0.05)
    assert history.steps == [100, 200, 300, 400]
    assert history["loss"][-1] < 0.02 < history["loss"][0]
    assert (np.diff(history.seconds) > 0).all()


def test_compiled_interval_and_python_loop_take_the_same_steps():
    _, step, state = start()
    runs = [
        fit(step, state, DATA, steps=25, batch_size=16, log_every=10, scan=s, progress=False)
        for s in (True, False)
    ]
    for left, right in zip(weights(runs[0][0]), weights(runs[1][0]), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5)
    assert runs[0][1].steps == runs[1][1].steps == [10, 20, 25]
    np.testing.assert_allclose(runs[0][1]["loss"], runs[1][1]["loss"], rtol=1e-5)


def test_interval_means_are_over_the_steps_of_the_interval():
    _, step, state = start()
    _, history = fit(step, state, DATA, steps=25, batch_size=16, log_every=10, progress=False)
    np.testing.assert_array_equal(history["step"], [4.5, 14.5, 22.0])


@pytest.mark.parametrize("scan", [True, False])
def test_one_compilation_serves_all_steps_and_later_runs(scan):
    traces = []

    def loss(model, x, key, step):
        traces.append(1)
        return linear_loss(model, x, key, step)

    _, step, state = start(loss)
    fit(step, state, DATA, steps=12, batch_size=16, log_every=5, scan=scan, progress=False)
    first = len(traces)
    fit(step, state, DATA, steps=33, batch_size=16, log_every=5, scan=scan, seed=3, progress=False)
    assert len(traces) == first


def test_the_callers_state_and_model_are_not_consumed():
    model, step, state = start(ema_decay=0.9)
    before = np.asarray(model.kernel[...]).copy()
    fit(step, state, DATA, steps=5, batch_size=16, progress=False)
    np.testing.assert_array_equal(model.kernel[...], before)
    np.testing.assert_array_equal(jax.tree.leaves(state.params)[1], before)


def test_same_seed_same_weights_other_seed_other_weights():
    _, step, state = start()
    runs = [fit(step, state, DATA, steps=30, batch_size=16, seed=s, progress=False)[0] for s in (1, 1, 2)]
    assert_same(runs[0], runs[1])
    assert any((a != b).any() for a, b in zip(weights(runs[0]), weights(runs[2]), strict=True))


def test_moving_average_is_the_recurrence():
    decay, rate = 0.5, 0.1
    model, step, state = start(lambda m, x, k, s: (m.kernel[...].sum(), {}), optax.sgd(rate), ema_decay=decay)
    first = np.asarray(model.kernel[...])
    expected, now = first.copy(), first.copy()
    for t in range(7):
        now = now - rate
        rho = min(decay, (1 + t) / (10 + t))
        expected = rho * expected + (1 - rho) * now
    state, _ = fit(step, state, DATA, steps=7, batch_size=16, progress=False)
    np.testing.assert_allclose(trained_model(model, state).kernel[...], expected, rtol=1e-5)
    np.testing.assert_allclose(trained_model(model, state, average=False).kernel[...], now, rtol=1e-5)


def test_running_statistics_are_kept():
    """Train-mode BatchNorm must not lose its updates in the compiled loop."""
    model = nnx.Sequential(
        nnx.BatchNorm(3, momentum=0.5, rngs=nnx.Rngs(0)), nnx.Linear(3, 1, rngs=nnx.Rngs(0))
    )
    step, state = gradient_step(model, lambda m, x, k, s: (jnp.square(m(x)).mean(), {}), optax.sgd(0.01))
    state, _ = fit(step, state, DATA + 5.0, steps=40, batch_size=70, progress=False)
    np.testing.assert_allclose(trained_model(model, state).layers[0].mean[...], (DATA + 5).mean(0), rtol=1e-3)


@pytest.mark.parametrize("n, size", [(10, 3), (8, 8), (5, 1)])
def test_an_epoch_sees_each_example_once(n, size):
    per_epoch = n // size
    first, second = batch_indices(n, size, range(2 * per_epoch), 0).reshape(2, -1)
    assert len(set(first)) == len(set(second)) == per_epoch * size
    if n > 1 and per_epoch * size > 3:
        assert first.tolist() != second.tolist()
    np.testing.assert_array_equal(
        batch_indices(n, size, range(1, 2 * per_epoch), 0),
        batch_indices(n, size, range(2 * per_epoch), 0)[1:],
    )


def test_resumed_run_ends_with_the_same_bits(tmp_path):
    _, step, state = start(ema_decay=0.9)
    arguments = {"batch_size": 16, "log_every": 10, "progress": False}
    whole, history = fit(step, state, DATA, steps=60, **arguments)
    fit(step, state, DATA, steps=30, checkpoint_dir=tmp_path / "run", checkpoint_every=10, **arguments)
    resumed, again = fit(
        step, state, DATA, steps=60, checkpoint_dir=tmp_path / "run", checkpoint_every=10, **arguments
    )
    assert_same(whole, resumed)
    assert isinstance(resumed, TrainState) and int(resumed.step) == 60
    assert again.steps == history.steps
    np.testing.assert_array_equal(again["loss"], history["loss"])


def test_resuming_takes_only_the_steps_that_are_missing(tmp_path):
    taken = []

    def loss(model, x, key, step):
        jax.debug.callback(lambda s: taken.append(int(s)), step)
        return linear_loss(model, x, key, step)

    _, step, state = start(loss)
    arguments = {"batch_size": 16, "log_every": 10, "progress": False, "checkpoint_dir": tmp_path / "run"}
    fit(step, state, DATA, steps=20, **arguments)
    fit(step, state, DATA, steps=30, **arguments)
    jax.effects_barrier()
    assert sorted(set(taken)) == list(range(30)) and len(taken) == 30


def test_another_runs_checkpoint_is_refused(tmp_path):
    _, step, state = start()
    arguments = {"steps": 10, "log_every": 10, "progress": False, "checkpoint_dir": tmp_path / "run"}
    fit(step, state, DATA, batch_size=16, **arguments)
    with pytest.raises(CheckpointError, match=r"'batch_size': 16.*'batch_size': 8"):
        fit(step, state, DATA, batch_size=8, **arguments)
    _, other_step, other_state = start(tx=optax.sgd(0.1))
    with pytest.raises(CheckpointError, match="another shape"):
        fit(other_step, other_state, DATA, batch_size=16, **arguments)


@pytest.mark.parametrize("scan", [True, False])
def test_divergence_names_the_step(scan):
    def loss(model, x, key, step):
        return jnp.where(step == 13, jnp.nan, 2.5) + 0 * model(x).sum(), {}

    _, step, state = start(loss)
    with pytest.raises(
        TrainingDiverged, match=r"loss became nan at step 13 \(2\.5 one step before\).*learning rate"
    ):
        fit(step, state, DATA, steps=30, batch_size=16, log_every=10, scan=scan, progress=False)


def test_evaluations_are_logged_and_not_counted_as_training():
    import time

    _, step, state = start()

    def evaluate(state):
        time.sleep(0.3)
        return {"steps_seen": float(state.step)}

    _, history = fit(
        step,
        state,
        DATA,
        steps=30,
        batch_size=16,
        log_every=5,
        evaluate=evaluate,
        evaluate_every=10,
        progress=False,
    )
    assert [(s, v) for s, _, v in history.evaluations["steps_seen"]] == [(10, 10.0), (20, 20.0), (30, 30.0)]
    seconds = [t for _, t, _ in history.evaluations["steps_seen"]]
    assert seconds[2] - seconds[0] < 0.3


def test_progress_bar_shows_steps_and_loss(capsys):
    _, step, state = start()
    fit(step, state, DATA, steps=20, batch_size=16, log_every=10, description="a line")
    shown = capsys.readouterr().err
    assert "a line" in shown and "20/20" in shown and "loss=" in shown


@pytest.mark.parametrize(
    "bad, message",
    [
        ({"steps": 0}, "steps is 0"),
        ({"batch_size": 71}, "batch_size is 71; with 70 examples"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"log_every": 0}, "log_every is 0"),
    ],
)
def test_arguments_are_checked(bad, message):
    _, step, state = start()
    with pytest.raises(ValueError, match=message):
        fit(step, state, DATA, **({"steps": 5, "batch_size": 16, "progress": False} | bad))


def test_lengths_and_decay_are_checked():
    _, step, state = start()
    with pytest.raises(ValueError, match=r"\[69, 70\] examples"):
        fit(step, state, (DATA, DATA[1:]), steps=5, batch_size=16, progress=False)
    with pytest.raises(ValueError, match=r"ema_decay is 1\.0"):
        start(ema_decay=1.0)
