"""PyTorch's twins of the convolutional players, with our weights."""

from typing import Any

import numpy as np
from peers import load_torch

from bench.gan_twin import spread, with_class
from bench.twins import linear
from gencore.models import ConvCritic, ConvGenerator


def _copy(twin: Any, kernel: np.ndarray, bias: Any) -> Any:
    torch = load_torch()
    with torch.no_grad():
        twin.weight.copy_(torch.from_numpy(kernel.copy()))
        twin.bias.copy_(torch.from_numpy(np.array(bias)))
    return twin


def convolution(layer: Any) -> Any:
    """A 4 × 4 convolution of stride 2 with our layer's weights."""
    kernel = np.asarray(layer.kernel[...])  # (height, width, in, out)
    twin = load_torch().nn.Conv2d(*kernel.shape[2:], 4, stride=2, padding=1)
    return _copy(twin, kernel.transpose(3, 2, 0, 1), layer.bias[...])


def growth(layer: Any) -> Any:
    """A 4 × 4 transposed convolution of stride 2; PyTorch turns the kernel around."""
    kernel = np.asarray(layer.kernel[...])
    twin = load_torch().nn.ConvTranspose2d(*kernel.shape[2:], 4, stride=2, padding=1)
    return _copy(twin, kernel[::-1, ::-1].transpose(2, 3, 0, 1), layer.bias[...])


def maker(model: ConvGenerator) -> Any:
    """The generator: noise and one-hot classes to flat pixels. Features are channels-last in ours, first in PyTorch."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = linear(model.linear)
            self.grow1, self.grow2 = growth(model.grow1), growth(model.grow2)

        def forward(self, z: Any, y: Any) -> Any:
            gelu = torch.nn.functional.gelu
            h = gelu(self.linear(with_class(z, y)), approximate="tanh")
            h = h.view(len(h), 7, 7, -1).permute(0, 3, 1, 2)
            h = gelu(self.grow1(h), approximate="tanh")
            return torch.sigmoid(self.grow2(h)).flatten(1)

    return Twin()


def judge(model: ConvCritic) -> Any:
    """The critic with a look at the batch's spread: flat pixels and one-hot classes to logits."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.shrink1, self.shrink2 = convolution(model.shrink1), convolution(model.shrink2)
            self.linear, self.head = linear(model.linear), linear(model.head)

        def forward(self, x: Any, y: Any) -> Any:
            leaky = torch.nn.functional.leaky_relu
            h = leaky(self.shrink1((2 * x - 1).view(-1, 1, 28, 28)), 0.2)
            h = leaky(self.shrink2(h), 0.2).permute(0, 2, 3, 1).flatten(1)
            h = leaky(self.linear(with_class(h, y)), 0.2)
            return self.head(torch.cat([h, spread(h)], dim=1))[:, 0]

    return Twin()
