"""PyTorch's GAN and ours make the same moves."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bench import conv_twin, game, gan_twin, race
from bench.turns import measure
from gencore.data import LabeledImages, load_mnist
from gencore.losses import non_saturating, r1_penalty
from gencore.recipes import gan

pytestmark = [pytest.mark.reference, pytest.mark.filterwarnings("ignore")]
SMALL = dataclasses.replace(
    gan.settings("full"), latent_dim=5, generator_hidden=(16,), critic_hidden=(16, 8), batch_size=12
)
RNG = np.random.default_rng(0)
REAL, NOISE = RNG.uniform(size=(12, 784)).astype("f"), RNG.normal(size=(12, 5)).astype("f")
CLASSES = np.arange(12, dtype=np.int32) % 10


def test_both_players_losses_and_gradients_are_the_same(torch):
    maker, judge = game.players(SMALL)
    g, d = gan_twin.maker(maker), gan_twin.judge(judge)
    y = torch.nn.functional.one_hot(torch.from_numpy(CLASSES).long(), 10).float()
    theirs = gan_twin.critic_loss(
        d, torch.from_numpy(REAL), g(torch.from_numpy(NOISE), y).detach(), y, SMALL.r1
    )
    theirs.backward()

    def loss(judge):
        fake = maker(NOISE, CLASSES)
        paid = (
            non_saturating.real(judge(REAL, CLASSES)).mean()
            + non_saturating.fake(judge(fake, CLASSES)).mean()
        )
        return paid + SMALL.r1 * r1_penalty(lambda x: judge(x, CLASSES), REAL).mean()

    ours, gradient = nnx.jit(nnx.value_and_grad(loss))(judge)
    np.testing.assert_allclose(ours, theirs.item(), rtol=1e-5)
    for layer, twin in zip(
        (*gradient["layers"].values(), gradient["head"]), (*d.layers, d.head), strict=True
    ):
        np.testing.assert_allclose(layer["kernel"][...], twin.weight.grad.T, rtol=1e-3, atol=1e-5)

    made = torch.nn.functional.softplus(-d(g(torch.from_numpy(NOISE), y), y)).mean()
    made.backward()

    def makers_loss(maker):
        return non_saturating.generator(judge(maker(NOISE, CLASSES), CLASSES)).mean()

    value, gradient = nnx.jit(nnx.value_and_grad(makers_loss))(maker)
    np.testing.assert_allclose(value, made.item(), rtol=1e-5)
    first = gradient["network"]["layers"][0]["kernel"][...]
    np.testing.assert_allclose(first, g.network[0].weight.grad.T, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("form", gan_twin.FORMS)
def test_every_form_moves_both_players_as_far_as_we_do(torch, form):
    """Their noise is not ours, so that the paths differ; the lengths of four Adam steps do not."""
    both = game.players(SMALL)
    step, state = game.our_step(both, SMALL)
    rows = np.tile(np.arange(12), (4, 1))
    twins = gan_twin.maker(both[0]), gan_twin.judge(both[1])
    run = gan_twin.training(*twins, (REAL, CLASSES), rows, SMALL, form)
    parameters = {id(p): p for twin in twins for p in twin.parameters()}
    before = {key: p.detach().clone() for key, p in parameters.items()}
    run()
    moved = sum(float((p.detach() - before[key]).abs().sum()) for key, p in parameters.items())
    start = state
    for i in range(4):
        state, _ = step(state, (jnp.asarray(REAL), jnp.asarray(CLASSES)), jax.random.key(i))
    ours = sum(
        float(jnp.abs(new - old).sum())
        for player in ("generator", "critic")
        for new, old in zip(
            jax.tree.leaves(getattr(state, player).params),
            jax.tree.leaves(getattr(start, player).params),
            strict=True,
        )
    )
    assert moved == pytest.approx(ours, rel=0.1)


def test_convolutional_twins_make_and_judge_the_same(torch):
    maker, judge = game.conv_players(SMALL, width=4)
    for layer in (maker.grow1, maker.grow2, judge.shrink1, judge.shrink2):
        layer.bias[...] = jnp.asarray(RNG.normal(size=layer.bias[...].shape), jnp.float32)
    g, d = conv_twin.maker(maker), conv_twin.judge(judge)
    y = torch.nn.functional.one_hot(torch.from_numpy(CLASSES).long(), 10).float()
    with torch.no_grad():
        made, judged = g(torch.from_numpy(NOISE), y).numpy(), d(torch.from_numpy(REAL), y).numpy()
    np.testing.assert_allclose(maker(NOISE, CLASSES), made, atol=1e-5)
    np.testing.assert_allclose(judge(REAL, CLASSES), judged, atol=1e-4)


def test_a_convolutional_job_gives_its_rows(uncompiled, small):
    rows = measure(game.conv_gan_step(steps=1, width=4), rounds=1)
    assert [row.peer for row in rows] == list(gan_twin.FORMS[:2])


def test_the_job_gives_a_row_for_each_form(uncompiled, small):
    rows = measure(game.gan_step(steps=2), rounds=1)
    assert [row.peer for row in rows] == list(gan_twin.FORMS)


def test_a_race_ends_at_the_target_and_evaluation_is_off_the_clock(torch):
    """With a target that anything meets, both stop at the first evaluation; with one that nothing meets, neither."""
    digits = load_mnist("train", source="embedded")
    test = LabeledImages(digits.images[:200], digits.labels[:200])
    tiny = dataclasses.replace(SMALL, steps=4, samples=200)
    row = race.gan_race(tiny, digits, test, every=2, target=1e9)
    assert 0 < row.gencore_seconds < 60 and 0 < row.peer_seconds < 60 and row.limit is None
    judge = race.Judge(test, 200, target=-1.0)
    assert race.theirs(digits, judge, tiny, 2) == float("inf")


def test_a_filled_generator_makes_what_pytorchs_makes(torch):
    maker, _ = game.players(SMALL)
    twin = gan_twin.maker(maker)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
        y = torch.nn.functional.one_hot(torch.from_numpy(CLASSES).long(), 10).float()
        made = twin(torch.from_numpy(NOISE), y).numpy()
    ours = race.filled(maker, [p.detach() for p in twin.parameters()])
    np.testing.assert_allclose(ours(NOISE, CLASSES), made, atol=1e-5)
