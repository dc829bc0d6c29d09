"""`make bench`: its clockwork, and that both sides of each comparison do the same work."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from bench import __main__ as command
from bench import denoising, language, metrics, training, turns, twins
from bench.turns import LARGE, PRODUCT, Job, Row, large_products, measure, take_turns
from gencore.models import VAE, Autoencoder, elbo
from gencore.training import autoencoder_loss, batch_indices, fit, gradient_step

STORED = Path(__file__).resolve().parents[2] / "book" / "bench"
PROMISES: dict[str, dict[str, float | None]] = {
    "autoencoder, training step": {**training.LIMITS},
    "VAE, training step": {**training.LIMITS},
    "FID": {"torch-fidelity": 0.7, "pytorch-fid": 0.25},
    "denoiser in pixels, training step": {**denoising.LIMITS},
    "latent flow, training step": {**denoising.LIMITS},
    "refined denoiser, training step": {**denoising.LIMITS},
    "denoiser in pixels, sampling": {**denoising.SAMPLING_LIMITS},
    "refined denoiser, sampling": {**denoising.SAMPLING_LIMITS},
    "GPT, training on 1,000 tokens": {**language.LIMITS},
    "GPT, writing 1,000 tokens": {**language.WRITING_LIMITS},
    "DDIM, 50 steps": {denoising.WHOLE_WALK: denoising.DDIM_LIMIT},
}
# What each stored run breaks: jobs, and the peers beside which they do. The page on speed says why.
EAGER, FUSED, COMPILED = twins.FORMS
BROKEN: dict[str, dict[str, set[str]]] = {
    "amd_epyc": {"autoencoder, training step": {PRODUCT}},
    "intel_xeon": {
        "autoencoder, training step": {PRODUCT},
        "VAE, training step": {PRODUCT},
        "denoiser in pixels, training step": {EAGER, FUSED},
        "refined denoiser, training step": {EAGER, FUSED},
        "latent flow, training step": {EAGER, FUSED},
        "denoiser in pixels, sampling": {EAGER, "PyTorch, compiled"},
        "GPT, training on 1,000 tokens": {EAGER, COMPILED},
    },
}


class Clock:
    """A clock that only the programs move."""

    def __init__(self):
        self.now = 0.0
        self.calls: list[str] = []

    def program(self, name: str, *durations: float):
        left = iter(durations)

        def run():
            self.calls.append(name)
            self.now += next(left)

        return run


def test_programs_take_turns_after_one_call_each_that_does_not_count():
    clock = Clock()
    programs = {"a": clock.program("a", 100, 1, 2), "b": clock.program("b", 100, 3, 4)}
    assert take_turns(programs, 2, lambda: clock.now) == {"a": [1, 2], "b": [3, 4]}
    assert clock.calls == ["a", "b", "a", "b", "a", "b"]


def test_a_ratio_is_the_median_of_the_rounds_ratios_and_units_divide_the_times():
    clock = Clock()
    job = Job(
        "work",
        clock.program("ours", 0, 10, 40, 90),
        {"peer": clock.program("peer", 0, 10, 20, 30)},
        {"peer": 1.9},
        units=10,
    )
    (row,) = measure(job, 3, lambda: clock.now)
    assert (row.gencore_seconds, row.peer_seconds, row.ratio, row.range) == (4, 2, 2, (1, 3))
    assert not row.kept


def test_a_row_without_a_promise_breaks_none():
    assert Row("work", 9.0, "peer", 1.0, 9.0, (9.0, 9.0), None, "").kept


def test_the_table_says_which_promise_is_broken():
    rows = [
        Row("fast", 0.5, "peer", 1.0, 0.5, (0.4, 0.6), 0.8, ""),
        Row("slow", 0.002, "peer", 0.001, 2.0, (1.9, 2.1), 0.8, "tiny"),
    ]
    _, fast, slow = command.table(rows).splitlines()
    assert "0.5 s" in fast and "≤ 0.80 kept" in fast
    assert "2 ms" in slow and "2.00 [1.90, 2.10]" in slow and "BROKEN" in slow


@pytest.mark.parametrize("names, status", [(["good"], 0), (["good", "bad", "late"], 1)])
def test_a_job_that_fails_costs_the_others_nothing(names, status, monkeypatch, tmp_path, capsys):
    def fail() -> Row:
        raise OSError("no network")

    rows = {name: Row(name, 1.0, "peer", 2.0, 0.5, (0.5, 0.5), None, "") for name in ("good", "late")}
    monkeypatch.setattr(command, "JOBS", {})
    monkeypatch.setattr(
        command, "RACES", {"good": lambda: rows["good"], "bad": fail, "late": lambda: rows["late"]}
    )
    torch = SimpleNamespace(set_num_threads=lambda n: None, get_num_threads=lambda: 2, __version__="2")
    monkeypatch.setattr(command, "load_torch", lambda: torch)
    monkeypatch.setattr(command.psutil, "cpu_percent", lambda interval: 0.0)
    monkeypatch.setattr("sys.argv", ["bench", *names, "--output", str(tmp_path / "bench.json")])
    assert command.main() == status
    stored = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    assert stored["jobs"] == [row["name"] for row in stored["rows"]] == [n for n in names if n != "bad"]
    shown = capsys.readouterr()
    assert all(name in shown.out for name in stored["jobs"])
    assert ("OSError: no network" in shown.err and "left out: bad." in shown.err) == bool(status)


def dot_operations(jaxpr) -> float:
    """Floating-point operations of every matrix product in a traced program."""
    total = 0.0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            total += 2.0 * np.prod(equation.outvars[0].aval.shape) * np.prod([left[i] for i in contracted])
        for inner in jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns") or hasattr(x, "jaxpr")
        ):
            inner = getattr(inner, "jaxpr", inner)
            total += dot_operations(inner) if hasattr(inner, "eqns") else 0.0
    return total


def test_the_products_of_a_step_are_counted_as_jax_traces_them():
    model = Autoencoder(784, 32, (64,), rngs=nnx.Rngs(0))
    step, state = gradient_step(model, autoencoder_loss, optax.adam(1e-3))
    batch = jnp.zeros((training.BATCH, 784))
    traced = jax.make_jaxpr(step)(state, (batch, batch), jax.random.key(0))
    assert dot_operations(traced.jaxpr) == training.products((model.encoder, model.decoder))


def test_the_products_alone_are_all_of_them_and_all_are_made():
    model = Autoencoder(784, 32, (64,), rngs=nnx.Rngs(0))
    parts = (model.encoder, model.decoder)
    run = training.products_alone(parts, steps=1)
    traced = jax.make_jaxpr(run)()
    assert dot_operations(traced.jaxpr) == training.products(parts)
    compiled = training.products_alone(parts, steps=2)()
    assert all(jnp.isfinite(array).all() for array in jax.tree.leaves(compiled))


@pytest.mark.reference
@pytest.mark.parametrize("job", [training.autoencoder_products, training.vae_products])
def test_every_library_makes_the_same_products(torch, job):
    chosen = job(steps=1)
    ours = jax.tree.leaves(chosen.ours())
    for peer in chosen.peers.values():
        for left, right in zip(ours, jax.tree.leaves(peer()), strict=True):
            np.testing.assert_allclose(left, np.asarray(right), rtol=1e-4, atol=1e-6)


def test_the_large_product_is_one():
    assert large_products()().shape == (LARGE, LARGE)  # pyright: ignore


IMAGES = np.random.default_rng(0).uniform(size=(16, 784)).astype("f")


def gradients(twin) -> list[np.ndarray]:
    """The twin's gradients, in our order and layout: biases, then transposed weights."""
    parameters = {name: p.grad.numpy() for name, p in twin.named_parameters()}
    return [
        g.T for name, g in sorted(parameters.items(), key=lambda item: (item[0].split(".")[:-1], item[0]))
    ]


@pytest.mark.reference
def test_the_autoencoders_twin_has_its_loss_and_its_gradients(torch):
    model = Autoencoder(784, 16, (32,), rngs=nnx.Rngs(0))
    twin = twins.autoencoder(model)
    loss = twin(torch.from_numpy(IMAGES))
    loss.backward()

    def loss_of(m):
        return autoencoder_loss(m, (IMAGES, IMAGES), jax.random.key(0), jnp.zeros(()))[0]

    ours, gradient = nnx.jit(nnx.value_and_grad(loss_of))(model)
    np.testing.assert_allclose(ours, loss.item(), rtol=1e-6)
    for left, right in zip(jax.tree.leaves(gradient), gradients(twin), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-8)


@pytest.mark.reference
def test_the_vaes_twin_has_its_loss_and_its_gradients(torch):
    model, key = VAE(784, 4, (32,), rngs=nnx.Rngs(0)), jax.random.key(7)
    noise = np.array(jax.random.normal(key, (16, 4)))

    def loss_of(m):
        terms = elbo(m, IMAGES, key)
        return (terms.reconstruction + 1.5 * terms.kl).mean()

    twin = twins.vae(model, 1.5)
    loss = twin(torch.from_numpy(IMAGES), torch.from_numpy(noise))
    loss.backward()
    ours, gradient = nnx.jit(nnx.value_and_grad(loss_of))(model)
    np.testing.assert_allclose(ours, loss.item(), rtol=1e-5)
    for left, right in zip(jax.tree.leaves(gradient), gradients(twin), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-3, atol=1e-4)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", twins.FORMS)
def test_every_form_of_the_twin_takes_our_steps(torch, form):
    model = Autoencoder(784, 16, rngs=nnx.Rngs(0))
    step, state = gradient_step(model, autoencoder_loss, optax.adam(1e-3))
    state, _ = fit(step, state, (IMAGES, IMAGES), steps=5, batch_size=8, progress=False)
    twin = twins.autoencoder(model)
    twins.training(twin, IMAGES, batch_indices(16, 8, range(5), 0), 1e-3, form)()
    theirs = [p.detach().numpy().T for _, p in sorted(twin.named_parameters())]
    for left, right in zip(jax.tree.leaves(state.params), theirs, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-3, atol=1e-5)


METRICS = {
    "fid": lambda: metrics.fid(300, 20),
    "kid": lambda: metrics.kid(100, 20, subsets=1, size=100),
    "is": lambda: metrics.inception(200, 10),
    "precision": lambda: metrics.precision(200, 8),
}


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", METRICS)
def test_both_sides_of_a_metric_give_the_same_number(torch, name):
    job = METRICS[name]()
    for peer in job.peers.values():
        assert job.ours() == pytest.approx(peer(), rel=1e-6)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_a_training_job_gives_a_row_for_each_form_and_one_for_the_products(uncompiled, monkeypatch):
    monkeypatch.setattr(turns, "LARGE_PRODUCTS", 1)  # this counts no time
    rows = measure(training.autoencoder_step(steps=3), rounds=1)
    assert [row.peer for row in rows[:-1]] == [*twins.FORMS, training.ALONE]
    assert all(row.gencore_seconds > 0 and row.peer_seconds > 0 for row in rows)
    assert all(row.limit for row in rows)
    assert rows[-1].peer.startswith(f"{PRODUCT}: 0.13 GFLOP at ")


def stored_run(name: str) -> dict[str, Any]:
    run = json.loads((STORED / f"{name}.json").read_text("utf-8"))
    return run | {"rows": [Row(**row) for row in run["rows"]]}


def test_every_stored_run_is_on_the_page_and_one_of_them_has_every_job():
    page = (STORED.parent / "speed.md").read_text("utf-8")
    runs = [path.stem for path in STORED.glob("*.json")]
    assert sorted(runs) == sorted(BROKEN) == sorted(re.findall(r"{speed-table} (\w+)", page))
    assert [*command.JOBS, *command.RACES] in [stored_run(name)["jobs"] for name in runs]


@pytest.mark.parametrize("name", BROKEN)
def test_a_stored_run_promises_what_we_promise_and_breaks_only_what_we_know(name):
    run = stored_run(name)
    assert "+" not in run["provenance"]["commit"]
    rows = [(row, row.peer.partition(":")[0]) for row in run["rows"]]
    assert len({row.name for row, _ in rows}) == len(run["jobs"])
    broken: dict[str, set[str]] = {}
    for row, peer in rows:
        if not row.kept:
            broken.setdefault(row.name, set()).add(peer)
    assert broken == BROKEN[name]
    found = {(row.name, peer): row.limit for row, peer in rows}
    for job, promised in PROMISES.items():
        assert {peer: found[job, peer] for peer in promised} == promised


def test_a_row_of_bytes_says_so():
    rows = [Row("memory", 3e6, "peer", 12e6, 0.25, (0.25, 0.25), None, "", "bytes")]
    assert "3 MB" in command.table(rows) and "12 MB" in command.table(rows)
