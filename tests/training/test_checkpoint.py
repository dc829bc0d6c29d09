"""Checkpoints: what is killed goes on, what is damaged or foreign is refused by name."""

import random
import shutil
import signal
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.training import CheckpointError, Checkpoints, History, TrainingDiverged, fit, gradient_step

rng = np.random.default_rng(0)
IMAGES, LABELS = rng.normal(size=(40, 3)).astype("f"), np.arange(40) % 7
STATE = {"step": np.array(3), "w": rng.normal(size=(100, 30)).astype("f"), "key": jax.random.key(5)}
HISTORY = History([3], [0.5], {"loss": [0.25]}, {"fid": [(3, 0.5, 12.0)]})


@pytest.mark.slow
def test_a_killed_run_loses_one_checkpoint_interval_at_most_and_ends_with_the_same_bits(
    run, assert_undisturbed
):
    """Killed twice at random, and once while a checkpoint is half-written; then the same command."""
    moments = random.Random(3)
    lost = []
    for saving in (False, True, False):
        run.start()
        wanted = len(run.ended()) + moments.randint(2, 9)
        run.wait_until(lambda wanted=wanted: len(run.ended()) >= wanted)
        if saving:
            run.halt_while_saving()
        run.process.kill()
        assert run.end() == -signal.SIGKILL
        assert run.half_written() or not saving
        lost.append(run.ended()[-1] - run.newest())
    assert_undisturbed(run)
    ended = run.ended()
    assert len(ended) - len(set(ended)) == sum(lost) // 10 and sorted(set(ended)) == list(range(10, 301, 10))
    assert max(lost) <= 20, "more than one checkpoint interval was lost"
    assert not run.half_written()  # the remains of the one that was cut off are swept away


@pytest.fixture(scope="module")
def two_checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    checkpoints = Checkpoints(folder, {"seed": 0})
    for step in (1, 2, 3):
        checkpoints.save(step, STATE, HISTORY)
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3"]
    return folder


def restore(folder: Path):
    return Checkpoints(folder, {"seed": 0}).restore(STATE, History())


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


# What TensorStore leaves behind where it meets a damaged file, not what the test is about.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("damage", [Path.unlink, cut, zero, flip_a_bit])
def test_a_damaged_file_is_noticed_or_changes_nothing(damage, two_checkpoints, tmp_path):
    files = [
        file.relative_to(two_checkpoints) for file in (two_checkpoints / "3").rglob("*") if file.is_file()
    ]
    refused = {}
    for i, file in enumerate(files):
        folder = tmp_path / str(i)
        shutil.copytree(two_checkpoints, folder)
        damage(folder / file)
        try:
            state, history = restore(folder)
        except CheckpointError as error:
            refused[file] = str(error)
            assert f"checkpoint of step 3 in {folder} cannot be used: it is damaged: " in str(error)
            assert (
                f"Remove the folder {folder / '3'} to go on from step 2." in str(error)
                and len(str(error)) < 600
            )
        else:
            np.testing.assert_array_equal(state["w"], STATE["w"], err_msg=str(file))
            assert history == HISTORY, file
    largest = max(files, key=lambda file: (two_checkpoints / file).stat().st_size)
    assert {largest, Path("3/about/metadata")} <= set(refused)


def test_what_is_saved_is_what_comes_back(two_checkpoints):
    state, history = restore(two_checkpoints)
    assert history == HISTORY and isinstance(history.evaluations["fid"][0], tuple)
    np.testing.assert_array_equal(state["w"], STATE["w"])
    assert jax.random.key_data(state["key"]).tolist() == jax.random.key_data(STATE["key"]).tolist()


@pytest.mark.parametrize("gone", ["about", "state", "*"])
def test_missing_parts_are_refused_and_the_older_checkpoint_is_the_way_out(gone, two_checkpoints, tmp_path):
    shutil.copytree(two_checkpoints, tmp_path / "run")
    for path in (tmp_path / "run" / "3").glob(gone):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(
        CheckpointError, match=r"step 3 .* damaged.*Remove the folder \S+/3 to go on from step 2"
    ):
        restore(tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "3")
    assert restore(tmp_path / "run")[1] == HISTORY
    shutil.rmtree(tmp_path / "run" / "2")
    assert restore(tmp_path / "run")[1] == History()


def test_another_number_in_the_history_is_noticed(two_checkpoints, tmp_path):
    shutil.copytree(two_checkpoints, tmp_path / "run")
    about = tmp_path / "run" / "3" / "about" / "metadata"
    assert about.read_text().count("0.25") == 1
    about.write_text(about.read_text().replace("0.25", "0.75"))
    with pytest.raises(CheckpointError, match=r"step 3 .* damaged: its history does not have the checksum"):
        restore(tmp_path / "run")


def test_remains_of_a_save_that_was_cut_off_are_swept_away(two_checkpoints, tmp_path):
    shutil.copytree(two_checkpoints, tmp_path / "run")
    shutil.copytree(two_checkpoints / "3", tmp_path / "run" / "4.orbax-checkpoint-tmp")
    assert restore(tmp_path / "run")[1] == HISTORY
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["2", "3"]


def test_files_of_others_do_not_disturb(two_checkpoints, tmp_path):
    shutil.copytree(two_checkpoints, tmp_path / "run")
    (tmp_path / "run" / "notes.txt").write_text("my best run")
    (tmp_path / "run" / "40").write_text("not a checkpoint")
    (tmp_path / "run" / "plots").mkdir()
    assert restore(tmp_path / "run")[1] == HISTORY
    assert (tmp_path / "run" / "notes.txt").exists() and (tmp_path / "run" / "plots").exists()


def test_another_versions_checkpoint_is_refused(two_checkpoints, monkeypatch):
    monkeypatch.setattr("gencore.training.checkpoint._FORMAT", 1)
    with pytest.raises(CheckpointError, match="another version of gencore wrote it"):
        restore(two_checkpoints)


def train(folder: Path, data=(IMAGES, LABELS), loss=None, tx=None, **arguments):
    def squares(model, batch, key, step):
        noise = jax.random.normal(key, (len(batch[0]), 1))
        return jnp.square(model(batch[0]) - batch[1][:, None] + noise).mean(), {}

    model = nnx.Linear(3, 1, rngs=nnx.Rngs(0))
    step, state = gradient_step(model, loss or squares, tx or optax.adam(0.01))
    defaults = {"steps": 20, "batch_size": 8, "log_every": 5, "checkpoint_every": 10, "progress": False}
    return fit(step, state, data, checkpoint_dir=folder, **defaults | arguments)


@pytest.mark.parametrize(
    "other, reason",
    [
        ({"seed": 1}, "'seed': 0.*this one has.*'seed': 1"),
        ({"batch_size": 4}, "'batch_size': 8.*this one has.*'batch_size': 4"),
        ({"data": (IMAGES[:39], LABELS[:39])}, r"float32\[40, 3\].*this one has.*float32\[39, 3\]"),
        ({"data": (IMAGES[::-1], LABELS)}, "run on other data"),
        ({"data": (IMAGES * 1.1, LABELS)}, "run on other data"),
        ({"data": (IMAGES, LABELS[::-1])}, "run on other data"),
        ({"tx": optax.sgd(0.01, momentum=0.9)}, "a model or an optimizer of another shape"),
        ({"steps": 15}, r"holds step 20, past steps=15; choose more steps"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_foreign_checkpoint_is_refused(other, reason, tmp_path):
    train(tmp_path)
    with pytest.raises(CheckpointError, match=reason) as refusal:
        train(tmp_path, **other)
    assert str(tmp_path) in str(refusal.value)


def test_data_computed_anew_are_the_same_data(tmp_path):
    train(tmp_path, steps=10)
    rounded = IMAGES * np.float32(1 + 1e-4)
    assert train(tmp_path, data=(rounded, LABELS))[1].steps == [5, 10, 15, 20]


def test_keys_and_statistics_that_a_model_keeps_itself_come_back(tmp_path):
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(
        nnx.BatchNorm(3, rngs=rngs), nnx.Dropout(0.5, rngs=rngs), nnx.Linear(3, 1, rngs=rngs)
    )
    step, state = gradient_step(model, lambda m, x, k, s: (jnp.square(m(x) - 1).mean(), {}), optax.adam(0.01))
    arguments = {"batch_size": 8, "log_every": 5, "progress": False}
    whole, history = fit(step, state, IMAGES, steps=20, **arguments)
    fit(step, state, IMAGES, steps=10, checkpoint_dir=tmp_path, **arguments)
    again, other = fit(step, state, IMAGES, steps=20, checkpoint_dir=tmp_path, **arguments)
    np.testing.assert_array_equal(other["loss"], history["loss"])
    for left, right in zip(jax.tree.leaves(whole), jax.tree.leaves(again), strict=True):
        assert (left == right).all()


def test_another_log_interval_goes_on_to_the_same_weights(tmp_path):
    whole, _ = train(tmp_path / "a")
    train(tmp_path / "b", steps=10)
    again, history = train(tmp_path / "b", log_every=3)
    assert history.steps == [5, 10, 13, 16, 19, 20]
    np.testing.assert_array_equal(whole.params["kernel"][...], again.params["kernel"][...])


@pytest.mark.parametrize("value", [jnp.nan, jnp.inf])
def test_a_run_that_diverged_keeps_its_last_good_checkpoint(value, tmp_path):
    def loss(model, batch, key, step):
        return jnp.square(model(batch[0])).mean() + jnp.where(step == 13, value, 0.0), {}

    with pytest.raises(TrainingDiverged, match=rf"loss became {value} at step 13 \([\d.]+ one step before\)"):
        train(tmp_path, loss=loss)
    good, _ = train(tmp_path / "good", loss=loss, steps=10)
    kept, _ = train(tmp_path, loss=loss, steps=10)
    assert int(kept.step) == 10
    np.testing.assert_array_equal(kept.params["kernel"][...], good.params["kernel"][...])
    train(
        tmp_path, tx=optax.adam(0.001)
    )  # the same folder, a smaller learning rate, a better loss: it goes on


@pytest.mark.parametrize("folder", ["run", None])
def test_weights_that_a_finite_loss_has_spoiled_are_neither_saved_nor_returned(folder, tmp_path):
    def loss(model, batch, key, step):  # sqrt(0) is finite, its gradient is not
        root = jnp.sqrt(jnp.where(step == 19, 0.0, 1.0) * (1.0 + model.bias[...][0] ** 2))
        return jnp.square(model(batch[0])).mean() + root, {}

    directory = tmp_path / folder if folder else None
    with pytest.raises(
        TrainingDiverged, match=r"after step 19 the loss is finite, but state\.params\['bias'\].*sqrt"
    ):
        train(directory, loss=loss)
    if directory:
        assert sorted(path.name for path in directory.iterdir()) == ["10"]


def test_a_folder_that_cannot_be_one_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match=f"{tmp_path}/file cannot hold checkpoints"):
        Checkpoints(tmp_path / "file", {})


def test_a_full_disk_is_reported(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, {"seed": 0})
    checkpoints.save(3, STATE, HISTORY)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints._manager, "save", full)
    with pytest.raises(
        CheckpointError, match=r"step 4 cannot be written to .*No space left on device. Make room"
    ):
        checkpoints.save(4, STATE, HISTORY)
    assert restore(tmp_path)[1] == HISTORY
