"""The players and their layers against exact linear algebra."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.models import Critic, Generator, MinibatchDiscrimination, MinibatchStd, SpectralLinear


def test_the_spectral_norm_is_the_largest_singular_value():
    layer = SpectralLinear(30, 20, rngs=nnx.Rngs(0))
    for _ in range(200):
        layer.power_iteration()
    kernel = np.asarray(layer.kernel[...], np.float64)
    np.testing.assert_allclose(layer.norm(), np.linalg.svd(kernel, compute_uv=False)[0], rtol=1e-5)


def test_its_gradient_is_that_of_the_singular_value():
    layer = SpectralLinear(6, 5, rngs=nnx.Rngs(1))
    for _ in range(500):
        layer.power_iteration()
    gradient = nnx.grad(lambda m: m.norm())(layer)["kernel"][...]
    exact = jax.grad(lambda w: jnp.linalg.svd(w, compute_uv=False)[0])(layer.kernel[...])
    np.testing.assert_allclose(gradient, exact, atol=1e-4)


def test_the_norm_follows_weights_that_move():
    layer = SpectralLinear(30, 20, rngs=nnx.Rngs(0))
    rng = np.random.default_rng(0)
    for _ in range(60):
        layer.kernel[...] = layer.kernel[...] + 0.003 * rng.normal(size=(30, 20)).astype("f")
        layer.power_iteration()
    exact = np.linalg.svd(np.asarray(layer.kernel[...]), compute_uv=False)[0]
    np.testing.assert_allclose(layer.norm(), exact, rtol=0.03)


def test_a_critic_with_spectral_norm_has_slope_at_most_one_between_any_two_points():
    critic = Critic(10, (32, 32), spectral_norm=True, value_range=None, rngs=nnx.Rngs(0))
    for layer in (*critic.layers, critic.head):
        layer.kernel[...] = 7 * layer.kernel[...]
    for _ in range(100):
        critic.power_iteration()
    x, y = jax.random.normal(jax.random.key(0), (2, 200, 10)) * 5
    slope = jnp.abs(critic(x) - critic(y)) / jnp.linalg.norm(x - y, axis=1)
    assert 0.01 < slope.max() <= 1.001


def test_minibatch_std_is_numpys():
    h = np.random.default_rng(0).normal(size=(16, 5)).astype("f")
    seen = MinibatchStd()(h)
    assert seen.shape == (16, 1)
    np.testing.assert_allclose(seen, h.std(axis=0).mean(), rtol=1e-5)


def test_minibatch_discrimination_is_its_double_sum():
    layer = MinibatchDiscrimination(5, width=3, size=2, rngs=nnx.Rngs(0))
    h = np.random.default_rng(0).normal(size=(7, 5)).astype("f")
    m = (h @ np.asarray(layer.kernel[...])).reshape(7, 3, 2)
    expected = [
        [sum(np.exp(-np.abs(m[i, k] - m[j, k]).sum()) for j in range(7) if j != i) for k in range(3)]
        for i in range(7)
    ]
    np.testing.assert_allclose(layer(h), expected, rtol=1e-4)


@pytest.mark.parametrize(
    "make", [lambda r: None, lambda r: MinibatchStd(), lambda r: MinibatchDiscrimination(8, rngs=r)]
)
def test_only_a_minibatch_layer_sees_the_rest_of_the_batch(make):
    layer = make(nnx.Rngs(1))
    critic = Critic(4, (8,), minibatch=layer, rngs=nnx.Rngs(0))
    x = jax.random.uniform(jax.random.key(0), (6, 4))
    alone = critic(x.at[1:].set(0.3))[0]
    assert bool(jnp.isclose(critic(x)[0], alone, rtol=1e-6)) == (layer is None)


def test_the_class_changes_what_is_made_and_what_is_judged():
    maker = Generator(4, (16,), 9, classes=3, rngs=nnx.Rngs(0))
    judge = Critic(9, (16,), classes=3, rngs=nnx.Rngs(1))
    z, y = jax.random.normal(jax.random.key(0), (5, 4)), jnp.zeros(5, jnp.int32)
    assert not np.allclose(maker(z, y), maker(z, y + 1))
    assert not np.allclose(judge(maker(z, y), y), judge(maker(z, y), y + 2))
    assert maker(z, y).min() > 0 and maker(z, y).max() < 1


def test_labels_are_given_just_where_there_are_classes():
    plain, classy = (Generator(4, (8,), 9, classes=c, rngs=nnx.Rngs(0)) for c in (0, 3))
    z = jnp.zeros((2, 4))
    with pytest.raises(ValueError, match=r"3 classes.*pass labels"):
        classy(z)
    with pytest.raises(ValueError, match=r"0 classes.*leave out labels"):
        plain(z, jnp.zeros(2, jnp.int32))


def test_the_value_range_is_mapped_to_minus_one_and_one():
    bare, ranged = (Critic(3, (8,), value_range=r, rngs=nnx.Rngs(0)) for r in (None, (2.0, 6.0)))
    x = jnp.array([[2.0, 4.0, 6.0]])
    np.testing.assert_allclose(ranged(x), bare(jnp.array([[-1.0, 0.0, 1.0]])), rtol=1e-6)
