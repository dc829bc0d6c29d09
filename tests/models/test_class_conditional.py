"""Generative classifiers against scikit-learn, SciPy, sums over all images and exact moments."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from gencore.models import ClassBernoullis, ClassGaussians

RNG = np.random.default_rng(0)
Y = np.repeat(np.arange(3), 60)
X = RNG.normal(size=(180, 4)) @ RNG.normal(size=(4, 4)) + RNG.normal(size=(3, 4))[Y]
NEW = RNG.normal(size=(50, 4))
COINS = (RNG.random((180, 6)) < RNG.random((3, 6))[Y]) * 1.0
UNEQUAL = slice(25, None)  # class 0 has fewer rows, so its prior is smaller


def rows(k: int) -> np.ndarray:
    return X[np.equal(Y, k)]


def test_log_density_is_scipys_with_bayes_rule():
    x, y = X[UNEQUAL], Y[UNEQUAL]
    model = ClassGaussians.fit(x, y)
    expected = np.stack(
        [
            np.log(np.mean(y == k))
            + multivariate_normal(x[y == k].mean(0), np.cov(x[y == k].T, bias=True)).logpdf(NEW)
            for k in range(3)
        ],
        axis=1,
    )
    np.testing.assert_allclose(model.log_joint(NEW), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(model.log_prob(NEW), np.logaddexp.reduce(expected, axis=1), atol=1e-3)


def test_own_covariances_make_scikit_learns_quadratic_discriminant():
    theirs = QuadraticDiscriminantAnalysis(store_covariance=True).fit(X[UNEQUAL], Y[UNEQUAL])
    ours = ClassGaussians.fit(X[UNEQUAL], Y[UNEQUAL])
    # Its versions divide by n or by n - 1; we divide by n. So take the covariances from it.
    factors = jnp.asarray(np.linalg.cholesky(np.stack(theirs.covariance_)))
    ours = ClassGaussians(ours.log_prior, ours.means, factors)
    np.testing.assert_allclose(ours.log_posterior(NEW), theirs.predict_log_proba(NEW), rtol=1e-3, atol=1e-3)
    assert (ours.predict(NEW) == theirs.predict(NEW)).all()


@pytest.mark.parametrize("shrinkage", [0.0, 0.3, 1.0])
def test_a_shared_covariance_makes_scikit_learns_linear_discriminant(shrinkage: float):
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(X[UNEQUAL], Y[UNEQUAL])
    ours = ClassGaussians.fit(X[UNEQUAL], Y[UNEQUAL], shared=True, shrinkage=shrinkage)
    np.testing.assert_allclose(ours.log_posterior(NEW), theirs.predict_log_proba(NEW), rtol=1e-3, atol=1e-3)


def test_diagonal_covariances_make_scikit_learns_gaussian_naive_bayes():
    theirs = GaussianNB(var_smoothing=0).fit(X[UNEQUAL], Y[UNEQUAL])
    ours = ClassGaussians.fit(X[UNEQUAL], Y[UNEQUAL], diagonal=True)
    np.testing.assert_allclose(ours.log_joint(NEW), theirs.predict_joint_log_proba(NEW), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_coins_make_scikit_learns_bernoulli_naive_bayes(alpha: float):
    theirs = BernoulliNB(alpha=alpha).fit(COINS[UNEQUAL], Y[UNEQUAL])
    ours = ClassBernoullis.fit(COINS[UNEQUAL], Y[UNEQUAL], alpha=alpha)
    np.testing.assert_allclose(ours.log_joint(COINS), theirs.predict_joint_log_proba(COINS), rtol=1e-4)


def test_coins_give_all_images_together_the_probability_one():
    every = np.array(list(product((0.0, 1.0), repeat=6)))
    model = ClassBernoullis.fit(COINS, Y)
    assert float(jnp.exp(model.log_prob(every)).sum()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("temperature", [0.25, 1.0, 4.0])
def test_draws_have_the_moments_of_their_class(temperature: float):
    model = ClassGaussians.fit(X, Y)
    labels = jnp.tile(jnp.arange(3), 100_000)
    drawn_all = np.asarray(model.sample(jax.random.key(1), labels, temperature=temperature))
    for k in range(3):
        cov = temperature * np.cov(rows(k).T, bias=True)
        spread = np.sqrt(np.diag(cov))
        drawn = drawn_all[k::3]
        np.testing.assert_array_less(np.abs(drawn.mean(0) - rows(k).mean(0)), 5 * spread / np.sqrt(1e5))
        np.testing.assert_allclose(np.cov(drawn.T), cov, atol=0.02 * spread.max() ** 2)


def test_at_temperature_zero_a_draw_is_the_class_mean():
    model = ClassGaussians.fit(X, Y)
    drawn = model.sample(jax.random.key(0), jnp.array([2, 0]), temperature=0)
    np.testing.assert_array_equal(drawn, model.means[jnp.array([2, 0])])


def test_temperature_raises_the_density_to_a_power():
    # The ratio of two densities at temperature T is the T-th root of their ratio at 1
    model = ClassGaussians.fit(X, Y)
    hot = ClassGaussians(
        model.log_prior, model.means, 2.0 * model.factors
    )  # what sample(temperature=4) draws from
    gaps, hot_gaps = (np.diff(m.log_joint(NEW)[:, 1]) for m in (model, hot))
    np.testing.assert_allclose(hot_gaps, gaps / 4, rtol=1e-3, atol=1e-4)
    one = model.sample(jax.random.key(3), jnp.array([1]), temperature=4.0)
    np.testing.assert_allclose(one, hot.sample(jax.random.key(3), jnp.array([1])), rtol=1e-5)


def test_coins_fall_as_often_as_they_should():
    model = ClassBernoullis.fit(COINS, Y)
    drawn = np.asarray(model.sample(jax.random.key(0), jnp.ones(50_000, int)))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    expected = (COINS[Y == 1].sum(0) + 1) / 62
    np.testing.assert_allclose(drawn.mean(0), expected, atol=0.012)
    np.testing.assert_allclose(np.corrcoef(drawn.T), np.eye(6), atol=0.025)  # independent within a class


def test_labels_are_drawn_from_the_prior():
    model = ClassBernoullis.fit(COINS[UNEQUAL], Y[UNEQUAL])
    drawn = np.bincount(model.sample_labels(jax.random.key(0), 100_000), minlength=3) / 1e5
    np.testing.assert_allclose(drawn, np.bincount(Y[UNEQUAL]) / len(Y[UNEQUAL]), atol=0.008)


def test_densities_have_gradients_and_compile():
    model = ClassGaussians.fit(X, Y)
    gradient = jax.jit(jax.grad(lambda m, x: m.log_joint(x[None])[0, 1], argnums=1))(
        model, jnp.asarray(NEW[0])
    )
    expected = -np.linalg.solve(np.cov(rows(1).T, bias=True), NEW[0] - rows(1).mean(0))
    np.testing.assert_allclose(gradient, expected, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ClassGaussians.fit(X, Y, shrinkage=1.5), "shrinkage is 1.5"),
        (lambda: ClassGaussians.fit(X[:4], np.zeros(4, int)), "raise shrinkage above 0"),
        (
            lambda: ClassGaussians.fit(X, Y).sample(jax.random.key(0), jnp.zeros(1, int), temperature=-1),
            "is -1",
        ),
        (lambda: ClassGaussians.fit(X[:0], Y[:0]), "one label for each"),
        (lambda: ClassGaussians.fit(X, Y + 1), r"no row of class \[0\]"),
        (lambda: ClassGaussians.fit(X, Y - 1), "number the classes from 0"),
        (lambda: ClassBernoullis.fit(X, Y), "cut gray pixels first"),
        (lambda: ClassBernoullis.fit(COINS, Y, alpha=0.0), "alpha is 0.0"),
    ],
)
def test_bad_input_is_named(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()
