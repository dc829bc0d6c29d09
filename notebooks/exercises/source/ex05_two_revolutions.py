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
# name: ex05
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
# # Exercise 05: Two revolutions in plain words
#
# A forger is measured by a detective, and a denoiser by what cannot be known. Here you compute the best detective and the best
# denoiser, so that you know what a trained one could reach at most.
#
# | Question | Points | You learn to | Slide |
# |:--|--:|:--|:--|
# | q1 | 5 | say what a detective's share of right answers proves | 15, GANs: The Forger vs Detective Game |
# | q2 | 4 | turn any walk of small noisy steps into one jump | 16, Diffusion: The Reverse Corruption Process |
# | q3 | 5 | compute the best guess of the clean point, and the doubt that is left | 16, Diffusion: The Reverse Corruption Process |
# | q4 | 3 | say how averages can lead to sharp samples | 14, Two Revolutionary Approaches |
# | quiz | 5 | read the logs of both families | 13, Human Learning Analogy, to 16 |
#
# Replace each `...`, run the check below it, and hand in this file. A check tries a few simple cases. Grading tries more:
# other shapes, other numbers, and the edges.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 5

# %% [markdown]
# ## Question 1: How good can a detective be?
#
# *Slide 15, GANs: The Forger vs Detective Game*
#
# **Question.** In the chapter the detective saw as many real points as forged ones, and "50 %" meant guessing. What if it sees ten times as many real ones?
#
# The world has $K$ places. Real points fall into place $k$ with probability $p_k$, a forger's points with probability $q_k$; both sum to 1. Of the points
# that the detective is shown, a share $\pi$ is real. So a point that is shown is real *and* in place $k$ with probability $\pi p_k$. Two things are asked:
#
# - the **belief** of the best detective in each place: the probability that a point found there is real. Where no point ever falls, real or forged, there is
#   nothing to learn: let the belief be $\pi$;
# - its **accuracy**: the probability that it is right, if it calls a point real where its belief is above one half, and forged otherwise.
#
# Write `best_detective(real, fake, share)`. `real` holds the $p_k$, shape $(K,)$. `fake` holds the $q_k$ of one forger, shape $(K,)$, or of $m$ forgers at once, shape
# $(m, K)$. `share` is $\pi$, a number in $[0, 1]$. It returns the belief, of the shape of `fake`, and the accuracy, one number for each forger: shape $()$ or $(m,)$.
#
# *By hand.* $p = (\tfrac12, \tfrac12, 0)$, $q = (0, \tfrac12, \tfrac12)$ and $\pi = \tfrac12$. In the first place all points are real, in the last all are forged, in the
# middle it is a toss: the belief is $(1, \tfrac12, 0)$. The middle holds half of the points, so the accuracy is $\tfrac14 + \tfrac14 + \tfrac14 = 0.75$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def best_detective(real, fake, share):
    """Belief of the best detective in each place, and the share of points that it gets right."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex05-q1
    shown_real, shown_fake = share * real, (1 - share) * fake
    shown = shown_real + shown_fake
    belief = np.where(shown > 0, shown_real / np.where(shown > 0, shown, 1.0), share)
    return belief, np.maximum(shown_real, shown_fake).sum(axis=-1)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. First write down, for each place, the probability that a shown point is real and there, and that it is forged and there."
"""  # END TEST CONFIG


def test_q1_example(best_detective):
    import numpy as np

    assert callable(best_detective), (
        "best_detective is missing: run the cell that defines it"
    )
    result = best_detective(np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5]), 0.5)
    assert result is not None, (
        "best_detective returns nothing yet: replace the ... by your answer"
    )
    belief, accuracy = result
    assert np.allclose(belief, [1, 0.5, 0], atol=1e-4), (
        f"the belief is {belief}, by hand 1, 0.5, 0"
    )
    assert np.allclose(accuracy, 0.75, atol=1e-4), (
        f"the accuracy is {accuracy}, by hand 0.75"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Belief or accuracy is off when the share of real points is not one half, or for several forgers. Does the share enter both? Is there one accuracy for each forger? Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q1_any_share(best_detective):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q1
    import numpy as np

    assert callable(best_detective), (
        "best_detective is missing: run the cell that defines it"
    )
    rng = np.random.default_rng(seed)
    real, fake = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6), 3)
    before = real.copy(), fake.copy()
    rules = (
        np.array(np.meshgrid(*[[0, 1]] * 6)).reshape(6, -1).T
    )  # every way to call 6 places
    for share in (0.2, 0.5, 0.85):
        belief, accuracy = (
            np.asarray(a, float) for a in best_detective(real, fake, share)
        )
        assert np.array_equal(real, before[0]) and np.array_equal(fake, before[1]), (
            "best_detective changes its arguments: work on copies"
        )
        assert belief.shape == (3, 6) and accuracy.shape == (3,), (
            f"for 3 forgers and 6 places the shapes are {belief.shape} and {accuracy.shape}"
        )
        odds = np.log(real) - np.log(fake) + np.log(share) - np.log(1 - share)
        assert np.allclose(belief, 1 / (1 + np.exp(-odds)), atol=1e-4), (
            f"the belief is off at share {share}"
        )
        right = (
            share * rules @ real[:, None] + (1 - share) * (1 - rules) @ fake.T
        )  # (rule, forger)
        assert np.allclose(accuracy, right.max(axis=0), atol=1e-4), (
            f"share {share}: your accuracy is {accuracy.round(3)}, the best rule's {right.max(axis=0).round(3)}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "A special case fails: a place where no point ever falls, a perfect forger, or only real points. What does a detective do that has learned nothing but the share?"
"""  # END TEST CONFIG


def test_q1_edges(best_detective):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q1
    import numpy as np

    assert callable(best_detective), (
        "best_detective is missing: run the cell that defines it"
    )
    rng = np.random.default_rng(seed)
    real, share = np.append(rng.dirichlet(np.ones(4)), 0.0), float(rng.uniform(0.6, 0.9))
    belief, accuracy = best_detective(real, real.copy(), share)
    assert np.isfinite(belief).all(), "where no point falls the belief is not a number"
    assert np.allclose(belief, share, atol=1e-4), (
        "a perfect forger: the belief is the share, everywhere"
    )
    assert np.isclose(accuracy, share, atol=1e-4), (
        "a perfect forger: calling all points real is best"
    )
    apart, accuracy = best_detective(
        np.array([0.3, 0.7, 0, 0, 0]), np.array([0, 0, 0.4, 0.6, 0]), share
    )
    assert np.allclose(apart, [1, 1, 0, 0, share], atol=1e-4), (
        "no place in common: the belief is 1 or 0"
    )
    assert np.isclose(accuracy, 1.0, atol=1e-4), (
        "no place in common: the detective is always right"
    )
    all_real, accuracy = best_detective(real, real[::-1].copy(), 1.0)
    assert np.allclose(all_real, 1.0, atol=1e-4) and np.isclose(
        accuracy, 1.0, atol=1e-4
    ), "only real points are shown: the belief and the accuracy are 1"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# So an accuracy means nothing without the share: against a perfect forger, the best detective is right in 9 of 10 cases if 9 of 10 points are real.

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: Any walk is one jump
#
# *Slide 16, Diffusion: The Reverse Corruption Process*
#
# **Question.** Must we walk through a thousand noisy steps to know where they end?
#
# Let each step shrink what is there and add fresh noise, with numbers of your own choice for each:
#
# $$
# x_t = a_t \, x_{t-1} + b_t \, \epsilon_t, \qquad \epsilon_t \sim \mathcal N(0, I) \text{ independent}, \qquad t = 1, \dots, T .
# $$
#
# Sums of independent Gaussians are Gaussian, so all steps up to $t$ are one jump from the data:
#
# $$
# x_t = A_t \, x_0 + B_t \, \epsilon, \qquad \epsilon \sim \mathcal N(0, I), \qquad B_t \ge 0 .
# $$
#
# The chapter's schedule is a special case: there $a_t^2 + b_t^2 = 1$, and therefore $A_t^2 + B_t^2 = 1$. Here nothing of the kind holds. Write $x_1$ and $x_2$ out,
# and see what happens to the noise of the first step in the second.
#
# Write `one_jump(shrink, noise)` for the $a_t$ and the $b_t$, both of shape $(T,)$, with $a_t \ge 0$ and $b_t \ge 0$. It returns the $A_t$ and the $B_t$ for
# $t = 1, \dots, T$, both of shape $(T,)$. No random numbers.
#
# *By hand.* Two steps with $a = \tfrac12$ and $b = 1$. $x_1 = \tfrac12 x_0 + \epsilon_1$, and $x_2 = \tfrac14 x_0 + \tfrac12 \epsilon_1 + \epsilon_2$. So $A = (\tfrac12, \tfrac14)$. Variances
# of independent noises add, $\tfrac14 + 1 = 1.25$, so $B = (1, 1.118)$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def one_jump(shrink, noise):
    """What the data and the noise are multiplied with, after 1, 2, ..., T steps."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex05-q2
    scales, spreads = [], []
    scale, variance = 1.0, 0.0
    for a, b in zip(shrink, noise, strict=True):
        scale, variance = a * scale, a**2 * variance + b**2
        scales.append(scale)
        spreads.append(np.sqrt(variance))
    return np.array(scales), np.array(spreads)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. The noise of the first step is shrunk by the second, and it is variances that add."
"""  # END TEST CONFIG


def test_q2_example(one_jump):
    import numpy as np

    assert callable(one_jump), "one_jump is missing: run the cell that defines it"
    result = one_jump(np.array([0.5, 0.5]), np.array([1.0, 1.0]))
    assert result is not None, (
        "one_jump returns nothing yet: replace the ... by your answer"
    )
    scale, spread = result
    assert np.allclose(scale, [0.5, 0.25], atol=1e-4), (
        f"A is {scale}, by hand 0.5 and 0.25"
    )
    assert np.allclose(spread, [1, np.sqrt(1.25)], atol=1e-4), (
        f"B is {spread}, by hand 1 and 1.118"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Some walk does not end where the jump does. Follow the noise of each step by itself: which of the later steps shrink it? A shortcut from the chapter may hold for its schedule only. Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q2_any_walk(one_jump):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q2
    import numpy as np

    assert callable(one_jump), "one_jump is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    for steps in (1, 4, 30):
        shrink, noise = rng.uniform(0.6, 1.2, steps), rng.uniform(0, 1, steps)
        before = shrink.copy(), noise.copy()
        scale, spread = (np.asarray(a, float) for a in one_jump(shrink, noise))
        assert np.array_equal(shrink, before[0]) and np.array_equal(noise, before[1]), (
            "one_jump changes its arguments: work on copies"
        )
        assert scale.shape == spread.shape == (steps,), (
            f"the shapes are {scale.shape} and {spread.shape}"
        )
        # walk with a vector: first what is left of the data, then of the noise of each step
        left = np.eye(steps + 1)[0]
        for t in range(steps):
            left = shrink[t] * left + noise[t] * np.eye(steps + 1)[t + 1]
            assert np.isclose(scale[t], left[0], rtol=1e-3), (
                f"A is off after {t + 1} of {steps} steps"
            )
            assert np.isclose(spread[t], np.linalg.norm(left[1:]), rtol=1e-3), (
                f"B is off after {t + 1} of {steps} steps"
            )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A special case fails: the chapter's thousand steps, steps that only add noise (a = 1), or a step that erases everything (a = 0) in the middle of the walk."
"""  # END TEST CONFIG


def test_q2_special_walks(one_jump):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q2
    import numpy as np

    assert callable(one_jump), "one_jump is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    betas = np.linspace(1e-4, rng.uniform(0.01, 0.03), 1000)
    scale, spread = (
        np.asarray(a, float) for a in one_jump(np.sqrt(1 - betas), np.sqrt(betas))
    )
    assert np.allclose(scale**2, np.exp(np.cumsum(np.log1p(-betas))), atol=1e-3), (
        "the chapter's schedule: A is off"
    )
    assert np.allclose(scale**2 + spread**2, 1.0, atol=1e-3), (
        "the chapter's schedule: A² + B² is not 1"
    )
    noise = rng.uniform(0.1, 1, 20)
    scale, spread = (np.asarray(a, float) for a in one_jump(np.ones(20), noise))
    assert np.allclose(scale, 1, atol=1e-4), (
        "nothing shrinks, so the data stay as they are"
    )
    assert np.allclose(spread, np.sqrt(np.cumsum(noise**2)), rtol=1e-3), (
        "nothing shrinks: B is off"
    )
    scale, spread = (
        np.asarray(a, float)
        for a in one_jump(np.array([0.9, 0.0, 0.5]), np.array([1.0, 2.0, 0.0]))
    )
    assert np.isfinite(scale).all() and np.isfinite(spread).all(), (
        "not finite where a step erases everything"
    )
    assert np.allclose(scale, [0.9, 0, 0], atol=1e-4) and np.allclose(
        spread, [1, 2, 1], atol=1e-4
    ), "a step with a = 0 erases data and earlier noise alike"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 5

# %% [markdown]
# ## Question 3: The best guess, and the doubt that is left
#
# *Slide 16, Diffusion: The Reverse Corruption Process*
#
# **Question.** You see a noisy point. Where was the clean one, and how sure can you be?
#
# Let the data be $K$ points $c_1, \dots, c_K$ of $\mathbb R^d$. A clean point $x_0$ is $c_k$ with probability $\pi_k$, and we see
# $x = a \, x_0 + b \, \epsilon$ with $\epsilon \sim \mathcal N(0, I)$, $a \ge 0$ and $b > 0$. By Bayes' rule, the clean point was $c_k$ with the probability
#
# $$
# w_k(x) \propto \pi_k \, \exp\left( - \frac{\lVert x - a \, c_k \rVert^2}{2 b^2} \right), \qquad \sum_{k=1}^{K} w_k(x) = 1 .
# $$
#
# No network can do better under squared error than to answer the mean under these probabilities (chapter 03 again), and even that answer has an error left:
#
# $$
# \hat x_0(x) = \sum_k w_k(x) \, c_k, \qquad
# v(x) = \sum_k w_k(x) \, \lVert c_k - \hat x_0(x) \rVert^2 .
# $$
#
# Write `best_guess(x, points, weights, a, b)` for $n$ noisy points `x`, shape $(n, d)$; `points` with the $c_k$, shape $(K, d)$; `weights` with the $\pi_k$, shape $(K,)$, which
# sum to 1 and may be 0; and two numbers `a` and `b`. It returns the guesses, shape $(n, d)$, and the doubts $v$, shape $(n,)$.
#
# The trap: at the end of a walk $b$ may be 0.001. Then the exponents are in the millions, every exponential is 0, and $0 / 0$ is not a number. Only
# *differences* of exponents matter.
#
# *By hand.* Two points, $-1$ and $1$, with $a = b = 1$. Equally likely, and seen at $x = 0$: the guess is 0 and the doubt 1. With $\pi = (\tfrac34, \tfrac14)$ the
# guess is $-\tfrac12$, and the doubt $\tfrac34 \cdot \tfrac14 + \tfrac14 \cdot \tfrac94 = \tfrac34$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def best_guess(x, points, weights, a, b):
    """The expected clean point for each noisy one, and its expected squared distance from the truth."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex05-q3
    squares = jnp.square(x[:, None] - a * points).sum(axis=-1)  # (n, K)
    probability = jax.nn.softmax(jnp.log(weights) - squares / (2 * b**2), axis=1)
    guess = probability @ points
    doubt = (probability * jnp.square(points - guess[:, None]).sum(axis=-1)).sum(axis=1)
    return guess, doubt
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The examples by hand do not come out. Compute the probabilities of the two points first: at x = 0 they are the weights."
"""  # END TEST CONFIG


def test_q3_example(best_guess):
    import numpy as np

    assert callable(best_guess), "best_guess is missing: run the cell that defines it"
    points = np.array([[-1.0], [1.0]])
    for weights, guess, doubt in (([0.5, 0.5], 0.0, 1.0), ([0.75, 0.25], -0.5, 0.75)):
        result = best_guess(np.zeros((1, 1)), points, np.array(weights), 1.0, 1.0)
        assert result is not None, (
            "best_guess returns nothing yet: replace the ... by your answer"
        )
        assert np.shape(result[0]) == (1, 1) and np.shape(result[1]) == (1,), (
            f"the shapes are {np.shape(result[0])} and {np.shape(result[1])}, not (1, 1) and (1,)"
        )
        assert np.allclose(result[0], guess, atol=1e-4), (
            f"the guess is {result[0]}, by hand {guess}"
        )
        assert np.allclose(result[1], doubt, atol=1e-4), (
            f"the doubt is {result[1]}, by hand {doubt}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Some guesses or doubts are off. Points are shrunk by a before they are compared with x, unlikely points count less, and squares are summed over the dimensions. Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q3_values(best_guess):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q3
    import numpy as np

    assert callable(best_guess), "best_guess is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    x, points, weights = (
        rng.normal(size=(7, 2)),
        rng.normal(size=(5, 2)),
        rng.dirichlet(np.ones(5)),
    )
    before = x.copy(), points.copy(), weights.copy()
    for a, b in ((0.9, 0.5), (0.4, 0.9), (0.0, 1.0)):
        guess, doubt = (
            np.asarray(r, float) for r in best_guess(x, points, weights, a, b)
        )
        assert all(
            np.array_equal(*pair)
            for pair in zip((x, points, weights), before, strict=True)
        ), "best_guess changes its arguments: work on copies"
        assert guess.shape == (7, 2) and doubt.shape == (7,), (
            f"the shapes are {guess.shape} and {doubt.shape}"
        )
        for i in range(7):
            chance = [
                w * np.exp(-np.sum((x[i] - a * c) ** 2) / (2 * b**2))
                for w, c in zip(weights, points, strict=True)
            ]
            mean = np.average(points, axis=0, weights=chance)
            left = np.average([np.sum((c - mean) ** 2) for c in points], weights=chance)
            assert np.allclose(guess[i], mean, atol=1e-3), (
                f"a = {a}, b = {b}: {guess[i]} should be {mean}"
            )
            assert np.isclose(doubt[i], left, atol=1e-3), (
                f"a = {a}, b = {b}: doubt {doubt[i]:.3f}, not {left:.3f}"
            )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "It breaks where the noise is tiny, or where a weight is 0. Work with logarithms of the probabilities; what may you subtract from all of them without changing the result?"
"""  # END TEST CONFIG


def test_q3_little_noise(best_guess):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex05-q3
    import numpy as np

    assert callable(best_guess), "best_guess is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    points = 3 * np.array(
        [[np.cos(s), np.sin(s)] for s in np.arange(6) * np.pi / 3 + rng.uniform()]
    )
    weights = np.array([0.3, 0.2, 0.1, 0.0, 0.2, 0.2])
    x = 0.9 * points[[0, 1, 4]] + 0.2 * rng.uniform(
        -1, 1, (3, 2)
    )  # far from all, in units of the noise
    guess, doubt = (
        np.asarray(r, float) for r in best_guess(x, points, weights, 0.9, 1e-3)
    )
    assert np.isfinite(guess).all() and np.isfinite(doubt).all(), (
        "with b = 0.001 the results are not numbers"
    )
    assert np.allclose(guess, points[[0, 1, 4]], atol=1e-3), (
        "with little noise the guess is the nearest point"
    )
    assert np.abs(doubt).max() < 1e-3, "with little noise there is no doubt"
    guess, doubt = (
        np.asarray(r, float)
        for r in best_guess(0.9 * points[[3]], points, weights, 0.9, 0.7)
    )
    away = np.linalg.norm(guess[0] - points[3])
    assert np.isfinite(guess).all() and away > 1, (
        "a point of weight 0 must never be guessed"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# manual: true
# points: 3

# %% [markdown]
# ## Question 4: Averages, and yet sharp
#
# *Slide 14, Two Revolutionary Approaches*
#
# The data are two numbers, −1 and 1, equally likely. For them the best guess of q3 is $\hat x_0(x) = \tanh(a x / b^2)$. We start 5,000 walks from pure noise. Each looks
# at the best guess, takes the noise that it implies, mixes both for a smaller noise level, and looks again; the last guess is the sample. The four pictures differ
# in the number of looks alone.

# %%
from itertools import pairwise

start = np.random.default_rng(0).standard_normal(5000)
figure, axes = plt.subplots(1, 4, figsize=(11, 2.6), sharey=True)
for ax, looks in zip(axes, (1, 2, 5, 50), strict=True):
    angles = np.linspace(0.01, np.pi / 2, looks + 1)  # from nearly all noise to none
    x = start
    for here, there in pairwise(angles):
        guess = np.tanh(np.sin(here) * x / np.cos(here) ** 2)
        noise = (x - np.sin(here) * guess) / np.cos(here)
        x = np.sin(there) * guess + np.cos(there) * noise
    between = (np.abs(np.abs(x) - 1) > 0.1).mean()
    ax.hist(x, bins=60, range=(-1.2, 1.2))
    ax.set_title(f"{looks} look{'s'[: looks > 1]}: {between:.0%} between", fontsize=10)
    ax.set_xlabel("sample")
axes[0].set_ylabel("walks")
figure.tight_layout()
plt.show()

# %% [markdown]
# ("Between" counts samples farther than 0.1 from both −1 and 1.) Explain in three to six sentences: Why do all walks of one look end at nearly the same
# number, which is no data point? Every one of the fifty looks answers with an average, too: why are the samples sharp all the same, and what decides between
# −1 and 1? The slide says that diffusion "avoids the explicit averaging of MSE". What is right about that, what is not, and what does it cost?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex05-q4 -->
# **A model answer.** From pure noise nothing can be known, so the best answer under squared error is the mean of the data, 0, which is no data point: the same
# blur as an autoencoder's with one code for two images. With many looks only a small part of each answer is used. As the noise gets less, $x$ leans to one side, the
# average is taken over fewer and fewer possibilities, and at the end over a single one: the mean of one point is that point. Which side it is was decided by the random start, since
# these walks add no fresh noise. So the network *is* trained by squared error and *does* answer with averages; what diffusion avoids is to use such an average as the
# sample while there is still doubt. It pays with many looks at the network for one sample.
#
# **Marking grid.** One point each:
#
# - one look: nothing is known from pure noise, so the best guess is the mean, 0;
# - many looks: the average runs over what is still possible, which narrows down to one point as the noise falls; the random start (not the network) decides which;
# - the slide: the loss is a squared error, and each answer an average; the sampling in small steps avoids the blur, at the price of many evaluations.

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
# *Slides 13, Human Learning Analogy, to 16, Diffusion: The Reverse Corruption Process*
#
# **a.** The log of a GAN says at step 10: "detective right: 50 %", with as many real as forged points. What follows?
#
# - **A** The game has reached its equilibrium.
# - **B** The forger's points are distributed like the data.
# - **C** Nothing about the forger: a detective that has learned nothing is right half of the time, too.
# - **D** The forger is too strong; it should be slowed down.
#
# **b.** The data are clusters of width 0.05. A network predicts the noise in a noisy point. At the first time step, where the noise has width 0.01, its mean squared error is near 1: as if
# it always answered zero. What should you do?
#
# - **A** Nothing: noise so small cannot be told from the width of the clusters, by no network.
# - **B** Train longer on the first time steps.
# - **C** Take a wider network.
# - **D** Look for a bug: little noise must be easy to predict.
#
# **c.** A schedule of 1000 steps has noise variances from 0.0001 to 0.02. To sample faster, a friend *trains* with 50 steps instead, with variances from 0.0001 to 0.02, and
# starts the samples from pure noise. What goes wrong?
#
# - **A** Nothing, apart from a coarser picture.
# - **B** The steps are too large, so that the noise overshoots.
# - **C** The network needs 20 times as many weights.
# - **D** After 50 such steps much of the data is left, so pure noise is not where the walk back begins.
#
# **d.** After 400 steps the critic of a GAN is good, so you freeze it and train only the student. What will the student's points do?
#
# - **A** Get better, since the critic knows the data by now.
# - **B** Move to where the frozen critic believes most, and get worse.
# - **C** Stay where they are: no critic, no gradient.
# - **D** Move to the mean of the data.
#
# Put your letters into the dictionary, like `"a": "B"`.

# %% [raw]
# # BEGIN SOLUTION

# %%
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex05-quiz
answers = {"a": "C", "b": "A", "c": "D", "d": "B"}
# END SOLUTION
""" # BEGIN PROMPT
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
"""  # END PROMPT

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "Every question needs one of the letters A, B, C and D, in quotes."
"""  # END TEST CONFIG


def test_quiz_letters(answers):
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert sorted(answers) == ["a", "b", "c", "d"], (
        f"answers has the keys {list(answers)}"
    )
    for question, letter in answers.items():
        assert letter in ("A", "B", "C", "D"), (
            f"{question}: {letter!r} is none of the letters A to D"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "a: at the equilibrium the detective is right half of the time, and it is tempting to read that backward. Step 10: what has the detective learned?"
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex05-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("a") == "C", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b: little noise sounds easy. But to name the noise you must know the clean point more exactly than the noise is wide. Do you?"
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex05-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("b") == "A", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c: fewer steps of the same size add less noise in all. Multiply the shares of the variance that the 50 steps leave: how much of the data remains?"
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex05-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("c") == "D", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d: a good critic sounds like a good teacher. But the student is trained to please it and not to match the data; who corrects the map that no longer changes?"
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex05-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("d") == "B", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
