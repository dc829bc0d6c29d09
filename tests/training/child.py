"""A training run in a process of its own: `child.py FOLDER scan|loop`. Tests stop it, and start it again."""

import signal
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.training import History, TrainState, fit, gradient_step

STEPS, LOG_EVERY, CHECKPOINT_EVERY = 300, 10, 20


def train(folder: Path, scan: bool) -> tuple[TrainState, History]:
    """Regress a sum on noisy inputs; write down every interval that ends."""

    def loss(model, x, key, step):
        noise = 0.1 * jax.random.normal(key, x.shape)
        return jnp.square(model(x + noise) - x.sum(-1, keepdims=True)).mean(), {}

    def evaluate(state):
        with (folder / "ended").open("a") as ended:
            print(int(state.step), file=ended)
        return {"bias": state.average["layers"][2]["bias"][...][0]}

    data = np.random.default_rng(0).normal(size=(1000, 64)).astype("f")
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(nnx.Linear(64, 512, rngs=rngs), nnx.relu, nnx.Linear(512, 1, rngs=rngs))
    step, state = gradient_step(model, loss, optax.adam(1e-3), ema_decay=0.99)
    return fit(
        step,
        state,
        data,
        steps=STEPS,
        batch_size=64,
        log_every=LOG_EVERY,
        scan=scan,
        evaluate=evaluate,
        evaluate_every=LOG_EVERY,
        checkpoint_dir=folder / "checkpoints",
        checkpoint_every=CHECKPOINT_EVERY,
        progress=False,
    )


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    folder = Path(sys.argv[1])
    state, history = train(folder, scan=sys.argv[2] == "scan")
    leaves = {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(state)}
    points = [(step, value) for step, _, value in history.evaluations["bias"]]
    np.savez(folder / "end.npz", **leaves, steps=history.steps, losses=history["loss"], evaluations=points)
