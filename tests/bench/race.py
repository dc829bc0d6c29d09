"""Time to a good score: the recipe's whole training, ours and PyTorch's, until FID is at most 9."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from peers import load_torch

from bench import game, gan_twin
from bench.turns import Row
from gencore.data import LabeledImages, load_mnist
from gencore.models import Generator, extract_features
from gencore.recipes import gan
from gencore.recipes.evaluation import score_samples
from gencore.training import batch_indices

TARGET = 9.0
EVERY = 500
FORM = "PyTorch, fused Adam"


class Judge:
    """Scores a generator now and then, off the clock, until it is good enough."""

    class Reached(Exception):
        """FID is at most the target."""

    def __init__(self, test: LabeledImages, samples: int, target: float = TARGET):
        self.real, self.samples, self.target = extract_features(test.images), samples, target
        self.began, self.paused, self.seconds = time.perf_counter(), 0.0, float("inf")

    def __call__(self, generator: Generator) -> dict[str, float]:
        """Score; raise when the target is reached."""
        stopped = time.perf_counter()
        fid = score_samples(gan.draw(generator, self.samples)[0], self.real)["fid"]["value"]
        if fid <= self.target:
            self.seconds = stopped - self.began - self.paused
            raise Judge.Reached
        self.paused += time.perf_counter() - stopped
        return {"fid": fid}


def ours(digits: LabeledImages, judge: Judge, chosen: gan.Settings, every: int) -> float:
    """Seconds of the recipe's own training; infinite if it ends before."""
    judge.began = time.perf_counter()
    with suppress(Judge.Reached):
        gan.train(digits.flat, digits.labels, chosen, evaluate=judge, evaluate_every=every, progress=False)
    return judge.seconds


def theirs(digits: LabeledImages, judge: Judge, chosen: gan.Settings, every: int) -> float:
    """Seconds of the same training in PyTorch: the same weights at the start, schedule, average and batches."""
    torch = load_torch()
    torch.manual_seed(0)
    both = game.players(chosen)
    g, d = gan_twin.maker(both[0]), gan_twin.judge(both[1])
    play = gan_twin.Game(g, d, chosen, FORM)
    rows = batch_indices(len(digits.labels), chosen.batch_size, range(chosen.steps), 0)
    images = torch.from_numpy(digits.flat)
    classes = torch.nn.functional.one_hot(torch.from_numpy(digits.labels).long(), chosen.classes).float()
    average = [p.detach().clone() for p in g.parameters()]
    rates = np.asarray(jax.vmap(chosen.rate())(jnp.arange(chosen.steps)))
    judge.began = time.perf_counter()
    for i, batch in enumerate(torch.from_numpy(rows.astype(np.int64))):
        for tx in play.txs:
            tx.param_groups[0]["lr"] = float(rates[i])
        play.step(images[batch], classes[batch])
        # The average's decay warms up as ours does.
        decay = min(chosen.ema_decay, (1 + i) / (10 + i))
        torch._foreach_lerp_(average, [p.detach() for p in g.parameters()], 1 - decay)
        if (i + 1) % every == 0:
            try:
                judge(filled(both[0], average))
            except Judge.Reached:
                break
    return judge.seconds


def filled(generator: Generator, weights: Any) -> Generator:
    """Our generator with PyTorch's weights: kernel and bias of each layer in turn."""
    made = nnx.clone(generator)
    for i, layer in enumerate(made.network.layers):
        layer.kernel[...] = jnp.asarray(weights[2 * i].numpy().T)
        layer.bias[...] = jnp.asarray(weights[2 * i + 1].numpy())
    return made


def gan_race(
    chosen: gan.Settings | None = None,
    digits: LabeledImages | None = None,
    test: LabeledImages | None = None,
    every: int = EVERY,
    target: float = TARGET,
) -> Row:
    """Chapter 06's GAN on all of MNIST, one run each: seconds of training until FID is at most ``target``."""
    chosen = chosen or gan.settings("full")
    digits = digits or load_mnist("train", source="full")
    test = test or load_mnist("test", source="full")
    run: Callable[..., float]
    seconds = []
    for run in (ours, theirs):
        seconds.append(run(digits, Judge(test, chosen.samples, target), chosen, every))
    ratio = seconds[0] / seconds[1]
    note = f"one run, FID every {every} steps, off the clock"
    return Row(
        f"GAN, training to FID {target:g}", seconds[0], FORM, seconds[1], ratio, (ratio, ratio), None, note
    )
