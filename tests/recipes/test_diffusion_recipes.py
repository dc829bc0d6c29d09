"""Diffusion in pixels and in codes: the recipes learn, draw what is asked for, and go on where they were cut off."""

from dataclasses import asdict, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.data import load_mnist
from gencore.diffusion import (
    add_noise,
    evenly_noisy_timesteps,
    predict_noise,
    predict_velocity,
    predict_x0,
    sample_dpm_solver,
    x0_from_noise,
)
from gencore.models import RefinedDenoiser, ResidualDenoiser, extract_features
from gencore.recipes import diffusion, latent_diffusion, vae
from gencore.recipes.diffusion import PixelDiffusion, from_pixels, to_pixels
from gencore.recipes.recording import every_class

DIGITS = load_mnist("train", source="embedded")
TEST = load_mnist("test", source="embedded")
PIXELS = diffusion.Settings(width=128, blocks=2, steps=300, batch_size=128, ema_decay=0.98, samples=200)
CODES = latent_diffusion.Settings(
    autoencoder=vae.Settings(latent_dim=8, hidden=(64,), beta=0.1, learning_rate=5e-3, steps=200),
    width=64,
    blocks=2,
    steps=400,
    batch_size=128,
    ema_decay=0.98,
    samples=200,
)


def untrained(pixels=9):
    return PixelDiffusion(
        ResidualDenoiser(pixels, 8, 1, classes=10, rngs=nnx.Rngs(0)),
        diffusion.Settings(timesteps=50).schedule(),
    )


def agreement(images, labels):
    return (extract_features(images).probabilities.argmax(1) == labels).mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    "prediction", [predict_noise, predict_x0, predict_velocity], ids=["noise", "x0", "v"]
)
def test_pixels_are_learned_whatever_is_predicted(prediction):
    run = diffusion.train(DIGITS.flat, DIGITS.labels, PIXELS, prediction=prediction, progress=False)
    assert run.history["loss"][-1] < 0.9 * run.history["loss"][0]
    assert run.diffusion.prediction is prediction
    x0, t, schedule = jnp.asarray(from_pixels(TEST.flat[:500])), jnp.full(500, 200), run.diffusion.schedule
    x_t = add_noise(schedule, x0, jax.random.normal(jax.random.key(0), x0.shape), t)
    guess = x0_from_noise(schedule, run.diffusion.denoiser(TEST.labels[:500])(x_t, t), x_t, t)
    mean_digit = from_pixels(DIGITS.flat).mean(axis=0)
    assert jnp.square(guess - x0).mean() < jnp.square(mean_digit - x0).mean()


@pytest.mark.slow
def test_codes_are_learned_class_by_class_and_the_clock_counts_both_parts():
    seen = []

    def evaluate(flow):
        seen.append(agreement(flow.draw(every_class(200), steps=5), every_class(200)))
        return {"agreement": seen[-1]}

    run = latent_diffusion.train(
        DIGITS.flat, DIGITS.labels, CODES, progress=False, evaluate=evaluate, evaluate_every=200
    )
    assert seen[-1] > 0.4 > 0.3 > agreement(np.zeros((200, 784), "f"), every_class(200))
    (first, *_), last = run.history.evaluations["agreement"], run.history.total_seconds
    assert run.autoencoder.total_seconds < first[1] < last
    codes = run.flow.space.encode(DIGITS.flat)
    np.testing.assert_allclose(codes.mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(codes.std(0), 1, atol=1e-3)


@pytest.mark.parametrize("cut", ["autoencoder", "latent flow"])
def test_a_latent_run_goes_on_where_it_was_cut_off(cut, tmp_path, monkeypatch):
    """Cut off in either part, the same call ends with the weights of a run that was not."""
    tiny = replace(CODES, autoencoder=replace(CODES.autoencoder, steps=4), steps=4)
    whole = latent_diffusion.train(DIGITS.flat, DIGITS.labels, tiny, progress=False)
    module = vae if cut == "autoencoder" else latent_diffusion
    real_fit = module.fit

    def fit(*args, **options):
        real_fit(*args, **options | {"steps": 2})
        raise KeyboardInterrupt

    start = lambda: latent_diffusion.train(  # noqa: E731
        DIGITS.flat, DIGITS.labels, tiny, progress=False, checkpoint_dir=tmp_path
    )
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "fit", fit)
        start()
    again = start()
    ours, theirs = (nnx.state(run.flow.velocity, nnx.Param) for run in (again, whole))
    jax.tree.map(np.testing.assert_array_equal, ours, theirs)


@pytest.mark.slow
def test_looking_at_windows_makes_better_pictures_of_what_is_hardly_noisy():
    """Same whole-image network, same steps: the windows pass through what does not fit its width."""
    chosen = diffusion.RefinedSettings(width=64, blocks=2, steps=200, detail_width=32, ema_decay=0.98)
    plain = diffusion.Settings(**{k: v for k, v in asdict(chosen).items() if k in asdict(PIXELS)})
    x0, t = jnp.asarray(from_pixels(TEST.flat[:500])), jnp.full(500, 100)
    error = []
    for tried in (plain, chosen):
        run = diffusion.train(DIGITS.flat, DIGITS.labels, tried, progress=False)
        x_t = add_noise(run.diffusion.schedule, x0, jax.random.normal(jax.random.key(0), x0.shape), t)
        error.append(float(jnp.square(run.diffusion.model(x_t, t, TEST.labels[:500]) - x0).mean()))
    assert error[1] < 0.8 * error[0]


def test_settings_say_which_network_and_records_are_drawn_at_their_scale(monkeypatch):
    """Plain settings have no windows and no guidance; the full ones have both."""
    whole, refined = diffusion.settings("quick"), diffusion.settings("full")
    rngs = nnx.Rngs(0)
    assert isinstance(replace(whole, width=8).network(784, rngs=rngs), ResidualDenoiser)
    assert isinstance(replace(refined, width=8, detail_width=4).network(784, rngs=rngs), RefinedDenoiser)
    assert "guidance_scale" not in asdict(whole) and asdict(refined)["guidance_scale"] > 1
    asked = []

    def draw(self, labels, *, guidance_scale, **_):
        asked.append(guidance_scale)
        return np.zeros((len(labels), 9))

    def stop_after_drawing(family, chosen, learn, drawn, **_):
        drawn(untrained())
        raise KeyboardInterrupt

    monkeypatch.setattr(PixelDiffusion, "draw", draw)
    monkeypatch.setattr(diffusion, "record_run", stop_after_drawing)
    for profile in ("quick", "full"):
        with pytest.raises(KeyboardInterrupt):
            diffusion.record(profile)
    assert asked == [1.0, refined.guidance_scale]


def test_pixels_go_there_and_back():
    images = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_allclose(to_pixels(from_pixels(images)), images, atol=1e-7)
    assert to_pixels(np.array([-3.0, 3.0])).tolist() == [0, 1]


def test_guidance_of_scale_one_is_the_class_itself_and_scale_zero_is_no_class():
    model = untrained()
    x, t, labels = (
        jax.random.normal(jax.random.key(0), (4, 9)),
        jnp.array([0, 10, 30, 49]),
        jnp.array([0, 3, 5, 9]),
    )
    plain = model.denoiser(labels)(x, t)
    np.testing.assert_allclose(model.denoiser(labels, 1 + 1e-7)(x, t), plain, rtol=1e-4, atol=1e-5)
    nothing = model.denoiser(jnp.full(4, 10))(x, t)
    np.testing.assert_allclose(model.denoiser(labels, 0.0)(x, t), nothing, rtol=1e-4, atol=1e-5)
    assert np.abs(np.asarray(plain - nothing)).max() > 1e-3


def test_draws_are_of_the_classes_asked_for_in_their_order_and_repeatable():
    model, labels = untrained(), np.arange(1003) % 10
    images = model.draw(labels, steps=3, seed=1)
    assert images.shape == (1003, 9)
    np.testing.assert_array_equal(images, model.draw(labels, steps=3, seed=1))
    assert (images != model.draw(labels, steps=3, seed=2)).any()
    key = jax.random.fold_in(jax.random.key(1), 0)
    steps = evenly_noisy_timesteps(model.schedule, 3)
    first = sample_dpm_solver(
        model.denoiser(jnp.asarray(labels[:1000])), model.schedule, key, (1000, 9), timesteps=steps
    )
    np.testing.assert_allclose(images[:1000], to_pixels(first.x0), atol=1e-6)
