"""Train two models on every device there is: `devices_child.py FOLDER`; two processes share the work.

RANK and COORDINATOR tell one process of two from the other. The process named by STOP gets SIGTERM after ten steps, and
takes longer than the other one to end.
"""

import os
import signal
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.models import VAE
from gencore.training import TrainState, fit, gradient_step, trained_model, vae_loss
from gencore.training.devices import data_mesh, spread
from gencore.training.interval import compiled_interval


class Noisy(nnx.Module):
    """A network that keeps keys and running statistics of its own."""

    def __init__(self, *, rngs: nnx.Rngs):
        # No bias: BatchNorm takes it out again, and Adam would walk along what rounding leaves of its gradient.
        self.layers = nnx.Sequential(
            nnx.Linear(49, 32, use_bias=False, rngs=rngs),
            nnx.BatchNorm(32, rngs=rngs),
            nnx.Dropout(0.5, rngs=rngs),
        )

    def encode(self, x):
        return self.layers.layers[0](x)

    def loss(self, x, key, step):
        return jnp.square(self.layers(x) - x.sum(-1, keepdims=True)).mean(), {}


def end_slowly(number: int) -> None:
    """Give the other process, which keeps both together, the time to be gone first."""
    time.sleep(3)
    os.kill(os.getpid(), number)


def main(folder: Path, rank: str) -> None:
    """Train in both modes, and write down what comes of it."""
    images = (np.random.default_rng(0).random((96, 49)) < 0.3).astype("f")
    tx = optax.adam(3e-3)
    vae = VAE(49, latent_dim=4, hidden=(32,), rngs=nnx.Rngs(0))
    noisy = Noisy(rngs=nnx.Rngs(0))
    families = {
        "scan": (vae, *gradient_step(vae, vae_loss(), tx, ema_decay=0.9)),
        "loop": (noisy, *gradient_step(noisy, Noisy.loss, tx)),
    }

    def train(name: str, **arguments):
        model, step, start = families[name]

        def evaluate(state: TrainState) -> dict[str, float]:
            """Use the model of the moment outside of the compiled program; be stopped where the test says so."""
            if os.environ.get("STOP") == rank and int(state.step) == 10:
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal = end_slowly
            return {"mean": float(trained_model(model, state).encode(images).mean())}

        settings = {
            "steps": 30,
            "batch_size": 16,
            "log_every": 10,
            "checkpoint_every": 20,
            "evaluate_every": 10,
        }
        settings |= {"scan": name == "scan", "evaluate": evaluate, "description": f"rank {rank}"}
        return fit(step, start, images, **settings | arguments)

    found = {"devices": jax.device_count()}
    for name in families:
        state, history = train(name, checkpoint_dir=folder / name)
        assert all(leaf.is_fully_addressable for leaf in jax.tree.leaves(state))
        for i, leaf in enumerate(jax.tree.leaves(state)):
            is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
            found[f"{name} {i}"] = jax.random.key_data(leaf) if is_key else leaf
        found |= {f"{name} {metric}": history[metric] for metric in history.metrics}
        found[f"{name} evaluations"] = [value for _, _, value in history.evaluations["mean"]]
        found[f"{name} steps"] = history.steps

    if jax.process_count() > 1:
        try:
            train("scan", seed=int(rank), checkpoint_dir=folder / "never")
        except ValueError as error:
            found["refusal"] = str(error)
    else:  # the program that `fit` has run, as it was compiled
        _, step, start = families["scan"]
        compiled, mesh = compiled_interval.cache_info().misses, data_mesh(None, 16)
        run = compiled_interval(step, mesh)
        assert compiled_interval.cache_info().misses == compiled
        key, rows = jax.random.key(0), np.zeros((10, 16), np.int32)
        lowered = run.lower(spread(start, mesh), spread(images, mesh), rows, key, np.int32(0), np.int32(10))
        found["program"] = lowered.compile().as_text()
    np.savez(folder / f"end{rank}.npz", **found)


if __name__ == "__main__":
    if "COORDINATOR" in os.environ:
        jax.distributed.initialize(os.environ["COORDINATOR"], 2, int(os.environ["RANK"]))
    main(Path(sys.argv[1]), os.environ.get("RANK", "0"))
