"""Spaces of codes: they decode what the model decodes, come back to where they started, and compile once."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.diffusion import cosine_schedule, mixture_denoiser, predict_noise
from gencore.models import VAE, Generator, ResidualDenoiser
from gencore.recipes import code_spaces
from gencore.recipes.code_spaces import Space, diffusion_space, gan_space, nearest_image, vae_space
from gencore.recipes.diffusion import PixelDiffusion

SCHEDULE = cosine_schedule()
CENTERS = np.array([[0.8, -0.6], [-0.7, 0.4]])
BEST = mixture_denoiser(SCHEDULE, CENTERS, 0.08)
CODES = np.asarray(jax.random.normal(jax.random.key(0), (1203, 4)))


def small_vae(seed=0):
    return VAE(9, 4, (8,), rngs=nnx.Rngs(seed))


def test_a_vae_decodes_and_encodes_what_it_would_on_its_own():
    model = small_vae()
    space = vae_space(model)
    images = np.asarray(model.decode(CODES))
    np.testing.assert_allclose(space.decode(CODES), images, atol=1e-6)
    assert space.encode is not None
    np.testing.assert_allclose(space.encode(images), model.encode(images), atol=1e-5)
    assert space.latent_dim == 4


def test_a_generator_makes_what_it_would_on_its_own():
    model = Generator(4, (8,), 9, rngs=nnx.Rngs(0))
    np.testing.assert_allclose(gan_space(model).decode(CODES), model(CODES), atol=1e-6)


def test_a_generator_with_classes_is_refused():
    with pytest.raises(ValueError, match="generator has 10 classes"):
        gan_space(Generator(4, (8,), classes=10, rngs=nnx.Rngs(0)))


def test_another_model_of_the_same_structure_compiles_nothing():
    vae_space(small_vae(0)).decode(CODES)
    before = code_spaces._decode.jitted_fn._cache_size()
    vae_space(small_vae(1)).decode(CODES[:7])
    assert code_spaces._decode.jitted_fn._cache_size() == before


def test_codes_are_drawn_from_a_standard_normal_distribution():
    space = Space(5, lambda codes: codes)
    codes = space.draw(20_000, seed=3)
    np.testing.assert_allclose(codes.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(codes.T), np.eye(5), atol=0.04)
    np.testing.assert_array_equal(codes, space.draw(20_000, seed=3))
    assert (codes != space.draw(20_000, seed=4)).all()


class OfGaussians(nnx.Module):
    """The best denoiser for two narrow Gaussians, which knows no classes, in the shape of a trained network."""

    def __init__(self):
        self.leave = nnx.Linear(1, 2, rngs=nnx.Rngs(0))
        self.input_dim, self.classes = 2, 10

    def __call__(self, x, t, labels):
        return BEST(x, t)


def test_a_diffusion_comes_back_to_the_images_it_started_from():
    model = PixelDiffusion(OfGaussians(), SCHEDULE, predict_noise)
    space = diffusion_space(model, steps=100, cleanest=0, iterations=8)
    images = (np.array([[0.9, -0.7], [-0.6, 0.3], [0.75, -0.5]], np.float32) + 1) / 2
    assert space.encode is not None
    np.testing.assert_allclose(space.decode(space.encode(images)), images, atol=0.01)


def test_a_diffusion_makes_its_data_from_random_codes_and_data_have_codes_like_noise():
    model = PixelDiffusion(OfGaussians(), SCHEDULE, predict_noise)
    space = diffusion_space(model, steps=50, cleanest=0, iterations=6)
    made = 2 * space.decode(space.draw(2000)) - 1
    near = np.linalg.norm(made[:, None] - CENTERS, axis=-1).min(axis=1)
    assert (near < 4 * 0.08).mean() > 0.97
    assert space.encode is not None
    codes = space.encode((made + 1) / 2)
    np.testing.assert_allclose(codes.mean(0), 0, atol=0.1)
    np.testing.assert_allclose(codes.std(0), 1, atol=0.1)


def test_the_diffusion_is_asked_for_no_class():
    network = ResidualDenoiser(9, 8, 1, classes=10, rngs=nnx.Rngs(0))
    model = PixelDiffusion(network, SCHEDULE)
    space = diffusion_space(model, steps=3)
    z = space.draw(4)
    changed = nnx.clone(network)
    rows = np.array(changed.embed.embedding[...])
    rows[:10] += 1.0  # the classes 0 to 9, and not the number that stands for none
    changed.embed.embedding[...] = jnp.asarray(rows)
    np.testing.assert_array_equal(
        space.decode(z), diffusion_space(model._replace(model=changed), steps=3).decode(z)
    )


def test_the_nearest_image_is_the_image_itself_at_its_own_code_and_stays_it_nearby():
    space = Space(3, lambda z: z, encode=lambda x: 2 * x)
    images = np.random.default_rng(0).random((50, 3))
    decode = nearest_image(space, images)
    np.testing.assert_array_equal(decode(2 * images), images)
    np.testing.assert_array_equal(decode(2 * images + 1e-6), images)
    with pytest.raises(ValueError, match="space has no encode"):
        nearest_image(Space(3, lambda z: z), images)
