"""What a reader would otherwise train: a U-Net DDPM in PyTorch, its FID against seconds of training.

``PYTHONPATH=tests .venv-reference/bin/python -m bench.unet`` trains it on all of MNIST and writes its results record.
Stop the clock, draw 10,000 digits, score them, go on: so at each mark, until FID is at most the target.
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from peers import load_peer, load_torch

from gencore.data import LabeledImages
from gencore.profile import Profile
from gencore.recipes.recording import Evaluate, every_class, record_run
from gencore.records import Record, write_record
from gencore.training import History, batch_indices

FAMILY = "unet_ddpm"


@dataclass(frozen=True)
class Settings:
    """A small U-Net, so that two cores take many steps, at the rate of Hugging Face's course on diffusion, unit 2.

    Attributes:
        channels: Channels at each resolution: 28 × 28, 14 × 14, 7 × 7.
        layers: Residual blocks at each resolution.
        groups: Groups of channels that are normalized together.
        timesteps: Steps of the linear noise schedule.
        drop: Share of the labels that are dropped, so that guidance is possible.
        learning_rate: Adam's.
        batch_size: Images a step.
        ema_decay: Decay of the weights' average, which warms up.
        guidance_scale: Scale of the guidance; 1 is half the cost of any other.
        sampling_steps: Steps of DPM-Solver++.
        samples: Images drawn at each mark, classes in equal numbers.
        marks: Seconds of training at which it is scored.
        target: FID that ends the run.
    """

    channels: tuple[int, ...] = (32, 64, 64)
    layers: int = 1
    groups: int = 32
    timesteps: int = 1000
    drop: float = 0.1
    learning_rate: float = 1e-3
    batch_size: int = 128
    ema_decay: float = 0.999
    guidance_scale: float = 1.0
    sampling_steps: int = 15
    samples: int = 10_000
    marks: tuple[float, ...] = (300.0, 1300.0)
    target: float = 6.0


def network(chosen: Settings) -> Any:
    """The U-Net, told time and class, with attention where it is small enough to be cheap; class 10 stands for none."""
    plain = len(chosen.channels) - 1
    return load_peer("diffusers").UNet2DModel(
        sample_size=28,
        in_channels=1,
        out_channels=1,
        layers_per_block=chosen.layers,
        block_out_channels=chosen.channels,
        norm_num_groups=chosen.groups,
        down_block_types=("DownBlock2D",) * plain + ("AttnDownBlock2D",),
        up_block_types=("AttnUpBlock2D",) + ("UpBlock2D",) * plain,
        num_class_embeds=11,
    )


class Trained:
    """A network at some step of its training: the averaged weights, and the digits drawn with them."""

    def __init__(self, model: Any, chosen: Settings, seed: int):
        self.model, self.chosen, self.seed = model, chosen, seed
        self._drawn: np.ndarray | None = None

    def draw(self) -> tuple[np.ndarray, np.ndarray]:
        """Flat images in [0, 1], and the classes asked for. A second call draws nothing."""
        asked = every_class(self.chosen.samples)
        if self._drawn is None:
            torch = load_torch()
            generator = torch.Generator().manual_seed(self.seed)
            parts = [self._part(some, generator) for some in torch.from_numpy(asked).long().split(500)]
            self._drawn = np.concatenate(parts)
        return self._drawn, asked

    def _part(self, classes: Any, generator: Any) -> np.ndarray:
        torch = load_torch()
        solver = load_peer("diffusers").DPMSolverMultistepScheduler(num_train_timesteps=self.chosen.timesteps)
        solver.set_timesteps(self.chosen.sampling_steps)
        self.model.eval()
        with torch.inference_mode():
            x = torch.randn((len(classes), 1, 28, 28), generator=generator)
            for t in solver.timesteps:
                x = solver.step(self.noise(x, t, classes), t, x).prev_sample
        return ((x + 1) / 2).clamp(0, 1).flatten(1).numpy()

    def noise(self, x: Any, t: Any, classes: Any) -> Any:
        """The guess of the noise in images of these classes."""
        torch, scale = load_torch(), self.chosen.guidance_scale
        if scale == 1:
            return self.model(x, t, classes).sample
        both = self.model(torch.cat([x, x]), t, torch.cat([classes, torch.full_like(classes, 10)])).sample
        with_class, without = both.chunk(2)
        return without + scale * (with_class - without)


def train(
    digits: LabeledImages, chosen: Settings, evaluate: Evaluate, *, seed: int = 0
) -> tuple[Trained, History]:
    """Train until the target is reached, or the last mark; the clock stands still while digits are drawn and scored."""
    torch = load_torch()
    torch.manual_seed(seed)
    model, average = network(chosen), network(chosen)
    average.load_state_dict(model.state_dict())
    tx = torch.optim.Adam(model.parameters(), lr=chosen.learning_rate, fused=True)
    noising = load_peer("diffusers").DDPMScheduler(num_train_timesteps=chosen.timesteps)
    images = torch.from_numpy(2 * digits.images - 1)[:, None]
    labels = torch.from_numpy(digits.labels).long()
    pairs = list(zip(average.parameters(), model.parameters(), strict=True))
    history, marks, trained = History(), list(chosen.marks), None
    model.train()
    for step, batch in enumerate(batches(len(labels), chosen.batch_size, seed)):
        began = time.perf_counter()
        x0, y = images[batch], labels[batch]
        y = torch.where(torch.rand(len(y)) < chosen.drop, 10, y)
        t = torch.randint(chosen.timesteps, (len(x0),))
        noise = torch.randn_like(x0)
        guess = model(noising.add_noise(x0, noise, t), t, y).sample
        loss = torch.nn.functional.mse_loss(guess, noise)
        tx.zero_grad(set_to_none=True)
        loss.backward()
        tx.step()
        decay = min(chosen.ema_decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(*([p.detach() for p in side] for side in zip(*pairs, strict=True)), 1 - decay)
        history.add(step + 1, time.perf_counter() - began, {"loss": loss.item()})
        if history.total_seconds >= marks[0]:
            marks.pop(0)
            trained = Trained(average, chosen, seed)
            scores = evaluate(trained)
            for name, value in scores.items():
                point = (step + 1, history.total_seconds, float(value))
                history.evaluations.setdefault(name, []).append(point)
            print(f"step {step + 1}, {history.total_seconds:.0f} s of training: {scores}", flush=True)
            if scores["fid"] <= chosen.target or not marks:
                break
    assert trained is not None
    return trained, history


def batches(n: int, batch_size: int, seed: int) -> Iterator[np.ndarray]:
    """The batches that our own loop would take, without end."""
    step = 0
    while True:
        for rows in batch_indices(n, batch_size, range(step, step + 100), seed):
            yield rows.astype(np.int64)
        step += 100


def record(chosen: Settings, *, profile: Profile = "full", seed: int = 0) -> Record:
    """Train, score at each mark, and return the run's record, as those of our own models."""

    def learn(digits: LabeledImages, evaluate: Evaluate | None) -> tuple[Trained, History]:
        assert evaluate is not None
        return train(digits, chosen, evaluate, seed=seed)

    made = record_run(FAMILY, chosen, learn, Trained.draw, profile=profile, seed=seed)
    versions = made.provenance["versions"]
    versions |= {"torch": load_torch().__version__, "diffusers": load_peer("diffusers").__version__}
    return made


def main() -> None:
    """Train the network of :class:`Settings`, and write the record."""
    parser = argparse.ArgumentParser(prog="python -m bench.unet", description=__doc__)
    parser.add_argument("--marks", type=float, nargs="+", help="seconds of training at which it is scored")
    parser.add_argument("--samples", type=int, help="digits drawn at each mark; a record wants 10,000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", choices=("quick", "full"), default="full")
    parser.add_argument("--folder", type=Path, help="where the record goes (default: book/results)")
    given = parser.parse_args()
    if (given.marks or given.samples) and not given.folder:
        parser.error("a run with other marks or samples is no record for the book: name a --folder")
    chosen = Settings()
    if given.marks:
        chosen = replace(chosen, marks=tuple(given.marks))
    if given.samples:
        chosen = replace(chosen, samples=given.samples)
    load_torch().set_num_threads(len(os.sched_getaffinity(0)))
    print(f"training {asdict(chosen)}", flush=True)
    made = record(chosen, profile=given.profile, seed=given.seed)
    print(f"written to {write_record(made, given.folder)}")


if __name__ == "__main__":
    main()
