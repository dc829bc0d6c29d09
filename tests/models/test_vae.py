"""The VAE against closed forms: a linear-Gaussian model, whose likelihood and posterior are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy.stats import multivariate_normal

from gencore.models import VAE, Bernoulli, Gaussian, elbo, iwae_bound, reparameterize

D, Z, STD = 5, 2, 0.7


def linear_gaussian(posterior_scale: float = 1.0) -> tuple[VAE, np.ndarray, np.ndarray]:
    """A linear VAE with orthogonal columns, so that its exact posterior is diagonal; and its marginal.

    p(x|z) = N(Wz + b, STD² I), p(z) = N(0, I): p(x) = N(b, WWᵀ + STD² I) and
    p(z|x) = N(M⁻¹Wᵀ(x − b), STD² M⁻¹), M = WᵀW + STD² I (Tipping and Bishop 1999).
    """
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(D, Z)))[0]
    w, b = basis * np.array([1.5, 0.6]), rng.normal(size=D)
    m = w.T @ w + STD**2 * np.eye(Z)
    gain = np.linalg.inv(m) @ w.T  # (Z, D)
    log_var = np.log(STD**2 * np.diag(np.linalg.inv(m)) * posterior_scale**2)
    model = VAE(D, Z, (), likelihood=Gaussian(STD), rngs=nnx.Rngs(0))
    encoder, decoder = model.encoder.layers[0], model.decoder.layers[0]
    encoder.kernel[...] = jnp.asarray(np.hstack([gain.T, np.zeros((D, Z))]), jnp.float32)
    encoder.bias[...] = jnp.asarray(np.concatenate([-gain @ b, log_var]), jnp.float32)
    decoder.kernel[...] = jnp.asarray(w.T, jnp.float32)
    decoder.bias[...] = jnp.asarray(b, jnp.float32)
    return model, b, w @ w.T + STD**2 * np.eye(D)


def data(b: np.ndarray, cov: np.ndarray, n: int) -> np.ndarray:
    return np.random.default_rng(1).multivariate_normal(b, cov, n).astype("f")


def test_bounds_are_tight_where_the_posterior_is_exact():
    model, b, cov = linear_gaussian()
    x = data(b, cov, 4)
    exact = multivariate_normal(b, cov).logpdf(x)
    many = np.repeat(x, 20_000, axis=0)
    value = np.asarray(elbo(model, many, jax.random.key(0)).value).reshape(4, -1)
    standard_error = value.std(1) / np.sqrt(value.shape[1])
    assert (np.abs(value.mean(1) - exact) < 5 * standard_error).all()
    # Each importance weight p(x, z) / q(z|x) is then p(x) itself: exact with a single draw.
    np.testing.assert_allclose(iwae_bound(model, x, jax.random.key(0), samples=1), exact, rtol=1e-4)
    np.testing.assert_allclose(iwae_bound(model, x, jax.random.key(0), samples=64), exact, rtol=1e-4)


@pytest.mark.parametrize("scale", [0.6, 1.6])
def test_gap_is_the_divergence_from_the_true_posterior(scale):
    model, b, cov = linear_gaussian(scale)
    x = np.repeat(data(b, cov, 1), 200_000, axis=0)
    exact = multivariate_normal(b, cov).logpdf(x[0])
    gap = exact - np.asarray(elbo(model, x, jax.random.key(0)).value)
    divergence = Z * 0.5 * (scale**2 - 1 - np.log(scale**2))
    assert abs(gap.mean() - divergence) < 5 * gap.std() / np.sqrt(len(x))


def test_iwae_rises_with_samples_to_the_likelihood():
    model, b, cov = linear_gaussian(0.6)
    x = np.repeat(data(b, cov, 1), 4000, axis=0)
    exact = multivariate_normal(b, cov).logpdf(x[0])
    bounds = [float(iwae_bound(model, x, jax.random.key(0), samples=k).mean()) for k in (1, 4, 16, 64)]
    assert bounds == sorted(bounds)
    assert bounds[0] < exact - 0.2
    assert abs(bounds[-1] - exact) < 0.1


def test_iwae_survives_weights_that_underflow():
    """Weights of e^-1000 are zero in float32; logsumexp keeps their logarithm."""
    model = VAE(784, 4, (8,), likelihood=Gaussian(0.01), rngs=nnx.Rngs(0))
    bound = iwae_bound(model, jnp.ones((2, 784)), jax.random.key(0), samples=8)
    assert np.isfinite(bound).all() and (np.asarray(bound) < -1000).all()


def test_extreme_log_variance_stays_finite():
    model = VAE(4, 2, (), rngs=nnx.Rngs(0))
    model.encoder.layers[0].bias[...] = jnp.full(4, 1e4)
    terms = elbo(model, jnp.ones((3, 4)), jax.random.key(0))
    assert np.isfinite(terms.value).all()


def test_reparameterized_draws_have_the_stated_moments():
    mean, log_var = jnp.array([[1.0, -2.0]]), jnp.log(jnp.array([[0.25, 4.0]]))
    z = np.asarray(
        reparameterize(*(jnp.repeat(a, 100_000, axis=0) for a in (mean, log_var)), jax.random.key(0))
    )
    np.testing.assert_allclose(z.mean(0), mean[0], atol=0.03)
    np.testing.assert_allclose(z.std(0), [0.5, 2.0], rtol=0.01)


def test_gradient_through_the_draw_is_that_of_the_expectation():
    """d/dμ E[z²] = 2μ and d/dσ E[z²] = 2σ."""

    def expectation(mean, std):
        rows = jnp.ones((200_000, 1))
        return jnp.square(reparameterize(mean * rows, 2 * jnp.log(std) * rows, jax.random.key(0))).mean()

    gradient = jax.grad(expectation, (0, 1))(1.5, 0.5)
    np.testing.assert_allclose(gradient, [3.0, 1.0], rtol=0.02)


@pytest.mark.parametrize("likelihood", [Bernoulli(), Gaussian(0.1)])
def test_decoder_and_sample_agree(likelihood):
    model = VAE(16, 3, (8,), likelihood=likelihood, rngs=nnx.Rngs(0))
    z = jax.random.normal(jax.random.key(2), (4, 3))
    np.testing.assert_array_equal(model.sample(jax.random.key(2), 4), model.decode(z))
    x = jnp.ones((4, 16))
    assert model(x, jax.random.key(0)).shape == (4, 16)
    np.testing.assert_array_equal(model.encode(x), model.posterior(x)[0])


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"samples is 0"):
        iwae_bound(VAE(4, 2, (), rngs=nnx.Rngs(0)), jnp.ones((1, 4)), jax.random.key(0), samples=0)
    with pytest.raises(ValueError, match=r"std is 0"):
        Gaussian(0.0)
