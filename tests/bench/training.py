"""Training steps: ours through `fit`, as the recipes take them."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import optax
from flax import nnx

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


def products_alone(perceptrons: Sequence[MLP], steps: int) -> Callable[[], object]:
    """A compiled loop of the matrix products of ``steps`` training steps, and nothing else."""
    sizes, key = shapes(perceptrons), jax.random.key(0)
    layers = [
        tuple(
            jax.random.normal(key, shape) / n_in for shape in ((BATCH, n_in), (n_in, n_out), (BATCH, n_out))
        )
        for n_in, n_out, _ in sizes
    ]

    @jax.jit
    def run(layers: Any) -> Any:
        def once(_: Any, layers: Any) -> Any:
            # What a product gives is read by the next round, so that none can be left out.
            return [
                (g @ w.T if inner else x, x.T @ g, x @ w)
                for (x, w, g), (_, _, inner) in zip(layers, sizes, strict=True)
            ]

        return jax.lax.fori_loop(0, steps, once, layers)

    return lambda: jax.block_until_ready(run(layers))


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


def autoencoder_step(steps: int = 1000) -> Job:
    """Chapter 03's worked example, 784 → 128 → 784."""
    chosen = autoencoder.settings("full")
    model = Autoencoder(784, chosen.latent_dim, chosen.hidden, rngs=nnx.Rngs(0))
    parts = (model.encoder, model.decoder)
    return step_job(
        "autoencoder, training step",
        model,
        autoencoder_loss,
        twins.autoencoder,
        parts,
        steps=steps,
        pair=True,
    )


def vae_step(steps: int = 250) -> Job:
    """Chapter 04's VAE in its full profile."""
    chosen = vae.settings("full")
    model = VAE(784, chosen.latent_dim, chosen.hidden, rngs=nnx.Rngs(0))
    parts = (model.encoder, model.decoder)
    return step_job(
        "VAE, training step",
        model,
        vae_loss(chosen.beta),
        lambda model: twins.vae(model, chosen.beta),
        parts,
        steps=steps,
        pair=False,
    )
