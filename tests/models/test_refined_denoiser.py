"""Windows against slices of the image, and a refinement that begins as nothing and then reaches every pixel."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.diffusion import linear_schedule, predict_x0
from gencore.models import RefinedDenoiser, cut_windows, join_windows
from gencore.training import denoising_loss, gradient_step, trained_model

IMAGES = jax.random.normal(jax.random.key(0), (8, 784))
TIMES = jnp.array([0, 5, 100, 300, 500, 700, 900, 999])
LABELS = jnp.array([0, 1, 2, 3, 4, 5, 9, 10])


def tiny(**changes):
    return RefinedDenoiser(
        **{"width": 32, "blocks": 2, "detail_width": 16, "classes": 10, "rngs": nnx.Rngs(0)} | changes
    )


def stepped(model, rate=0.1):
    """The model after a step of gradient descent, which its zero weights do not survive."""
    loss = denoising_loss(linear_schedule(), prediction=predict_x0, null_label=10, drop=0.3)
    step, state = gradient_step(model, loss, optax.sgd(rate))
    after, _ = jax.jit(step)(state, (IMAGES, LABELS), jax.random.key(1))
    return trained_model(model, after)


@pytest.mark.parametrize("side, window", [(28, 8), (28, 4), (28, 2), (28, 28), (12, 8), (9, 6)])
def test_windows_are_those_of_the_image_half_a_window_apart(side, window):
    x = np.arange(2 * side * side, dtype=np.float32).reshape(2, side * side)
    cut, half = np.asarray(cut_windows(x, side, window)), window // 2
    n = 2 * side // window - 1
    assert cut.shape == (2, n, n, window * window)
    for i in range(n):
        for j in range(n):
            patch = x.reshape(2, side, side)[:, i * half : i * half + window, j * half : j * half + window]
            quarters = patch.reshape(2, 2, half, 2, half).transpose(0, 1, 3, 2, 4)
            np.testing.assert_array_equal(cut[:, i, j], quarters.reshape(2, -1))


@pytest.mark.parametrize("side, window", [(28, 8), (28, 28), (12, 8)])
def test_what_is_cut_joins_to_the_same_image(side, window):
    x = jax.random.normal(jax.random.key(3), (5, side * side))
    np.testing.assert_allclose(join_windows(cut_windows(x, side, window), side), x, rtol=1e-6)


def test_joining_is_the_adjoint_of_cutting_but_for_the_mean():
    """<cut x, w> = <x, often * join w>, where a pixel lies in ``often`` windows: 1 in a corner, 4 in the middle."""
    windows = jax.random.normal(jax.random.key(4), (8, 6, 6, 64))
    _, pull_back = jax.vjp(lambda x: cut_windows(x, 28), IMAGES)
    (summed,) = pull_back(windows)
    (often,) = pull_back(jnp.ones_like(windows))
    picture = np.asarray(often[0]).reshape(28, 28)
    assert (picture[0, 0], picture[0, 14], picture[14, 14], picture.min()) == (1, 2, 4, 1)
    np.testing.assert_allclose(join_windows(windows, 28) * often, summed, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("side, window", [(28, 7), (28, 0), (28, 32), (28, 6)])
def test_windows_that_do_not_fit_are_an_error(side, window):
    for call in (
        lambda: cut_windows(jnp.zeros((1, side * side)), side, window),
        lambda: tiny(side=side, window=window),
    ):
        with pytest.raises(ValueError, match=f"window is {window} and side is {side}"):
            call()


def test_windows_of_another_image_are_an_error():
    with pytest.raises(ValueError, match="windows has 5 of them along a side; an image of side 28 has 6"):
        join_windows(jnp.zeros((1, 5, 5, 64)), 28)


@pytest.mark.parametrize("name", ["blocks", "detail_blocks"])
def test_a_network_without_blocks_is_an_error(name):
    with pytest.raises(ValueError, match="blocks is 0"):
        tiny(**{name: 0})


def test_it_begins_as_the_plain_denoiser_and_a_step_ends_that():
    model = tiny()
    np.testing.assert_array_equal(model(IMAGES, TIMES, LABELS), model.plain(IMAGES, TIMES, LABELS))
    after = stepped(model)
    corrected = np.asarray(after(IMAGES, TIMES, LABELS) - after.plain(IMAGES, TIMES, LABELS))
    assert (np.abs(corrected).max(axis=0) > 0).all(), "a pixel that no window corrects"


def test_every_parameter_trains_once_the_corrections_are_not_zero():
    before = stepped(tiny())
    after = stepped(before, 1.0)
    ours, theirs = (jax.tree_util.tree_leaves_with_path(nnx.state(m, nnx.Param)) for m in (before, after))
    assert len(ours) == len(theirs) > 20
    for (path, was), (_, now) in zip(ours, theirs, strict=True):
        change = np.asarray(now - was)
        assert np.isfinite(change).all() and np.abs(change).max() > 0, path


def test_corrections_are_told_place_time_class_and_the_whole_image():
    """The same window of noise gets another correction elsewhere, at another time, as another class."""
    model = stepped(tiny())
    model.place[...] = jax.random.normal(jax.random.key(5), model.place[...].shape)

    def correction(x, t, label):
        t, labels = jnp.full(len(x), t), jnp.full(len(x), label)
        return np.asarray(model(x, t, labels) - model.plain(x, t, labels)).reshape(-1, 28, 28)

    flat = jnp.zeros((1, 784))
    base = correction(flat, 500, 3)
    assert np.abs(base - correction(flat, 100, 3)).max() > 1e-6
    assert np.abs(base - correction(flat, 500, 4)).max() > 1e-6
    assert np.abs(base[0, :4, :4] - base[0, -4:, -4:]).max() > 1e-6
    far = flat.at[0, 0].set(5.0)  # a pixel of the first window only
    assert np.abs(base - correction(far, 500, 3))[0, -4:, -4:].max() > 1e-6


def test_without_labels_it_answers_for_no_class():
    model = stepped(tiny())
    nobody = jnp.full(8, 10)
    np.testing.assert_array_equal(model(IMAGES, TIMES), model(IMAGES, TIMES, nobody))
    assert np.abs(np.asarray(model(IMAGES, TIMES) - model(IMAGES, TIMES, jnp.zeros(8, int)))).max() > 1e-4
    with pytest.raises(ValueError, match="0 classes"):
        tiny(classes=0)(IMAGES, TIMES, LABELS)
