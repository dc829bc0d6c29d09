"""Tables, noising and steps against the diffusers package, at every time step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.diffusion import (
    add_noise,
    cosine_schedule,
    euler_step,
    linear_schedule,
    posterior,
    sample_ddim,
    sample_dpm_solver,
    sample_flow,
    x0_from_noise,
)

pytestmark = pytest.mark.reference

SCHEDULES = {"linear": linear_schedule(), "squaredcos_cap_v2": cosine_schedule()}
NOISE = np.asarray(jax.random.normal(jax.random.key(0), (6, 3)))
X = np.asarray(jax.random.normal(jax.random.key(1), (6, 3)))


def theirs(name, schedule="linear", **options):
    """A scheduler of theirs that neither clips nor thresholds."""
    diffusers = pytest.importorskip("diffusers")
    options = {"beta_schedule": schedule, "beta_start": 1e-4, "beta_end": 0.02} | options
    return getattr(diffusers, name)(num_train_timesteps=1000, **options)


def guess(x, t):
    """Some smooth function that stands for a network; it takes NumPy's and JAX's arrays."""
    return 0.8 * x / (1 + x * x) + 0.1 * t / 1000


@pytest.mark.parametrize("name", SCHEDULES)
def test_tables(name):
    """Theirs are built in float32, so what is left after 1000 products has lost some digits."""
    scheduler = theirs("DDPMScheduler", name)
    np.testing.assert_allclose(SCHEDULES[name].betas, scheduler.betas, rtol=2e-4)
    np.testing.assert_allclose(SCHEDULES[name].alphas_cumprod, scheduler.alphas_cumprod, rtol=2e-4, atol=1e-8)


@pytest.mark.parametrize("name", SCHEDULES)
def test_noising(name):
    torch = pytest.importorskip("torch")
    scheduler = theirs("DDPMScheduler", name)
    for t in range(1000):
        at = np.full(6, t)
        expected = scheduler.add_noise(torch.tensor(X), torch.tensor(NOISE), torch.tensor(at))
        np.testing.assert_allclose(add_noise(SCHEDULES[name], X, NOISE, at), expected, rtol=1e-4, atol=5e-5)


@pytest.mark.parametrize("name", SCHEDULES)
def test_ddpm_steps(name):
    torch = pytest.importorskip("torch")
    schedule = SCHEDULES[name]
    scheduler = theirs("DDPMScheduler", name, variance_type="fixed_small", clip_sample=False)

    @jax.jit
    def ours(t, fresh):
        at = jnp.full(6, t)
        mean, variance = posterior(schedule, x0_from_noise(schedule, NOISE, X, at), X, at)
        return mean + jnp.sqrt(variance) * fresh

    for t in range(1000):
        fresh = torch.randn(X.shape, generator=torch.Generator().manual_seed(t))
        generator = torch.Generator().manual_seed(t)
        step = scheduler.step(torch.tensor(NOISE), t, torch.tensor(X), generator=generator).prev_sample
        scale = 1 / schedule.sqrt_alphas_cumprod[t] if t == 0 else 1.0
        np.testing.assert_allclose(ours(t, fresh.numpy()), step, rtol=1e-3, atol=2e-4 * scale)


def walk(scheduler, count):
    torch = pytest.importorskip("torch")
    scheduler.set_timesteps(count)
    x = torch.tensor(X)
    for t in scheduler.timesteps:
        x = scheduler.step(guess(x, float(t)), t, x).prev_sample
    return x.numpy(), scheduler.timesteps.numpy()[::-1].astype(int)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("count", [10, 50, 1000])
@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_ddim_walks(name, count, spacing):
    scheduler = theirs("DDIMScheduler", name, clip_sample=False, timestep_spacing=spacing)
    expected, steps = walk(scheduler, count)
    options = {"timesteps": steps, "start": jnp.asarray(X)}
    found = sample_ddim(denoise, SCHEDULES[name], jax.random.key(0), X.shape, **options).x0
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


def test_an_uneven_list_is_walked_entry_by_entry_here_and_not_there():
    """Theirs steps to t - 1000 // 50 from wherever it is, as ``linspace`` spacing does not."""
    scheduler = theirs("DDIMScheduler", clip_sample=False, timestep_spacing="linspace")
    expected, steps = walk(scheduler, 50)
    options = {"timesteps": steps, "start": jnp.asarray(X)}
    found = sample_ddim(denoise, SCHEDULES["linear"], jax.random.key(0), X.shape, **options).x0
    assert set(np.diff(steps)) == {20, 21}
    assert np.abs(found - expected).max() > 2e-3


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # theirs, of NumPy 2
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("count", [10, 25])
def test_second_order_walks(name, count):
    options = {"timestep_spacing": "trailing", "final_sigmas_type": "zero"}
    expected, steps = walk(theirs("DPMSolverMultistepScheduler", name, **options), count)
    options = {"timesteps": steps, "start": jnp.asarray(X)}
    found = sample_dpm_solver(denoise, SCHEDULES[name], jax.random.key(0), X.shape, **options).x0
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("count", [1, 10, 50])
def test_flow_walks(count):
    torch, diffusers = pytest.importorskip("torch"), pytest.importorskip("diffusers")
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(sigmas=np.linspace(1, 1 / count, count).tolist())
    x = torch.tensor(X)
    for t in scheduler.timesteps:
        x = scheduler.step(guess(x, float(t)), t, x).prev_sample
    found = sample_flow(
        lambda x, s: guess(x, 1000 * s[:, None]),
        jax.random.key(0),
        X.shape,
        steps=count,
        solver=euler_step,
        start=jnp.asarray(X),
    )
    np.testing.assert_allclose(found, x, rtol=1e-4, atol=1e-4)


def denoise(x, t):
    """The same function in the form that samplers take."""
    return guess(x, t.astype(jnp.float32)[:, None])
