"""Memory: diffusion in codes beside diffusion in pixels, as XLA plans it and as the system counts it.

``python -m bench.memory pixels`` trains for a few steps and prints the largest number of bytes that its process held.
"""

import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from bench.denoising import optimizer
from bench.turns import Row
from gencore.data import load_mnist
from gencore.diffusion import predict_x0
from gencore.models import VAE, ResidualDenoiser
from gencore.recipes import diffusion, latent_diffusion
from gencore.training import (
    denoising_loss,
    flow_matching_loss,
    gradient_step,
    peak_memory,
    vae_loss,
)
from gencore.training.state import Loss

PEER = "diffusion in pixels"


def bytes_of_step(
    model: nnx.Module, loss: Loss, tx: optax.GradientTransformation, ema_decay: float | None, batch: Any
) -> int:
    """What a training step holds at its peak: the weights, their average, Adam's memory, and all between."""
    step, state = gradient_step(model, loss, tx, ema_decay=ema_decay)
    return peak_memory(step, state, batch, jax.random.key(0))


def in_pixels(chosen: diffusion.Settings, pixels: int = 784) -> int:
    """Bytes of a training step in pixels."""
    model = ResidualDenoiser(pixels, chosen.width, chosen.blocks, classes=10, rngs=nnx.Rngs(0))
    loss = denoising_loss(chosen.schedule(), prediction=predict_x0, null_label=10, drop=chosen.drop)
    batch = jnp.zeros((chosen.batch_size, pixels)), jnp.zeros(chosen.batch_size, jnp.int32)
    return bytes_of_step(model, loss, chosen.optimizer(), chosen.ema_decay, batch)


def in_codes(chosen: latent_diffusion.Settings, batch_size: int, pixels: int = 784) -> int:
    """Bytes of a training step in codes: the autoencoder's or the flow's, whichever holds more."""
    first, dim = chosen.autoencoder, chosen.autoencoder.latent_dim
    autoencoder = VAE(pixels, dim, first.hidden, rngs=nnx.Rngs(0))
    flow = ResidualDenoiser(dim, chosen.width, chosen.blocks, classes=10, time_scale=1000.0, rngs=nnx.Rngs(0))
    codes = jnp.zeros((batch_size, dim)), jnp.zeros(batch_size, jnp.int32)
    images = jnp.zeros((batch_size, pixels))
    adam = optimizer(first.learning_rate, first.clip_norm)
    matching = flow_matching_loss(null_label=10, drop=chosen.drop)
    return max(
        bytes_of_step(autoencoder, vae_loss(first.beta), adam, first.ema_decay, images),
        bytes_of_step(flow, matching, chosen.optimizer(), chosen.ema_decay, codes),
    )


def planned(codes: latent_diffusion.Settings | None = None, pixels: diffusion.Settings | None = None) -> Row:
    """A training step of each, full-size, on batches of the same size, as XLA plans its buffers."""
    codes, pixels = codes or latent_diffusion.settings("full"), pixels or diffusion.settings("full")
    ours, theirs = in_codes(codes, pixels.batch_size), in_pixels(pixels)
    note = f"batch {pixels.batch_size}, as XLA plans its buffers; the autoencoder's step counts, too"
    return row("latent diffusion, memory of a training step", ours, theirs, note)


def row(name: str, ours: int, theirs: int, note: str) -> Row:
    """One comparison of bytes."""
    ratio = ours / theirs
    return Row(name, float(ours), PEER, float(theirs), ratio, (ratio, ratio), None, note, "bytes")


def train(kind: str, steps: int) -> None:
    """The first steps of a recipe's full profile, on the embedded digits."""
    digits = load_mnist("train", source="embedded")
    if kind == "codes":
        chosen = latent_diffusion.settings("full")
        chosen = replace(chosen, steps=steps, autoencoder=replace(chosen.autoencoder, steps=steps))
        latent_diffusion.train(digits.flat, digits.labels, chosen, progress=False)
    else:
        chosen = replace(diffusion.settings("full"), steps=steps)
        diffusion.train(digits.flat, digits.labels, chosen, progress=False)


def peak() -> int:
    """The largest number of bytes that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux hands getrusage's number on from the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def of_process(kind: str, steps: int) -> int:
    """What a process of its own holds at its peak."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", kind, str(steps)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def processes(steps: int = 20) -> Row:
    """The recipes' own trainings, each in a process of its own: Python, JAX, the digits and all."""
    note = f"all that a process holds, Python and JAX with it; {steps} steps of the full profile, the embedded digits"
    return row(
        "latent diffusion, memory of a process that trains",
        of_process("codes", steps),
        of_process("pixels", steps),
        note,
    )


if __name__ == "__main__":
    train(sys.argv[1], int(sys.argv[2]))
    print(peak())
