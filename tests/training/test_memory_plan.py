"""Peak memory as XLA plans it: at least what goes in and out, and what a backward pass has to keep."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import pytest

from gencore.training import peak_memory


def test_arguments_and_results_are_counted():
    x = jnp.ones((256, 256))
    size = x.nbytes
    assert 2 * size <= peak_memory(lambda x: x + 1, x) < 2.1 * size
    assert 3 * size <= peak_memory(lambda x, y: x + y, x, x) < 3.1 * size


def test_a_gradient_keeps_every_layers_output():
    """Forward alone, a layer's output may be thrown away; its gradient needs them all."""
    weights = [jnp.ones((64, 64))] * 8
    x = jnp.ones((4096, 64))

    def loss(weights, x):
        for w in weights:
            x = jnp.tanh(x @ w)
        return x.sum()

    forward, backward = peak_memory(loss, weights, x), peak_memory(jax.grad(loss), weights, x)
    assert backward > forward + 5 * x.nbytes


def test_a_device_that_does_not_say_is_an_error(monkeypatch):
    silent = SimpleNamespace(memory_analysis=lambda: None)
    fake = SimpleNamespace(lower=lambda *a: SimpleNamespace(compile=lambda: silent))
    monkeypatch.setattr(jax, "jit", lambda function: fake)
    with pytest.raises(RuntimeError, match="does not say how much memory"):
        peak_memory(lambda x: x, 1.0)
