"""Schedules against their definitions in exact arithmetic."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from gencore.diffusion import (
    add_noise,
    cosine_schedule,
    evenly_noisy_timesteps,
    linear_schedule,
    predict_velocity,
    respace,
    spaced_timesteps,
    x0_from_noise,
)

SCHEDULES = {"linear": linear_schedule, "cosine": cosine_schedule}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("timesteps", [1, 7, 1000])
def test_what_is_left_is_the_product_of_what_each_step_leaves(name, timesteps):
    schedule = SCHEDULES[name](timesteps)
    left, expected = Fraction(1), []
    for beta in schedule.betas:
        left *= 1 - Fraction(float(beta))
        left = Fraction(float(left)) if timesteps > 100 else left  # a float64 product for the long ones
        expected.append(float(left))
    expected = np.array(expected)
    np.testing.assert_allclose(schedule.alphas_cumprod, expected, rtol=2e-5)
    np.testing.assert_allclose(schedule.sqrt_alphas_cumprod, np.sqrt(expected), rtol=2e-5)
    np.testing.assert_allclose(schedule.sqrt_one_minus_alphas_cumprod, np.sqrt(1 - expected), rtol=2e-5)
    assert schedule.timesteps == timesteps
    assert {table.dtype for table in schedule} == {np.dtype(np.float32)}


def test_the_noise_of_the_first_steps_keeps_all_its_digits():
    """In float32, 1 minus the table of what is left is off in its fourth digit at the first step."""
    schedule = linear_schedule()
    betas = np.linspace(1e-4, 0.02, 1000)
    exact = np.sqrt(1 - np.cumprod(1 - betas))
    np.testing.assert_allclose(schedule.sqrt_one_minus_alphas_cumprod, exact, rtol=1e-6)
    careless = np.sqrt(1 - schedule.alphas_cumprod)
    assert np.abs(careless / exact - 1).max() > 1e-5


def test_linear_is_the_line_of_the_paper():
    betas = linear_schedule().betas
    np.testing.assert_allclose(betas, np.linspace(1e-4, 0.02, 1000), rtol=1e-6)


def test_fewer_steps_of_the_same_size_never_reach_the_noise_and_respaced_ones_do():
    """Fifty steps of the paper's sizes leave 60 % of the data's variance; fifty stops among its thousand leave none."""
    assert linear_schedule(50).alphas_cumprod[-1] == pytest.approx(0.60, abs=0.005)
    short = respace(linear_schedule(), spaced_timesteps(1000, 50))
    assert short.alphas_cumprod[-1] == pytest.approx(linear_schedule().alphas_cumprod[-1], rel=1e-6)
    assert short.alphas_cumprod[-1] < 1e-4


def test_where_no_signal_is_left_an_error_of_the_noise_is_a_huge_one_of_the_example_and_one_of_the_velocity_is_not():
    """Why a schedule that ends in pure noise wants a network that predicts the example or the velocity."""
    schedule, t, wrong = cosine_schedule(), jnp.array([999]), 0.01
    x0, noise = jnp.full((1, 1), 0.5), jnp.full((1, 1), -0.7)
    x_t = add_noise(schedule, x0, noise, t)
    assert abs(x0_from_noise(schedule, noise + wrong, x_t, t) - x0).item() > 100 * wrong
    velocity = predict_velocity.target(schedule, x0, noise, t)
    scale = schedule.sqrt_alphas_cumprod[999]
    spread = schedule.sqrt_one_minus_alphas_cumprod[999]
    found = scale * x_t - spread * (velocity + wrong)
    assert abs(found - x0).item() < 1.1 * wrong


def test_cosine_follows_its_cosine_until_the_limit_of_a_step():
    schedule = cosine_schedule(1000)

    def f(t):
        return np.cos((t / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2

    t = np.arange(1000)
    free = schedule.betas < 0.999
    assert free[:-1].all()
    np.testing.assert_allclose(schedule.alphas_cumprod[free], (f(t + 1) / f(0))[free], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("count", [2, 10, 50, 137, 1000])
def test_a_short_walk_holds_the_same_noise_where_it_stops(name, count):
    schedule = SCHEDULES[name]()
    steps = spaced_timesteps(1000, count)
    assert (steps[0], steps[-1], len(np.unique(steps))) == (0, 999, count)
    short = respace(schedule, steps)
    for table in ("alphas_cumprod", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod"):
        np.testing.assert_allclose(getattr(short, table), getattr(schedule, table)[steps], rtol=2e-5)
    if count == 1000:
        np.testing.assert_allclose(short.betas, schedule.betas, rtol=1e-5)


def test_each_step_of_an_uneven_walk_is_measured_to_the_one_before_it_in_the_list():
    schedule = linear_schedule()
    left = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    betas = respace(schedule, [3, 10, 500, 999]).betas
    np.testing.assert_allclose(
        betas,
        [1 - left[3], 1 - left[10] / left[3], 1 - left[500] / left[10], 1 - left[999] / left[500]],
        rtol=1e-5,
    )


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: linear_schedule(0), "timesteps is 0"),
        (lambda: cosine_schedule(-3), "timesteps is -3"),
        (lambda: linear_schedule(10, 0.1, 0.05), "start is 0.1 and end is 0.05"),
        (lambda: linear_schedule(10, 0.1, 1.0), "end is 1.0"),
        (lambda: cosine_schedule(10, offset=-0.1), "offset is -0.1"),
        (lambda: cosine_schedule(10, largest=1.0), "largest is 1.0"),
        (lambda: spaced_timesteps(1000, 1), "count is 1; .* from 2 to 1000"),
        (lambda: spaced_timesteps(10, 11), "count is 11"),
        (lambda: respace(linear_schedule(10), []), r"timesteps is \[\]"),
        (lambda: respace(linear_schedule(10), [3, 3]), "rising"),
        (lambda: respace(linear_schedule(10), [5, 2]), "rising"),
        (lambda: respace(linear_schedule(10), [-1, 2]), "from 0 to 9"),
        (lambda: respace(linear_schedule(10), [0, 10]), "from 0 to 9"),
    ],
)
def test_arguments_are_checked(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name", SCHEDULES)
def test_between_evenly_noisy_steps_the_noise_grows_by_one_factor(name):
    schedule = SCHEDULES[name](1000)
    steps = evenly_noisy_timesteps(schedule, 8)
    left = np.asarray(schedule.alphas_cumprod, float)[steps]
    log_snr = np.log(left / (1 - left))
    assert len(steps) == 8 and steps[0] == 10 and steps[-1] == 989
    np.testing.assert_allclose(np.diff(log_snr), np.diff(log_snr).mean(), rtol=0.1)


@pytest.mark.parametrize("count", [1, 1001])
def test_a_count_of_steps_that_cannot_be_is_refused(count):
    with pytest.raises(ValueError, match=f"count is {count}; choose from 2"):
        evenly_noisy_timesteps(linear_schedule(), count)
