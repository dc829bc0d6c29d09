"""PyTorch's twins of our models: the same layers, the same weights, the same loss."""

from typing import Any

import numpy as np
from flax import nnx
from peers import load_torch

from gencore.models import VAE, Autoencoder
from gencore.models.layers import MLP


def copied(twin: Any, **arrays: Any) -> Any:
    """A layer of PyTorch's with these weights; those that are None are not there on either side."""
    torch = load_torch()
    with torch.no_grad():
        for name, array in arrays.items():
            if array is not None:
                getattr(twin, name).copy_(torch.from_numpy(np.array(array)))
    return twin


def linear(layer: Any) -> Any:
    """A linear layer with our layer's weights."""
    bias = None if layer.bias is None else layer.bias[...]
    twin = load_torch().nn.Linear(*layer.kernel.shape, bias=bias is not None)
    return copied(twin, weight=np.asarray(layer.kernel[...]).T, bias=bias)


def norm(layer: Any) -> Any:
    """A layer norm with our layer's weights, and its epsilon."""
    scale, bias = layer.scale[...], None if layer.bias is None else layer.bias[...]
    twin = load_torch().nn.LayerNorm(len(scale), eps=layer.epsilon, bias=bias is not None)
    return copied(twin, weight=scale, bias=bias)


def embedding(layer: Any) -> Any:
    """A table of vectors with our table's entries."""
    entries = layer.embedding[...]
    return copied(load_torch().nn.Embedding(*entries.shape), weight=entries)


def perceptron(model: MLP) -> Any:
    """Linear layers with a GELU between them, in the tanh form that flax has, and with our model's weights."""
    torch = load_torch()
    layers: list[Any] = []
    for ours in model.layers:
        layers += [linear(ours), torch.nn.GELU(approximate="tanh")]
    return torch.nn.Sequential(*layers[:-1])


def autoencoder(model: Autoencoder) -> Any:
    """A module that returns the loss of a batch: the mean squared error per pixel."""
    torch = load_torch()
    functional = torch.nn.functional

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = perceptron(model.encoder), perceptron(model.decoder)

        def forward(self, x: Any) -> Any:
            code = functional.gelu(self.encoder(x), approximate="tanh")
            return functional.mse_loss(torch.sigmoid(self.decoder(code)), x)

    return Twin()


def vae(model: VAE, beta: float) -> Any:
    """A module that returns the loss of a batch: nats per image, the KL term weighted with ``beta``."""
    torch = load_torch()
    functional = torch.nn.functional

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = perceptron(model.encoder), perceptron(model.decoder)

        def forward(self, x: Any, noise: Any = None) -> Any:
            mean, log_var = self.encoder(x).chunk(2, dim=-1)
            log_var = log_var.clamp(-14.0, 14.0)
            noise = torch.randn_like(mean) if noise is None else noise
            logits = self.decoder(mean + torch.exp(0.5 * log_var) * noise)
            reconstruction = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
            kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum() / len(x)
            return reconstruction + beta * kl

    return Twin()


FORMS = ("PyTorch, eager", "PyTorch, fused Adam", "PyTorch, compiled, fused Adam")


def training(twin: Any, images: np.ndarray, rows: np.ndarray, learning_rate: float, form: str) -> Any:
    """A function that takes one training step for each row of ``rows``, on those images.

    Args:
        twin: The module that returns the loss of a batch.
        images: Flat images, float32.
        rows: Which images each step sees, shape (steps, batch).
        learning_rate: Adam's.
        form: One of :data:`FORMS`: the plain loop that every tutorial shows, or a faster one.
    """
    torch = load_torch()
    optimizer = torch.optim.Adam(twin.parameters(), lr=learning_rate, fused="fused" in form or None)
    loss_of = torch.compile(twin) if "compiled" in form else twin
    data, batches = torch.from_numpy(images), torch.from_numpy(rows.astype(np.int64))

    def run() -> None:
        for batch in batches:
            optimizer.zero_grad(set_to_none=True)
            loss_of(data[batch]).backward()
            optimizer.step()

    return run


def forms(
    model: nnx.Module, twin_of: Any, images: np.ndarray, rows: np.ndarray, rate: float
) -> dict[str, Any]:
    """Every form of the twin's training, each with its own copy of the weights."""
    return {form: training(twin_of(model), images, rows, rate, form) for form in FORMS}
