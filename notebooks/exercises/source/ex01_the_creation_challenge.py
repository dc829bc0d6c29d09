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
# name: ex01
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
# # Exercise 01: The creation challenge
#
# Chapter 01 asked why making a digit is harder than sorting it. Here you take three of its formulas one step further, by hand and in
# code. Paper and pencil come first: each solution is short once the formula is right.
#
# | Question | Points | You show that you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | carry a classifier to other class frequencies with Bayes' rule | 3, Discriminative Models / Generative Models |
# | q2 | 4 | find the mean and the covariance of a world with several modes | 4, The Hard Problem |
# | q3 | 5 | turn a likelihood into an estimate of the dimension | 4, The Hard Problem |
# | q4 | 3 | explain what two kinds of temperature do to diversity | 5, The Fundamental Tradeoff |
# | quiz | 5 | tell what a number says from what it only seems to say | 2, Moving Beyond Classification; 3 and 4 |
#
# Replace each `...` by your answer, and run the check below it. Then hand in this file.

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
# ## Question 1: the same classifier in another town
#
# What should a classifier say when the classes become more or less frequent? It was trained where class $y$ has the probability
# $\pi_y$, and learned $P(y \mid x)$ there. Now it moves to a town where class $y$ has the probability $\pi'_y$. The images of each class look as
# they did: $P(x \mid y)$ is the same in both places. There is no new training set.
#
# Write Bayes' rule for both places, and find $P'(y \mid x)$ in the new town from $P(y \mid x)$, $\pi$ and $\pi'$. Then write
# `move(log_posterior, old, new)`:
#
# - `log_posterior`, shape `(..., K)`: $\log P(y \mid x)$, one row an image, all finite, some as low as −2000;
# - `old`, `new`, shape `(K,)`: $\pi$ and $\pi'$. Each sums to 1. `old` is positive; `new` may hold zeros;
# - it returns $\log P'(y \mid x)$ in the shape of `log_posterior`. A class that does not exist in the new town gets
#   $-\infty$, and nothing is ever NaN.
#
# *By hand:* for two classes, let $P(y \mid x) = (0.75, 0.25)$ and $\pi = (0.75, 0.25)$. So the image favored no class; the classifier repeats the
# frequencies. In a town with $\pi' = (0.5, 0.5)$ it has to say $(0.5, 0.5)$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def move(log_posterior, old, new):
    """Return the log posterior under other class frequencies."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex01-q1
    # P'(y|x) is proportional to P(x|y) new_y, and P(x|y) to P(y|x) / old_y.
    log_joint = log_posterior + jnp.log(jnp.asarray(new)) - jnp.log(jnp.asarray(old))
    return jax.nn.log_softmax(log_joint, axis=-1)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Each class is weighed by new / old, and then each row has to sum to 1 again, as probabilities do."
"""  # END TEST CONFIG


def test_q1_by_hand(move):
    import numpy as np

    assert callable(move), "move is not a function"
    log_posterior = np.log(np.array([[0.75, 0.25], [0.5, 0.5]]))
    moved = move(log_posterior, np.array([0.75, 0.25]), np.array([0.5, 0.5]))
    assert moved is not None, "move returns nothing yet"
    moved = np.exp(np.asarray(moved, float))
    assert moved.shape == (2, 2), f"the shape is {moved.shape}, it should be (2, 2)"
    assert np.allclose(moved, [[0.5, 0.5], [0.25, 0.75]], atol=1e-4), moved


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For random images and towns, the answer is not the posterior that Bayes' rule gives from P(x|y) and the new frequencies. Check which of the two frequencies divides, along which axis you normalize, and that you stay with logarithms throughout."
"""  # END TEST CONFIG


def test_q1_bayes(move):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q1
    import numpy as np

    def posterior(log_likelihood, prior):
        log_joint = log_likelihood + np.log(prior)
        return log_joint - np.logaddexp.reduce(log_joint, axis=-1, keepdims=True)

    assert callable(move), "move is not a function"
    rng = np.random.default_rng(seed)
    for shape, scale in (((6, 4), 1.0), ((2, 3, 5), 3.0), ((7,), 2.0), ((4, 3), 600.0)):
        log_likelihood = scale * rng.standard_normal(shape)
        old, new = rng.dirichlet(np.full(shape[-1], 3.0), size=2)
        log_posterior = posterior(log_likelihood, old)
        kept = log_posterior.copy(), old.copy(), new.copy()
        moved = np.asarray(move(log_posterior, old, new), float)
        assert moved.shape == shape, f"the shape is {moved.shape}, it should be {shape}"
        assert np.allclose(moved, posterior(log_likelihood, new), rtol=1e-4, atol=1e-2)
        for before, after in zip(kept, (log_posterior, old, new), strict=True):
            assert np.array_equal(before, after), "move changes what it is given"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A class that does not exist in the new town must get minus infinity, and the others must share all the probability. There may be no NaN."
"""  # END TEST CONFIG


def test_q1_no_such_class(move):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q1
    import numpy as np

    assert callable(move), "move is not a function"
    rng = np.random.default_rng(seed)
    given = rng.dirichlet(np.ones(4), size=5) + 1e-6
    given /= given.sum(axis=1, keepdims=True)
    new = np.array([0.0, *rng.dirichlet(np.full(3, 3.0))])
    moved = np.exp(np.asarray(move(np.log(given), np.full(4, 0.25), new), float))
    expected = given * new / (given @ new)[:, None]
    assert not np.isnan(moved).any(), "there is a NaN"
    assert (moved[:, 0] == 0).all() and np.allclose(moved, expected, atol=1e-4)


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: one bell for many
#
# How wide is the one bell curve that stands for a whole world of classes? Ancestral sampling draws a class $k$ with the
# probability $\pi_k$, and then $x \sim \mathcal N(\mu_k, \Sigma_k)$ in $d$ dimensions. Chapter 01 replaced all of this by a single Gaussian with the same mean
# $\mu$ and the same covariance $\Sigma$, and got tangles of strokes. Derive both from $\pi_k$, $\mu_k$ and $\Sigma_k$: write $x - \mu = (x - \mu_k) + (\mu_k - \mu)$,
# and take the expectation of the square in two steps, as the sampling does.
#
# Write `one_bell(weights, means, covariances)`:
#
# - `weights`, shape `(K,)`: $\pi_k$, which sum to 1; `means`, shape `(K, d)`; `covariances`, shape `(K, d, d)`;
# - it returns the pair of $\mu$, shape `(d,)`, and $\Sigma$, shape `(d, d)`. It has to be right, too, where all means are far from the
#   origin, such as near 1000 with covariances near 1.
#
# *By hand:* in one dimension, two bells at −1 and 1 with variance 1 and weights 0.75 and 0.25 have the mean −0.5 and the variance
# $1 + 0.75 \cdot 0.5^2 + 0.25 \cdot 1.5^2 = 1.75$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def one_bell(weights, means, covariances):
    """Return the mean and the covariance of a mixture of Gaussians."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex01-q2
    mean = weights @ means
    away = means - mean
    within = jnp.einsum("k,kij->ij", weights, covariances)
    between = jnp.einsum("k,ki,kj->ij", weights, away, away)
    return mean, within + between
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. The covariance has two parts: how wide the bells are, and how far their centers lie from the common mean. Both are weighed."
"""  # END TEST CONFIG


def test_q2_by_hand(one_bell):
    import numpy as np

    assert callable(one_bell), "one_bell is not a function"
    found = one_bell(
        np.array([0.75, 0.25]), np.array([[-1.0], [1.0]]), np.ones((2, 1, 1))
    )
    assert found is not None, "one_bell returns nothing yet"
    mean, covariance = (np.asarray(part, float) for part in found)
    assert mean.shape == (1,), f"the mean has the shape {mean.shape}, it should be (1,)"
    assert covariance.shape == (1, 1), f"the covariance has the shape {covariance.shape}"
    assert np.allclose(mean, -0.5, atol=1e-5) and np.allclose(covariance, 1.75, atol=1e-5)


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For random bells the answer is not the mean and the covariance of what they draw. Compare with a large sample of your own. Usual slips: the centers' spread is left out, every class counts the same, or the spread is taken around the origin."
"""  # END TEST CONFIG


def test_q2_moments(one_bell):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q2
    import numpy as np

    assert callable(one_bell), "one_bell is not a function"
    rng = np.random.default_rng(seed)
    # Bells without width are points; a point of weight n/N stands n times among N.
    counts = rng.integers(1, 9, size=5)
    points = 3 * rng.standard_normal((5, 3))
    listed = np.repeat(points, counts, axis=0)
    mean, covariance = one_bell(counts / counts.sum(), points, np.zeros((5, 3, 3)))
    assert np.allclose(mean, listed.mean(axis=0), atol=1e-3)
    assert np.allclose(covariance, np.cov(listed.T, bias=True), atol=1e-3)
    # Bells of any width: a large sample.
    weights, means = rng.dirichlet(np.full(3, 2.0)), 2 * rng.standard_normal((3, 2))
    factors = rng.standard_normal((3, 2, 2))
    given = weights, means, factors @ factors.transpose(0, 2, 1)
    kept = [part.copy() for part in given]
    k = rng.choice(3, size=200_000, p=weights)
    drawn = means[k] + np.einsum(
        "nij,nj->ni", factors[k], rng.standard_normal((len(k), 2))
    )
    mean, covariance = (np.asarray(part, float) for part in one_bell(*given))
    scale = np.sqrt(np.trace(np.cov(drawn.T)))
    assert np.abs(mean - drawn.mean(axis=0)).max() < 0.02 * scale
    assert np.abs(covariance - np.cov(drawn.T)).max() < 0.03 * scale**2
    for before, after in zip(kept, given, strict=True):
        assert np.array_equal(before, after), "one_bell changes what it is given"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Far from the origin the covariance is wrong, though moving all bells together cannot change it. The difference of two large numbers keeps few digits: subtract the mean before you square."
"""  # END TEST CONFIG


def test_q2_far_away(one_bell):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q2
    import numpy as np

    assert callable(one_bell), "one_bell is not a function"
    rng = np.random.default_rng(seed)
    weights, means = rng.dirichlet(np.full(4, 2.0)), rng.standard_normal((4, 3))
    widths = np.eye(3) * rng.uniform(0.5, 2.0, size=(4, 1, 1))
    _, here = one_bell(weights, means, widths)
    mean, there = one_bell(weights, means + 1000.0, widths)
    assert np.allclose(mean, weights @ means + 1000, atol=0.01)
    assert np.allclose(here, there, atol=0.01), "another covariance than near the origin"
    away = means - weights @ means
    expected = np.tensordot(weights, widths + away[:, :, None] * away[:, None, :], axes=1)
    assert np.allclose(there, expected, atol=0.01)


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 5

# %% [markdown]
# ## Question 3: the most likely dimension
#
# How many dimensions do points fill? Let $r_1$ and $r_2$ be the distances from a point to the nearest and to the second-nearest *other*
# point. On a sheet of $d$ dimensions the ratio $\mu = r_2 / r_1$ exceeds $m \ge 1$ with the probability $m^{-d}$, so its density is $d\, \mu^{-d-1}$.
# Chapter 01 fitted a line through the distribution of the ratios. Here you find the *most likely* $d$.
#
# Large ratios come from loners, and we do not trust their exact values. Of a ratio above a cap $c > 1$ we only believe *that* it is above
# $c$. So it enters the likelihood with its probability $c^{-d}$, and every other ratio with its density. Write down the
# logarithm of the likelihood of all $n$ ratios, set its derivative with respect to $d$ to zero, and solve for $d$.
#
# Write `capped_dimension(points, cap)`:
#
# - `points`, shape `(n, D)`, with $n \ge 3$ and no two points equal; `cap`, a number above 1, or `np.inf` for no cap;
# - it returns the most likely $d$, one number.
#
# *By hand:* the ratios $e, e, e^2, e^5$ with the cap $e^2$. Three ratios are believed, one is only known to be above $e^2$. The log-likelihood is
# $3 \log d - 2 (d + 1) - 2 (d + 1) - 2 d$, its derivative $3 / d - 6$, and so $d = 0.5$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def capped_dimension(points, cap):
    """Return the most likely dimension, given the ratios of neighbors' distances up to a cap."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex01-q3
    points = np.asarray(points, float)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    first, second = np.sort(distances, axis=1)[:, :2].T
    ratios = second / first
    # m log d - (d + 1) sum of the believed logs - (n - m) d log cap
    return np.sum(ratios <= cap) / np.sum(np.log(np.minimum(ratios, cap)))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "Four points on a line do not give the right number. Their ratios are 3, 2, 1.5 and 9/7. Check that a point is not its own neighbor, and what a ratio above the cap adds above and below the fraction line."
"""  # END TEST CONFIG


def test_q3_four_points(capped_dimension):
    import numpy as np

    assert callable(capped_dimension), "capped_dimension is not a function"
    line = np.array([[0.0], [1.0], [3.0], [10.0]])
    found = capped_dimension(line, 2.5)
    assert found is not None, "capped_dimension returns nothing yet"
    assert np.ndim(found) == 0, f"this should be one number: {found}"
    expected = 3 / np.log(2.5 * 2 * 1.5 * 9 / 7)
    assert np.isclose(float(found), expected, rtol=1e-3), f"{found}, not {expected:.4f}"


# %%
"""  # BEGIN TEST CONFIG
points: 3
hidden: true
failure_message: "For random points and caps, this is not where the likelihood is highest. A ratio above the cap does not count among those that are believed, but it still adds the logarithm of the cap below the fraction line."
"""  # END TEST CONFIG


def test_q3_likelihood(capped_dimension):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q3
    import numpy as np

    assert callable(capped_dimension), "capped_dimension is not a function"
    rng = np.random.default_rng(seed)
    for width, cap in ((1, 2.0), (2, 1.5), (4, 1.2), (3, np.inf)):
        points = rng.standard_normal((40, width))
        kept = points.copy()
        ratios = []
        for i, point in enumerate(points):
            away = sorted(
                float(np.linalg.norm(point - q)) for q in np.delete(points, i, axis=0)
            )
            ratios.append(away[1] / away[0])
        found = float(capped_dimension(points, cap))
        assert np.array_equal(kept, points), "capped_dimension changes the points"

        def likelihood(d, ratios=ratios, cap=cap):
            seen = [np.log(d) - (d + 1) * np.log(m) for m in ratios if m <= cap]
            return sum(seen) - sum(d * np.log(cap) for m in ratios if m > cap)

        top = likelihood(found)
        assert np.isfinite(top), f"the likelihood of d = {found} is {top}"
        assert top > max(likelihood(found * 0.97), likelihood(found * 1.03)), (
            f"for cap = {cap}, another d than {found:.3f} is more likely"
        )


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Points on a sheet of three dimensions, far from the origin in a space of ten, should give about 3; and twice as far apart, the same. Compute distances from differences: the formula with squared norms loses its digits far from the origin."
"""  # END TEST CONFIG


def test_q3_sheet(capped_dimension):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex01-q3
    import numpy as np

    assert callable(capped_dimension), "capped_dimension is not a function"
    rng = np.random.default_rng(seed)
    plane, _ = np.linalg.qr(rng.standard_normal((10, 3)))
    sheet = rng.random((500, 3)) @ plane.T
    found = float(capped_dimension(sheet + 100, 4.0))
    assert 2.2 < found < 3.6, f"{found:.2f} dimensions for a sheet of 3"
    assert np.isclose(capped_dimension(2 * sheet, 4.0), found, rtol=0.02)


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
# ## Question 4: two knobs, one name
#
# A world has two classes: a frequent one (90 %) around −2 and a rare one (10 %) around 2, each a bell of width 1. There are two ways to
# turn its temperature $T$. One tempers *the whole density*: $P(x)^{1/T}$, normalized. The other, that of chapter 01, draws the class as before and
# tempers *within the class*: $P(x \mid y)^{1/T}$, normalized. Run the cell. It draws both at three temperatures, and prints how much of the
# probability lies right of zero, where the rare class lives.

# %%
x = np.linspace(-12, 12, 4001)
classes = np.exp(-((x - np.array([[-2.0], [2.0]])) ** 2) / 2)
weights = np.array([0.9, 0.1])


def normalized(values):
    """Scale densities on the grid so that each sums to 1."""
    return values / values.sum(axis=-1, keepdims=True)


_, panels = plt.subplots(1, 2, figsize=(7.2, 2.6), sharey=True)
print("   T   whole density   within the class")
for T, style in ((0.2, "-"), (1.0, "--"), (5.0, ":")):
    whole = normalized((weights @ normalized(classes)) ** (1 / T))
    within = weights @ normalized(classes ** (1 / T))
    print(f"{T:4.1f} {whole[x > 0].sum():15.4f} {within[x > 0].sum():18.4f}")
    for ax, density in zip(panels, (whole, within), strict=True):
        ax.plot(x, density / (x[1] - x[0]), style, label=f"T = {T:g}")
for ax, title in zip(panels, ("whole density", "within the class"), strict=True):
    ax.set(title=title, xlabel="x", xlim=(-8, 8))
panels[0].set_ylabel("density")
panels[1].legend()
plt.show()

# %% [markdown]
# In three to six sentences: what happens to the rare class at the cold end and at the hot end of each knob, and why do the two knobs differ? Which of
# the two cold generators has lost a mode, and which of precision and recall would tell?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex01-q4 -->
# **A model answer.** Within a class, the knob changes only how wide each bell is; the classes are drawn before, so the rare one keeps
# its 10 %. (At T = 5 the bells are so wide that they reach over zero, which moves the number a little.) Tempering the whole density
# raises the *ratio* of the two peaks, 9 to 1, to the power 1/T: at T = 0.2 that is about 59,000 to 1, and the rare class is gone; at T = 5 it is about
# 1.6 to 1, and the rare class is nearly as frequent as the other. So the whole-density knob collapses modes at the cold end, the other one only
# makes each class uniform. What the collapsed generator makes is still likely, so its precision is high; recall falls, since none of its samples are near the
# rare class.
#
# **Marking.** 1 point: the rare class vanishes or grows with the whole density, and keeps its share within the class. 1 point: the reason, a power of a
# ratio of densities against a class drawn first. 1 point: the cold whole density has lost a mode; recall tells, precision does not.

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
# One letter for each, as in `"a": "B"`.
#
# **a.** A good classifier gives an image a probability of 99.9 % for the class 3. What follows?
#
# - A: The image has a high density under $P(x)$.
# - B: A person would read the image as a three.
# - C: Among the ten classes, 3 has nearly all the probability; whether the image is a digit at all was not asked.
# - D: $P(x \mid y = 3)$ is high.
#
# **b.** Four Markov chains start at the same three and sample $P(x)$ over all ten digits. After 1,000 steps each, $\hat R$ is 1.00. What do you know?
#
# - A: The chains have seen all of $P(x)$.
# - B: The chains agree; they may all have stayed among the threes.
# - C: The samples are independent.
# - D: The step size is right, so longer chains would see nothing new.
#
# **c.** The distances between real digits vary much more than those between random points of 784 dimensions. The best explanation?
#
# - A: Digits have fewer bright pixels than random images.
# - B: There are ten classes, and distances between classes are large.
# - C: 784 dimensions are not enough for distances to draw together.
# - D: The pixels depend on each other, so that digits fill only a few dimensions.
#
# **d.** With 200 examples, naive Bayes makes fewer errors than logistic regression without a penalty. What may you conclude?
#
# - A: Of this pair, at this size, the generative one is ahead; a penalty or more examples may turn it around.
# - B: Generative classifiers learn faster than discriminative ones.
# - C: The pixels are independent given the class.
# - D: Naive Bayes will also be ahead with 20,000 examples.

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex01-quiz
answers = {"a": "C", "b": "B", "c": "D", "d": "A"}
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "Each of a, b, c and d needs one letter from A to D, in quotation marks."
"""  # END TEST CONFIG


def test_quiz_letters(answers):
    assert isinstance(answers, dict), "answers should be a dictionary"
    assert set(answers) == {"a", "b", "c", "d"}, "answers needs the keys a, b, c and d"
    for key, letter in answers.items():
        assert letter in ("A", "B", "C", "D"), f"{key} has the answer {letter!r}"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, a: it is tempting to read confidence as likelihood. But P(y|x) is a share among the classes, and it says nothing about P(x): chapter 01 climbed to 99 % and got static."
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex01-quiz
    assert isinstance(answers, dict) and answers.get("a") == "C"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, b: a perfect R-hat looks like a proof. It only compares the chains with each other, and chains that start together can miss the same regions together. Start them far apart."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex01-quiz
    assert isinstance(answers, dict) and answers.get("b") == "B"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, c: the classes are tempting, but even digits of one class fill few dimensions. Shuffle each pixel over the digits: brightness stays as it was, and the distances draw together all the same."
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex01-quiz
    assert isinstance(answers, dict) and answers.get("c") == "D"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, d: the general law is tempting, and the slide states it. One pair at one size shows only itself: in chapter 01 a penalty took nearly all of the advantage away."
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex01-quiz
    assert isinstance(answers, dict) and answers.get("d") == "A"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
