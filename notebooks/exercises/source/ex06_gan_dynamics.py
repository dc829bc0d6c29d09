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
# name: ex06
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
# # Exercise 06: GAN dynamics
#
# Two players, one number. What does a critic know, why do the two run in circles, and what do their losses hide?
#
# | Question | Points | After it you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | read a critic's logit as a ratio of two densities, and use it | 22, Why Adversarial Training Works |
# | q2 | 4 | say what more training of the critic does to the game, and what it does not | 17, GAN Dynamics: Geometric View |
# | q3 | 4 | count how many different things a generator makes | 22, Why Adversarial Training Works |
# | q4 | 3 | say what a loss near $2 \ln 2$ means, and what it does not | 18, GAN Training: Step-by-Step Example |
# | quiz | 5 | tell four wrong readings of a GAN from the right ones | 17, 18, 22 |
#
# Replace each `...`, run the check below it, and hand in this file. The checks that you see are worth a part of the points; others
# run when the exercise is graded.

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
# ## Question 1: Can a critic repair its generator?
#
# A generator draws too many sixes, and you cannot train it again. All you have is what it made, $x_1, \dots, x_n$, and the logit
# $\ell_i$ that the **best** critic gives to each. What is the mean of a quantity $f$ over the *data*, of which you have not one
# example?
#
# Chapter 06 found that the best critic compares two densities:
#
# $$\ell^*(x) = \ln \frac{p_{\text{data}}(x)}{p_G(x)}.$$
#
# So each logit says how much more often the data would show this sample than the generator does. Write
# `data_mean(values, logits)`.
#
# - `values` holds $f(x_i)$: shape `(n,)`, or `(n, d)` for $d$ quantities at once. `logits` has shape `(n,)`.
# - The result has shape `()` or `(d,)`. For $n$ samples it is an estimate. Were the samples spread exactly as $p_G$ is, it
#   would be exact.
# - A critic that saw four made points for each real one has all its logits lower by $\ln 4$. Your answer must not change.
# - A sure critic gives logits such as 1000. Your answer must be finite.
#
# *By hand:* two samples with the values 0 and 1 and the logits 0 and $\ln 3$. The data show the second kind three times as
# often as the first, relative to what was made. So the mean is $(1 \cdot 0 + 3 \cdot 1) / (1 + 3) = 0.75$.
#
# (One thing no weight repairs: what the generator never makes is not among the samples, and stays missing.)

# %% [raw]
# # BEGIN SOLUTION


# %%
def data_mean(values, logits):
    """Estimate the mean of a quantity over the data, from made samples and the best critic.

    Args:
        values: the quantity for each made sample, shape (n,) or (n, d).
        logits: what the best critic says of each, shape (n,).

    Returns:
        The mean over the data, shape () or (d,).
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex06-q1
    weights = np.exp(logits - np.max(logits))  # a common factor does not count
    return weights @ np.asarray(values) / weights.sum()
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. How much more often do the data show a sample with logit ln 3 than one with logit 0? And do your weights sum to one?"
"""  # END TEST CONFIG


def test_q1_by_hand(data_mean):
    import numpy as np

    assert callable(data_mean), (
        "data_mean is not a function: run the cell that defines it"
    )
    logits = np.array([0.0, np.log(3.0)])
    found = data_mean(np.array([0.0, 1.0]), logits)
    assert found is not None and found is not ..., "data_mean returns nothing yet"
    assert np.shape(found) == (), (
        f"one quantity has one mean; yours has shape {np.shape(found)}"
    )
    assert np.isclose(float(found), 0.75, atol=1e-4), (
        f"expected 0.75, found {float(found):.4f}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The mean over the data is wrong for several quantities at once, or it changes when the same number is added to all logits, or the inputs were changed. Each sample has one weight, for all of its quantities."
"""  # END TEST CONFIG


def test_q1_exact(data_mean):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q1
    import numpy as np

    assert callable(data_mean), "data_mean is not a function"
    rng = np.random.default_rng(seed)
    counts = rng.integers(3, 12, size=6)  # how often each of six kinds was made
    data = rng.dirichlet(np.ones(6))
    kinds = np.repeat(np.arange(6), counts)
    table = rng.normal(size=(6, 3))
    logits = np.log(data[kinds] * counts.sum() / counts[kinds])
    values = table[kinds]
    kept = values.copy(), logits.copy()
    for shift in (0.0, -np.log(4.0), 5.0):
        found = np.asarray(data_mean(values, logits + shift), float)
        assert found.shape == (3,), f"shape {found.shape}, expected (3,)"
        assert np.allclose(found, data @ table, atol=1e-3), "not the mean over the data"
    assert np.allclose(
        np.asarray(data_mean(values[:, 0], logits), float), data @ table[:, 0], atol=1e-3
    )
    assert (values == kept[0]).all() and (logits == kept[1]).all(), "an input was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "The answer is not finite, or not right, where the critic is very sure. What is exp(1000)? Which factor may all weights share?"
"""  # END TEST CONFIG


def test_q1_sure_critic(data_mean):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q1
    import numpy as np

    assert callable(data_mean), "data_mean is not a function"
    rng = np.random.default_rng(seed)
    values = rng.normal(size=4)
    for top in (1000.0, -1000.0):
        logits = top + np.array([0.0, np.log(3.0), -2000.0, 0.0])
        found = float(data_mean(values, logits))
        exact = (values[0] + 3 * values[1] + values[3]) / 5
        assert np.isfinite(found), f"the mean is {found} where logits are near {top:g}"
        assert np.isclose(found, exact, atol=1e-3), (
            f"expected {exact:.4f}, found {found:.4f}"
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
# ## Question 2: Does it help to train the critic more?
#
# The theory wants the best critic at every moment. So why not let the critic take 5 steps, or 125, for each step of the
# generator?
#
# Take the smallest GAN of chapter 06. The data lie at 0, the generator is at $\theta$, and the critic's logit is $\psi x$. Near the
# middle, $\theta = \psi = 0$, and with step size $h > 0$ and R1 weight $\gamma \ge 0$,
#
# - a step of the critic is $\psi \leftarrow \psi - h \left( \tfrac12 \theta + \gamma \psi \right)$, while $\theta$ stays;
# - a step of the generator is $\theta \leftarrow \theta + \tfrac h2 \psi$, while $\psi$ stays.
#
# One *round* is $k \ge 0$ steps of the critic and then one of the generator. Every step is linear, so a round multiplies the
# vector $(\theta, \psi)$ by one matrix $M$. Over many rounds the distance to the middle changes by the factor
# $\rho = \max_i |\lambda_i|$ a round, where $\lambda_i$ are the eigenvalues of $M$, complex ones included. Write
# `growth(rate, critic_steps, r1)`, which returns $\rho$ for $h$ = `rate`, $k$ = `critic_steps` and $\gamma$ = `r1`.
#
# *By hand:* $h = 2$, $k = 1$, $\gamma = 0$. The critic moves to $\psi - \theta$, and the generator then to $\theta + (\psi - \theta) = \psi$. So
# $M = \begin{pmatrix} 0 & 1 \\ -1 & 1 \end{pmatrix}$, $\lambda^2 - \lambda + 1 = 0$, and $\rho = |\tfrac12 \pm \tfrac{\sqrt 3}{2} i| = 1$: no nearer, no farther.
#
# When the check passes, look at $h = 0.4$ with 1, 5, 25 and 125 steps of the critic, first with $\gamma = 0$, then with $\gamma = 0.3$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def growth(rate, critic_steps, r1=0.0):
    """Factor by which the distance to the equilibrium changes in one round of the two-number game.

    Args:
        rate: step size of both players, positive.
        critic_steps: steps of the critic before each step of the generator, 0 or more.
        r1: weight of the R1 penalty, 0 or more.

    Returns:
        The largest absolute value of an eigenvalue of the round: one number.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex06-q2
    critic = np.array([[1.0, 0.0], [-rate / 2, 1.0 - rate * r1]])
    generator = np.array([[1.0, rate / 2], [0.0, 1.0]])
    one_round = generator @ np.linalg.matrix_power(critic, critic_steps)
    return np.abs(np.linalg.eigvals(one_round)).max()
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "For one step each, the factor is wrong. Write down the matrix of the critic's step and that of the generator's, and multiply them in the order in which they happen. Do complex eigenvalues count with their absolute value?"
"""  # END TEST CONFIG


def test_q2_by_hand(growth):
    import numpy as np

    assert callable(growth), "growth is not a function: run the cell that defines it"
    found = growth(2.0, 1, 0.0)
    assert found is not None and found is not ..., "growth returns nothing yet"
    assert np.shape(found) == () and np.isrealobj(found), "return one real number"
    assert np.isclose(float(found), 1.0, atol=1e-4), (
        f"expected 1, found {float(found):.4f}"
    )
    small = float(
        growth(0.4, 1, 0.3)
    )  # det M = 1 - 0.4 * 0.3, and its eigenvalues are complex
    assert np.isclose(small, np.sqrt(0.88), atol=1e-4), f"with R1 {small:.4f} is wrong"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The factor is wrong for several steps of the critic. A round holds k steps of the critic, but one of the generator only. Compare with a game that you play step by step in a loop."
"""  # END TEST CONFIG


def test_q2_several_steps(growth):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q2
    import numpy as np

    assert callable(growth), "growth is not a function"
    rng = np.random.default_rng(seed)
    for k in (2, 3, 8, 13, 20):  # complex eigenvalues first, real ones from 8 steps on
        h = rng.uniform(0.3, 0.9)
        gamma = rng.uniform(0.02, 0.1) if k < 8 else rng.uniform(0.4, 0.8)
        # trace and determinant of a round, by geometric series
        kept = (1 - h * gamma) ** k
        reach = (1 - kept) / (h * gamma)
        half_trace = (1 - h**2 / 4 * reach + kept) / 2
        root = np.sqrt(complex(half_trace**2 - kept))
        exact = max(abs(half_trace + root), abs(half_trace - root))
        found = float(growth(h, k, gamma))
        assert np.isclose(found, exact, atol=2e-3), (
            f"k = {k}: expected {exact:.4f}, {found:.4f}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Without R1 the factor is wrong. As long as the critic's steps are few, it must be exactly 1; with very many of them it is larger than 1. With no step of the critic at all, nothing grows."
"""  # END TEST CONFIG


def test_q2_without_penalty(growth):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q2
    import numpy as np

    assert callable(growth), "growth is not a function"
    rng = np.random.default_rng(seed)
    h = rng.uniform(0.2, 0.5)
    most = int(16 / h**2)  # up to here the round is a rotation
    for k in (1, 2, most // 2):
        found = float(growth(h, k, 0.0))
        assert np.isclose(found, 1.0, atol=1e-3), (
            f"h = {h:.2f}, k = {k}: found {found:.4f}"
        )
    assert np.isclose(float(growth(h, 0, 0.0)), 1.0, atol=1e-2), "k = 0 is wrong"
    k = 4 * most
    trace = 2 - k * h**2 / 4
    exact = (abs(trace) + np.sqrt(trace**2 - 4)) / 2
    found = float(growth(h, k, 0.0))
    assert np.isclose(found, exact, rtol=1e-3), f"h = {h:.2f}, k = {k}: found {found:.3f}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# ## Question 3: How many different things does it make?
#
# You look at $n$ samples and count the kinds that you see. That says how many kinds there are *at least*. With 100 samples you can
# never see more than 100. Is there a way to count what you have not seen?
#
# Suppose a generator makes $N$ kinds, all equally often. Two of its samples are of one kind with probability $1/N$. So
# **count the pairs that agree**. If kind $i$ comes with probability $q_i$, two samples agree with probability $\sum_i q_i^2$, and
# we call $1 / \sum_i q_i^2$ the *variety*: $N$ kinds of equal share have variety $N$, and rare kinds hardly count. Write
# `variety(kinds)`, one over the share of the pairs that agree.
#
# - `kinds` holds a whole number for each of $n \ge 2$ samples, shape `(n,)`: its nearest mode, or its digit. The numbers may be
#   large or negative; they are names.
# - A pair is two *different* samples, and each pair counts once. (A sample agrees with itself, which says nothing.)
# - Return one number. If no pair agrees, the estimate is infinite: return `inf`.
#
# *By hand:* `[3, 3, 5]` has three pairs, and one of them agrees. The variety is 3. (That is more than the two kinds seen. So few samples
# have seldom seen everything.)

# %% [raw]
# # BEGIN SOLUTION


# %%
def variety(kinds):
    """Estimate how many kinds a generator makes, from the pairs of samples that agree.

    Args:
        kinds: the kind of each sample, whole numbers, shape (n,) with n at least 2.

    Returns:
        One over the share of the pairs that agree; infinity if none does.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex06-q3
    _, counts = np.unique(kinds, return_counts=True)
    n, agree = counts.sum(), (counts * (counts - 1)).sum()
    return n * (n - 1) / agree if agree else np.inf
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "A small example does not come out. List the pairs of [3, 3, 5] on paper. How many are there, and how many agree?"
"""  # END TEST CONFIG


def test_q3_by_hand(variety):
    import numpy as np

    assert callable(variety), "variety is not a function: run the cell that defines it"
    found = variety(np.array([3, 3, 5]))
    assert found is not None and found is not ..., "variety returns nothing yet"
    assert np.isclose(float(found), 3.0, atol=1e-4), (
        f"expected 3, found {float(found):.4f}"
    )
    same = float(variety(np.array([7, 7, 7, 7])))
    assert np.isclose(same, 1.0, atol=1e-4), (
        f"one kind only: expected 1, found {same:.4f}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The variety differs from a count of all pairs, one by one, or an input was changed. Do not count a sample with itself, and do not count a pair twice in one place and once in another."
"""  # END TEST CONFIG


def test_q3_every_pair(variety):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q3
    import numpy as np

    assert callable(variety), "variety is not a function"
    rng = np.random.default_rng(seed)
    for n, names in ((40, 4), (150, 30), (60, 8)):
        kinds = rng.choice(np.array([-5, 10**9, *range(names - 2)]), size=n)
        kept = kinds.copy()
        pairs = [(i, j) for i in range(n) for j in range(i)]
        exact = len(pairs) / sum(int(kinds[i] == kinds[j]) for i, j in pairs)
        found = float(variety(kinds))
        assert np.isclose(found, exact, rtol=1e-3), (
            f"expected {exact:.3f}, found {found:.3f}"
        )
        assert (kinds == kept).all(), "the input was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Over many small samples the share of agreeing pairs is wrong on average, or samples that all differ do not give infinity. What is the answer when there is nothing to divide by?"
"""  # END TEST CONFIG


def test_q3_on_average(variety):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex06-q3
    import numpy as np

    assert callable(variety), "variety is not a function"
    rng = np.random.default_rng(seed)
    assert variety(rng.permutation(50)) == np.inf, "no pair agrees: the answer is inf"
    shares = np.array([0.5, 0.3, 0.2])
    draws = rng.choice(3, size=(3000, 5), p=shares)
    agreeing = np.mean([1 / float(variety(kinds)) for kinds in draws])
    exact = (shares**2).sum()
    assert abs(agreeing - exact) < 0.03, (
        f"share of agreeing pairs: {agreeing:.3f}, not {exact:.3f}"
    )


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
# Two games that differ in one thing. The data are numbers from $\mathcal N(0, 1)$. The generator makes $m + s z$ and can change both $m$ and $s$. The
# logit of the first critic is a straight line in $x$, that of the second a parabola. Both critics begin at 0 and pay a small penalty for
# large weights. Run the cell and look at both pictures.

# %%
nodes, weights = np.polynomial.hermite_e.hermegauss(40)  # exact means over N(0, 1)
z, w = jnp.asarray(nodes), jnp.asarray(weights / weights.sum())


def critic_pays(critic, maker):
    real, fake = (
        jnp.polyval(critic, z),
        jnp.polyval(critic, maker[0] + jnp.exp(maker[1]) * z),
    )
    return w @ (jax.nn.softplus(-real) + jax.nn.softplus(fake))


def generator_pays(maker, critic):
    return w @ jax.nn.softplus(-jnp.polyval(critic, maker[0] + jnp.exp(maker[1]) * z))


critic_slope, maker_slope = (
    jax.jit(jax.grad(critic_pays)),
    jax.jit(jax.grad(generator_pays)),
)
price = jax.jit(critic_pays)
losses, spreads = {}, {}
for name, may_move in {"line": [0.0, 1.0, 1.0], "parabola": [1.0, 1.0, 1.0]}.items():
    critic, maker = jnp.zeros(3), jnp.array([2.0, -1.2])  # m = 2, s = 0.3
    loss, spread = [price(critic, maker)], [jnp.exp(maker[1])]
    for _ in range(600):
        step = critic_slope(critic, maker) + 0.2 * critic
        critic = critic - 0.1 * jnp.array(may_move) * step
        maker = maker - 0.1 * maker_slope(maker, critic)
        loss.append(price(critic, maker))
        spread.append(jnp.exp(maker[1]))
    losses[name], spreads[name] = loss, spread

_, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
for ax, series in ((left, losses), (right, spreads)):
    for style, (name, values) in zip(("-", "--"), series.items(), strict=True):
        ax.plot(values, style, label=f"critic: {name}")
    ax.set_xlabel("step")
    ax.legend()
left.axhline(2 * np.log(2), color="black", linewidth=1, linestyle=":")
left.set_ylabel("critic's loss, sum of both halves")
right.axhline(1, color="black", linewidth=1, linestyle=":")
right.set_ylabel("s; dotted: that of the data")
plt.tight_layout()
plt.show()

# %% [markdown]
# Answer in three to six sentences. At which loss do both games begin and end, and what does that number say about a critic? Which
# of the two generators matches the data, and why could the other one's critic not help it? In a real game nobody shows you the right-hand picture: what would
# you do to find out?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex06-q4 -->
# **Model answer.** Both games begin and end at $2 \ln 2 \approx 1.386$, the loss of a critic that says $D = \tfrac12$ to everything. At the start it has
# not learned anything yet; at the end it finds no difference *that it can see*. The loss compares the two players and does not measure the generator. The game with the parabola ends at $s = 1$ and
# matches the data. A straight line can only see where the mean is: once $m = 0$, real and made points look the same to it, though the made ones are far too
# narrow, so it gives the generator no slope for $s$. In a real game, freeze the generator and train a fresh, stronger critic on new samples, or use a measure that
# does not take part in the game (samples, FID, recall), with its floors beside it.
#
# **Marking grid.** 1 point: $2 \ln 2$ is the loss of an undecided critic, at the start as well as at the end, so the loss says nothing about the images. 1 point: the parabola's
# generator is right; the line sees only the mean, so a critic at 50 % is necessary and not sufficient. 1 point: a sensible test from outside the game (a fresh and stronger critic on frozen samples, or a
# measure of variety such as recall or mode coverage, or samples next to data).

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
# **a.** A program prints the mean of the critic's two halves. After an hour it says *D 0.693, G 0.693*. What do you know?
#
# - A: The images are realistic.
# - B: The generator has collapsed to one image.
# - C: The critic is about undecided. Of the images, nothing.
# - D: The generator's distribution equals that of the data.
#
# **b.** The generator plays the *minimax* loss. The critic's loss has been 0.0001 for a thousand steps, and both curves are flat. What happened?
#
# - A: The game has converged.
# - B: The critic is always right, and the generator's loss has no slope there.
# - C: The generator fools the critic all the time.
# - D: Both learning rates are too large.
#
# **c.** *The adversarial objective guarantees convergence.* Under which condition is it proven?
#
# - A: The generator may be any distribution, and the critic is the best one at every moment.
# - B: Both networks are large, and both learning rates small.
# - C: The critic takes many steps for each step of the generator.
# - D: The generator plays the non-saturating loss.
#
# **d.** A generator of digits makes excellent eights, all different, and nothing else. Which number shows it?
#
# - A: Precision, which is near 0.
# - B: The generator's loss, which is high.
# - C: The accuracy of the critic that took part in the game.
# - D: Recall, which is low.

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex06-quiz
answers = {"a": "C", "b": "B", "c": "A", "d": "D"}
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
failure_message: "a. Losses of ln 2 look like the end of the story on the slide. But an untrained critic pays the same, before any image is any good."
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex06-quiz
    assert isinstance(answers, dict) and answers.get("a") == "C", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b. Flat curves look like success. In a game, a loss near zero means that one player has lost. Look at the slope of ln(1 - D) where D is near 0."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex06-quiz
    assert isinstance(answers, dict) and answers.get("b") == "B", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c. Small steps and a well-trained critic sound like the conditions of the theorem. But it has no networks in it, and two numbers with small steps already run in circles."
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex06-quiz
    assert isinstance(answers, dict) and answers.get("c") == "A", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d. Something is wrong with these images, so precision seems to be the number for it. But each of them looks real. What is missing is variety: which of the numbers asks whether each real digit could have been made?"
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex06-quiz
    assert isinstance(answers, dict) and answers.get("d") == "D", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
