"""PyTorch's twin of our GPT, as nanoGPT writes one: the same weights, the same steps, the same way of writing."""

from collections.abc import Callable
from typing import Any

import numpy as np
from peers import load_torch

from bench.twins import embedding, linear, norm
from gencore.models import GPT

WRITING_FORMS = ("PyTorch, cached keys and values", "PyTorch, no cache, as nanoGPT writes")


def gpt(model: GPT) -> Any:
    """The network: tokens (batch, time) to logits; with a cache it reads on."""
    torch = load_torch()
    functional = torch.nn.functional

    def rotated(x: Any, positions: Any) -> Any:
        """Rotary positions in halves, as Llama has them: (batch, heads, time, d)."""
        d = x.shape[-1]
        angles = positions[:, None] * 10_000.0 ** (-torch.arange(0, d, 2) / d)
        cos, sin = angles.cos(), angles.sin()
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)

    class Attention(torch.nn.Module):
        def __init__(self, ours: Any):
            super().__init__()
            self.queries_keys_values, self.out = linear(ours.queries_keys_values), linear(ours.out)
            self.heads, self.rotary = ours.heads, ours.rotary

        def forward(self, x: Any, cache: Any = None, length: int = 0) -> Any:
            b, t, width = x.shape
            qkv = self.queries_keys_values(x).view(b, t, 3, self.heads, width // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            if self.rotary:
                positions = torch.arange(length, length + t)
                q, k = rotated(q, positions), rotated(k, positions)
            if cache is not None:  # room for the whole window, so that nothing is copied when it grows
                cache[0][:, :, length : length + t], cache[1][:, :, length : length + t] = k, v
                k, v = cache[0][:, :, : length + t], cache[1][:, :, : length + t]
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
            return self.out(y.transpose(1, 2).reshape(b, t, width))

    class Block(torch.nn.Module):
        def __init__(self, ours: Any):
            super().__init__()
            self.norm_1, self.norm_2 = norm(ours.norm_1), norm(ours.norm_2)
            self.attention = Attention(ours.attention)
            self.widen, self.narrow = linear(ours.widen), linear(ours.narrow)

        def forward(self, x: Any, cache: Any = None, length: int = 0) -> Any:
            x = x + self.attention(self.norm_1(x), cache, length)
            bent = functional.gelu(self.widen(self.norm_2(x)), approximate="tanh")
            return x + self.narrow(bent)

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.token_vectors = embedding(model.token_vectors)
            if model.position_vectors is not None:
                self.position_vectors = embedding(model.position_vectors)
            self.blocks = torch.nn.ModuleList(map(Block, model.blocks))
            self.norm = norm(model.norm)
            self.context, self.heads = model.context, model.blocks[0].attention.heads

        def forward(self, tokens: Any, caches: Any = None, length: int = 0) -> Any:
            x = self.token_vectors(tokens)
            if hasattr(self, "position_vectors"):
                x = x + self.position_vectors(torch.arange(length, length + tokens.shape[1]))
            for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
                x = block(x, cache, length)
            return functional.linear(self.norm(x), self.token_vectors.weight)

        def empty_cache(self, batch: int) -> Any:
            d = self.token_vectors.embedding_dim // self.heads
            shape = (batch, self.heads, self.context, d)
            return [(torch.zeros(shape), torch.zeros(shape)) for _ in self.blocks]

    return Twin()


def loss_of(network: Any) -> Any:
    """A module that returns the loss of a batch of tokens (batch, time + 1): nats per token."""
    torch = load_torch()

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, batch: Any) -> Any:
            logits = self.network(batch[:, :-1])
            return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())

    return Twin()


def training(
    twin: Any,
    windows: np.ndarray,
    rows: np.ndarray,
    form: str,
    *,
    learning_rate: float,
    betas: tuple[float, float],
    weight_decay: float,
    clip: float,
) -> Callable[[], None]:
    """A function that takes one training step for each row of ``rows``.

    Args:
        twin: The module that returns the loss of a batch.
        windows: Tokens, shape (n, time + 1).
        rows: Which windows each step sees, shape (steps, batch).
        form: One of :data:`bench.twins.FORMS`.
        learning_rate: AdamW's.
        betas: AdamW's.
        weight_decay: AdamW's, on matrices alone.
        clip: Longest gradient.
    """
    torch = load_torch()
    parameters = list(twin.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    tx = torch.optim.AdamW(groups, lr=learning_rate, betas=betas, fused="fused" in form or None)
    loss = torch.compile(twin, fullgraph=True) if "compiled" in form else twin
    data, batches = torch.from_numpy(windows).long(), torch.from_numpy(rows.astype(np.int64))

    def run() -> None:
        for batch in batches:
            tx.zero_grad(set_to_none=True)
            loss(data[batch]).backward()
            torch.nn.utils.clip_grad_norm_(parameters, clip)
            tx.step()

    return run


def writing(network: Any, prompt: np.ndarray, n: int, form: str, temperature: float = 1.0) -> Any:
    """A function that writes ``n`` tokens after each prompt, and returns them, shape (batch, n).

    Args:
        network: The network's twin.
        prompt: Tokens, shape (batch, time).
        n: How many to write.
        form: One of :data:`WRITING_FORMS`. With a cache, a full window is forgotten but for its last half, as in ours;
            without one, all that fits the window is read again for each token.
        temperature: 0 takes the most probable token.
    """
    torch = load_torch()
    start = torch.from_numpy(prompt).long()

    def draw(logits: Any) -> Any:
        if temperature == 0:
            return logits.argmax(dim=-1, keepdim=True)
        return torch.multinomial((logits / temperature).softmax(dim=-1), 1)

    def cached() -> Any:
        text, read, length = start, start, 0
        caches = network.empty_cache(len(start))
        for _ in range(n):
            if length and length + read.shape[1] >= network.context:  # what is read fills the window
                read, length = text[:, -(network.context // 2) :], 0
            logits = network(read, caches, length)[:, -1]
            length += read.shape[1]
            read = draw(logits)
            text = torch.cat([text, read], dim=1)
        return text[:, start.shape[1] :]

    def uncached() -> Any:
        text = start
        for _ in range(n):
            logits = network(text[:, -network.context :])[:, -1]
            text = torch.cat([text, draw(logits)], dim=1)
        return text[:, start.shape[1] :]

    program = cached if form == WRITING_FORMS[0] else uncached

    def run() -> Any:
        with torch.inference_mode():
            return program()

    return run
