"""Training steps: ours through `fit`, as the recipes take them."""

from collections.abc import Sequence

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
# The promise: 0.8 of the plain loop, never slower than the fastest form, 60 % of the rate of a large product.
LIMITS = dict(zip(twins.FORMS, (0.8, 1.0, 1.0), strict=True)) | {PRODUCT: 1 / 0.6}


def products(perceptrons: Sequence[MLP]) -> float:
    """Floating-point operations of the matrix products of a training step.

    Three products a layer: forward, the gradient of the weights, the gradient of the input. The first layer of the
    first perceptron needs no gradient of its input, which is data.
    """
    weights = [layer.kernel.size for perceptron in perceptrons for layer in perceptron.layers]
    return 2.0 * BATCH * (3 * sum(weights) - weights[0])


def step_job(
    name: str, model: nnx.Module, loss: Loss, twin_of, perceptrons: Sequence[MLP], *, steps: int, pair: bool
) -> Job:
    """The job of ``steps`` training steps, in gencore and in every form of PyTorch."""
    images = load_mnist("train", source="embedded").flat
    step, state = gradient_step(model, loss, optax.adam(RATE))
    data = (images, images) if pair else images
    return Job(
        name,
        lambda: fit(step, state, data, steps=steps, batch_size=BATCH, log_every=steps, progress=False),
        twins.forms(model, twin_of, images, batch_indices(len(images), BATCH, range(steps), 0), RATE),
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
