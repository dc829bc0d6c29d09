"""PyTorch's twin of the residual denoiser: the same blocks, the same weights, the same losses, the same walk."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from peers import load_torch

from bench.twins import embedding, linear, norm
from gencore.diffusion import NoiseSchedule, respace
from gencore.models import ResidualDenoiser

SAMPLING_FORMS = ("PyTorch, eager", "PyTorch, compiled")


def block(ours: Any) -> Any:
    """One residual block: norm, condition, widen, bend, narrow."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.first, self.second = norm(ours.norm), linear(ours.first), linear(ours.second)

        def forward(self, h: Any, condition: Any) -> Any:
            bent = torch.nn.functional.gelu(self.first(self.norm(h) + condition), approximate="tanh")
            return h + self.second(bent)

    return Twin()


def told(model: Any) -> Any:
    """What time and class become, in every denoiser of ours that is told both: a condition of the blocks' width."""
    torch = load_torch()
    half = model.time_width // 2

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.time_first, self.time_second = linear(model.time_first), linear(model.time_second)
            self.embed = embedding(model.embed)
            waves = torch.exp(-math.log(10_000.0) * torch.arange(half) / half)
            self.register_buffer("waves", waves)

        def forward(self, t: Any, y: Any) -> Any:
            angles = (model.time_scale * t.float())[:, None] * self.waves
            features = torch.cat([angles.cos(), angles.sin()], dim=1)
            h = torch.nn.functional.gelu(self.time_first(features), approximate="tanh")
            return self.time_second(h) + self.embed(y)

    return Twin()


def denoiser(model: ResidualDenoiser) -> Any:
    """The network: noisy vectors, times and classes to vectors."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.told = told(model)
            self.enter, self.norm, self.leave = linear(model.enter), norm(model.norm), linear(model.leave)
            self.blocks = torch.nn.ModuleList(map(block, model.blocks))

        def features(self, x: Any, t: Any, y: Any) -> Any:
            condition = self.told(t, y)
            h = self.enter(x)
            for part in self.blocks:
                h = part(h, condition)
            return self.norm(h), condition

        def forward(self, x: Any, t: Any, y: Any) -> Any:
            return self.leave(self.features(x, t, y)[0])

    return Twin()


def dropped(y: Any, null: int, drop: float) -> Any:
    """Labels, some of them replaced by the one that stands for none."""
    torch = load_torch()
    return torch.where(torch.rand(len(y)) < drop, null, y)


def diffusion_loss(network: Any, schedule: NoiseSchedule, null: int, drop: float) -> Any:
    """A module that returns the loss of a batch, for a network that predicts the clean example."""
    torch = load_torch()
    tables = (schedule.sqrt_alphas_cumprod, schedule.sqrt_one_minus_alphas_cumprod)

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network
            for name, table in zip(("scale", "spread"), tables, strict=True):
                self.register_buffer(name, torch.from_numpy(np.array(table)))

        def forward(self, x0: Any, y: Any, t: Any = None, noise: Any = None) -> Any:
            t = torch.randint(len(self.scale), (len(x0),)) if t is None else t
            noise = torch.randn_like(x0) if noise is None else noise
            x = self.scale[t][:, None] * x0 + self.spread[t][:, None] * noise
            return torch.nn.functional.mse_loss(self.network(x, t, dropped(y, null, drop)), x0)

    return Twin()


def flow_loss(network: Any, null: int, drop: float) -> Any:
    """A module that returns the loss of a batch of codes, for a network that predicts the way they move."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, x0: Any, y: Any, time: Any = None, noise: Any = None) -> Any:
            time = torch.sigmoid(torch.randn(len(x0))) if time is None else time
            noise = torch.randn_like(x0) if noise is None else noise
            x = (1 - time)[:, None] * x0 + time[:, None] * noise
            guess = self.network(x, time, dropped(y, null, drop))
            return torch.nn.functional.mse_loss(guess, noise - x0)

    return Twin()


def training(
    twin: Any,
    data: tuple[np.ndarray, np.ndarray],
    rows: np.ndarray,
    form: str,
    *,
    learning_rate: float,
    ema_decay: float,
    clip: float | None,
) -> Callable[[], list[Any]]:
    """A function that takes one training step for each row of ``rows``, and returns the averaged weights.

    Args:
        twin: The module that returns the loss of a batch.
        data: Examples and their classes.
        rows: Which examples each step sees, shape (steps, batch).
        form: One of :data:`bench.twins.FORMS`.
        learning_rate: Adam's.
        ema_decay: Decay of the weights' average, which warms up as ours does.
        clip: Longest gradient, or None.
    """
    torch = load_torch()
    parameters = list(twin.parameters())
    tx = torch.optim.Adam(parameters, lr=learning_rate, fused="fused" in form or None)
    loss_of = torch.compile(twin) if "compiled" in form else twin
    average = [p.detach().clone() for p in parameters]
    examples, classes = torch.from_numpy(data[0]), torch.from_numpy(data[1]).long()
    batches = torch.from_numpy(rows.astype(np.int64))
    done = 0

    def run() -> list[Any]:
        nonlocal done
        for batch in batches:
            tx.zero_grad(set_to_none=True)
            loss_of(examples[batch], classes[batch]).backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, clip)
            tx.step()
            decay = min(ema_decay, (1 + done) / (10 + done))
            torch._foreach_lerp_(average, [p.detach() for p in parameters], 1 - decay)
            done += 1
        return average

    return run


def sampling(
    network: Any, schedule: NoiseSchedule, timesteps: np.ndarray, labels: np.ndarray, dim: int, form: str
) -> Callable[..., Any]:
    """A function that walks DDIM's path back, for a network that predicts the clean example.

    Args:
        network: The network's twin.
        schedule: The noise schedule.
        timesteps: Rising time steps to stop at.
        labels: The class of each example.
        dim: Length of an example.
        form: One of :data:`SAMPLING_FORMS`.

    Returns:
        From the start, or noise of its own, to the samples.
    """
    torch = load_torch()
    chain = respace(schedule, timesteps)
    scale, spread = (
        np.asarray(table, float).tolist()
        for table in (chain.sqrt_alphas_cumprod, chain.sqrt_one_minus_alphas_cumprod)
    )
    asked = torch.from_numpy(labels).long()
    times = torch.from_numpy(np.asarray(timesteps, np.int64))
    fast = torch.compile(network) if "compiled" in form else network

    def run(start: Any = None) -> Any:
        with torch.inference_mode():
            x = torch.randn(len(asked), dim) if start is None else start
            for i in reversed(range(len(times))):
                x0 = fast(x, times[i].expand(len(x)), asked)
                noise = (x - scale[i] * x0) / spread[i]
                x = scale[i - 1] * x0 + spread[i - 1] * noise if i else x0
            return x

    return run
