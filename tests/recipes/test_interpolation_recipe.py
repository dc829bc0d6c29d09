"""Chapter 08's measurements: against the metrics themselves, and a climb whose top is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.data import load_mnist
from gencore.metrics import frechet_distance, precision_recall
from gencore.models import extract_features
from gencore.recipes.interpolation import ink, look, quality, raise_score, settings

TEST = load_mnist("test", source="embedded")


def test_a_path_can_be_halved_again_and_again():
    for profile in ("quick", "full"):
        chosen = settings(profile)
        steps = chosen.points - 1
        assert steps & (steps - 1) == 0
        assert chosen.gan.classes == 0
        assert (chosen.small_vae.latent_dim, chosen.vae.latent_dim) == (2, 16)


def test_quality_is_the_three_metrics():
    real, images = extract_features(TEST.images[:300]), TEST.flat[300:600] ** 2
    made = extract_features(images).features
    expected = precision_recall(real.features, made)
    found = quality(images, real)
    assert (found.precision, found.recall) == expected
    assert found.fid == frechet_distance(real.features, made)


def test_the_classifier_sees_the_images_of_the_paths_in_their_order():
    path = TEST.flat[:12].reshape(3, 4, 784)
    view = look(lambda codes: codes, path)
    seen = extract_features(TEST.flat[:12])
    np.testing.assert_allclose(view.features.reshape(12, -1), seen.features)
    np.testing.assert_allclose(view.probabilities.reshape(12, -1), seen.probabilities)
    assert view.features.shape[:2] == view.probabilities.shape[:2] == (3, 4)


def test_ink_is_the_mean_of_the_pixels_and_has_a_gradient():
    np.testing.assert_allclose(ink(TEST.flat), TEST.flat.mean(1), atol=1e-6)
    slope = jax.grad(lambda x: ink(x).sum())(jnp.ones((2, 5)))
    np.testing.assert_allclose(slope, 0.2)


@pytest.mark.parametrize("prior", [0.5, 1.0, 4.0])
def test_the_prior_stops_a_linear_score_where_the_two_slopes_meet(prior):
    """The top of a·z − λ‖z‖²/2 is a / λ."""
    a = jnp.array([3.0, -1.0, 0.0])
    start = np.asarray(jax.random.normal(jax.random.key(0), (20, 3)))
    found = raise_score(lambda x: x @ a, lambda z: z, start, prior=prior, steps=300)
    np.testing.assert_allclose(found, np.tile(a / prior, (20, 1)), atol=0.02)


def test_a_leash_pulls_back_to_where_the_climb_started():
    """The top of a·z − λ‖z − c‖²/2 is c + a / λ."""
    a = jnp.array([3.0, -1.0, 0.0])
    start = np.asarray(jax.random.normal(jax.random.key(0), (20, 3)))
    found = raise_score(lambda x: x @ a, lambda z: z, start, prior=2.0, center=start, steps=300)
    np.testing.assert_allclose(found, start + np.asarray(a) / 2, atol=0.02)


def test_without_a_prior_the_climb_goes_as_far_as_its_steps():
    found = raise_score(
        lambda x: x[:, 0], lambda z: z, np.zeros((1, 2), "f"), prior=0.0, steps=10, step_size=1.0
    )
    np.testing.assert_allclose(found, [[5.5, 0.0]], atol=1e-5)


def test_a_negative_prior_is_refused():
    with pytest.raises(ValueError, match=r"prior is -1.0"):
        raise_score(ink, lambda z: z, np.zeros((1, 2), "f"), prior=-1.0)
