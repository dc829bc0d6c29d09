# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [raw]
# # ASSIGNMENT CONFIG
# name: ex07
# init_cell: true
# runs_on: colab
# export_cell: false
# check_all_cell: true
# show_question_points: true
# tests:
#   files: true
#   ok_format: false
# generate:
#   pdf: false
#   show_hidden: false

# %% [markdown]
# # Exercise 07: Diffusion
#
# Noise in, noise out. Which two noisy pictures belong to one walk, what breaks a sampler, where does guidance lead, and what would
# a perfect network do?
#
# | Question | Points | After it you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | walk from any time step to any later one in a single jump | 19, Diffusion Mathematical Framework |
# | q2 | 4 | find the usual faults of a DDIM sampler, and test for them | 21, Diffusion Denoising Visualization |
# | q3 | 4 | say which distribution a guidance scale aims at | 21, Diffusion Denoising Visualization |
# | q4 | 3 | say why the lowest loss is not the goal | 19, Diffusion Mathematical Framework |
# | quiz | 5 | tell four wrong ideas about diffusion from the right ones | 19, 21 |
#
# Replace each `...` (in q2, repair the code), run the check below it, and hand in this file. The checks that you see are worth a part of
# the points; others run when the exercise is graded.
#
# In all questions $\bar\alpha_t$ is the share of the data's variance that is left at time step $t$. It falls from nearly 1 at $t = 0$ to
# nearly 0 at $t = T - 1$.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 4

# %% [markdown]
# ## Question 1: Which two pictures belong to one walk?
#
# You want to show how one digit drowns: $x_s$ early, and $x_t$ later on the **same** walk, $s < t$. A friend jumps twice from $x_0$,
# with fresh noise each time. Either picture alone is right. But in the second one, all specks of the first are gone. In a walk the old noise
# stays, fading slowly, and new noise comes on top.
#
# So jump from $x_0$ to $x_s$, and from there on to $x_t$:
#
# $$x_s = \sqrt{\bar\alpha_s}\; x_0 + \sqrt{1 - \bar\alpha_s}\; \epsilon_1, \qquad x_t = A\, x_s + B\, \epsilon_2,$$
#
# with independent standard normal noises $\epsilon_1, \epsilon_2$. Find $A$ and $B$ such that $x_t$, too, has its right
# distribution, $\mathcal N(\sqrt{\bar\alpha_t}\, x_0, (1 - \bar\alpha_t) I)$ given $x_0$. They depend on $\bar\alpha_s$ and $\bar\alpha_t$ alone. Write
# `two_stops(x0, noise_1, noise_2, left_s, left_t)`, which returns the pair `x_s, x_t`.
#
# - `x0`, `noise_1` and `noise_2` are arrays of one shape, any shape.
# - `left_s` is $\bar\alpha_s$ and `left_t` is $\bar\alpha_t$: two numbers, $0 < \bar\alpha_t \le \bar\alpha_s \le 1$. Equal numbers mean
#   no way at all.
#
# *By hand:* $\bar\alpha_s = 0.64$ and $\bar\alpha_t = 0.16$. With $x_0 = 1$, $\epsilon_1 = 1$ and $\epsilon_2 = 0$ you get $x_s = 0.8 + 0.6 = 1.4$, and
# $x_t = 0.7$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def two_stops(x0, noise_1, noise_2, left_s, left_t):
    """Noisy examples at two time steps of one walk.

    Args:
        x0: clean examples, any shape.
        noise_1: standard normal noise, the same shape: what is added up to the first stop.
        noise_2: standard normal noise, the same shape: what is added between the two.
        left_s: share of the data's variance that is left at the first stop, above 0 and at most 1.
        left_t: the same at the second stop, above 0 and at most left_s.

    Returns:
        The noisy examples at the first stop and at the second, each of the shape of x0.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex07-q1
    x_s = np.sqrt(left_s) * x0 + np.sqrt(1 - left_s) * noise_1
    share = left_t / left_s  # what the steps in between leave
    return x_s, np.sqrt(share) * x_s + np.sqrt(1 - share) * noise_2
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. A must turn the mean of x_s into the mean of x_t. What is the one divided by the other?"
"""  # END TEST CONFIG


def test_q1_by_hand(two_stops):
    import numpy as np

    assert callable(two_stops), (
        "two_stops is not a function: run the cell that defines it"
    )
    one, zero = np.ones((2, 3)), np.zeros((2, 3))
    found = two_stops(one, one, zero, 0.64, 0.16)
    assert isinstance(found, tuple) and len(found) == 2, "return the pair x_s, x_t"
    for x, value, name in zip(found, (1.4, 0.7), ("x_s", "x_t"), strict=True):
        assert np.shape(x) == (2, 3), f"{name} has shape {np.shape(x)}, expected (2, 3)"
        assert np.allclose(x, value, atol=1e-4), f"{name} should be {value} everywhere"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The two stops differ from a walk that takes every small step. Given x_0, x_t must have variance 1 - alpha_bar_t in all. How much of that does A x_s bring along already, and how much is left for B?"
"""  # END TEST CONFIG


def test_q1_walk(two_stops):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q1
    import numpy as np

    assert callable(two_stops), "two_stops is not a function"
    rng = np.random.default_rng(seed)
    betas = rng.uniform(0.01, 0.05, size=40)
    s, t = rng.integers(5, 15), rng.integers(20, 39)
    left = np.cumprod(1 - betas)
    scale, variance = 1.0, 0.0  # of x_t given x_s, step by step
    for beta in betas[s + 1 : t + 1]:
        scale, variance = scale * np.sqrt(1 - beta), variance * (1 - beta) + beta
    x0, first, second = rng.normal(size=(3, 4, 5))
    kept = x0.copy(), first.copy(), second.copy()
    x_s, x_t = two_stops(x0, first, second, left[s], left[t])
    assert np.allclose(
        x_s, np.sqrt(left[s]) * x0 + np.sqrt(1 - left[s]) * first, atol=1e-4
    ), "x_s is wrong"
    assert np.allclose(x_t, scale * x_s + np.sqrt(variance) * second, atol=1e-4), (
        "x_t does not continue the walk from x_s"
    )
    for before, after in zip(kept, (x0, first, second), strict=True):
        assert (before == after).all(), "an input was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Over many walks, the noise of the two stops does not have the right variances or does not agree as much as it should; or two stops at the same time differ."
"""  # END TEST CONFIG


def test_q1_together(two_stops):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q1
    import numpy as np

    assert callable(two_stops), "two_stops is not a function"
    rng = np.random.default_rng(seed)
    left_s, left_t = rng.uniform(0.5, 0.8), rng.uniform(0.1, 0.4)
    first, second = rng.normal(size=(2, 200_000))
    x_s, x_t = two_stops(np.full(200_000, 0.7), first, second, left_s, left_t)
    found = np.cov(np.asarray(x_s, float), np.asarray(x_t, float))
    both = np.sqrt(left_t / left_s) * (1 - left_s)
    exact = np.array([[1 - left_s, both], [both, 1 - left_t]])
    assert np.allclose(found, exact, atol=0.02), "variances or covariance are wrong"
    assert abs(np.mean(x_t) - np.sqrt(left_t) * 0.7) < 0.02, "the mean of x_t is wrong"
    x_s, x_t = two_stops(first, second, first, left_s, left_s)
    assert np.allclose(x_s, x_t, atol=1e-4), "no way at all, and yet x_t is not x_s"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: Repair this sampler
#
# This DDIM sampler runs without an error, and its images are dull and noisy. It has **three faults**. Find and repair them. What it
# should do, at each stop $t$ on the way down, with the next lower stop $s$:
#
# 1. ask once for the noise $\hat\epsilon$ in $x_t$, at time step $t$;
# 2. solve $x_t = \sqrt{\bar\alpha_t}\, \hat x_0 + \sqrt{1 - \bar\alpha_t}\, \hat\epsilon$ for the picture $\hat x_0$;
# 3. go to $x_s = \sqrt{\bar\alpha_s}\, \hat x_0 + \sqrt{1 - \bar\alpha_s}\, \hat\epsilon$. After the lowest stop there are only clean data.
#
# The stops are given, and need not be evenly spaced. They rise, and the last one is $T - 1$, where the walk starts.
#
# *How to test a sampler without a network:* let all data be one picture $\mu$. Then the perfect answer is known,
# $\hat\epsilon = (x_t - \sqrt{\bar\alpha_t}\, \mu) / \sqrt{1 - \bar\alpha_t}$, and a correct sampler ends **exactly** at $\mu$, however few stops it
# makes.

# %% [raw]
# # BEGIN SOLUTION

# %%
''' # BEGIN PROMPT
def sample(denoise, alpha_bar, stops, start):
    """Walk from noise to data by DDIM, without fresh noise.

    Args:
        denoise: from (x, t) to the noise in x, of the shape of x; t is a whole number.
        alpha_bar: share of the data's variance that is left at each time step, shape (T,).
        stops: rising time steps to stop at, the last one T - 1.
        start: noise, any shape.

    Returns:
        The samples, of the shape of start.
    """
    x, T, n = start, len(alpha_bar), len(stops)
    for i in range(n - 1, -1, -1):
        t = int(stops[i])
        s = max(t - T // n, 0)
        noise = denoise(x, t)
        picture = (x - (1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(alpha_bar[s]) * picture + np.sqrt(1 - alpha_bar[s]) * noise
    return x
'''  # END PROMPT
# BEGIN SOLUTION NO PROMPT


def sample(denoise, alpha_bar, stops, start):
    # CANARY-SOLUTION-ex07-q2
    x = start
    for i in range(len(stops) - 1, -1, -1):
        t = int(stops[i])
        left = (
            alpha_bar[stops[i - 1]] if i > 0 else 1.0
        )  # the next entry of the list, or clean data
        noise = denoise(x, t)
        picture = (x - np.sqrt(1 - alpha_bar[t]) * noise) / np.sqrt(alpha_bar[t])
        x = np.sqrt(left) * picture + np.sqrt(1 - left) * noise
    return x


# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "All data are one picture, the denoiser is perfect, and the sampler does not end at the picture. Compare step 2 with the code: is it a variance that multiplies the noise, or a standard deviation? And how much noise is left after the last step?"
"""  # END TEST CONFIG


def test_q2_one_picture(sample):
    import numpy as np

    assert callable(sample), "sample is not a function: run the cell that defines it"
    alpha_bar = np.cumprod(1 - np.linspace(1e-3, 0.2, 100))
    picture = np.array([[0.5, -1.0, 2.0]])

    def denoise(x, t):
        return (x - np.sqrt(alpha_bar[t]) * picture) / np.sqrt(1 - alpha_bar[t])

    found = sample(denoise, alpha_bar, np.array([4, 37, 99]), np.full((2, 3), 0.3))
    assert found is not None and found is not ..., "sample returns nothing"
    assert np.shape(found) == (2, 3), f"shape {np.shape(found)}, expected (2, 3)"
    off = np.abs(np.asarray(found) - picture).max()
    assert off < 1e-3, f"the sampler ends {off:.4f} away from the only picture there is"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For data from a Gaussian, whose perfect denoiser is known, the walk does not end where the formulas lead. Where does the next stop come from: from the list, or from T and n?"
"""  # END TEST CONFIG


def test_q2_gaussian(sample):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q2
    import numpy as np

    assert callable(sample), "sample is not a function"
    rng = np.random.default_rng(seed)
    for T, n in ((200, 7), (150, 4), (60, 1), (80, 12)):
        alpha_bar = np.cumprod(1 - np.linspace(1e-3, rng.uniform(0.05, 0.1), T))
        stops = np.append(
            np.sort(rng.choice(np.arange(2, T - 9), n - 1, replace=False)), T - 1
        )
        mean, variance = rng.normal(size=3), rng.uniform(0.3, 3.0)
        total = alpha_bar * variance + 1 - alpha_bar

        def denoise(x, t, a=alpha_bar, v=total, m=mean):
            return np.sqrt(1 - a[t]) / v[t] * (x - np.sqrt(a[t]) * m)

        start = rng.normal(size=(5, 3))
        kept = start.copy()
        gap = (
            start - np.sqrt(alpha_bar[-1]) * mean
        )  # each step multiplies it by one number
        left = np.append(1.0, alpha_bar[stops])
        for after, before in zip(left[-2::-1], left[:0:-1], strict=True):
            both = variance * np.sqrt(after * before) + np.sqrt(
                (1 - after) * (1 - before)
            )
            gap = gap * both / (variance * before + 1 - before)
        found = np.asarray(sample(denoise, alpha_bar, stops, start), float)
        assert np.allclose(found, mean + gap, atol=2e-3), f"T = {T}, {n} stops: wrong end"
        assert (start == kept).all(), "the start was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "The sampler does not end at clean data, or does not ask the network once at every stop of the list, from the last to the first."
"""  # END TEST CONFIG


def test_q2_stops(sample):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q2
    import numpy as np

    assert callable(sample), "sample is not a function"
    rng = np.random.default_rng(seed)
    alpha_bar = np.cumprod(1 - np.linspace(0.05, 0.15, 90))  # much noise at t = 0 already
    stops = np.array([0, *np.sort(rng.choice(np.arange(3, 80), 5, replace=False)), 89])
    asked, picture = [], rng.normal(size=4)

    def denoise(x, t):
        asked.append(int(t))
        return (x - np.sqrt(alpha_bar[t]) * picture) / np.sqrt(1 - alpha_bar[t])

    found = np.asarray(sample(denoise, alpha_bar, stops, rng.normal(size=4)), float)
    assert asked == stops[::-1].tolist(), (
        f"asked at {asked}, expected {stops[::-1].tolist()}"
    )
    assert np.allclose(found, picture, atol=1e-3), "noise is left after the last step"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# ## Question 3: Where does guidance lead?
#
# Guidance goes from the guess without a class through the guess with one, and on. The expected noise is minus the *score*, the slope of
# the log-density, times a number that depends on $t$ only. So guidance with scale $s$ mixes two slopes:
#
# $$(1 - s)\, \frac{d}{dx} \ln p(x) + s\, \frac{d}{dx} \ln p(x \mid y) = \frac{d}{dx} \ln \left( p(x)^{1 - s}\; p(x \mid y)^{s} \right).$$
#
# At each noise level it aims at a new density, $\tilde p_s(x) \propto p(x)^{1 - s}\, p(x \mid y)^s$. What does that look like? Take one pixel, all
# data $p = \mathcal N(m_0, v_0)$ and the class $p(\cdot \mid y) = \mathcal N(m_1, v_1)$, with variances $v_0, v_1 > 0$. Show on paper that
# $\tilde p_s$ is a Gaussian again, and find its mean and its variance. Write `aim(m0, v0, m1, v1, s)`, which returns them as a pair.
#
# - All arguments are numbers, or arrays that broadcast against one another.
# - For some $s$ there is no such density, since the product grows without end. There, both results are `nan`. (Can that be if the
#   class is narrower than all data, and $s \ge 0$?)
#
# *By hand:* $m_0 = 0$, $v_0 = 4$, $m_1 = 1$, $v_1 = 1$, $s = 3$. In the exponent, $-\tfrac12 x^2$ has the factor $-2 \cdot \tfrac14 + 3 \cdot 1 = 2.5$, and $x$ has the
# factor $3 \cdot 1 = 3$. So the variance is $1 / 2.5 = 0.4$ and the mean is $3 / 2.5 = 1.2$: narrower than the class, and *beyond* its mean. That is the
# caricature.

# %% [raw]
# # BEGIN SOLUTION


# %%
def aim(m0, v0, m1, v1, s):
    """Mean and variance of the density that guidance aims at, for Gaussians.

    Args:
        m0: mean of all data.
        v0: their variance, positive.
        m1: mean of the class.
        v1: its variance, positive.
        s: guidance scale; 0 for all data, 1 for the class.

    Returns:
        Mean and variance; nan where there is no such density.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex07-q3
    precision = (1 - s) / v0 + s / v1
    slope = (1 - s) * m0 / v0 + s * m1 / v1
    precision = np.where(precision > 0, precision, np.nan)
    return slope / precision, 1 / precision
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out, or at scale 1 the answer is not the class. Write the logarithm of the product as a polynomial in x, and read off the factors of x squared and of x."
"""  # END TEST CONFIG


def test_q3_by_hand(aim):
    import numpy as np

    assert callable(aim), "aim is not a function: run the cell that defines it"
    found = aim(0.0, 4.0, 1.0, 1.0, 3.0)
    assert isinstance(found, tuple) and len(found) == 2, "return the pair mean, variance"
    assert np.allclose(np.asarray(found, float), (1.2, 0.4), atol=1e-4), (
        "expected 1.2 and 0.4"
    )
    at_one = np.asarray(aim(-2.0, 3.0, 1.5, 0.5, 1.0), float)
    assert np.allclose(at_one, (1.5, 0.5), atol=1e-4), "at scale 1 it is the class itself"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Mean or variance differ from those of the product of the two densities, computed on a fine grid. Do the two densities enter with the exponents 1 - s and s? Do you divide by variances?"
"""  # END TEST CONFIG


def test_q3_on_a_grid(aim):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q3
    import numpy as np

    assert callable(aim), "aim is not a function"
    rng = np.random.default_rng(seed)
    x = np.linspace(-40, 40, 80_001)
    for s in (0.0, 0.4, 1.0, 2.5, 6.0):
        m0, m1 = rng.normal(size=2)
        v0 = rng.uniform(1.0, 3.0)
        v1 = rng.uniform(0.3, 0.95) * v0
        log_p = -0.5 * ((1 - s) * (x - m0) ** 2 / v0 + s * (x - m1) ** 2 / v1)
        p = np.exp(log_p - log_p.max())
        p /= p.sum()
        mean = p @ x
        variance = p @ (x - mean) ** 2
        found = [float(v) for v in aim(m0, v0, m1, v1, s)]
        assert np.allclose(found, (mean, variance), atol=2e-3), (
            f"s = {s}: expected mean {mean:.3f} and variance {variance:.3f}, found {found}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Several scales at once give a wrong shape or wrong numbers, or a scale at which the product is no density does not give nan for both. What does a Gaussian with a negative variance look like?"
"""  # END TEST CONFIG


def test_q3_many_scales(aim):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex07-q3
    import numpy as np

    assert callable(aim), "aim is not a function"
    rng = np.random.default_rng(seed)
    m1 = rng.normal(size=(4, 1))
    scales = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    with np.errstate(all="ignore"):
        mean, variance = (np.asarray(v, float) for v in aim(0.0, 2.0, m1, 1.0, scales))
        assert mean.shape == (4, 5), f"the mean has shape {mean.shape}, expected (4, 5)"
        variance = np.broadcast_to(variance, (4, 5))
        assert np.allclose(variance[0], 2 / (1 + scales), atol=1e-4), (
            "variances are wrong"
        )
        assert np.allclose(mean, 2 * scales / (1 + scales) * m1, atol=1e-3), (
            "means are wrong"
        )
        wide = np.asarray(aim(0.3, 1.0, 0.5, 2.0, np.array([1.5, 2.5, 5.0])), float)
    assert np.allclose(wide[1, 0], 4.0, atol=1e-3), (
        "a class that is wider than all data, s = 1.5"
    )
    assert np.isnan(wide[:, 1:]).all(), "there is no such density: return nan for both"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 3
# manual: true

# %% [markdown]
# ## Question 4: Explain what you see
#
# What would a *perfect* network do? If the data are just these 40 digits, the best possible answer to "which noise is in $x_t$?" can be computed. No
# network, however large, has a smaller loss on them. The cell draws eight samples with it, and finds for each the nearest of the 40. Then it measures the
# loss at one time step, on the 40 digits and on 40 others.

# %%
from gencore.data import load_mnist
from gencore.diffusion import (
    linear_schedule,
    mixture_denoiser,
    sample_ddim,
    spaced_timesteps,
)

some = load_mnist("train").flat
known, others = 2 * some[:40] - 1, 2 * some[-40:] - 1
schedule = linear_schedule()
perfect = mixture_denoiser(schedule, known, std=0.0)

made = sample_ddim(
    perfect, schedule, jax.random.key(1), (8, 784), timesteps=spaced_timesteps(1000, 50)
).x0
gaps = np.abs(np.asarray(made)[:, None] - known).max(axis=-1)
nearest = known[gaps.argmin(axis=1)]

_, axes = plt.subplots(2, 8, figsize=(8, 2.4))
for row, images, label in zip(
    axes, (made, nearest), ("sample", "nearest\nof the 40"), strict=True
):
    row[0].set_ylabel(label)
    for ax, image in zip(row, images, strict=True):
        ax.imshow(np.asarray(image).reshape(28, 28), cmap="gray", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
plt.show()

t = 300
scale, spread = schedule.sqrt_alphas_cumprod[t], schedule.sqrt_one_minus_alphas_cumprod[t]
noise = np.random.default_rng(0).normal(size=(40, 784)).astype(np.float32)
print(
    f"largest difference of a pixel from the nearest digit: {gaps.min(axis=1).max():.4f}"
)
for name, digits in {"the 40 digits": known, "40 others": others}.items():
    answer = perfect(scale * digits + spread * noise, np.full(40, t))
    print(
        f"mean squared error of the noise at t = {t}, {name}: {np.square(answer - noise).mean():.4f}"
    )

# %% [markdown]
# Answer in three to six sentences. What are the samples, and why must they be that, with the best answer there is? What do the two losses say together? And
# why does a real, trained network make digits that nobody has drawn, although it minimizes the same loss?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex07-q4 -->
# **Model answer.** The samples are copies of the 40 digits. A perfect denoiser undoes the noise of its data exactly, so the walk back ends in the distribution of
# the data, and that distribution is 40 points. The loss on the 40 digits is practically zero at this noise: the network recognizes which of them it sees and knows the noise exactly.
# On 40 others it is large, because the perfect answer takes any digit for one of the 40. So a low training loss and copies go together, and the loss on held-out digits is what shows it. A
# trained network cannot reach that optimum: it has far too few weights (or stops too early) to tell all training digits apart in the noise, so it learns what they have in
# common, and that carries over to new digits. What makes it useful is what keeps it from being perfect.
#
# **Marking grid.** 1 point: the samples are copies, because the best answer leads to the distribution of the training set, which is a set of points. 1 point: the losses (near zero on its own digits, large
# on others) are those of a model that has learned its data by heart; compare with held-out data. 1 point: a trained network does not reach the minimum (limited size or training, smooth functions shared
# over all digits and noises), and so generalizes.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: quiz
# points: 5

# %% [markdown]
# ## Quiz
#
# One letter for each question.
#
# **a.** At a time step where the signal-to-noise ratio is 0.001, a network's guess of the *noise* has a squared error of 0.01 a pixel. Its implied guess of the *picture* has a squared
# error of
#
# - A: 0.01 a pixel, since both say the same.
# - B: 0.00001 a pixel.
# - C: 10 a pixel.
# - D: That cannot be known.
#
# **b.** Someone wants to sample in 50 steps, and makes a linear schedule of 50 steps with the same $\beta$ from 0.0001 to 0.02. What goes wrong?
#
# - A: Nothing, it is just 20 times faster.
# - B: The schedule does not end in noise, but the walk starts with pure noise, which the network never saw there.
# - C: The steps are too large for a stable solution.
# - D: The samples all become the same image.
#
# **c.** You run DDIM with $\eta = 0$ twice, from the same starting noise. The two images are
#
# - A: different, since diffusion draws noise at each step.
# - B: of the same class, but different.
# - C: different, unless the walk takes all 1,000 steps.
# - D: the same.
#
# **d.** With classifier-free guidance as in chapter 07, a scale of $s = 1$ gives
#
# - A: the class as it is in the data.
# - B: no class at all.
# - C: the class, with as much extra weight again.
# - D: the average of "with class" and "without".

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex07-quiz
answers = {"a": "C", "b": "B", "c": "D", "d": "A"}
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "Each of the questions a to d needs one of the letters A, B, C, D, as a string."
"""  # END TEST CONFIG


def test_quiz_letters(answers):
    assert isinstance(answers, dict), (
        "answers is not a dictionary: run the cell that makes it"
    )
    for question in "abcd":
        assert answers.get(question) in ("A", "B", "C", "D"), (
            f"question {question}: give a letter"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "a. Given the noisy picture, noise and picture do say the same. But dividing by the small share of signal makes the error of the noise larger. The two squared errors differ by the factor SNR; in which direction?"
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex07-quiz
    assert isinstance(answers, dict) and answers.get("a") == "C", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b. It is faster, and it raises no error. Compute what is left of the data's variance after 50 such steps: about 60 percent. Take stops of the long schedule instead."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex07-quiz
    assert isinstance(answers, dict) and answers.get("b") == "B", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c. DDPM draws fresh noise at each step, so diffusion seems to be random by nature. What does eta = 0 do to that noise?"
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex07-quiz
    assert isinstance(answers, dict) and answers.get("c") == "D", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d. Some papers count with a weight w = s - 1, where 1 is already an exaggeration. Put s = 1 into the formula: which of the two guesses is left?"
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex07-quiz
    assert isinstance(answers, dict) and answers.get("d") == "A", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
