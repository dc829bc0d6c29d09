"""Ctrl-C and SIGTERM: the state is saved first, and the same call goes on."""

import signal
import threading

import numpy as np
import optax
import pytest
from flax import nnx

from gencore.training import Checkpoints, TrainingDiverged, fit, gradient_step
from gencore.training.interrupt import hold_signals

DATA = np.ones((32, 3), "f")


def train(evaluate=None, **arguments):
    model = nnx.Linear(3, 1, rngs=nnx.Rngs(0))
    step, state = gradient_step(model, lambda m, x, k, s: ((m(x) ** 2).mean(), {}), optax.adam(0.01))
    return fit(
        step,
        state,
        DATA,
        **{"steps": 40, "batch_size": 8, "log_every": 10, "checkpoint_every": 20, "progress": False}
        | arguments,
        evaluate=evaluate,
        evaluate_every=10,
    )


def at(step, action):
    """An evaluation that acts at one step."""

    def evaluate(state):
        if int(state.step) == step:
            action()
        return {}

    return evaluate


def ctrl_c():
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def default_handlers():
    """A job in the background of a shell ignores Ctrl-C; these tests do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.parametrize(
    "run, number",
    [(True, signal.SIGINT), (False, signal.SIGINT), (True, signal.SIGTERM)],
    indirect=["run"],
    ids=["ctrl-c-scan", "ctrl-c-loop", "sigterm"],
)
def test_a_stopped_run_has_saved_its_last_interval_and_goes_on_as_if_nothing_had_been(
    run, number, assert_undisturbed
):
    run.start()
    run.wait_until(lambda: len(run.ended()) >= 3)
    run.process.send_signal(number)
    assert run.end() == -number  # as the shell expects it of a process that this signal ended
    done = run.ended()[-1]
    assert run.newest() == done and f"Stopped after step {done} of 300" in run.errors()
    assert str(run.checkpoints) in run.errors() and "the same call goes on" in run.errors()
    assert_undisturbed(run)
    assert run.ended() == list(range(10, 301, 10))  # not a single step was taken twice


@pytest.mark.slow
def test_a_second_ctrl_c_stops_at_once_and_leaves_no_half_checkpoint(run, assert_undisturbed):
    run.start()
    run.wait_until(lambda: len(run.ended()) >= 2)
    run.process.send_signal(signal.SIGINT)
    run.halt_while_saving()
    newest = run.newest()
    run.process.send_signal(signal.SIGINT)
    run.process.send_signal(signal.SIGCONT)
    assert run.end() == -signal.SIGINT
    assert run.newest() == newest and run.half_written()  # it stopped in the midst of saving
    assert_undisturbed(run)
    assert not run.half_written()


def test_ctrl_c_says_where_the_state_is(tmp_path, capsys):
    with pytest.raises(KeyboardInterrupt):
        train(at(10, ctrl_c), checkpoint_dir=tmp_path)
    shown = capsys.readouterr().err
    assert "Ctrl-C once more stops at once" in shown
    assert (
        f"Stopped after step 10 of 40. Step 10 is in {tmp_path}; the same call goes on from there." in shown
    )
    assert train(checkpoint_dir=tmp_path)[1].steps == [10, 20, 30, 40]


def test_ctrl_c_without_a_checkpoint_dir_says_what_would_have_kept_the_run(capsys):
    with pytest.raises(KeyboardInterrupt):
        train(at(20, ctrl_c))
    shown = capsys.readouterr().err
    assert "Stopped after step 20 of 40. Nothing is kept. With a checkpoint_dir, Ctrl-C saves" in shown


def test_a_second_ctrl_c_in_an_evaluation_keeps_the_checkpoint_before(tmp_path, capsys):
    def twice():
        ctrl_c()
        ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        train(at(30, twice), checkpoint_dir=tmp_path)
    assert f"Stopped after step 30 of 40. Step 20 is in {tmp_path}" in capsys.readouterr().err


def test_ctrl_c_during_the_last_save_is_not_lost(tmp_path, monkeypatch):
    save = Checkpoints.save

    def save_and_be_stopped(self, step, *args):
        save(self, step, *args)
        if step == 40:
            ctrl_c()

    monkeypatch.setattr(Checkpoints, "save", save_and_be_stopped)
    with pytest.raises(KeyboardInterrupt):
        train(checkpoint_dir=tmp_path)
    assert train(checkpoint_dir=tmp_path)[1].steps == [10, 20, 30, 40]


def test_ctrl_c_on_the_last_step_is_not_lost(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(at(40, ctrl_c), checkpoint_dir=tmp_path)
    assert train(checkpoint_dir=tmp_path)[1].steps == [10, 20, 30, 40]


def diverge():
    raise TrainingDiverged("for the test")


def test_handlers_are_put_back(tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    during = []
    train(at(10, lambda: during.append(signal.getsignal(signal.SIGTERM))), checkpoint_dir=tmp_path / "a")
    assert during[0] not in before
    with pytest.raises(TrainingDiverged):
        train(at(10, diverge), checkpoint_dir=tmp_path / "b")
    with pytest.raises(KeyboardInterrupt):
        train(at(10, ctrl_c), checkpoint_dir=tmp_path / "c")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_handlers_of_others_stay_in_charge(tmp_path):
    came = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        _, history = train(at(10, ctrl_c), checkpoint_dir=tmp_path)
    except KeyboardInterrupt:
        pytest.fail("training took the signal")
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT] and history.steps == [10, 20, 30, 40]


def test_other_threads_can_train(tmp_path):
    histories = []
    thread = threading.Thread(target=lambda: histories.append(train(checkpoint_dir=tmp_path)[1]))
    thread.start()
    thread.join()
    assert histories[0].steps == [10, 20, 30, 40]


def test_nothing_is_held_without_an_announcement():
    with hold_signals(None) as held:
        assert not held.number and signal.getsignal(signal.SIGINT) is signal.default_int_handler
