"""PyTorch's twin of the refined denoiser: the plain one, and a small network that corrects it window by window."""

from typing import Any

import numpy as np
from peers import load_torch

from bench.denoiser_twin import block, denoiser
from bench.twins import linear
from gencore.models import RefinedDenoiser

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


def refined(model: RefinedDenoiser) -> Any:
    """The network: noisy images, times and classes to images."""
    torch, side, window = load_torch(), model.side, model.window

    def cut(x: Any) -> Any:
        """Flat images to overlapping windows, quarter by quarter: (batch, n, n, pixels)."""
        half = window // 2
        n = side // half
        cells = x.view(-1, n, half, n, half).transpose(2, 3).reshape(-1, n, n, half * half)
        parts = [cells[:, down : n - 1 + down, right : n - 1 + right] for down, right in CORNERS]
        return torch.cat(parts, dim=-1)

    def join(windows: Any, often: Any) -> Any:
        """Windows back to flat images, divided by how often a cell of half a window is covered."""
        parts = windows.chunk(4, dim=-1)
        pads = [(0, 0, right, 1 - right, down, 1 - down) for down, right in CORNERS]
        cells = sum(torch.nn.functional.pad(part, pad) for part, pad in zip(parts, pads, strict=True)) / often
        n, half = cells.shape[1], round(cells.shape[-1] ** 0.5)
        return cells.view(-1, n, n, half, half).transpose(2, 3).reshape(-1, side * side)

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.plain = denoiser(model.plain)
            self.enter, self.tell, self.leave = map(linear, (model.enter, model.tell, model.leave))
            self.place = torch.nn.Parameter(torch.from_numpy(np.array(model.place[...])))
            self.blocks = torch.nn.ModuleList(map(block, model.blocks))
            covered = torch.full((2 * side // window,), 2.0)
            covered[0] = covered[-1] = 1.0
            self.register_buffer("often", torch.outer(covered, covered)[..., None])

        def forward(self, x: Any, t: Any, y: Any) -> Any:
            known, condition = self.plain.features(x, t, y)
            whole = self.plain.leave(known)
            seen = [cut(image) for image in (x, whole)]
            h = self.enter(torch.cat(seen, dim=-1))
            told = self.tell(known + condition)[:, None, None] + self.place
            for part in self.blocks:
                h = part(h, told)
            return whole + join(self.leave(h), self.often)

    return Twin()
