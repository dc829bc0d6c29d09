"""Diffusion: training steps of the denoisers, DDIM's walk, and what its large steps save."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx

from bench import denoiser_twin, twins
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
from gencore.recipes import latent_diffusion, small_diffusion
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


def pixel_denoiser() -> ResidualDenoiser:
    """The small model that ships, with random weights: what a number is makes no difference to a clock."""
    chosen = small_diffusion.SETTINGS
    return ResidualDenoiser(DIM, chosen.width, chosen.blocks, classes=10, rngs=nnx.Rngs(0))


def denoiser_step(steps: int = 60) -> Job:
    """The small denoiser in pixels, as its recipe trains it."""
    chosen, model = small_diffusion.SETTINGS, pixel_denoiser()
    schedule, null, drop = chosen.schedule(), model.classes, chosen.drop

    def twin_of() -> Any:
        return denoiser_twin.diffusion_loss(denoiser_twin.denoiser(model), schedule, null, drop)

    return step_job(
        "denoiser in pixels, training step",
        model,
        denoising_loss(schedule, prediction=predict_x0, null_label=null, drop=drop),
        twin_of,
        digits(),
        chosen=chosen,
        clip=chosen.clip_norm,
        steps=steps,
    )


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


def walk(
    sample: Any, model: Any, count: int, timesteps: np.ndarray | None, start: Any = None
) -> Callable[[], jax.Array]:
    """A function that draws ``count`` digits with a sampler of ours; the same compiled program in every call."""
    denoise = noise_predictor(
        given_class(model, every_class(count)), small_diffusion.SETTINGS.schedule(), predict_x0
    )
    shape = count, DIM
    schedule, key = small_diffusion.SETTINGS.schedule(), jax.random.key(0)
    return lambda: sample(
        denoise, schedule, key, shape, timesteps=timesteps, start=start
    ).x0.block_until_ready()


def sampling(count: int = DIGITS, steps: int = WALK) -> Job:
    """DDIM's walk with the small denoiser: from noise to digits."""
    model, chosen = pixel_denoiser(), small_diffusion.SETTINGS
    timesteps = spaced_timesteps(chosen.timesteps, steps)
    return Job(
        f"sampling {count} digits, DDIM",
        walk(sample_ddim, model, count, timesteps),
        {
            form: denoiser_twin.sampling(
                denoiser_twin.denoiser(model), chosen.schedule(), timesteps, every_class(count), DIM, form
            )
            for form in denoiser_twin.SAMPLING_FORMS
        },
        SAMPLING_LIMITS,
        note=f"{steps} steps, classes without guidance",
    )


def ddim(count: int = DIGITS, steps: int = WALK) -> Job:
    """What DDIM's large steps save, both sides ours."""
    model, chosen = pixel_denoiser(), small_diffusion.SETTINGS
    return Job(
        f"DDIM, {steps} steps",
        walk(sample_ddim, model, count, spaced_timesteps(chosen.timesteps, steps)),
        {WHOLE_WALK: walk(sample_ddpm, model, count, None)},
        {WHOLE_WALK: DDIM_LIMIT},
        note=f"{count} digits; what it costs in FID is in chapter 07",
    )
