"""The game's step: who moves when, on what, and what is logged."""

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from gencore.losses import gradient_penalty, interpolate, minimax, non_saturating, r1_penalty, wasserstein
from gencore.models import Critic, Generator, MinibatchDiscrimination
from gencore.training import adversarial_step, fit, trained_generator

DATA = np.random.default_rng(0).normal(size=(64, 2)).astype("f") + 3


def players(**critic):
    identity = {"output": lambda x: x}
    return (
        Generator(3, (16,), 2, rngs=nnx.Rngs(0), **identity),
        Critic(2, (16,), value_range=None, rngs=nnx.Rngs(1), **critic),
    )


class DiracGenerator(nnx.Module):
    """Mescheder's two-parameter game: all mass at one point theta, a critic with one slope psi."""

    def __init__(self):
        self.theta = nnx.Param(jnp.array(1.0))

    def sample(self, key, n, labels=None):
        return jnp.broadcast_to(self.theta[...], (n, 1))


class DiracCritic(nnx.Module):
    def __init__(self):
        self.psi = nnx.Param(jnp.array(0.5))

    def __call__(self, x, labels=None):
        return self.psi[...] * x[:, 0]

    def power_iteration(self):
        pass


def dirac_run(steps, rate, **options):
    maker, judge = DiracGenerator(), DiracCritic()
    step, state = adversarial_step(
        maker, judge, options.pop("loss", wasserstein), optax.sgd(rate), optax.sgd(rate), **options
    )
    step, path = jax.jit(step), []
    for i in range(steps):
        path.append((float(state.generator.params["theta"][...]), float(state.critic.params["psi"][...])))
        state, _ = step(state, jnp.zeros((4, 1)), jax.random.key(i))
    return np.array(path)


def test_simultaneous_steps_spiral_out_as_the_closed_form_says():
    """For the Wasserstein game (theta, psi) turns by a fixed matrix with |eigenvalue|² = 1 + rate²."""
    rate = 0.1
    path = dirac_run(40, rate, simultaneous=True)
    turn = np.array([[1, rate], [-rate, 1]])
    expected = [np.linalg.matrix_power(turn, i) @ [1.0, 0.5] for i in range(40)]
    np.testing.assert_allclose(path, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose((path**2).sum(1), 1.25 * (1 + rate**2) ** np.arange(40), rtol=1e-4)


def test_alternating_steps_stay_on_an_ellipse():
    rate = 0.1
    theta, psi = dirac_run(500, rate).T
    energy = theta**2 + psi**2 - rate * theta * psi  # what the alternating map keeps
    np.testing.assert_allclose(energy, energy[0], rtol=1e-3)


def test_r1_pulls_the_game_into_its_equilibrium():
    def penalty(critic, real, fake, key):
        return r1_penalty(critic, real)

    path = dirac_run(400, 0.1, loss=non_saturating, penalty=penalty)
    plain = dirac_run(400, 0.1, loss=non_saturating)
    assert np.abs(path[-1]).max() < 1e-3
    assert np.abs(plain[-100:]).max() > 0.3


def test_the_critic_moves_first_and_the_generator_meets_the_new_one():
    maker, judge = DiracGenerator(), DiracCritic()
    step, state = adversarial_step(maker, judge, wasserstein, optax.sgd(0.1), optax.sgd(0.1))
    state, _ = step(state, jnp.zeros((4, 1)), jax.random.key(0))
    assert float(state.critic.params["psi"][...]) == pytest.approx(0.5 - 0.1 * 1.0)
    assert float(state.generator.params["theta"][...]) == pytest.approx(1.0 + 0.1 * 0.4)


@pytest.mark.parametrize("k", [1, 3])
def test_the_critic_takes_k_updates_each_on_its_own_share(k):
    seen = []

    def penalty(critic, real, fake, key):
        seen.append(np.asarray(real))
        return jnp.zeros(len(real))

    step, state = adversarial_step(
        *players(), non_saturating, optax.sgd(0.1), optax.sgd(0.1), penalty=penalty, critic_steps=k
    )
    with jax.disable_jit():
        step(state, DATA[:12], jax.random.key(0))
    assert len(seen) == k
    np.testing.assert_array_equal(np.concatenate(seen), DATA[:12])


def test_a_batch_that_cannot_be_shared_is_refused():
    step, state = adversarial_step(*players(), minimax, optax.sgd(0.1), optax.sgd(0.1), critic_steps=5)
    with pytest.raises(ValueError, match="batch has 12 examples, which 5 critic_steps"):
        step(state, DATA[:12], jax.random.key(0))
    with pytest.raises(ValueError, match="critic_steps is 0"):
        adversarial_step(*players(), minimax, optax.sgd(0.1), optax.sgd(0.1), critic_steps=0)


def test_the_logged_numbers_are_what_they_say():
    maker, judge = players()
    step, state = adversarial_step(maker, judge, non_saturating, optax.sgd(0.0), optax.sgd(0.0))
    key = jax.random.key(5)
    _, metrics = step(state, DATA[:16], key)
    keys = jax.random.split(key, 2)
    noise, _ = jax.random.split(keys[0])
    real, fake = judge(DATA[:16]), judge(maker.sample(noise, 16))
    expected = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()
    np.testing.assert_allclose(metrics["critic_loss"], expected, rtol=1e-5)
    right = np.concatenate([np.asarray(real) > 0, np.asarray(fake) < 0]).mean()
    np.testing.assert_allclose(metrics["critic_accuracy"], right)
    other = judge(maker.sample(keys[1], 16))
    np.testing.assert_allclose(metrics["generator_loss"], np.log1p(np.exp(-other)).mean(), rtol=1e-5)
    assert metrics["penalty"] == 0


def wgan_gp(critic, real, fake, key):
    return 10 * gradient_penalty(critic, interpolate(real, fake, key))


@pytest.mark.parametrize("scan", [True, False])
def test_fit_trains_a_game_to_the_datas_mean_and_compiles_once(scan):
    traces = []

    def penalty(critic, real, fake, key):
        traces.append(1)
        return wgan_gp(critic, real, fake, key)

    maker, judge = players()
    tx = optax.adam(2e-3, b1=0.0, b2=0.9)
    step, state = adversarial_step(
        maker, judge, wasserstein, tx, tx, penalty=penalty, critic_steps=2, ema_decay=0.9
    )
    run = {"batch_size": 32, "log_every": 100, "scan": scan, "progress": False}
    state, history = fit(step, state, DATA, steps=600, **run)
    traced = len(traces)
    fit(step, state, DATA, steps=700, **run)
    assert len(traces) == traced
    made = trained_generator(maker, state).sample(jax.random.key(3), 500)
    np.testing.assert_allclose(made.mean(axis=0), DATA.mean(axis=0), atol=0.8)  # it began 4.4 away
    assert history.steps[-1] == 600 and history["penalty"][-1] > 0


CRITICS = {
    "plain": lambda r: {},
    "spectral": lambda r: {"spectral_norm": True},
    "minibatch": lambda r: {"minibatch": MinibatchDiscrimination(16, rngs=r)},
}


@pytest.mark.parametrize("kind", CRITICS)
def test_every_parameter_of_both_players_trains(kind):
    maker, judge = players(**CRITICS[kind](nnx.Rngs(2)))
    step, state = adversarial_step(
        maker, judge, non_saturating, optax.sgd(1.0), optax.sgd(1.0), penalty=wgan_gp, ema_decay=0.5
    )
    after, _ = jax.jit(step)(state, DATA[:32], jax.random.key(0))
    for player in ("generator", "critic"):
        before, now = getattr(state, player).params, getattr(after, player).params
        leaves = jax.tree_util.tree_leaves_with_path(before)
        assert leaves
        for (path, left), right in zip(leaves, jax.tree.leaves(now), strict=True):
            change = np.asarray(right - left)
            assert np.isfinite(change).all() and np.abs(change).max() > 0, (player, path)


def test_spectral_norms_are_kept_up_to_date():
    _, judge = players(spectral_norm=True)
    step, state = adversarial_step(
        *players(spectral_norm=True), non_saturating, optax.adam(0.01), optax.adam(0.01)
    )
    state, _ = fit(step, state, DATA, steps=200, batch_size=32, progress=False)
    graph, _, _ = nnx.split(judge, nnx.Param, ...)
    judge = nnx.merge(graph, state.critic.params, state.critic.extra)
    for layer in (*judge.layers, judge.head):
        exact = np.linalg.svd(np.asarray(layer.kernel[...]), compute_uv=False)[0]
        np.testing.assert_allclose(layer.norm(), exact, rtol=0.05)


def test_the_callers_players_are_not_changed():
    maker, judge = players(spectral_norm=True)
    before = [np.asarray(leaf).copy() for leaf in jax.tree.leaves(nnx.state((maker, judge)))]
    step, state = adversarial_step(maker, judge, non_saturating, optax.adam(0.01), optax.adam(0.01))
    fit(step, state, DATA, steps=3, batch_size=32, progress=False)
    for left, right in zip(before, jax.tree.leaves(nnx.state((maker, judge))), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_rarer_penalty_weighs_as_much_more():
    """Paid every third step, it is three times as large there and nothing in between."""

    def penalty(critic, real, fake, key):
        return r1_penalty(critic, real)

    game = (*players(), non_saturating, optax.sgd(0.0), optax.sgd(0.0))
    each, state = adversarial_step(*game, penalty=penalty)
    third, _ = adversarial_step(*game, penalty=penalty, penalty_every=3)
    paid = {every: [] for every in (1, 3)}
    for i in range(6):
        key = jax.random.key(0)
        paid[1].append(float(each(state, DATA[:16], key)[1]["penalty"]))
        state, metrics = third(state, DATA[:16], key)
        paid[3].append(float(metrics["penalty"]))
        assert int(state.step) == i + 1
    full = paid[1][0]
    assert full > 0
    np.testing.assert_allclose(paid[1], full, rtol=1e-6)
    np.testing.assert_allclose(paid[3], [3 * full, 0, 0] * 2, rtol=1e-5)


def test_its_gradient_is_that_of_the_penalty_itself():
    def penalty(critic, real, fake, key):
        return r1_penalty(critic, real)

    changes = {}
    for name, options in {
        "twice": {"penalty": lambda *a: 2 * penalty(*a)},
        "every other": {"penalty": penalty, "penalty_every": 2},
        "none": {},
    }.items():
        step, state = adversarial_step(*players(), non_saturating, optax.sgd(0.1), optax.sgd(0.1), **options)
        after, _ = step(state, DATA[:16], jax.random.key(0))
        changes[name] = jax.flatten_util.ravel_pytree(after.critic.params)[0]
    np.testing.assert_allclose(changes["every other"], changes["twice"], rtol=1e-5, atol=1e-6)
    assert np.abs(changes["twice"] - changes["none"]).max() > 1e-3


def test_the_penaltys_rhythm_is_checked():
    with pytest.raises(ValueError, match="penalty_every is 0"):
        adversarial_step(*players(), minimax, optax.sgd(0.1), optax.sgd(0.1), penalty_every=0)
