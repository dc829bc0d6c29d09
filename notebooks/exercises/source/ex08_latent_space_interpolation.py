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
# name: ex08
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
# # Exercise 08: Latent-space interpolation
#
# Between two codes, and beyond: mix three digits, change one property and no other, search without falling into the empty middle, and find
# out what a decoder must be able to do.
#
# | Question | Points | After it you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | mix several codes into one that is again a fair draw | 20, Latent Space Interpolation |
# | q2 | 4 | find the direction that changes one property and leaves the others alone | 20, Latent Space Interpolation |
# | q3 | 4 | tell where a density is high from where its mass is, and pull codes to the mass | 20, Latent Space Interpolation |
# | q4 | 3 | say why a code alone does not make a morph | 20, Latent Space Interpolation |
# | quiz | 5 | tell four wrong ideas about latent spaces from the right ones | 20 |
#
# Replace each `...`, run the check below it, and hand in this file. The checks that you see are worth a part of the points; others
# run when the exercise is graded.

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 4

# %% [markdown]
# ## Question 1: How do you mix three digits?
#
# Chapter 08 walks between *two* codes. Now take $m$ codes $z_1, \dots, z_m$ and shares $w_1, \dots, w_m$: half of the first digit, a third of
# the second, a sixth of the third. The straight mix $\sum_i w_i z_i$ is too short, the more so the more codes are in it.
#
# The codes are independent draws of a model whose codes are spread around a center $c$, not around 0: each number of $z_i$ has its own mean $c_j$, and all
# have one variance $\sigma^2$, which you are not told. Stretch the straight mix, **as seen from the center**, by one factor such that each number of
# the result has mean $c_j$ and variance $\sigma^2$ again. Which factor is that? It depends on the shares alone. Write
# `blend(codes, shares, center)`.
#
# - `codes` has shape `(m, k)`, and `center` shape `(k,)`.
# - `shares` are not negative and sum to 1: shape `(m,)` for one mix, which has shape `(k,)`, or `(b, m)` for $b$ mixes of the same
#   codes, with the result `(b, k)`.
# - A share of 1 gives back that code itself.
#
# *By hand:* the codes $(3, 0)$ and $(0, 4)$, half and half, with $c = (0, 0)$. The straight mix is $(1.5, 2)$. Its numbers have variance
# $\tfrac14 \sigma^2 + \tfrac14 \sigma^2 = \tfrac12 \sigma^2$, so the factor is $\sqrt 2$, and the mix is $(2.12, 2.83)$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def blend(codes, shares, center):
    """Mix codes such that the mix is spread as a single code is.

    Args:
        codes: independent codes, shape (m, k).
        shares: share of each, not negative, sum 1: shape (m,), or (b, m) for b mixes.
        center: mean of all codes, shape (k,).

    Returns:
        The mix, shape (k,), or (b, k).
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex08-q1
    shares = np.asarray(shares)
    length = np.sqrt((shares**2).sum(axis=-1, keepdims=True))
    return center + shares @ (codes - center) / length
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out, or a share of 1 does not give the code itself. Which variance has a sum of independent numbers, each times its share? Divide by the root of that."
"""  # END TEST CONFIG


def test_q1_by_hand(blend):
    import numpy as np

    assert callable(blend), "blend is not a function: run the cell that defines it"
    codes, center = np.array([[3.0, 0.0], [0.0, 4.0]]), np.zeros(2)
    found = blend(codes, np.array([0.5, 0.5]), center)
    assert found is not None and found is not ..., "blend returns nothing yet"
    assert np.shape(found) == (2,), f"one mix has shape (2,), yours {np.shape(found)}"
    assert np.allclose(found, [2.1213, 2.8284], atol=1e-3), (
        f"expected (2.12, 2.83), found {found}"
    )
    alone = blend(codes, np.array([0.0, 1.0]), center)
    assert np.allclose(alone, codes[1], atol=1e-4), "all of one code must be that code"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The numbers of a mix of many codes do not have the mean and the variance of a code's numbers. Subtract the center before you stretch, and add it afterwards. The variance is not known, so it cannot be in your formula."
"""  # END TEST CONFIG


def test_q1_fair_draw(blend):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q1
    import numpy as np

    assert callable(blend), "blend is not a function"
    rng = np.random.default_rng(seed)
    for m in (2, 3, 6):
        spread, center = rng.uniform(0.5, 3.0), rng.normal(size=100_000) * 4
        codes = center + spread * rng.normal(size=(m, 100_000))
        shares = rng.dirichlet(np.ones(m))
        kept = codes.copy(), shares.copy()
        found = np.asarray(blend(codes, shares, center), float)
        assert found.shape == (100_000,), f"shape {found.shape}, expected (100000,)"
        away = (found - center) / spread
        assert abs(away.std() - 1) < 0.02, (
            f"{m} codes: standard deviation {away.std():.2f}, not 1"
        )
        assert abs(away.mean()) < 0.03, "the mix does not lie around the center"
        straight = shares @ (codes - center)
        same_way = straight @ away / np.linalg.norm(straight) / np.linalg.norm(away)
        assert same_way > 0.999, (
            "seen from the center, the mix is not along the straight mix"
        )
        assert (codes == kept[0]).all() and (shares == kept[1]).all(), (
            "an input was changed"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Several mixes at once are wrong. Each row of the shares has a factor of its own."
"""  # END TEST CONFIG


def test_q1_several_mixes(blend):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q1
    import numpy as np

    assert callable(blend), "blend is not a function"
    rng = np.random.default_rng(seed)
    m = 4
    center = rng.normal(size=m)
    shares = rng.dirichlet(np.ones(m), size=7)
    found = np.asarray(blend(center + 2 * np.eye(m), shares, center), float)
    assert found.shape == (7, m), f"shape {found.shape}, expected (7, {m})"
    away = (found - center) / 2  # codes at right angles: each mix has the length of one
    assert np.allclose(np.linalg.norm(away, axis=1), 1, atol=1e-3), (
        "the lengths are wrong"
    )
    assert np.allclose(away / away.sum(axis=1, keepdims=True), shares, atol=1e-3), (
        "the shares"
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
# ## Question 2: Can a digit lean and not thicken?
#
# Near a code, every property of the decoded picture is a linear function of the code: property $j$ grows by $g_j \cdot d$ if you add $d$ to the code, where
# $g_j$ is its gradient. To make a digit lean, the obvious step is along the gradient of "lean". But if that gradient also points a little
# along the gradient of "thick", the digit thickens on the way.
#
# Find the direction $d$ that raises property `which` by exactly **1** and all the others by exactly **0**. There are many, since codes have many
# numbers. Take the shortest one: chapter 08 showed what becomes of codes that are pulled far. Write `pure_direction(gradients, which)`.
#
# - `gradients` has shape `(m, k)`, with one gradient in each row: $m \le k$, and no row is a combination of the others.
# - `which` is the number of a property, from 0 to $m - 1$. The result has shape `(k,)`.
# - A hint for the paper: the shortest $d$ is a combination of the $m$ gradients, $d = \sum_j a_j g_j$. (Whatever else is in it changes no
#   property, and makes it longer.) The $m$ conditions fix the $m$ numbers $a_j$.
#
# *By hand:* $g_0 = (1, 0)$, $g_1 = (1, 1)$ and `which = 0`. We need $d \cdot (1, 0) = 1$ and $d \cdot (1, 1) = 0$, so $d = (1, -1)$. A step along $g_0$ itself would raise the second
# property just as much as the first.

# %% [raw]
# # BEGIN SOLUTION


# %%
def pure_direction(gradients, which):
    """The shortest step of a code that raises one property by 1 and leaves the others as they are.

    Args:
        gradients: the gradient of each property, shape (m, k), linearly independent rows.
        which: number of the property to raise.

    Returns:
        The step, shape (k,).
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex08-q2
    gradients = np.asarray(gradients)
    wanted = np.eye(len(gradients))[which]
    return gradients.T @ np.linalg.solve(gradients @ gradients.T, wanted)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Multiply your direction with each of the gradients. Which of the products is not as it should be?"
"""  # END TEST CONFIG


def test_q2_by_hand(pure_direction):
    import numpy as np

    assert callable(pure_direction), "pure_direction is not a function: run its cell"
    gradients = np.array([[1.0, 0.0], [1.0, 1.0]])
    for which, expected in ((0, (1.0, -1.0)), (1, (0.0, 1.0))):
        found = pure_direction(gradients, which)
        assert found is not None and found is not ..., (
            "pure_direction returns nothing yet"
        )
        assert np.shape(found) == (2,), f"shape {np.shape(found)}, expected (2,)"
        assert np.allclose(found, expected, atol=1e-4), f"which = {which}: found {found}"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "With three or more properties, the step does not raise the chosen one by 1, or it changes others. If you take the others out one after the other: taking out the second may bring the first back."
"""  # END TEST CONFIG


def test_q2_one_and_zeros(pure_direction):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q2
    import numpy as np

    assert callable(pure_direction), "pure_direction is not a function"
    rng = np.random.default_rng(seed)
    for m, k in ((2, 5), (3, 8), (5, 16)):
        turn = np.linalg.qr(rng.normal(size=(k, k)))[0][:m]
        mixing = np.eye(m) + 0.5 * np.triu(
            np.ones((m, m)), 1
        )  # gradients that share directions
        gradients = rng.uniform(0.5, 2.0, size=(m, 1)) * (mixing @ turn)
        kept = gradients.copy()
        for which in range(m):
            found = np.asarray(pure_direction(gradients, which), float)
            assert found.shape == (k,), f"shape {found.shape}, expected ({k},)"
            change = gradients @ found
            assert np.allclose(change, np.eye(m)[which], atol=1e-3), (
                f"property {which} of {m}: the properties change by {change.round(3)}"
            )
        assert (gradients == kept).all(), "the gradients were changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "The step does what it should, but a shorter one does the same; or there are as many properties as numbers in a code, or only one. Leave out of it whatever changes no property."
"""  # END TEST CONFIG


def test_q2_shortest(pure_direction):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q2
    import numpy as np

    assert callable(pure_direction), "pure_direction is not a function"
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(10, 10)))[0]
    gradients = (np.eye(3) + 0.4 * np.tri(3, k=-1)) @ turn[:3]
    free = turn[3:]  # steps along these change no property
    for which in range(3):
        found = np.asarray(pure_direction(gradients, which), float)
        assert abs(gradients[which] @ found - 1) < 1e-3, "the property does not rise by 1"
        assert np.abs(free @ found).max() < 1e-3, "a shorter step does the same"
    one = np.asarray(pure_direction(np.array([[3.0, 4.0]]), 0), float)
    assert np.allclose(one, [0.12, 0.16], atol=1e-4), (
        "a single property: along its gradient"
    )
    square = 2 * turn[:4, :4] + 3 * np.eye(4)
    step = np.asarray(pure_direction(square, 2), float)
    assert np.allclose(square @ step, np.eye(4)[2], atol=1e-3), (
        "as many properties as numbers"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# ## Question 3: Where should a search be pulled to?
#
# Chapter 08 searched for codes with a high score, and the prior was to hold the search back. It pulled the codes to its top, $z = 0$, and there the decoder showed
# fog. A code of $k$ numbers from $\mathcal N(0, I)$ is never that short. So pull the **length** to where lengths are, and not the code to where the density is high.
#
# Let $r = \lVert z \rVert$. There are few places with a small $r$ and many with a large one: the surface of the sphere grows like $r^{k-1}$. So the length has
# the density
#
# $$p(r) \propto r^{k-1}\, e^{-r^2 / 2}.$$
#
# Write `shell_pull(codes)`: the gradient of $\ln p(\lVert z \rVert)$ with respect to $z$, for each code. By the chain rule it points along $z$.
#
# - `codes` has shape `(n, k)` with $k \ge 2$, and so has the result. Each row is a code of its own.
# - The code $z = 0$ has no direction. For it, return zeros, and let the other rows be right all the same.
#
# *By hand:* $k = 2$. At $z = (0.6, 0.8)$ the length is $r = 1$, and the slope $(k - 1)/r - r$ is 0: the pull is $(0, 0)$, so that is where lengths are densest. At
# $z = (3, 4)$, $r = 5$ and the slope is $\tfrac15 - 5 = -4.8$. Along $z / r = (0.6, 0.8)$ that is $(-2.88, -3.84)$.
#
# When the check passes: at which $r$ does the pull vanish for $k = 16$? Compare with $\sqrt k$. The prior's own pull is $-z$; where does that one vanish?

# %% [raw]
# # BEGIN SOLUTION


# %%
def shell_pull(codes):
    """Gradient of the log-density of a random code's length, with respect to the code.

    Args:
        codes: one code in each row, shape (n, k), k at least 2.

    Returns:
        The gradients, shape (n, k); zeros for a code of length 0.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex08-q3
    codes = np.asarray(codes)
    squared = (codes**2).sum(axis=1, keepdims=True)
    safe = np.where(squared > 0, squared, 1.0)
    return ((codes.shape[1] - 1) / safe - 1) * codes
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. The slope of ln p(r) in r has two parts: one pushes outward, one pulls inward. It acts along z divided by r."
"""  # END TEST CONFIG


def test_q3_by_hand(shell_pull):
    import numpy as np

    assert callable(shell_pull), (
        "shell_pull is not a function: run the cell that defines it"
    )
    found = shell_pull(np.array([[0.6, 0.8], [3.0, 4.0]]))
    assert found is not None and found is not ..., "shell_pull returns nothing yet"
    assert np.shape(found) == (2, 2), f"shape {np.shape(found)}, expected (2, 2)"
    assert np.allclose(found[0], 0.0, atol=1e-4), (
        "at length 1 a code of two numbers rests"
    )
    assert np.allclose(found[1], [-2.88, -3.84], atol=1e-3), f"(3, 4): found {found[1]}"


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The gradient differs from differences of ln p(r), number by number, or an input was changed. How many numbers has a code, and is each row's length its own?"
"""  # END TEST CONFIG


def test_q3_differences(shell_pull):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q3
    import numpy as np

    assert callable(shell_pull), "shell_pull is not a function"
    rng = np.random.default_rng(seed)

    def log_density(z):
        r = np.linalg.norm(z, axis=-1)
        return (z.shape[-1] - 1) * np.log(r) - r**2 / 2

    for k in (2, 3, 16, 60):
        lengths = np.array([[0.5], [0.9], [1.0], [1.3], [3.0]]) * np.sqrt(k)
        codes = rng.normal(size=(5, k))
        codes *= lengths / np.linalg.norm(codes, axis=1, keepdims=True)
        kept = codes.copy()
        nudge = 1e-5 * np.eye(k)
        slope = [(log_density(z + nudge) - log_density(z - nudge)) / 2e-5 for z in codes]
        found = np.asarray(shell_pull(codes), float)
        assert found.shape == (5, k), f"shape {found.shape}, expected (5, {k})"
        assert np.allclose(found, slope, atol=2e-3), f"k = {k}: not the gradient"
        assert (codes == kept).all(), "the codes were changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Codes that follow the pull do not come to rest on the shell, or a code of length 0 gives something that is not a number, or spoils the other rows."
"""  # END TEST CONFIG


def test_q3_comes_to_rest(shell_pull):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex08-q3
    import numpy as np

    assert callable(shell_pull), "shell_pull is not a function"
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(6, 30)) * np.array(
        [[0.5], [0.8], [1.0], [1.5], [2.0], [4.0]]
    )
    codes = start.copy()
    for _ in range(60):
        codes = codes + 0.2 * np.asarray(shell_pull(codes), float)
    lengths = np.linalg.norm(codes, axis=1)
    assert np.allclose(lengths, np.sqrt(29), atol=1e-2), (
        f"they rest at {lengths.round(2)}"
    )
    turned = codes / lengths[:, None] - start / np.linalg.norm(
        start, axis=1, keepdims=True
    )
    assert np.abs(turned).max() < 1e-3, "the pull may change a code's length only"
    with np.errstate(all="ignore"):
        found = np.asarray(shell_pull(np.array([[0.0, 0.0], [3.0, 4.0]])), float)
    assert (found[0] == 0).all(), f"a code of length 0: found {found[0]}"
    assert np.allclose(found[1], [-2.88, -3.84], atol=1e-3), (
        "the row next to a code of length 0"
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
# The data are pictures of one bar, at every angle. We walk from the bar at 20° to the one at 110° in three ways: by mixing the pixels; by the codes of a PCA with 30 numbers, which is
# a **linear** encoder and decoder; and by a decoder whose code is the angle itself.

# %%
ticks = np.linspace(-1, 1, 32)
across, down = np.meshgrid(ticks, ticks)


def bar(degrees):
    a = np.deg2rad(degrees)
    off, along = (
        across * np.sin(a) - down * np.cos(a),
        across * np.cos(a) + down * np.sin(a),
    )
    return (np.exp(-((off / 0.15) ** 2)) * (np.abs(along) < 0.8)).ravel()


data = np.stack([bar(degrees) for degrees in range(180)])
center = data.mean(axis=0)
axes_of_data = np.linalg.svd(data - center, full_matrices=False)[2][:30]


def encode(x):
    return (x - center) @ axes_of_data.T


def decode(z):
    return z @ axes_of_data + center


first, last = bar(20), bar(110)
shares = np.linspace(0, 1, 7)
walks = {
    "pixels": [(1 - s) * first + s * last for s in shares],
    "PCA codes": [decode((1 - s) * encode(first) + s * encode(last)) for s in shares],
    "angle": [bar((1 - s) * 20 + s * 110) for s in shares],
}
_, grid = plt.subplots(3, 7, figsize=(8, 3.6))
for row, (name, pictures) in zip(grid, walks.items(), strict=True):
    row[0].set_ylabel(name)
    for ax, picture in zip(row, pictures, strict=True):
        ax.imshow(picture.reshape(32, 32), cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
plt.show()

left = np.square(data - decode(encode(data))).sum() / np.square(data - center).sum()
print(f"share of the data's variance that the PCA loses: {left:.1%}")
rebuilt = [(1 - s) * decode(encode(first)) + s * decode(encode(last)) for s in shares]
gap = np.abs(np.array(rebuilt) - np.array(walks["PCA codes"])).max()
print(f"PCA's walk against a cross-fade of its two rebuilt ends: {gap:.6f} apart at most")

# %% [markdown]
# Answer in three to six sentences. The PCA rebuilds each single bar well. Why does its walk show two bars all the same, and why can no other linear decoder, with
# however many numbers, do better? Does an arc instead of the straight way help here? What does the third decoder have that makes its middle one bar?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex08-q4 -->
# **Model answer.** For a linear decoder $G(z) = W z + c$, the picture half way is $G(\tfrac12 z_1 + \tfrac12 z_2) = \tfrac12 G(z_1) + \tfrac12 G(z_2)$: the cross-fade of the two rebuilt
# ends, as the printed gap of 0 shows. That holds for every $W$ and every length of the code, so no linear decoder can put one bar in the middle. An arc changes the two
# weights (to about 0.71 each half way) and nothing else: two brighter bars. The third decoder is not linear: it moves the bar when its code changes. Pictures of bars lie on a curved line in the space of pixels, and a straight way through
# codes can only follow it if the decoder bends the way. To rebuild single pictures well is not enough.
#
# **Marking grid.** 1 point: a linear decoder maps a mix of codes to the same mix of pictures (the equation, or in words), whatever its size. 1 point: the arc changes the weights, not
# the two bars. 1 point: a decoder has to be nonlinear, so that it moves things instead of fading them (the data lie on a curved surface in pixel space); good reconstructions do not show that.

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
# **a.** A code has 784 independent numbers from $\mathcal N(0, 1)$. The most probable code is $z = 0$. Of a million random codes, how many have a length below 20?
#
# - A: Nearly all, since they gather around the most probable one.
# - B: About half.
# - C: None.
# - D: About 68 %.
#
# **b.** Half way on the straight line between two random codes of a GAN, precision is higher and recall lower than at the ends. Why?
#
# - A: Short codes give typical pictures: safer ones, and fewer kinds of them.
# - B: The middle lies outside of the data, so the pictures are broken.
# - C: The classifier that computes the features is wrong there.
# - D: The straight line is shorter than the arc, so less can go wrong.
#
# **c.** You walk from code to code in 64 steps, and then in 128. The *longest* step of the picture is as long as before. What is that?
#
# - A: A smooth way: nothing changed.
# - B: A way that needs slerp.
# - C: A way with too few steps.
# - D: A jump.
#
# **d.** The mean code of all thick digits, minus that of all thin ones. You add it to the code of a seven. What may happen, that comparing within each class would prevent?
#
# - A: The code becomes too long.
# - B: The seven turns toward a digit that is thick more often than others.
# - C: The seven gets thinner.
# - D: Nothing: a mean over all digits is the better mean.

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex08-quiz
answers = {"a": "C", "b": "A", "c": "D", "d": "B"}
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
failure_message: "a. The density is highest at 0, and yet there is hardly any room around it. Lengths are 28 on average; how large is their spread?"
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex08-quiz
    assert isinstance(answers, dict) and answers.get("a") == "C", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b. Off the shell sounds like broken pictures, but then precision would fall. What is a GAN deliberately given short codes for?"
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex08-quiz
    assert isinstance(answers, dict) and answers.get("b") == "A", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c. That nothing changed looks like stability. But on a continuous way, twice as many steps must be shorter ones. What stays, however finely you look?"
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex08-quiz
    assert isinstance(answers, dict) and answers.get("c") == "D", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d. More examples make a better mean, but a mean of what? Thick digits and thin digits are not the same mix of classes, and their difference holds the difference of the mixes."
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex08-quiz
    assert isinstance(answers, dict) and answers.get("d") == "B", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
