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
# name: ex02
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
# # Exercise 02: Measuring generation quality
#
# Chapter 02 built each score from its formula and then looked for its blind spots. Here you work out what three of the scores *must* do in
# cases that the chapter left open: how high one can get, what it is minimal for, and how it mixes.
#
# | Question | Points | You show that you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | say how high an Inception score can be, given the judge and the labels | 6, Measuring Generation Quality |
# | q2 | 4 | find the simplest crowd that is nearest to a given one in FID | 6, Measuring Generation Quality |
# | q3 | 5 | compute one perplexity from two models and texts of unequal length | 6, Measuring Generation Quality |
# | q4 | 3 | explain why a better model can have the worse FID | 6, Measuring Generation Quality |
# | quiz | 5 | tell what a score saw from what it could not see | 6, Measuring Generation Quality |
#
# Replace each `...` by your answer, and run the check below it. Then hand in this file.

# %%
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 4

# %% [markdown]
# ## Question 1: the ceiling of the Inception score
#
# How high can the score get when the judge is never quite sure? There are $K \ge 2$ classes. The generator makes class $k$ with the frequency
# $q_k$, and each of its images is perfect. For an image of class $k$ the judge gives the probability $1 - \varepsilon$ to class $k$, and
# spreads $\varepsilon$ evenly over the $K - 1$ others. Recall
# $\log \mathrm{IS} = H\bigl(p(y)\bigr) - \mathbb E_x H\bigl(p(y \mid x)\bigr)$ with $H(p) = -\sum_y p(y) \log p(y)$ and $0 \log 0 = 0$. What is $p(y)$ here? It is not $q$.
#
# Write `ceiling(frequencies, doubt)`:
#
# - `frequencies`, shape `(..., K)`: $q$, one set of images a row; each row sums to 1 and may hold zeros;
# - `doubt`: $\varepsilon$, one number with $0 \le \varepsilon < 1$;
# - it returns the Inception score of each row, shape `(...)`.
#
# *By hand:* two classes, $q = (1, 0)$ and any $\varepsilon$: all images get the same probabilities, so the score is 1. For $q = (0.5, 0.5)$
# and $\varepsilon = 0$ it is 2; for $\varepsilon = 0.5$ the judge is guessing, and it is 1.

# %% [raw]
# # BEGIN SOLUTION


# %%
def ceiling(frequencies, doubt):
    """Return the Inception score of perfect images under a judge with doubts."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex02-q1
    frequencies = jnp.asarray(frequencies)
    classes = frequencies.shape[-1]

    def entropy(p):
        return -jnp.sum(p * jnp.log(jnp.where(p > 0, p, 1.0)), axis=-1)

    one_image = jnp.full(classes, doubt / (classes - 1)).at[0].set(1 - doubt)
    marginal = (1 - doubt) * frequencies + doubt * (1 - frequencies) / (classes - 1)
    return jnp.exp(entropy(marginal) - entropy(one_image))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "One of the examples by hand does not come out: 1, 2 and 1. First write down p(y): what probability does class k get, on average over all images? Then see what 0 log 0 gives in your code."
"""  # END TEST CONFIG


def test_q1_by_hand(ceiling):
    import numpy as np

    assert callable(ceiling), "ceiling is not a function"
    found = ceiling(np.array([0.5, 0.5]), 0.5)
    assert found is not None, "ceiling returns nothing yet"
    assert np.ndim(found) == 0, f"for one row the score is one number, not {found}"
    assert np.isclose(float(found), 1, atol=1e-4), f"guessing: {found}, not 1"
    certain = float(ceiling(np.array([0.5, 0.5]), 0.0))
    assert np.isclose(certain, 2, atol=1e-4), f"no doubt, two classes: {certain}, not 2"
    alone = float(ceiling(np.array([1.0, 0.0]), 0.2))
    assert np.isclose(alone, 1, atol=1e-4), f"one class only: {alone}, not 1"


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For random frequencies, the score of a large table of probabilities, computed from its definition, is another number. Usual slips: q in the place of p(y), the doubt shared by K and not by K - 1 classes, the exponential left out, or a base of the logarithm other than e."
"""  # END TEST CONFIG


def test_q1_definition(ceiling):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q1
    import numpy as np

    assert callable(ceiling), "ceiling is not a function"
    rng = np.random.default_rng(seed)
    for classes, doubt in ((2, 0.1), (5, 0.3), (10, 0.02), (10, 0.7)):
        counts = rng.integers(1, 60, size=classes)
        sure = np.full((classes, classes), doubt / (classes - 1))
        np.fill_diagonal(sure, 1 - doubt)
        table = np.repeat(sure, counts, axis=0)
        apart = (table * np.log(table / table.mean(axis=0))).sum(axis=1)
        found = float(ceiling(counts / counts.sum(), doubt))
        assert np.isclose(found, np.exp(apart.mean()), rtol=1e-3), (
            f"{classes} classes, doubt {doubt}: {found}"
        )


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Several rows at once, or missing classes, or a judge without a doubt: the result must have one score for each row, always finite. 0 log 0 is 0, but 0 * (-inf) is NaN."
"""  # END TEST CONFIG


def test_q1_edges(ceiling):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q1
    import numpy as np

    assert callable(ceiling), "ceiling is not a function"
    rng = np.random.default_rng(seed)
    used = rng.integers(1, 7, size=(2, 3))
    rows = np.zeros((2, 3, 6))
    for i, j in np.ndindex(2, 3):
        rows[i, j, : used[i, j]] = 1 / used[i, j]
        rows[i, j] = rng.permutation(rows[i, j])
    kept = rows.copy()
    found = np.asarray(ceiling(rows, 0.0), float)
    assert np.array_equal(rows, kept), "ceiling changes what it is given"
    assert found.shape == (2, 3), f"the shape is {found.shape}, it should be (2, 3)"
    assert np.isfinite(found).all(), "a score is not finite"
    assert np.allclose(found, used, rtol=1e-3), "without a doubt, n equal classes score n"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: the nearest round crowd
#
# Which round cloud has the smallest FID to a given crowd? The real features have the mean $\mu$ and the covariance $\Sigma$ in $d$ dimensions, and
# $\Sigma$ has the eigenvalues $\lambda_1, \dots, \lambda_d \ge 0$. A generator can only make $\mathcal N(m, s^2 I)$, with $m$ and $s \ge 0$ of its choice. Put these into
#
# $$\mathrm{FID} = \lVert \mu - m \rVert^2 + \operatorname{tr}\bigl(\Sigma + s^2 I - 2 (\Sigma\, s^2 I)^{1/2}\bigr),$$
#
# write the trace as a sum over the eigenvalues, and minimize. The best $m$ is plain. The best $s$ is *not* the one with which both crowds have
# the same total variance.
#
# Write `nearest_round(covariance)`:
#
# - `covariance`, shape `(d, d)`: $\Sigma$. It is symmetric, and may be singular;
# - it returns the pair of the best $s$ and the FID that is left, two numbers.
#
# *By hand:* the eigenvalues 1 and 9. With $s = 2$ the FID is $(1 - 2)^2 + (3 - 2)^2 = 2$, and no other $s$ does better. Equal total variance would
# be $s = \sqrt 5$, with an FID of about 2.11.

# %% [raw]
# # BEGIN SOLUTION


# %%
def nearest_round(covariance):
    """Return the best standard deviation of a round crowd, and its FID."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex02-q2
    eigenvalues = np.linalg.eigvalsh(np.asarray(covariance, float))
    spreads = np.sqrt(np.maximum(eigenvalues, 0.0))
    s = spreads.mean()
    return s, np.sum((spreads - s) ** 2)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out: for the eigenvalues 1 and 9 the best s is 2, and 2 is left. Write the FID as a sum of squares, one for each eigenvalue, before you minimize."
"""  # END TEST CONFIG


def test_q2_by_hand(nearest_round):
    import numpy as np

    assert callable(nearest_round), "nearest_round is not a function"
    found = nearest_round(np.diag([1.0, 9.0]))
    assert found is not None, "nearest_round returns nothing yet"
    assert np.shape(found) == (2,), f"this should be two numbers: {found}"
    s, left = map(float, found)
    assert np.isclose(s, 2, atol=1e-4), f"s = {s}, not 2"
    assert np.isclose(left, 2, atol=1e-3), f"the FID that is left is {left}, not 2"


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For random covariances, another s does better, or the FID that is left is not that of your s. The eigenvalues matter, not the diagonal; and the mean is taken of the standard deviations, over all directions, not of the variances."
"""  # END TEST CONFIG


def test_q2_best(nearest_round):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q2
    import numpy as np

    assert callable(nearest_round), "nearest_round is not a function"
    rng = np.random.default_rng(seed)
    for d in (2, 3, 8):
        factor = rng.standard_normal((d, d)) * rng.uniform(0.2, 3.0, size=d)
        covariance = factor @ factor.T
        kept = covariance.copy()
        s, left = map(float, nearest_round(covariance))
        assert np.array_equal(covariance, kept), "nearest_round changes what it is given"
        # The formula as it stands: the root of a symmetric matrix by its eigenvectors.
        values, vectors = np.linalg.eigh(covariance)
        root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T

        def fid(s, covariance=covariance, root=root, d=d):
            return np.trace(covariance + s**2 * np.eye(d) - 2 * s * root)

        assert np.isclose(left, fid(s), rtol=1e-3, atol=1e-3), (
            "the FID of your s is another"
        )
        tried = [fid(t) for t in np.linspace(0, 2 * np.sqrt(values.max()), 500)]
        assert left < min(tried) + 1e-3, (
            f"for d = {d}, another s does better than {s:.3f}"
        )


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A singular covariance, or one that is a multiple of the identity, is not handled. Rounding makes an eigenvalue of 0 slightly negative, and its root NaN; and a crowd that is round already has an FID of 0 to itself."
"""  # END TEST CONFIG


def test_q2_edges(nearest_round):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q2
    import numpy as np

    assert callable(nearest_round), "nearest_round is not a function"
    rng = np.random.default_rng(seed)
    for _ in range(5):
        factor = rng.standard_normal((12, 3))
        s, left = map(float, nearest_round(factor @ factor.T))
        assert np.isfinite([s, left]).all(), "not a number, for a singular covariance"
        spreads = np.linalg.svd(factor, compute_uv=False)
        assert np.isclose(s, spreads.sum() / 12, rtol=1e-2)
        assert np.isclose(left, (spreads**2).sum() - spreads.sum() ** 2 / 12, rtol=1e-2)
    wide = float(rng.uniform(0.5, 3))
    s, left = map(float, nearest_round(wide**2 * np.eye(4)))
    assert np.isclose(s, wide, rtol=1e-3) and abs(left) < 1e-3


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 5

# %% [markdown]
# ## Question 3: the perplexity of two models together
#
# What is the perplexity when two models share the work? For every token both models state the probability of what came: $p_a$ and
# $p_b$. Together they predict $\lambda\, p_a + (1 - \lambda)\, p_b$ with a weight $0 \le \lambda \le 1$. There are $b$ texts of unequal length, padded to $T$ tokens.
#
# Write `shared_perplexity(log_a, log_b, weight, lengths)`:
#
# - `log_a`, `log_b`, shape `(b, T)`: $\log p_a$ and $\log p_b$ in nats, $-\infty$ allowed. Behind the end of a text they hold *anything*, even NaN;
# - `weight`: $\lambda$, one number, 0 and 1 included;
# - `lengths`, shape `(b,)`: how many tokens each text has, at least 1;
# - it returns *one* number for all texts: $\exp$ of the mean of $-\log p$ over all tokens. Every token counts the same, in a long
#   text and in a short one. If the two think a token impossible, the result is $\infty$. Some tokens have $\log p = -1000$.
#
# *By hand:* one text of two tokens, $p_a = (0.5, 0.1)$, $p_b = (0.1, 0.5)$ and $\lambda = 0.5$: together 0.3 and 0.3, so the perplexity is $1 / 0.3 \approx 3.33$. That of
# either model alone is $1 / \sqrt{0.05} \approx 4.47$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def shared_perplexity(log_a, log_b, weight, lengths):
    """Return the perplexity of a mixture of two models on padded texts."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex02-q3
    lengths = jnp.asarray(lengths)
    real = jnp.arange(np.shape(log_a)[1]) < lengths[:, None]
    log_a, log_b = jnp.where(real, log_a, 0.0), jnp.where(real, log_b, 0.0)
    together = jnp.logaddexp(
        log_a + jnp.log(jnp.asarray(weight)), log_b + jnp.log1p(-jnp.asarray(weight))
    )
    return jnp.exp(-jnp.sum(jnp.where(real, together, 0.0)) / jnp.sum(lengths))
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out: 1 / 0.3. The models mix their probabilities, token by token, and only then comes the logarithm."
"""  # END TEST CONFIG


def test_q3_by_hand(shared_perplexity):
    import numpy as np

    assert callable(shared_perplexity), "shared_perplexity is not a function"
    log_a, log_b = np.log([[0.5, 0.1]]), np.log([[0.1, 0.5]])
    found = shared_perplexity(log_a, log_b, 0.5, np.array([2]))
    assert found is not None, "shared_perplexity returns nothing yet"
    assert np.ndim(found) == 0, f"this should be one number: {found}"
    assert np.isclose(float(found), 1 / 0.3, rtol=1e-3), f"{found}, not 3.33"


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "For random texts the number is another. Padding must not count, whatever it holds; and every token counts the same, so the mean of the texts' own perplexities, or of their means, is not what is asked."
"""  # END TEST CONFIG


def test_q3_every_token_once(shared_perplexity):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q3
    import numpy as np

    assert callable(shared_perplexity), "shared_perplexity is not a function"
    rng = np.random.default_rng(seed)
    for weight, padding in ((0.3, 0.0), (0.8, -5.0), (0.5, np.nan)):
        lengths = rng.permutation([1, 3, 9])
        p = rng.uniform(0.01, 0.9, size=(2, 3, 9)) ** rng.integers(1, 4, size=(1, 3, 1))
        mixed = [
            weight * p[0, i, t] + (1 - weight) * p[1, i, t]
            for i in range(3)
            for t in range(lengths[i])
        ]
        log_p = np.log(p)
        log_p[:, np.arange(9) >= lengths[:, None]] = padding
        kept = log_p.copy()
        found = float(shared_perplexity(log_p[0], log_p[1], weight, lengths))
        assert np.isclose(found, np.exp(-np.mean(np.log(mixed))), rtol=1e-3), (
            f"padding {padding}: {found}"
        )
        assert np.array_equal(kept, log_p, equal_nan=True), "the inputs are changed"


# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "At the edges the number is wrong: a weight of 0 or 1 is one model alone; a token with log p = -1000 is unlikely, not impossible; only a token that both exclude gives infinity. Stay with logarithms: exp(-1000) is 0."
"""  # END TEST CONFIG


def test_q3_edges(shared_perplexity):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex02-q3
    import numpy as np

    assert callable(shared_perplexity), "shared_perplexity is not a function"
    rng = np.random.default_rng(seed)
    log_a, log_b = np.log(rng.uniform(0.05, 0.9, size=(2, 2, 20)))
    full = np.array([20, 20])
    alone = [
        float(shared_perplexity(log_a, log_b, weight, full)) for weight in (1.0, 0.0)
    ]
    expected = [np.exp(-log_a.mean()), np.exp(-log_b.mean())]
    assert np.allclose(alone, expected, rtol=1e-3), f"one model alone: {alone}"
    rare_a, rare_b = log_a.copy(), log_b.copy()
    rare_a[0, 0], rare_b[0, 0] = -1000.0, -1010.0
    found = float(shared_perplexity(rare_a, rare_b, 0.5, full))
    mixed = np.logaddexp(rare_a, rare_b) + np.log(0.5)
    assert np.isclose(found, np.exp(-mixed.mean()), rtol=1e-2), (
        f"unlikely, but finite: {found}"
    )
    rare_b[0, 0] = -np.inf
    found = float(shared_perplexity(rare_a, rare_b, 0.5, full))
    assert np.isfinite(found), "one of the two still thinks it possible"
    rare_a[0, 0] = -np.inf
    assert float(shared_perplexity(rare_a, rare_b, 0.5, full)) == np.inf


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
# ## Question 4: who is better?
#
# Two teams report the FID of their generators. The real features are $\mathcal N(0, I)$ in 16 dimensions. *Perfect* draws from exactly this.
# *Shifted* draws from a Gaussian whose mean is off by 0.2 in every dimension. Run the cell: it computes the FID from $N$ real and $N$
# generated features, and averages over 20 repetitions.


# %%
def fid(real, fake):
    """Return the Fréchet distance between two sets of features."""
    gap = real.mean(axis=0) - fake.mean(axis=0)
    covariances = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    roots = np.sqrt(np.abs(np.linalg.eigvals(covariances[0] @ covariances[1])))
    return gap @ gap + np.trace(sum(covariances)) - 2 * roots.sum()


rng = np.random.default_rng(0)
counts = np.array([100, 300, 1000, 3000])
shifts = {"perfect": 0.0, "shifted": 0.2}
means = {name: [] for name in shifts}
print("    N   perfect   shifted")
for n in counts:
    for name, shift in shifts.items():
        pairs = rng.standard_normal((20, 2, n, 16))
        means[name].append(np.mean([fid(real, fake + shift) for real, fake in pairs]))
    print(f"{n:5d} {means['perfect'][-1]:9.2f} {means['shifted'][-1]:9.2f}")
for name, style in (("perfect", "o-"), ("shifted", "s--")):
    plt.plot(1 / counts, means[name], style, label=name)
plt.xlabel("1 / N")
plt.ylabel("FID")
plt.xlim(0, None)
plt.ylim(0, None)
plt.legend()
plt.show()

# %% [markdown]
# Team *perfect* could afford 100 images, team *shifted* 3,000. In three to six sentences: who has the lower FID on paper, and why? What do the two lines say as
# $1 / N$ goes to 0? What would you ask both teams to do before you compare them?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex02-q4 -->
# **A model answer.** On paper the shifted generator wins: at N = 3,000 it has an FID of about 0.7, while the perfect one has about 1.7 at N = 100. The perfect
# generator pays for its small sample. Means and covariances of few images are noisy, and FID counts the difference of two noisy estimates as if it were
# real, so the estimate is too high by about c / N. Against 1 / N both are nearly straight lines. Followed to 1 / N = 0 they end at the true distances: the
# perfect one at 0, the shifted one at 16 · 0.2² = 0.64. Both teams should use the same number of images, a large one, and state beside it the FID of
# real against real images at this number; or extrapolate both to endless N.
#
# **Marking.** 1 point: the shifted one looks better, because few images raise the FID. 1 point: the lines fall with 1 / N, and their ends are the true
# distances, 0 and about 0.64. 1 point: equal and large N, or extrapolation, or the floor beside the score.

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
# **a.** A generator has learned one flawless image of each of the ten digits, and repeats them forever, all equally often. Its Inception score?
#
# - A: Near 1, for there is no variety.
# - B: About 5, for it is half good.
# - C: It cannot be computed from ten different images.
# - D: Near 10, the highest there is for ten classes.
#
# **b.** With endless samples, the FID of a generator is exactly 0. What follows?
#
# - A: Its features have the mean and the covariance of the real ones.
# - B: Its images cannot be told from real ones.
# - C: Its features have the same distribution as the real ones.
# - D: It has copied the training images.
#
# **c.** On *one* text, model X has a perplexity of 3 per letter, model Y one of 90 per word. A word has 6 letters, with its space. Which predicts the text
# better?
#
# - A: X, for 3 is less than 90.
# - B: Y, for X has $3^6 = 729$ per word.
# - C: X, for 90 per word is $90 / 6 = 15$ per letter.
# - D: Nobody can say: units differ.
#
# **d.** A generator makes nothing but black squares, and has a precision of 1. How can that be?
#
# - A: The precision was computed wrongly; it must be 0.
# - B: Black squares look real to the classifier, which takes them for ones.
# - C: A few odd real images have huge neighborhoods in feature space, and one of them is enough.
# - D: Precision measures diversity, and a black square is as diverse as any other.

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex02-quiz
answers = {"a": "D", "b": "A", "c": "B", "d": "C"}
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
failure_message: "Quiz, a: the lack of variety is plain to you, but not to this score. It sees labels only: ten sure labels, all equally frequent, and that is its maximum."
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex02-quiz
    assert isinstance(answers, dict) and answers.get("a") == "D"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, b: equal distributions are tempting. FID forgets all but the mean and the covariance; the impostor of chapter 02 has an FID of 0 and looks like nothing real."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex02-quiz
    assert isinstance(answers, dict) and answers.get("b") == "A"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, c: the smaller number is tempting, and so is a division. Units multiply in the exponent: a word of six letters has the product of their six probabilities, on the same text."
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex02-quiz
    assert isinstance(answers, dict) and answers.get("c") == "B"


# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Quiz, d: an error in the code is tempting, but the definition itself allows it. A fake counts as real if it lies in the ball of any real image, and lonely images have balls that reach over the empty middle."
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex02-quiz
    assert isinstance(answers, dict) and answers.get("d") == "C"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
