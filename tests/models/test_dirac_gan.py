"""The two-parameter game against its closed forms: eigenvalues, spirals, ellipses, contraction."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.losses import minimax, non_saturating, r1_penalty, wasserstein
from gencore.models import DiracGAN

GAMES = {
    "minimax": (minimax, 0.5),
    "non_saturating": (non_saturating, 0.5),
    "wasserstein": (wasserstein, 1.0),
}
START = (1.0, 0.5)


@pytest.mark.parametrize("r1", [0.0, 0.3, 3.0])
@pytest.mark.parametrize("name", GAMES)
def test_the_eigenvalues_at_the_equilibrium_are_the_lemmas(name, r1):
    loss, c = GAMES[name]
    # the characteristic polynomial, whose roots they are: lambda² + gamma lambda + c²
    np.testing.assert_allclose(np.poly(DiracGAN(loss, r1).jacobian()), [1, r1, c**2], atol=1e-6)


@pytest.mark.parametrize("name", GAMES)
def test_the_field_is_minus_the_gradient_of_each_players_loss(name):
    loss, r1 = GAMES[name][0], 0.7
    theta, psi = jnp.array([0.3, -1.2, 2.0]), jnp.array([0.5, 0.8, -1.5])

    def critic_pays(psi, theta):
        real, fake = jnp.zeros((1, 1)), theta.reshape(1, 1)

        def critic(x):
            return psi * x[:, 0]

        return (loss.real(critic(real)) + loss.fake(critic(fake)) + r1 * r1_penalty(critic, real))[0]

    to_theta, to_psi = DiracGAN(loss, r1).field(theta, psi)
    for i in range(3):
        slope = jax.grad(critic_pays)(psi[i], theta[i])
        np.testing.assert_allclose(to_psi[i], -slope, rtol=1e-5)
        slope = jax.grad(lambda t, i=i: loss.generator(psi[i] * t))(theta[i])
        np.testing.assert_allclose(to_theta[i], -slope, rtol=1e-5)


def test_simultaneous_wasserstein_steps_are_powers_of_one_matrix():
    rate = 0.2
    path = DiracGAN(wasserstein).trajectory(START, rate=rate, steps=30, simultaneous=True)
    turn = np.array([[1, rate], [-rate, 1]])
    np.testing.assert_allclose(
        path, [np.linalg.matrix_power(turn, i) @ START for i in range(31)], rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("loss", [minimax, non_saturating])
def test_near_the_equilibrium_simultaneous_steps_grow_by_the_eigenvalues_modulus(loss):
    rate = 0.4
    radius = np.linalg.norm(
        DiracGAN(loss).trajectory((1e-3, 0.0), rate=rate, steps=50, simultaneous=True), axis=1
    )
    np.testing.assert_allclose(radius, 1e-3 * np.sqrt(1 + rate**2 / 4) ** np.arange(51), rtol=1e-3)


def test_alternating_wasserstein_steps_stay_on_an_ellipse():
    rate = 0.3
    theta, psi = DiracGAN(wasserstein).trajectory(START, rate=rate, steps=2000).T
    kept = theta**2 + psi**2 - rate * theta * psi
    np.testing.assert_allclose(kept, kept[0], rtol=2e-3)


@pytest.mark.parametrize("simultaneous", [True, False])
@pytest.mark.parametrize("name", GAMES)
def test_the_penalty_pulls_every_game_in(name, simultaneous):
    path = DiracGAN(GAMES[name][0], r1=0.8).trajectory(START, rate=0.2, steps=1000, simultaneous=simultaneous)
    assert np.abs(path[-1]).max() < 1e-4
    assert np.abs(path[0] - START).max() == 0


def test_critically_damped_contraction_is_the_eigenvalues():
    """With gamma = 2c both eigenvalues are -c: a simultaneous step multiplies the last component by 1 - rate c."""
    gamma, rate = 1.0, 0.2
    path = DiracGAN(non_saturating, gamma).trajectory((1e-3, -1e-3), rate=rate, steps=20, simultaneous=True)
    np.testing.assert_allclose(path, 1e-3 * np.outer((1 - rate / 2) ** np.arange(21), [1, -1]), rtol=1e-3)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="rate is 0"):
        DiracGAN().trajectory(START, rate=0.0, steps=3)
    with pytest.raises(ValueError, match="steps is 0"):
        DiracGAN().trajectory(START, rate=0.1, steps=0)
