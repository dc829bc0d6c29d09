"""The convolutional players: shapes, classes, gradients, and a game that they can play."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.losses import non_saturating, r1_penalty
from gencore.models import ConvCritic, ConvGenerator, MinibatchStd
from gencore.training import adversarial_step, fit, trained_generator

LABELS = jnp.arange(8, dtype=jnp.int32) % 3


def players(classes=3):
    rngs = nnx.Rngs(0)
    return (
        ConvGenerator(4, 4, classes=classes, rngs=rngs),
        ConvCritic(4, 16, classes=classes, minibatch=MinibatchStd(), rngs=rngs),
    )


def penalty(critic, real, fake, key):
    return r1_penalty(critic, real)


def test_images_are_pixels_and_logits_are_one_each():
    maker, judge = players()
    images = maker.sample(jax.random.key(0), 8, LABELS)
    assert images.shape == (8, 784) and images.min() > 0 and images.max() < 1
    assert judge(images, LABELS).shape == (8,)


@pytest.mark.slow
def test_the_class_changes_what_is_made_and_what_is_judged():
    maker, judge = players()
    z = jax.random.normal(jax.random.key(0), (8, 4))
    images = maker(z, LABELS)
    assert not np.allclose(images, maker(z, (LABELS + 1) % 3))
    assert not np.allclose(judge(images, LABELS), judge(images, (LABELS + 1) % 3))
    with pytest.raises(ValueError, match="pass labels"):
        maker(z)
    plain, _ = players(classes=0)
    with pytest.raises(ValueError, match="leave out labels"):
        plain(z, LABELS)


def test_every_inner_pixel_hears_equally_many_inputs():
    """No checkerboard: with equal weights and equal features, the last growth gives equal inner pixels."""
    maker, _ = players()
    maker.grow2.kernel[...] = jnp.ones_like(maker.grow2.kernel[...])
    grown = maker.grow2(jnp.ones((1, 14, 14, 4)))[0, 1:-1, 1:-1, 0]
    np.testing.assert_allclose(grown, grown[0, 0])


def test_every_parameter_of_both_players_trains():
    step, state = adversarial_step(
        *players(), non_saturating, optax.sgd(1.0), optax.sgd(1.0), penalty=penalty
    )
    real = jax.random.uniform(jax.random.key(1), (8, 784))
    after, _ = jax.jit(step)(state, (real, LABELS), jax.random.key(0))
    for player in ("generator", "critic"):
        before, now = getattr(state, player).params, getattr(after, player).params
        for (path, left), right in zip(
            jax.tree_util.tree_leaves_with_path(before), jax.tree.leaves(now), strict=True
        ):
            change = np.asarray(right - left)
            assert np.isfinite(change).all() and np.abs(change).max() > 0, (player, path)


@pytest.mark.slow
def test_the_generator_learns_which_half_is_bright():
    images = np.full((60, 28, 28), 0.1, np.float32)
    images[:, :, :14] = 0.9
    maker, judge = players(classes=0)
    tx = optax.adam(2e-3, b1=0.0, b2=0.9)
    step, state = adversarial_step(maker, judge, non_saturating, tx, tx, penalty=penalty, ema_decay=0.9)
    data = images.reshape(60, 784)
    state, _ = fit(step, state, data, steps=150, batch_size=30, scan=False, progress=False)
    made = trained_generator(maker, state).sample(jax.random.key(2), 50).reshape(50, 28, 28)
    assert made[:, :, :14].mean() > made[:, :, 14:].mean() + 0.3
