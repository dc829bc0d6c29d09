"""Nothing is compiled after the first interval, counted by JAX itself."""

import logging

import jax
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.models import GPT, VAE, Autoencoder
from gencore.training import autoencoder_loss, fit, gradient_step, next_token_loss, vae_loss

IMAGES = np.random.default_rng(0).uniform(size=(64, 12)).astype("f")
WINDOWS = np.random.default_rng(1).integers(0, 9, (64, 9)).astype(np.int32)
FAMILIES = {
    "autoencoder": lambda: (Autoencoder(12, 3, (8,), rngs=nnx.Rngs(0)), autoencoder_loss, (IMAGES, IMAGES)),
    "VAE": lambda: (VAE(12, 3, (8,), rngs=nnx.Rngs(0)), vae_loss(optax.linear_schedule(0, 1, 9)), IMAGES),
    "GPT": lambda: (GPT(9, 8, 8, 2, 2, rngs=nnx.Rngs(0)), next_token_loss, WINDOWS),
}


@pytest.fixture
def compiled(caplog: pytest.LogCaptureFixture):
    """The programs that JAX has compiled so far."""
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        yield lambda: [r.getMessage() for r in caplog.records if "Finished XLA compilation" in r.getMessage()]


@pytest.mark.parametrize("scan", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_only_the_first_interval_compiles(family, scan, compiled):
    model, loss, data = FAMILIES[family]()
    schedule = optax.cosine_decay_schedule(1e-3, 100)
    step, state = gradient_step(model, loss, optax.adam(schedule), ema_decay=0.9)

    def run(steps: int, seed: int) -> None:
        fit(step, state, data, steps=steps, batch_size=8, log_every=5, seed=seed, scan=scan, progress=False)

    before = len(compiled())
    run(5, seed=0)
    first = len(compiled())
    assert first > before, "nothing was counted: the message that this test looks for has changed"
    run(5, seed=0)
    run(33, seed=1)
    assert compiled()[first:] == []
