"""Training steps: ours through `fit`, as the recipes take them."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from peers import load_torch

from bench import twins
from bench.turns import PRODUCT, Job
from gencore.data import load_mnist
from gencore.models import VAE, Autoencoder
from gencore.models.layers import MLP
from gencore.recipes import autoencoder, vae
from gencore.training import autoencoder_loss, batch_indices, fit, gradient_step, vae_loss
from gencore.training.state import Loss

BATCH = 128
RATE = 1e-3
ALONE = "its matrix products alone"
# The promise: 0.8 of the plain loop, never slower than the fastest form, and 60 % of the rate of matrix products: of
# the step's own, and of large ones.
LIMITS = dict(zip(twins.FORMS, (0.8, 1.0, 1.0), strict=True)) | {ALONE: 1 / 0.6, PRODUCT: 1 / 0.6}


def shapes(perceptrons: Sequence[MLP]) -> list[tuple[int, int, bool]]:
    """Every layer's input and output width, and whether a step needs the gradient of its input: data need none."""
    kernels = [layer.kernel for perceptron in perceptrons for layer in perceptron.layers]
    return [(kernel.shape[0], kernel.shape[1], i > 0) for i, kernel in enumerate(kernels)]


def products(perceptrons: Sequence[MLP]) -> float:
    """Floating-point operations of the matrix products of a training step.

    Three products a layer: forward, the gradient of the weights, the gradient of the input.
    """
    return sum(2.0 * BATCH * n_in * n_out * (3 if inner else 2) for n_in, n_out, inner in shapes(perceptrons))


def operands(perceptrons: Sequence[MLP]) -> list[tuple[jax.Array, jax.Array, jax.Array]]:
    """For every layer an input, a kernel and a gradient of the output, of the step's shapes."""
    key = jax.random.key(0)

    def normal(rows: int, columns: int, n_in: int) -> jax.Array:
        return jax.random.normal(key, (rows, columns)) / n_in

    return [
        (normal(BATCH, n_in, n_in), normal(n_in, n_out, n_in), normal(BATCH, n_out, n_in))
        for n_in, n_out, _ in shapes(perceptrons)
    ]


def one_round(layers: Any, inner: Sequence[bool]) -> Any:
    """The matrix products of one training step, in whichever library the arrays are from."""
    return [(g @ w.T if deep else x, x.T @ g, x @ w) for (x, w, g), deep in zip(layers, inner, strict=True)]


def products_alone(perceptrons: Sequence[MLP], steps: int) -> Callable[[], Any]:
    """A compiled loop of the matrix products of ``steps`` training steps, and nothing else."""
    inner = [deep for *_, deep in shapes(perceptrons)]
    layers = operands(perceptrons)

    @jax.jit
    def run(layers: Any) -> Any:
        # What a product gives is read by the next round, so that none can be left out.
        return jax.lax.fori_loop(0, steps, lambda _, layers: one_round(layers, inner), layers)

    return lambda: jax.block_until_ready(run(layers))


def products_elsewhere(
    convert: Callable[[np.ndarray], Any], perceptrons: Sequence[MLP], steps: int
) -> Callable[[], Any]:
    """The same in a library that computes at once; it returns the last round's products."""
    inner = [deep for *_, deep in shapes(perceptrons)]
    layers = [tuple(convert(np.array(array)) for array in layer) for layer in operands(perceptrons)]
    return lambda: [one_round(layers, inner) for _ in range(steps)][-1]


def products_job(name: str, perceptrons: Sequence[MLP], steps: int) -> Job:
    """The job of the matrix products of ``steps`` training steps: can any library make them at the large rate?"""
    return Job(
        f"{name}, matrix products alone",
        products_alone(perceptrons, steps),
        {
            "NumPy": products_elsewhere(np.asarray, perceptrons, steps),
            "PyTorch": products_elsewhere(load_torch().from_numpy, perceptrons, steps),
        },
        units=steps,
        note=f"batch {BATCH}",
        floating=products(perceptrons),
    )


def step_job(
    name: str,
    model: nnx.Module,
    loss: Loss,
    twin_of: Callable[[Any], Any],
    perceptrons: Sequence[MLP],
    *,
    steps: int,
    pair: bool,
) -> Job:
    """The job of ``steps`` training steps, in gencore and in every form of PyTorch."""
    images = load_mnist("train", source="embedded").flat
    step, state = gradient_step(model, loss, optax.adam(RATE))
    data = (images, images) if pair else images
    return Job(
        name,
        lambda: fit(step, state, data, steps=steps, batch_size=BATCH, log_every=steps, progress=False),
        {
            **twins.forms(model, twin_of, images, batch_indices(len(images), BATCH, range(steps), 0), RATE),
            ALONE: products_alone(perceptrons, steps),
        },
        LIMITS,
        units=steps,
        note=f"batch {BATCH}, Adam",
        floating=products(perceptrons),
    )


def worked_example() -> Autoencoder:
    """Chapter 03's worked example, 784 → 128 → 784."""
    chosen = autoencoder.settings("full")
    return Autoencoder(784, chosen.latent_dim, chosen.hidden, rngs=nnx.Rngs(0))


def full_vae() -> VAE:
    """Chapter 04's VAE in its full profile."""
    chosen = vae.settings("full")
    return VAE(784, chosen.latent_dim, chosen.hidden, rngs=nnx.Rngs(0))


def autoencoder_step(steps: int = 1000) -> Job:
    """Training of :func:`worked_example`."""
    model = worked_example()
    return step_job(
        "autoencoder, training step",
        model,
        autoencoder_loss,
        twins.autoencoder,
        (model.encoder, model.decoder),
        steps=steps,
        pair=True,
    )


def autoencoder_products(steps: int = 1000) -> Job:
    """What :func:`autoencoder_step` multiplies."""
    model = worked_example()
    return products_job("autoencoder", (model.encoder, model.decoder), steps)


def vae_step(steps: int = 250) -> Job:
    """Training of :func:`full_vae`."""
    beta, model = vae.settings("full").beta, full_vae()
    return step_job(
        "VAE, training step",
        model,
        vae_loss(beta),
        lambda model: twins.vae(model, beta),
        (model.encoder, model.decoder),
        steps=steps,
        pair=False,
    )


def vae_products(steps: int = 250) -> Job:
    """What :func:`vae_step` multiplies."""
    model = full_vae()
    return products_job("VAE", (model.encoder, model.decoder), steps)
