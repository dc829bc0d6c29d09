"""Every model: each parameter gets a finite, non-zero gradient, and one step changes it."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.diffusion import linear_schedule
from gencore.models import GPT, VAE, Autoencoder, DigitClassifier, Gaussian, MLPDenoiser, ResidualDenoiser
from gencore.training import (
    autoencoder_loss,
    classifier_loss,
    denoising_loss,
    flow_matching_loss,
    gradient_step,
    logit_normal_times,
    next_token_loss,
    noise_prediction_loss,
    vae_loss,
)

PIXELS = jax.random.uniform(jax.random.key(0), (32, 784))
LABELS = jnp.arange(32) % 10
TEXT = jax.random.randint(jax.random.key(2), (32, 13), 0, 7)

CASES = {
    "autoencoder": (lambda r: Autoencoder(784, 16, (32,), rngs=r), autoencoder_loss, (PIXELS, PIXELS)),
    "vae-bernoulli": (lambda r: VAE(784, 4, (32,), rngs=r), vae_loss(), PIXELS),
    "vae-gaussian": (lambda r: VAE(784, 4, (32,), likelihood=Gaussian(0.3), rngs=r), vae_loss(0.5), PIXELS),
    "denoiser": (
        lambda r: MLPDenoiser(784, (32, 32), rngs=r),
        noise_prediction_loss(linear_schedule()),
        PIXELS,
    ),
    "class-denoiser": (
        lambda r: ResidualDenoiser(784, 32, 2, classes=10, rngs=r),
        denoising_loss(linear_schedule(), null_label=10, drop=0.3),
        (PIXELS, LABELS),
    ),
    "flow": (
        lambda r: ResidualDenoiser(784, 32, 2, time_scale=1000.0, rngs=r),
        flow_matching_loss(times=logit_normal_times),
        PIXELS,
    ),
    "gpt": (lambda r: GPT(7, 12, 16, 2, 4, rngs=r), next_token_loss, TEXT),
    "gpt-rotary": (lambda r: GPT(7, 12, 16, 2, 4, rotary=True, bias=False, rngs=r), next_token_loss, TEXT),
    "classifier": (lambda r: DigitClassifier(rngs=r), classifier_loss, (PIXELS.reshape(-1, 28, 28), LABELS)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_trains(name):
    make, loss, batch = CASES[name]
    model = make(nnx.Rngs(0))
    # With plain gradient descent at rate 1 the change of a parameter is minus its gradient.
    step, state = gradient_step(model, loss, optax.sgd(1.0))
    after, _ = jax.jit(step)(state, batch, jax.random.key(1))
    parameters = jax.tree_util.tree_leaves_with_path(state.params)
    assert len(parameters) == len(jax.tree.leaves(nnx.state(model, nnx.Param))) > 0
    for (path, before), now in zip(parameters, jax.tree.leaves(after.params), strict=True):
        change = np.asarray(now - before)
        assert np.isfinite(change).all(), path
        assert np.abs(change).max() > 0, path
