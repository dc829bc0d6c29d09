"""PyTorch's twin of our dense GAN: the same players, the same weights, the same moves."""

from typing import Any

import numpy as np
from peers import load_torch

from bench.twins import linear, perceptron
from gencore.models import Critic, Generator

# PyTorch compiles no gradient of a gradient, which the penalty needs; the players' own passes can be compiled.
FORMS = ("PyTorch, eager", "PyTorch, fused Adam", "PyTorch, players compiled, fused Adam")


def with_class(x: Any, y: Any) -> Any:
    """Append one-hot classes, half as long as the rest."""
    return load_torch().cat([x, 0.5 * x.shape[1] ** 0.5 * y], dim=1)


def maker(model: Generator) -> Any:
    """The generator: noise and one-hot classes to pixels."""
    torch = load_torch()
    network = perceptron(model.network)

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, z: Any, y: Any) -> Any:
            return torch.sigmoid(self.network(with_class(z, y)))

    return Twin()


def spread(h: Any) -> Any:
    """The standard deviation of a batch's features, one number for all: (batch, d) to (batch, 1)."""
    return load_torch().sqrt(h.var(dim=0, unbiased=False) + 1e-8).mean().expand(len(h), 1)


def judge(model: Critic) -> Any:
    """The critic with a look at the batch's spread: pixels and one-hot classes to logits."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.ModuleList(map(linear, model.layers))
            self.head = linear(model.head)

        def forward(self, x: Any, y: Any) -> Any:
            h = with_class(2 * x - 1, y)
            for layer in self.layers:
                h = torch.nn.functional.leaky_relu(layer(h), 0.2)
            return self.head(torch.cat([h, spread(h)], dim=1))[:, 0]

    return Twin()


def critic_loss(critic: Any, real: Any, fake: Any, y: Any, r1: float, plain: Any = None) -> Any:
    """What the critic pays: the game, and with ``r1`` the penalty through ``plain``, the critic as it was written."""
    torch = load_torch()
    softplus = torch.nn.functional.softplus
    game = softplus(-critic(real, y)).mean() + softplus(critic(fake, y)).mean()
    if not r1:
        return game
    real = real.detach().requires_grad_()
    (slope,) = torch.autograd.grad((plain or critic)(real, y).sum(), real, create_graph=True)
    return game + r1 * 0.5 * slope.square().sum(dim=1).mean()


class Game:
    """Our players' twins at play.

    Args:
        g: The generator.
        d: The critic.
        chosen: The recipe's settings.
        form: One of :data:`FORMS`.
    """

    def __init__(self, g: Any, d: Any, chosen: Any, form: str):
        torch = load_torch()
        rate = {"lr": chosen.learning_rate, "betas": (0.0, chosen.beta2), "fused": "fused" in form or None}
        self.g, self.d, self.chosen, self.count = g, d, chosen, 0
        self.txs = [torch.optim.Adam(player.parameters(), **rate) for player in (g, d)]
        self.fast = [torch.compile(g), torch.compile(d)] if "compiled" in form else [g, d]

    def step(self, x: Any, y: Any) -> None:
        """The critic moves, then the generator."""
        torch = load_torch()
        clip = lambda player, longest: torch.nn.utils.clip_grad_norm_(player.parameters(), longest)  # noqa: E731
        (fast_g, fast_d), (g_tx, d_tx), chosen = self.fast, self.txs, self.chosen
        with torch.no_grad():
            fake = fast_g(torch.randn(len(x), chosen.latent_dim), y)
        d_tx.zero_grad(set_to_none=True)
        r1 = chosen.r1 * chosen.r1_every if self.count % chosen.r1_every == 0 else 0.0
        critic_loss(fast_d, x, fake, y, r1, plain=self.d).backward()
        clip(self.d, chosen.clip_norm)
        d_tx.step()
        g_tx.zero_grad(set_to_none=True)
        self.d.requires_grad_(False)
        made = fast_g(torch.randn(len(x), chosen.latent_dim), y)
        torch.nn.functional.softplus(-fast_d(made, y)).mean().backward()
        self.d.requires_grad_(True)
        clip(self.g, chosen.clip_norm)
        g_tx.step()
        self.count += 1


def training(g: Any, d: Any, data: Any, rows: np.ndarray, chosen: Any, form: str) -> Any:
    """A function that plays one round for each row of ``rows``.

    Args:
        g: The generator's twin.
        d: The critic's.
        data: Flat images and their classes.
        rows: Which images each step sees, shape (steps, batch).
        chosen: The recipe's settings.
        form: One of :data:`FORMS`.
    """
    torch = load_torch()
    game = Game(g, d, chosen, form)
    images, batches = torch.from_numpy(data[0]), torch.from_numpy(rows.astype(np.int64))
    classes = torch.nn.functional.one_hot(torch.from_numpy(data[1]).long(), chosen.classes).float()

    def run() -> None:
        for batch in batches:
            game.step(images[batch], classes[batch])

    return run
