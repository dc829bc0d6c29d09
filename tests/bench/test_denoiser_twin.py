"""PyTorch's denoisers and ours do the same work: the same answers, the same gradients, the same walk."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bench import denoiser_twin, denoising, refined_twin, twins
from bench.held import answers, in_their_layout, shaken, with_weights
from bench.turns import measure
from gencore.diffusion import (
    NoiseSchedule,
    add_noise,
    flow_point,
    given_class,
    linear_schedule,
    noise_predictor,
    predict_x0,
    sample_ddim,
    spaced_timesteps,
)
from gencore.losses import squared_error
from gencore.models import RefinedDenoiser, ResidualDenoiser
from gencore.training import gradient_step

pytestmark = [pytest.mark.reference, pytest.mark.filterwarnings("ignore")]
RNG = np.random.default_rng(0)
N, D = 12, 64
X0, NOISE = RNG.normal(size=(2, N, D)).astype("f")
LABELS = (np.arange(N) % 11).astype(np.int32)
T = RNG.integers(0, 1000, N).astype(np.int32)
TIMES = RNG.uniform(size=N).astype("f")


def plain(time_scale=1.0):
    return shaken(
        ResidualDenoiser(D, 16, 2, classes=10, time_width=8, time_scale=time_scale, rngs=nnx.Rngs(0)),
        RNG,
    )


def refined():
    made = RefinedDenoiser(8, 16, 2, detail_width=12, window=4, classes=10, rngs=nnx.Rngs(0))
    return shaken(made, RNG)


NETWORKS = {"plain": (plain, denoiser_twin.denoiser), "refined": (refined, refined_twin.refined)}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_networks_twin_gives_its_answers(torch, name):
    make, twin = NETWORKS[name]
    model = make()
    with torch.no_grad():
        theirs = twin(model)(*(torch.from_numpy(a) for a in (X0, T, LABELS.astype(np.int64)))).numpy()
    np.testing.assert_allclose(answers(model, X0, T, LABELS), theirs, atol=1e-5)


def same_gradients(torch, model, twin, ours, theirs):
    """Hold values and gradients of two losses against each other."""
    theirs.backward()
    value, gradient = nnx.jit(nnx.value_and_grad(ours))(model)
    np.testing.assert_allclose(value, theirs.item(), rtol=1e-5)
    expected = in_their_layout(with_weights(model, gradient), twin[0])
    found = {name: p.grad.numpy() for name, p in twin[1].named_parameters()}
    assert expected.keys() == found.keys()
    for name, array in expected.items():
        assert np.abs(array).max() > 0, name
        np.testing.assert_allclose(array, found[name], atol=1e-5, err_msg=name)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_diffusion_twin_has_the_loss_and_the_gradients(torch, name):
    make, twin_of = NETWORKS[name]
    model, schedule = make(), linear_schedule()
    network = twin_of(model)
    loss = denoiser_twin.diffusion_loss(network, schedule, null=10, drop=0.0)
    theirs = loss(*(torch.from_numpy(a) for a in (X0, LABELS.astype(np.int64), T.astype(np.int64), NOISE)))

    def ours(model):
        return (squared_error(model(add_noise(schedule, X0, NOISE, T), T, LABELS), X0) / D).mean()

    same_gradients(torch, model, (twin_of, network), ours, theirs)


def test_the_flows_twin_has_the_loss_and_the_gradients(torch):
    model = plain(time_scale=1000.0)
    network = denoiser_twin.denoiser(model)
    loss = denoiser_twin.flow_loss(network, null=10, drop=0.0)
    theirs = loss(*(torch.from_numpy(a) for a in (X0, LABELS.astype(np.int64), TIMES, NOISE)))

    def ours(model):
        return (squared_error(model(flow_point(X0, NOISE, TIMES), TIMES, LABELS), NOISE - X0) / D).mean()

    same_gradients(torch, model, (denoiser_twin.denoiser, network), ours, theirs)


def test_as_many_labels_are_dropped_as_are_to_be(torch):
    torch.manual_seed(0)
    y = denoiser_twin.dropping(10, 0.3)(torch.zeros(20_000, dtype=torch.int64))
    assert set(y.unique().tolist()) == {0, 10}
    assert float((y == 10).float().mean()) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("form", denoiser_twin.SAMPLING_FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_walk_is_the_same(torch, name, form):
    make, twin_of = NETWORKS[name]
    model, schedule, steps = make(), linear_schedule(), spaced_timesteps(1000, 12)
    denoise = noise_predictor(given_class(model, LABELS), schedule, predict_x0)
    ours = sample_ddim(denoise, schedule, jax.random.key(0), X0.shape, timesteps=steps, start=NOISE).x0
    run = denoiser_twin.sampling(twin_of(model), schedule, steps, LABELS, D, form)
    np.testing.assert_allclose(ours, run(torch.from_numpy(NOISE)).numpy(), atol=1e-2)
    assert run().shape == X0.shape


STILL = NoiseSchedule(*(np.full(1, value, "f") for value in (0.5, 0.5, 0.5**0.5, 0.5**0.5)))


@pytest.mark.parametrize("form", twins.FORMS)
def test_every_form_takes_our_steps(torch, form, monkeypatch):
    """The noise is 0 and there is one time step, on both sides, so that the weights and their average can be held."""
    model = plain()
    monkeypatch.setattr(torch, "randn_like", lambda x: 0 * x)
    # The average warms up to its decay in two steps: a wrong one shows.
    options = {"learning_rate": 1e-2, "ema_decay": 0.2, "clip": 0.5}
    twin = denoiser_twin.diffusion_loss(denoiser_twin.denoiser(model), STILL, null=10, drop=0.0)
    rows = np.tile(np.arange(N), (5, 1))
    average = denoiser_twin.training(twin, (X0, LABELS), rows, form, **options)()

    def loss(model, batch, key, step):
        x0, labels = batch
        t = jnp.zeros(len(x0), jnp.int32)
        return (squared_error(model(add_noise(STILL, x0, 0 * x0, t), t, labels), x0) / D).mean(), {}

    step, state = gradient_step(model, loss, denoising.optimizer(1e-2, 0.5), ema_decay=0.2)
    for i in range(5):
        state, _ = step(state, (jnp.asarray(X0), jnp.asarray(LABELS)), jax.random.key(i))
    for params, theirs in ((state.params, twin.parameters()), (state.average, average)):
        expected = in_their_layout(with_weights(model, params), denoiser_twin.denoiser)
        pairs = zip(expected.values(), theirs, strict=True)
        gaps = np.concatenate([np.abs(left - right.detach().numpy()).ravel() for left, right in pairs])
        # Adam makes whole steps of gradients that are nothing but rounding, and processors round differently. So up
        # to three weights may differ, fewer than any layer has.
        assert (gaps > 1e-4).sum() <= 3 and gaps.max() < 1e-2


STEPS = {
    "denoiser": denoising.denoiser_step,
    "refined": denoising.refined_step,
    "flow": denoising.flow_step,
}
SAMPLING = {"denoiser": denoising.sampling, "refined": denoising.refined_sampling}


@pytest.mark.parametrize("name", STEPS)
def test_a_training_job_gives_a_row_for_each_form(uncompiled, small, name):
    rows = measure(STEPS[name](steps=2), rounds=1)
    assert [(row.peer, row.limit) for row in rows] == list(denoising.LIMITS.items())


@pytest.mark.parametrize("name", SAMPLING)
def test_a_sampling_job_gives_its_rows(uncompiled, small, name):
    rows = measure(SAMPLING[name](count=20, steps=3), rounds=1)
    assert [(row.peer, row.limit) for row in rows] == list(denoising.SAMPLING_LIMITS.items())


def test_large_steps_are_compared_with_all_of_them(small):
    (row,) = measure(denoising.ddim(count=5, steps=4), rounds=1)
    assert row.peer == denoising.WHOLE_WALK and row.limit == pytest.approx(1 / 18)
