"""Diffusion: training steps of the denoisers, DDIM's walk, and what its large steps save."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx

from bench import denoiser_twin, refined_twin, twins
from bench.turns import Job
from gencore.data import load_mnist
from gencore.diffusion import (
    given_class,
    noise_predictor,
    predict_x0,
    sample_ddim,
    sample_ddpm,
    spaced_timesteps,
)
from gencore.models import ResidualDenoiser
from gencore.recipes import diffusion, latent_diffusion, small_diffusion
from gencore.recipes.diffusion import from_pixels
from gencore.recipes.recording import every_class
from gencore.training import (
    batch_indices,
    denoising_loss,
    fit,
    flow_matching_loss,
    gradient_step,
    logit_normal_times,
)
from gencore.training.state import Loss

# The promise: 0.8 of the plain loop, never slower than the fastest form.
LIMITS = dict(zip(twins.FORMS, (0.8, 1.0, 1.0), strict=True))
SAMPLING_LIMITS = dict(zip(denoiser_twin.SAMPLING_FORMS, (0.8, 1.0), strict=True))
WHOLE_WALK = "DDPM, 1,000 steps, gencore, too"
DDIM_LIMIT = 1 / 18
DIGITS = 256
DIM = 784
WALK = 50


def step_job(
    name: str,
    model: nnx.Module,
    loss: Loss,
    twin_of: Callable[[], Any],
    data: tuple[np.ndarray, np.ndarray],
    *,
    chosen: Any,
    clip: float | None,
    steps: int,
) -> Job:
    """The job of ``steps`` training steps with these settings, in gencore and in every form of PyTorch.

    The rate stays at its peak on both sides: a schedule costs nothing, and begins at 0.
    """
    tx = optimizer(chosen.learning_rate, clip)
    step, state = gradient_step(model, loss, tx, ema_decay=chosen.ema_decay)
    size = chosen.batch_size
    rows = batch_indices(len(data[1]), size, range(steps), 0)
    options = {"learning_rate": chosen.learning_rate, "ema_decay": chosen.ema_decay, "clip": clip}
    return Job(
        name,
        lambda: fit(step, state, data, steps=steps, batch_size=size, log_every=steps, progress=False),
        {form: denoiser_twin.training(twin_of(), data, rows, form, **options) for form in twins.FORMS},
        LIMITS,
        units=steps,
        note=f"batch {size}, {'' if clip is None else 'clip, '}Adam, averaged weights",
    )


def optimizer(learning_rate: float, clip: float | None) -> optax.GradientTransformation:
    """The recipes' optimizer, at one rate."""
    adam = optax.adam(learning_rate)
    return adam if clip is None else optax.chain(optax.clip_by_global_norm(clip), adam)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The embedded digits, from -1 to 1, and their classes."""
    some = load_mnist("train", source="embedded")
    return np.asarray(from_pixels(some.flat)), some.labels


# The network of some settings, untrained: what a number is makes no difference to a clock; and how to make its twin.
def plain() -> tuple[diffusion.Settings, Any, Callable[[Any], Any]]:
    """The small model that ships."""
    chosen = small_diffusion.SETTINGS
    return chosen, chosen.network(DIM, rngs=nnx.Rngs(0)), denoiser_twin.denoiser


def refined() -> tuple[diffusion.Settings, Any, Callable[[Any], Any]]:
    """The model of the full profile, which also looks at windows."""
    chosen = diffusion.settings("full")
    return chosen, chosen.network(DIM, rngs=nnx.Rngs(0)), refined_twin.refined


def pixel_step(name: str, which: Any, steps: int) -> Job:
    """A denoiser in pixels, as its recipe trains it."""
    chosen, model, twin = which
    schedule, null, drop = chosen.schedule(), model.classes, chosen.drop
    return step_job(
        name,
        model,
        denoising_loss(schedule, prediction=predict_x0, null_label=null, drop=drop),
        lambda: denoiser_twin.diffusion_loss(twin(model), schedule, null, drop),
        digits(),
        chosen=chosen,
        clip=chosen.clip_norm,
        steps=steps,
    )


def denoiser_step(steps: int = 60) -> Job:
    """The small denoiser."""
    return pixel_step("denoiser in pixels, training step", plain(), steps)


def refined_step(steps: int = 20) -> Job:
    """The full-size denoiser, which also looks at windows."""
    return pixel_step("refined denoiser, training step", refined(), steps)


def flow_step(steps: int = 40) -> Job:
    """Latent diffusion's flow in its full profile, on numbers that stand for codes."""
    chosen = latent_diffusion.settings("full")
    dim = chosen.autoencoder.latent_dim
    model = ResidualDenoiser(
        dim, chosen.width, chosen.blocks, classes=10, time_scale=1000.0, rngs=nnx.Rngs(0)
    )
    null, drop = model.classes, chosen.drop
    _, classes = digits()
    codes = np.random.default_rng(0).normal(size=(len(classes), dim)).astype("f")
    return step_job(
        "latent flow, training step",
        model,
        flow_matching_loss(times=logit_normal_times, null_label=null, drop=drop),
        lambda: denoiser_twin.flow_loss(denoiser_twin.denoiser(model), null, drop),
        (codes, classes),
        chosen=chosen,
        clip=None,
        steps=steps,
    )


def walk(sample: Any, which: Any, count: int, timesteps: np.ndarray | None) -> Callable[[], jax.Array]:
    """A function that draws ``count`` digits with a sampler of ours; the same compiled program in every call."""
    chosen, model, _ = which
    schedule, key = chosen.schedule(), jax.random.key(0)
    denoise = noise_predictor(given_class(model, every_class(count)), schedule, predict_x0)
    return lambda: sample(denoise, schedule, key, (count, DIM), timesteps=timesteps).x0.block_until_ready()


def sampling_job(name: str, which: Any, count: int, steps: int) -> Job:
    """DDIM's walk from noise to digits."""
    chosen, model, twin = which
    timesteps, asked = spaced_timesteps(chosen.timesteps, steps), every_class(count)
    return Job(
        name,
        walk(sample_ddim, which, count, timesteps),
        {
            form: denoiser_twin.sampling(twin(model), chosen.schedule(), timesteps, asked, DIM, form)
            for form in denoiser_twin.SAMPLING_FORMS
        },
        SAMPLING_LIMITS,
        note=f"{count} digits, DDIM, {steps} steps, classes without guidance",
    )


def sampling(count: int = DIGITS, steps: int = WALK) -> Job:
    """Digits of the small denoiser."""
    return sampling_job("denoiser in pixels, sampling", plain(), count, steps)


def refined_sampling(count: int = DIGITS, steps: int = WALK) -> Job:
    """Digits of the full-size one."""
    return sampling_job("refined denoiser, sampling", refined(), count, steps)


def ddim(count: int = DIGITS, steps: int = WALK) -> Job:
    """What DDIM's large steps save, both sides ours."""
    which = plain()
    return Job(
        f"DDIM, {steps} steps",
        walk(sample_ddim, which, count, spaced_timesteps(which[0].timesteps, steps)),
        {WHOLE_WALK: walk(sample_ddpm, which, count, None)},
        {WHOLE_WALK: DDIM_LIMIT},
        note=f"{count} digits of the small denoiser; what it costs in FID is in chapter 07",
    )
