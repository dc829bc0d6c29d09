"""The rules of the games against PyTorch, closed forms and finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore import losses
from gencore.losses import AdversarialLoss, gradient_penalty, interpolate, minimax, non_saturating, r1_penalty

LOGITS = np.array([-40.0, -3.0, -1.0, -0.2, 0.0, 0.7, 1.0, 2.5, 40.0], np.float32)
GAMES = ("minimax", "non_saturating", "least_squares", "hinge", "wasserstein")


def torch_games(torch):
    """Each game as PyTorch's own functions say it, from probabilities where the papers do."""
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    squares = torch.nn.functional.mse_loss

    def label(function, value):
        return lambda v: function(v, torch.full_like(v, value), reduction="none")

    one, zero = label(entropy, 1.0), label(entropy, 0.0)
    near, far = label(squares, 1.0), label(squares, 0.0)
    return {
        "minimax": (one, zero, lambda v: -zero(v)),
        "non_saturating": (one, zero, one),
        "least_squares": (lambda v: near(v) / 2, lambda v: far(v) / 2, lambda v: near(v) / 2),
        "hinge": (
            lambda v: torch.clamp(1 - v, min=0),
            lambda v: torch.clamp(1 + v, min=0),
            torch.neg,
        ),
        "wasserstein": (torch.neg, lambda v: v, torch.neg),
    }


@pytest.mark.reference
@pytest.mark.parametrize("name", GAMES)
def test_values_and_gradients_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    ours: AdversarialLoss = getattr(losses, name)
    corner = np.isin(LOGITS, (-1.0, 1.0)) & (name == "hinge")  # no derivative there
    for mine, theirs in zip(ours, torch_games(torch)[name], strict=True):
        v = torch.tensor(LOGITS, requires_grad=True)
        theirs(v).sum().backward()
        np.testing.assert_allclose(mine(LOGITS), theirs(v).detach(), rtol=1e-6, atol=1e-7)
        gradient = jax.grad(lambda x, mine=mine: mine(x).sum())(LOGITS)
        np.testing.assert_allclose(gradient[~corner], v.grad[~corner], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", GAMES)
def test_one_value_for_each_example_finite_far_out(name):
    for part in getattr(losses, name):
        value = part(np.array([-1e4, 0.0, 1e4], np.float32))
        assert value.shape == (3,) and np.isfinite(value).all()


def test_an_undecided_critic_pays_2_ln_2_and_its_opponent_ln_2():
    zero = np.zeros(1, np.float32)
    np.testing.assert_allclose(
        non_saturating.real(zero) + non_saturating.fake(zero), 2 * np.log(2), rtol=1e-6
    )
    np.testing.assert_allclose(non_saturating.generator(zero), np.log(2), rtol=1e-6)


def test_minimax_is_a_zero_sum_game_whose_generator_starves():
    np.testing.assert_array_equal(minimax.generator(LOGITS), -minimax.fake(LOGITS))
    slope = jax.vmap(jax.grad(minimax.generator))(LOGITS)
    np.testing.assert_allclose(slope, -1 / (1 + np.exp(-LOGITS)), rtol=1e-5)
    other = jax.vmap(jax.grad(non_saturating.generator))(LOGITS)
    np.testing.assert_allclose(other, 1 / (1 + np.exp(-LOGITS)) - 1, rtol=1e-5, atol=1e-7)
    assert abs(slope[0]) < 1e-15 < 0.99 < abs(other[0])


def test_the_best_critic_of_two_gaussians_is_the_log_ratio_of_their_densities():
    """Minimize the critic's loss point by point: its minimum is where D = p / (p + q)."""
    x = np.linspace(-3, 4, 29)
    p, q = np.exp(-((x - 1) ** 2) / 2), np.exp(-(x**2) / 2)  # equal normalization
    log_ratio = x - 0.5

    def expected(logits):
        return jnp.sum(p * non_saturating.real(logits) + q * non_saturating.fake(logits))

    slope = jax.grad(expected)(jnp.asarray(log_ratio, jnp.float32))
    np.testing.assert_allclose(slope, 0, atol=1e-6)
    curvature = jax.jvp(jax.grad(expected), (jnp.asarray(log_ratio),), (jnp.ones(29),))[1]
    assert (curvature > 0).all()


def test_smoothing_moves_the_best_answer_to_its_target():
    soft = losses.smoothed(non_saturating, 0.9)
    best = jnp.log(9.0)
    assert abs(jax.grad(soft.real)(best)) < 1e-6
    np.testing.assert_array_equal(soft.fake(LOGITS), non_saturating.fake(LOGITS))
    np.testing.assert_array_equal(soft.generator(LOGITS), non_saturating.generator(LOGITS))
    same = losses.smoothed(non_saturating, 1.0)
    np.testing.assert_allclose(same.real(LOGITS), non_saturating.real(LOGITS))


@pytest.mark.parametrize("target", [0.5, 1.01, 0.0])
def test_smoothing_checks_its_target(target):
    with pytest.raises(ValueError, match=f"target is {target}; choose a probability above"):
        losses.smoothed(non_saturating, target)


def bumpy(x):
    """A critic with a slope that changes from place to place."""
    return jnp.sin(2 * x[:, 0]) * x[:, 1] + jnp.tanh(x).sum(axis=1)


def difference_quotients(x, h=1e-5):
    """The slope of `bumpy`, by central differences in float64."""

    def value(x):
        return np.sin(2 * x[:, 0]) * x[:, 1] + np.tanh(x).sum(axis=1)

    steps = h * np.eye(x.shape[1])
    return np.stack([(value(x + s) - value(x - s)) / (2 * h) for s in steps], axis=1)


def test_penalties_are_those_of_difference_quotients():
    x = np.random.default_rng(0).normal(size=(50, 3))
    slope = np.linalg.norm(difference_quotients(x), axis=1)
    np.testing.assert_allclose(gradient_penalty(bumpy, x.astype("f")), (slope - 1) ** 2, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(r1_penalty(bumpy, x.astype("f")), slope**2 / 2, rtol=1e-4)


@pytest.mark.reference
def test_penalties_gradients_in_the_weights_are_pytorchs():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    x, w, v = (rng.normal(size=s).astype("f") for s in ((20, 4), (4, 6), (6,)))

    def ours(penalty, w):
        return penalty(lambda x: jnp.tanh(x @ w) @ v, x).mean()

    for penalty, theirs in (
        (gradient_penalty, lambda s: (s.norm(dim=1) - 1) ** 2),
        (r1_penalty, lambda s: s.square().sum(1) / 2),
    ):
        weights, points = torch.tensor(w, requires_grad=True), torch.tensor(x, requires_grad=True)
        logits = torch.tanh(points @ weights) @ torch.tensor(v)
        (slope,) = torch.autograd.grad(logits.sum(), points, create_graph=True)
        value = theirs(slope).mean()
        value.backward()
        np.testing.assert_allclose(ours(penalty, w), value.item(), rtol=1e-5)
        np.testing.assert_allclose(jax.grad(ours, 1)(penalty, w), weights.grad, rtol=1e-4, atol=1e-6)


def test_a_flat_critic_has_finite_gradients():
    slope = jax.grad(lambda w: gradient_penalty(lambda x: x @ w, np.ones((3, 2), "f")).mean())(jnp.zeros(2))
    assert np.isfinite(slope).all()


def test_interpolated_points_lie_on_their_own_lines():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(2, 100, 3)).astype("f")
    points = np.asarray(interpolate(real, fake, jax.random.key(0)))
    place = ((points - fake) * (real - fake)).sum(1) / ((real - fake) ** 2).sum(1)
    np.testing.assert_allclose(points, fake + place[:, None] * (real - fake), atol=1e-5)
    assert place.min() >= 0 and place.max() <= 1 and 0.4 < place.mean() < 0.6 and place.std() > 0.2
