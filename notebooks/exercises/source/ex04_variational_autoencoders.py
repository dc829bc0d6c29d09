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
# name: ex04
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
# # Exercise 04: Variational autoencoders
#
# A VAE is three ideas: a bound, a way to differentiate through dice, and a price for every bit. Here you take each out of
# the chapter's Gaussian world, into one where you can check the answer.
#
# | Question | Points | You learn to | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | compute the ELBO and what it bounds, where both are known | 12, Variational Autoencoders |
# | q2 | 4 | reparameterize a distribution that is not Gaussian | 12, Variational Autoencoders |
# | q3 | 4 | find the prior that a trained encoder would have liked | 12, Variational Autoencoders |
# | q4 | 4 | say at which β a latent dimension goes to sleep | 12, Variational Autoencoders |
# | q5 | 3 | read what the KL term does to the clouds of codes | 12, Variational Autoencoders |
# | quiz | 5 | tell bounds, units, dice and collapse apart | 12, Variational Autoencoders |
#
# Replace each `...`, run the check below it, and hand in this file. A check tries a few simple cases. Grading tries more:
# other shapes, other numbers, and the edges. All logarithms are natural, so all answers are in nats.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 4

# %% [markdown]
# ## Question 1: A bound that you can check
#
# *Slide 12, Variational Autoencoders*
#
# **Question.** How far is the ELBO from $\log p(x)$, and what is the gap made of?
#
# In a VAE, $p(x)$ is an integral over all codes that nobody can compute. Let the code be one of $K$ symbols instead, and the integral is a short
# sum. For $n$ images and $K$ codes you get two arrays of shape $(n, K)$:
#
# - `log_joint[i, k]` is $\log p(x_i \mid k) + \log p(k)$;
# - `q[i, k]` is the encoder's probability $q(k \mid x_i)$. Each row sums to 1, and entries may be 0.
#
# Write `exact_bound(log_joint, q)`. It returns three arrays:
#
# 1. $\mathrm{ELBO}(x_i) = \mathbb E_{q(k \mid x_i)} \bigl[ \log p(x_i, k) - \log q(k \mid x_i) \bigr]$, shape $(n,)$. The expectation is a sum; no dice.
# 2. $\log p(x_i) = \log \sum_k p(x_i, k)$, shape $(n,)$;
# 3. the true posterior $p(k \mid x_i)$, shape $(n, K)$.
#
# Two traps. Images have many pixels, so `log_joint` may be around −2000, and $e^{-2000}$ is 0 in a computer. And a code that the encoder rules
# out, $q = 0$, adds nothing to the expectation.
#
# *By hand.* One image, two codes, $p(x, 1) = 0.2$ and $p(x, 2) = 0.3$. The encoder is sure of the first: $q = (1, 0)$. Then $\mathrm{ELBO} = \log 0.2 = -1.609$ and
# $\log p(x) = \log 0.5 = -0.693$. The posterior is $(0.4, 0.6)$, and the gap, 0.916, is $\mathrm{KL}(q \Vert p(k \mid x)) = \log (1 / 0.4)$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def exact_bound(log_joint, q):
    """ELBO, log p(x) and true posterior of a VAE whose code is one of K symbols."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex04-q1
    log_q = jnp.log(jnp.where(q > 0, q, 1.0))
    bound = jnp.sum(q * (log_joint - log_q), axis=1)
    log_px = jax.nn.logsumexp(log_joint, axis=1)
    return bound, log_px, jax.nn.softmax(log_joint, axis=1)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. The ELBO lies below log p(x), both are negative here, and 0 log 0 counts as 0."
"""  # END TEST CONFIG


def test_q1_example(exact_bound):
    import numpy as np

    assert callable(exact_bound), "exact_bound is missing: run the cell that defines it"
    result = exact_bound(np.log([[0.2, 0.3]]), np.array([[1.0, 0.0]]))
    assert result is not None, (
        "exact_bound returns nothing yet: replace the ... by your answer"
    )
    bound, log_px, posterior = result
    assert np.allclose(bound, [np.log(0.2)], atol=1e-4), f"ELBO {bound}, by hand -1.609"
    assert np.allclose(log_px, [np.log(0.5)], atol=1e-4), (
        f"log p(x) {log_px}, by hand -0.693"
    )
    assert np.allclose(posterior, [[0.4, 0.6]], atol=1e-4), (
        f"posterior {posterior}, by hand 0.4 and 0.6"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The ELBO, log p(x) and the posterior do not fit together: the gap of the first two must be KL(q || posterior), for each image by itself. Is the entropy of q in your ELBO? Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q1_gap(exact_bound):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q1
    import numpy as np

    assert callable(exact_bound), "exact_bound is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    joint = rng.random((6, 5)) / 5
    q = rng.dirichlet(np.ones(5), 6)
    log_joint, before = np.log(joint), q.copy()
    bound, log_px, posterior = (np.asarray(a, float) for a in exact_bound(log_joint, q))
    assert np.array_equal(q, before) and np.array_equal(log_joint, np.log(joint)), (
        "exact_bound changes its arguments: work on copies"
    )
    shapes = bound.shape, log_px.shape, posterior.shape
    assert shapes == ((6,), (6,), (6, 5)), f"the shapes are {shapes}"
    true = joint / joint.sum(axis=1, keepdims=True)
    assert np.allclose(posterior, true, atol=1e-4), "the posterior is not p(x, k) / p(x)"
    assert np.allclose(log_px, np.log(joint.sum(axis=1)), atol=1e-3), "log p(x) is off"
    gap = (q * np.log(q / true)).sum(axis=1)
    assert np.allclose(log_px - bound, gap, atol=1e-3), (
        "log p(x) - ELBO is not KL(q || posterior)"
    )
    touching = np.asarray(exact_bound(log_joint, true)[0], float)
    assert np.allclose(touching, log_px, atol=1e-3), (
        "the bound must touch where q is the posterior"
    )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "It breaks for real images, at thousands of nats, or where q has zeros. Stay in logarithms as long as you can: what does a common factor of all p(x, k) do to the three results?"
"""  # END TEST CONFIG


def test_q1_far_down(exact_bound):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q1
    import numpy as np

    assert callable(exact_bound), "exact_bound is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    log_joint = np.log(rng.random((4, 3)))
    q = rng.dirichlet(np.ones(3), 4)
    q[0], q[1, :2] = [0.0, 1.0, 0.0], [0.0, q[1, 0] + q[1, 1]]
    near = [np.asarray(a, float) for a in exact_bound(log_joint, q)]
    for down in (0.0, -2048.0):
        far = [np.asarray(a, float) for a in exact_bound(log_joint + down, q)]
        assert all(np.isfinite(a).all() for a in far), f"not finite at {down:g} nats"
        assert np.allclose(far[0] - down, near[0], atol=1e-2), (
            "the ELBO does not move with its nats"
        )
        assert np.allclose(far[1] - down, near[1], atol=1e-2), (
            "log p(x) does not move with its nats"
        )
        assert np.allclose(far[2], near[2], atol=1e-2), "the posterior must not move"
    assert np.isclose(near[0][0], log_joint[0, 1], atol=1e-4), (
        "a sure q: the ELBO is the log p(x, k) of its code"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: A cloud of another shape
#
# *Slide 12, Variational Autoencoders*
#
# **Question.** Does the reparameterization trick need a Gaussian?
#
# It needs a draw that is a smooth function of the parameters, with the dice outside. Any distribution with a known cumulative distribution function
# $F$ has one: throw $u$ evenly in $(0, 1)$, and solve $F(z) = u$ for $z$. Do it for the Laplace distribution, which has a sharper peak and heavier tails:
#
# $$
# q(z) = \frac{1}{2b} \, e^{-\lvert z - \mu \rvert / b}, \qquad
# F(z) = \begin{cases} \tfrac12 \, e^{(z - \mu) / b} & z \le \mu \\[2pt] 1 - \tfrac12 \, e^{-(z - \mu) / b} & z > \mu . \end{cases}
# $$
#
# Write `laplace_draw(mean, log_scale, u)`. It returns $z$ with $F(z) = u$, where `mean` is $\mu$, `log_scale` is $\log b$ (so that a
# network may output any number), and $0 < u < 1$. The three arrays broadcast against each other, and the result has the shape that comes of it. Use `jnp`
# functions only: the test differentiates $z$ with respect to `mean` and `log_scale`.
#
# *By hand.* For $\mu = 1$ and $b = 1$: $u = 0.5$ gives the median, $z = 1$. And $u = 0.75$ lies in the upper half: $1 - \tfrac12 e^{-(z - 1)} = 0.75$, so
# $z = 1 + \log 2 = 1.693$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def laplace_draw(mean, log_scale, u):
    """The number below which a Laplace variable lies with probability u."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex04-q2
    u = jnp.asarray(u)
    standard = jnp.where(u <= 0.5, jnp.log(2 * u), -jnp.log(2 * (1 - u)))
    return mean + jnp.exp(log_scale) * standard
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The examples by hand do not come out. Solve F(z) = u in each half by itself; log_scale is the logarithm of b."
"""  # END TEST CONFIG


def test_q2_example(laplace_draw):
    import numpy as np

    assert callable(laplace_draw), "laplace_draw is missing: run the cell that defines it"
    z = laplace_draw(np.array([1.0, 1.0, 1.0]), np.zeros(3), np.array([0.5, 0.75, 0.25]))
    assert z is not None, (
        "laplace_draw returns nothing yet: replace the ... by your answer"
    )
    expected = [1, 1 + np.log(2), 1 - np.log(2)]
    assert np.allclose(z, expected, atol=1e-4), f"{z}, by hand {np.round(expected, 3)}"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Some draws are off, or have the wrong shape. Put your z into F: does u come back, for every mean and scale, and do the arguments broadcast?"
"""  # END TEST CONFIG


def test_q2_draws(laplace_draw):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q2
    import numpy as np

    assert callable(laplace_draw), "laplace_draw is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    mean, log_scale = rng.normal(size=3), rng.uniform(-1.5, 1.5, 3)
    u = rng.uniform(0.01, 0.99, (50, 3))
    u[0] = 0.5
    z = np.asarray(laplace_draw(mean, log_scale, u), float)
    assert z.shape == (50, 3), (
        f"mean and log_scale (3,) and u (50, 3) give the shape {z.shape}, not (50, 3)"
    )
    assert np.isfinite(z).all(), "a draw is not a finite number"
    away = (z - mean) / np.exp(log_scale)
    below = np.where(
        away <= 0,
        0.5 * np.exp(np.minimum(away, 0)),
        1 - 0.5 * np.exp(-np.maximum(away, 0)),
    )
    assert np.allclose(below, u, atol=1e-3), "F(z) is not u"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The gradients are off, or do not pass. z must move with mean, and with log_scale, for fixed u; and u must be the only dice. NumPy functions and new random numbers block the way."
"""  # END TEST CONFIG


def test_q2_gradients(laplace_draw):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q2
    import jax
    import jax.numpy as jnp
    import numpy as np

    assert callable(laplace_draw), "laplace_draw is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    mean, scale = float(rng.normal()), float(rng.uniform(0.5, 1.5))
    u = jnp.asarray(
        (np.arange(4000) + 0.5) / 4000
    )  # even dice: the averages below are nearly exact

    def mean_square(mean, log_scale):
        return jnp.square(laplace_draw(mean, log_scale, u)).mean()

    # E z^2 = mean^2 + 2 scale^2
    value = mean_square(mean, jnp.log(scale))
    assert jnp.isclose(value, mean**2 + 2 * scale**2, rtol=1e-2), (
        f"the mean of z squared is {value:.3f}"
    )
    by_mean, by_log_scale = jax.grad(mean_square, argnums=(0, 1))(mean, jnp.log(scale))
    assert jnp.isclose(by_mean, 2 * mean, atol=1e-2), (
        f"gradient by the mean: {by_mean:.3f}"
    )
    assert jnp.isclose(by_log_scale, 4 * scale**2, rtol=1e-2), (
        f"gradient by log_scale: {by_log_scale:.3f}"
    )
    middle = jax.grad(lambda s: laplace_draw(mean, s, 0.5))(0.0)
    assert jnp.isclose(middle, 0.0, atol=1e-4), "at u = 0.5 the scale does not matter"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# ## Question 3: The prior that costs least
#
# *Slide 12, Variational Autoencoders*
#
# **Question.** The KL term measures how far each cloud is from the prior. For given clouds, which prior is cheapest?
#
# An encoder has given a cloud to each of $n$ images: image $i$ has $\mathcal N(\mu_i, \operatorname{diag} \sigma_i^2)$ in $k$ dimensions. Let the prior be
# $\mathcal N(m, \operatorname{diag} s^2)$ instead of $\mathcal N(0, I)$, and choose $m$ and $s$ such that the average KL term is smallest. For two Gaussians
#
# $$
# \mathrm{KL}\left(\mathcal N(\mu_i, \operatorname{diag} \sigma_i^2) \,\Vert\, \mathcal N(m, \operatorname{diag} s^2)\right)
# = \tfrac12 \sum_{j=1}^{k} \left( \log \frac{s_j^2}{\sigma_{ij}^2} + \frac{\sigma_{ij}^2 + (\mu_{ij} - m_j)^2}{s_j^2} - 1 \right).
# $$
#
# Take the mean over the images, set the derivatives by $m_j$ and by $s_j^2$ to zero, and solve.
#
# Write `best_prior(means, log_vars)` for $\mu_{ij}$ and $\log \sigma_{ij}^2$, both of shape $(n, k)$. It returns $m$, shape $(k,)$; $\log s^2$, shape
# $(k,)$; and the average KL term with that prior, one number: summed over the dimensions, averaged over the images.
#
# *By hand.* Two images, one dimension, $\mu = -1$ and $1$, both with $\sigma^2 = 1$. The best prior has $m = 0$ and $s^2 = 2$: the clouds' own width counts, and so does
# their distance. Each cloud is then $\tfrac12 \log 2 = 0.347$ nats away. From $\mathcal N(0, 1)$ it is 0.5.

# %% [raw]
# # BEGIN SOLUTION


# %%
def best_prior(means, log_vars):
    """Mean and log-variance of the cheapest Gaussian prior, and the average KL divergence from it."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex04-q3
    center = means.mean(axis=0)
    log_width = jnp.log((jnp.exp(log_vars) + (means - center) ** 2).mean(axis=0))
    # in the average KL the middle term is 1 now, and cancels the last
    return center, log_width, 0.5 * (log_width - log_vars).sum(axis=1).mean()
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. The best prior is wide enough for the width of the clouds and for the distances between them."
"""  # END TEST CONFIG


def test_q3_example(best_prior):
    import numpy as np

    assert callable(best_prior), "best_prior is missing: run the cell that defines it"
    result = best_prior(np.array([[-1.0], [1.0]]), np.zeros((2, 1)))
    assert result is not None, (
        "best_prior returns nothing yet: replace the ... by your answer"
    )
    mean, log_var, kl = result
    assert np.allclose(mean, [0.0], atol=1e-4), f"m is {mean}, by hand 0"
    assert np.allclose(np.exp(log_var), [2.0], atol=1e-4), (
        f"s² is {np.exp(log_var)}, by hand 2"
    )
    assert np.allclose(kl, 0.5 * np.log(2), atol=1e-4), (
        f"the average KL is {kl}, by hand 0.347"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Another prior has a smaller average KL, or the average is off. Take the mean of the variances, not of their logarithms or roots; sum over dimensions and average over images. Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q3_cheapest(best_prior):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q3
    import numpy as np

    assert callable(best_prior), "best_prior is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    means, log_vars = rng.normal(size=(7, 4)) + 2, rng.uniform(-2, 1, (7, 4))
    before = means.copy(), log_vars.copy()
    mean, log_var, kl = (np.asarray(a, float) for a in best_prior(means, log_vars))
    assert np.array_equal(means, before[0]) and np.array_equal(log_vars, before[1]), (
        "best_prior changes its arguments: work on copies"
    )
    shapes = mean.shape, log_var.shape, kl.shape
    assert shapes == ((4,), (4,), ()), f"the shapes are {shapes}, not ((4,), (4,), ())"

    def cost(mean, log_var):
        squares = (np.exp(log_vars) + np.square(means - mean)) / np.exp(log_var)
        return 0.5 * (log_var - log_vars + squares - 1).sum(axis=1).mean()

    assert np.isclose(cost(mean, log_var), kl, atol=1e-3), (
        f"your prior is {cost(mean, log_var):.4f} nats from the clouds, not {kl:.4f}"
    )
    for j in range(4):
        for step in (-0.1, 0.1):
            push = step * np.eye(4)[j]
            assert cost(mean + push, log_var) > kl and cost(mean, log_var + push) > kl, (
                "a prior next to yours is cheaper"
            )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A special case fails: clouds that are all alike, for which the best prior is the cloud itself and costs nothing, or clouds that differ in a single dimension."
"""  # END TEST CONFIG


def test_q3_special(best_prior):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q3
    import numpy as np

    assert callable(best_prior), "best_prior is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    mean, log_var = rng.normal(size=3), rng.uniform(-2, 1, 3)
    found = best_prior(np.tile(mean, (5, 1)), np.tile(log_var, (5, 1)))
    assert np.allclose(found[0], mean, atol=1e-3) and np.allclose(
        found[1], log_var, atol=1e-3
    ), "five equal clouds: the best prior is the cloud"
    assert abs(float(found[2])) < 1e-3, (
        f"five equal clouds are {float(found[2]):.4f} nats from their own prior"
    )
    # two clouds in one dimension, the others alike: the average KL by counting on a fine grid
    means = np.array([[0.0, 1.0], [rng.uniform(1, 3), 1.0]])
    log_vars = np.array([[0.0, 0.5], [-1.0, 0.5]])
    center, log_width, kl = best_prior(means, log_vars)
    z = np.linspace(-12, 14, 20_001)

    def density(mean, log_var):
        return np.exp(-0.5 * (z - mean) ** 2 / np.exp(log_var)) / np.sqrt(
            2 * np.pi * np.exp(log_var)
        )

    prior = density(float(center[0]), float(log_width[0]))
    clouds = [density(means[i, 0], log_vars[i, 0]) for i in range(2)]
    counted = np.mean(
        [np.sum(c * np.log((c + 1e-300) / prior)) * (z[1] - z[0]) for c in clouds]
    )
    assert np.isclose(float(kl), counted, atol=1e-2), (
        f"the average KL is {counted:.4f}, not {float(kl):.4f}"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# No prior brings the average to zero, unless all clouds are the same. What is left is what the codes say about the images.

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 4

# %% [markdown]
# ## Question 4: Which dimensions does β put to sleep?
#
# *Slide 12, Variational Autoencoders*
#
# **Question.** In the chapter a large β emptied the code, warm-up or not. At which β does a dimension give up?
#
# Take the VAE whose encoder and decoder are linear, with a Gaussian decoder of standard deviation $\sigma$. Its latent
# dimensions do not mix: each looks after one principal direction of the data. Along its direction the data have the variance $\lambda \ge 0$. With the
# mean squared error $D$ there, $0 < D \le \lambda$, the best encoder needs a KL term of $R = \tfrac12 \log (\lambda / D)$ nats: a small error is
# expensive, and $D = \lambda$, the mean as the answer to everything, is free. The loss, distortion + β · rate, is for each direction
#
# $$
# \frac{D}{2 \sigma^2} + \beta \cdot \frac12 \log \frac{\lambda}{D}.
# $$
#
# Find the $D$ in $(0, \lambda]$ that makes it smallest: set the derivative to zero, and ask when the solution is inside.
#
# Write `linear_vae(variances, std, beta)` for the $\lambda$ of all directions, shape $(k,)$, $\sigma > 0$ and $\beta > 0$. It returns $D$ and $R$ of each direction, both of
# shape $(k,)$. A direction with $\lambda = 0$ has $D = R = 0$.
#
# *By hand.* $\lambda = (4, 0.5)$ with $\sigma = \beta = 1$. The first direction gets $D = 1$ and pays $R = \tfrac12 \log 4 = 0.693$. The second
# would get worse by coding, so it sleeps: $D = 0.5$, $R = 0$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def linear_vae(variances, std, beta):
    """Squared error and KL term of each direction, in the best linear VAE."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex04-q4
    level = beta * std**2
    distortion = jnp.minimum(variances, level)
    rate = 0.5 * jnp.log(jnp.maximum(variances, level) / level)
    return distortion, rate
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. D and R in this order, in nats, and no D above its variance."
"""  # END TEST CONFIG


def test_q4_example(linear_vae):
    import numpy as np

    assert callable(linear_vae), "linear_vae is missing: run the cell that defines it"
    result = linear_vae(np.array([4.0, 0.5]), 1.0, 1.0)
    assert result is not None, (
        "linear_vae returns nothing yet: replace the ... by your answer"
    )
    distortion, rate = result
    assert np.allclose(distortion, [1.0, 0.5], atol=1e-4), (
        f"D is {distortion}, by hand 1 and 0.5"
    )
    assert np.allclose(rate, [0.5 * np.log(4), 0.0], atol=1e-4), (
        f"R is {rate}, by hand 0.693 and 0"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "A real linear VAE has a smaller loss, or none can have yours. Check the derivative: where do the standard deviation and its square stand, and which directions sleep? Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q4_best_of_all(linear_vae):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q4
    import numpy as np

    assert callable(linear_vae), "linear_vae is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    # encoder z = v x + noise of variance n: the KL term and the error of the best decoder, for many v and n
    signal, noise = np.meshgrid(
        np.linspace(0, 1, 201), np.linspace(0.002, 1.2, 600)
    )  # signal is v² λ
    kl = 0.5 * (signal + noise - 1 - np.log(noise))
    for std, beta in ((0.5, 1.0), (1.3, 0.5), (0.7, 4.0)):
        variances = beta * std**2 * np.exp(rng.uniform(-2, 4, 6))
        before = variances.copy()
        distortion, rate = (
            np.asarray(a, float) for a in linear_vae(variances, std, beta)
        )
        assert np.array_equal(variances, before), (
            "linear_vae changes its arguments: work on copies"
        )
        assert distortion.shape == rate.shape == (6,), (
            f"the shapes are {distortion.shape} and {rate.shape}"
        )
        loss = distortion / (2 * std**2) + beta * rate
        for variance, mine, d in zip(variances, loss, distortion, strict=True):
            error = variance * noise / (signal + noise)
            losses = error / (2 * std**2) + beta * kl
            best = np.unravel_index(losses.argmin(), losses.shape)
            assert np.isclose(mine, losses[best], rtol=1e-2, atol=1e-2 * beta), (
                f"variance {variance:.2f}, std {std}, beta {beta}: your loss is {mine:.3f}, the best {losses[best]:.3f}"
            )
            assert np.isclose(d, error[best], rtol=0.25), (
                f"your D is {d:.3f}, the best VAE's {error[best]:.3f}"
            )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A special case fails: a direction without variance, or a beta so large that the whole code sleeps. Nothing may be negative or NaN."
"""  # END TEST CONFIG


def test_q4_sleep(linear_vae):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex04-q4
    import numpy as np

    assert callable(linear_vae), "linear_vae is missing: run the cell that defines it"
    variances = np.random.default_rng(seed).uniform(0.5, 5.0, 4)
    variances[2] = 0.0
    distortion, rate = (np.asarray(a, float) for a in linear_vae(variances, 0.3, 1.0))
    assert np.isfinite(distortion).all() and np.isfinite(rate).all(), (
        "not finite for a variance of 0"
    )
    assert abs(distortion[2]) < 1e-5 and abs(rate[2]) < 1e-5, (
        "a direction without variance has D = R = 0"
    )
    awake = np.delete(np.asarray(rate), 2)
    assert (awake > 0).all(), "a direction sleeps that should be awake"
    asleep = 1.01 * variances.max() / 0.3**2
    distortion, rate = (np.asarray(a, float) for a in linear_vae(variances, 0.3, asleep))
    assert np.abs(rate).max() < 1e-4, (
        "with this beta all directions sleep, and the rate is 0"
    )
    assert np.allclose(distortion, variances, atol=1e-4), (
        "asleep, the error is the whole variance"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# This collapse is no accident of training: the loss asks for it. Double $\sigma$ in your function. Which β would have done the same? The decoder's
# standard deviation is a hidden β.

# %% [raw]
# # BEGIN QUESTION
# name: q5
# manual: true
# points: 3

# %% [markdown]
# ## Question 5: What does the KL term force?
#
# *Slide 12, Variational Autoencoders*
#
# The slide says: "KL forces $q(z \mid x)$ close to prior". Here are the clouds of twelve data points in a linear VAE with one latent
# number, trained with a small, a medium and a large β. Thin: the cloud $q(z \mid x_i)$ of each point. Thick: all clouds together. Dashed: the
# prior. The titles give the rate (mean KL term, in nats) and the distortion (squared error, as a share of the data's variance).

# %%
from scipy.stats import norm

data = norm.ppf((np.arange(12) + 0.5) / 12)
data /= data.std()
z = np.linspace(-3.5, 3.5, 1401)
figure, axes = plt.subplots(1, 3, figsize=(10, 3), sharex=True)
for ax, name, lost in zip(
    axes, ("small", "medium", "large"), (0.001, 0.25, 1.0), strict=True
):
    clouds = norm.pdf(z[:, None], np.sqrt(1 - lost) * data, np.sqrt(lost)) / len(data)
    rate = 0.5 * np.log(1 / lost)
    ax.plot(z, clouds, color="gray", linewidth=0.8)
    ax.plot(z, clouds.sum(axis=1), linewidth=2)
    ax.plot(z, norm.pdf(z), "k--")
    ax.set_title(f"{name} β: rate {rate:.2f}, distortion {lost:g}")
    ax.set_xlabel("code z")
figure.tight_layout()
plt.show()

# %% [markdown]
# Explain in three to six sentences: In which panel does a code drawn from the prior often fall where the decoder was never trained? In which does the code say
# nothing about the data, and what does the decoder answer there? In the middle panel, what is close to the prior, and what is not? How would you correct
# the slide's sentence?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex04-q5 -->
# **A model answer.** With the small β the clouds are needles: every point is rebuilt almost exactly, but there are gaps between the needles, and a code drawn
# from the prior falls mostly into a gap, where the decoder never saw a code. With the large β every cloud *is* the prior. The KL term is zero, the code is the same noise for
# all data, and the decoder answers with the mean: the distortion is the whole variance. That is collapse, and it would fulfil the slide's
# sentence perfectly. In the middle the sum of all clouds is close to the prior, so random codes decode, while each single cloud is narrower and lies elsewhere, about 0.7 nats away from
# it. It has to: these nats are what the code can say about the point. So: the KL term pulls the clouds *together* toward the prior, and sets a price on each one's distance.
#
# **Marking grid.** One point each:
#
# - left: gaps between narrow clouds, so random codes meet an untrained decoder;
# - right: all clouds are equal to the prior, the code carries nothing, and the decoder answers with the mean;
# - middle: the clouds together match the prior, a single one does not and must not; the slide's sentence is corrected in that sense.

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
# *Slide 12, Variational Autoencoders*
#
# **a.** What does the reparameterization trick change?
#
# - **A** It makes $z$ a deterministic function of the image.
# - **B** It makes the gradient free of noise.
# - **C** It makes a biased gradient unbiased.
# - **D** It moves the dice to an input, so that gradients pass through $\mu$ and $\sigma$.
#
# **b.** Two VAEs are trained on the same gray digits. The one with a Bernoulli decoder has an ELBO of −100 nats, the one with a Gaussian decoder
# ($\sigma = 0.2$) one of +300 nats. Which is the better model of digits?
#
# - **A** The Gaussian one: its bound is higher.
# - **B** These numbers do not say: one is made of probabilities, the other of densities.
# - **C** The Bernoulli one: $\log p(x)$ cannot be positive, so the other has a bug.
# - **D** The Gaussian one, by a factor of $e^{400}$ in likelihood.
#
# **c.** After training, the KL term is 0.0 nats for every image. What do the samples look like?
#
# - **A** All alike, near the mean image: the decoder has learned to ignore the code.
# - **B** Like real digits: the codes match the prior perfectly.
# - **C** Like garbage: random codes fall into holes.
# - **D** Like exact copies of training digits: it has learned them by heart.
#
# **d.** You score one trained VAE twice, by its ELBO and by the IWAE bound with 500 codes an image. The second number is 3 nats higher. What has
# happened?
#
# - **A** The model got better with more codes.
# - **B** The second number may be above $\log p(x)$, so it proves nothing.
# - **C** Same model, tighter bound: on average, $\log p(x)$ is at least as high as the second number.
# - **D** Chance: the two have the same expectation.
#
# Put your letters into the dictionary, like `"a": "B"`.

# %% [raw]
# # BEGIN SOLUTION

# %%
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex04-quiz
answers = {"a": "D", "b": "B", "c": "A", "d": "C"}
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
failure_message: "a: the slide says deterministic, and that is tempting. But encode one image twice with new noise: is z the same? And the score-function gradient was unbiased, too."
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex04-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("a") == "D", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b: a higher bound looks better, and would be, under one likelihood. But a density changes with the unit of the gray values and may exceed 1."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex04-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("b") == "B", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c: a KL term of zero looks like success. But then every image has the same cloud of codes: what can the decoder know?"
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex04-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("c") == "A", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d: scoring changes no weight, so the model is the same. Both numbers are lower bounds of log p(x) on average; what does the higher one tell?"
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex04-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("d") == "C", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
