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
# name: ex03
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
# # Exercise 03: Autoencoders
#
# Chapter 03 found two reasons for bad pictures: an answer that is an average, and a code that nobody ever used. Here you
# compute what the first one costs, keep noise out with a shorter code, and show that an autoencoder's loss is blind to the second.
#
# | Question | Points | You learn to | Slide |
# |:--|--:|:--|:--|
# | q1 | 5 | find the best single answer under two losses, and say what it costs | 11, Root Cause Analysis |
# | q2 | 5 | choose the length of a code when images are noisy | 7, Autoencoders: The Foundation |
# | q3 | 5 | move the codes wherever you like, at the same loss | 10, Autoencoder Limitations |
# | q4 | 3 | tell the two causes apart in a picture | 11, Root Cause Analysis |
# | quiz | 5 | read ratios, losses and errors with care | 8, Worked Example: MNIST Compression, and 9, Autoencoder Successes |
#
# Replace each `...`, run the check below it, and hand in this file. A check tries a few simple cases. Grading tries more:
# other shapes, other numbers, and the edges.

# %%
import matplotlib.pyplot as plt
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 5

# %% [markdown]
# ## Question 1: One code, several images
#
# *Slide 11, Root Cause Analysis*
#
# **Question.** A code stands for one of several images. What should the decoder answer, and does another loss change that?
#
# In the chapter there were two images, equally likely. Now there are $K$ flat images $x_1, \dots, x_K$ of $d$ pixels. The code
# stands for image $x_k$ with probability $p_k$, and the $p_k$ sum to 1. The decoder chooses one image $\hat x$ and pays
#
# $$
# L_2(\hat x) = \sum_{k=1}^{K} p_k \sum_{i=1}^{d} (\hat x_i - x_{k,i})^2
# \qquad \text{or} \qquad
# L_1(\hat x) = \sum_{k=1}^{K} p_k \sum_{i=1}^{d} \lvert \hat x_i - x_{k,i} \rvert .
# $$
#
# Write `best_answers(images, probabilities)` for `images` of shape $(K, d)$ and `probabilities` of shape $(K,)$. It returns three things:
#
# 1. the image that makes $L_2$ smallest, shape $(d,)$;
# 2. that smallest $L_2$, one number;
# 3. an image that makes $L_1$ smallest, shape $(d,)$. Where several are equally good, any of them will do.
#
# *By hand.* One pixel with the values 0, 0.2 and 1 and the probabilities 0.3, 0.3 and 0.4. The best answer for $L_2$ is 0.46, and costs
# 0.2004. For $L_1$ it is 0.2: move $\hat x$ a little to the right of 0.2, and you come nearer to 1 with probability 0.4, but farther from
# the two others with probability 0.6.

# %% [raw]
# # BEGIN SOLUTION


# %%
def best_answers(images, probabilities):
    """The best answer under squared error, what it costs, and a best answer under absolute error."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex03-q1
    mean = probabilities @ images
    cost = probabilities @ np.square(images - mean).sum(axis=1)
    order = np.argsort(images, axis=0)
    at_or_below = np.cumsum(probabilities[order], axis=0)
    # in each pixel, the first place with half of the probability at or below it
    middle = (at_or_below < 0.5).sum(axis=0)
    median = np.take_along_axis(images, order, axis=0)[middle, np.arange(images.shape[1])]
    return mean, cost, median
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Return three things in the order of the list, and use the probabilities in each of them."
"""  # END TEST CONFIG


def test_q1_example(best_answers):
    import numpy as np

    assert callable(best_answers), "best_answers is missing: run the cell that defines it"
    result = best_answers(np.array([[0.0], [0.2], [1.0]]), np.array([0.3, 0.3, 0.4]))
    assert result is not None, (
        "best_answers returns nothing yet: replace the ... by your answer"
    )
    assert len(result) == 3, (
        f"best_answers returns {len(result)} things; the list has three"
    )
    for name, value, expected in zip(
        ["best for L2", "its cost", "best for L1"],
        result,
        [0.46, 0.2004, 0.2],
        strict=True,
    ):
        assert np.allclose(value, expected, atol=1e-4), (
            f"{name}: {value}, by hand {expected}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "The answer for L2, or its cost, is off. A likely image pulls harder than an unlikely one, the cost is a sum over the pixels, and the arguments must stay as they were."
"""  # END TEST CONFIG


def test_q1_squared_error(best_answers):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q1
    import numpy as np

    assert callable(best_answers), "best_answers is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    images, weights = rng.random((5, 30)), rng.dirichlet(np.ones(5))
    before = images.copy(), weights.copy()
    answer, cost, _ = best_answers(images, weights)
    assert np.array_equal(images, before[0]) and np.array_equal(weights, before[1]), (
        "best_answers changes its arguments: work on copies"
    )
    answer = np.asarray(answer, float)
    assert answer.shape == (30,), f"the answer for L2 has shape {answer.shape}, not (30,)"

    def loss(guess):
        return weights @ np.square(guess - images).sum(axis=1)

    # around its minimum the loss is a parabola: a step away from it costs the squared length of the step
    for step in rng.normal(0.0, 0.1, (20, 30)):
        assert np.isclose(
            loss(answer + step) - loss(answer), np.square(step).sum(), atol=1e-4
        ), "another image has a smaller L2"
    assert np.isclose(float(cost), loss(answer), rtol=1e-4), (
        f"its L2 is {loss(answer):.4f}, not {cost}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Another image has a smaller L1. Look at one pixel at a time: how much probability lies to the left of the answer, and how much to the right? Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q1_absolute_error(best_answers):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q1
    import numpy as np

    assert callable(best_answers), "best_answers is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    for count in (2, 5, 8):
        images, weights = rng.random((count, 40)), rng.dirichlet(np.ones(count))
        before = images.copy(), weights.copy()
        answer = np.asarray(best_answers(images, weights)[2], float)
        assert np.array_equal(images, before[0]) and np.array_equal(weights, before[1]), (
            "best_answers changes its arguments: work on copies"
        )
        assert answer.shape == (40,), (
            f"the answer for L1 has shape {answer.shape}, not (40,)"
        )
        loss = weights @ np.abs(answer - images).sum(axis=1)
        # the loss of a pixel is a broken line: its lowest point is at one of the images
        of_each = np.abs(images[:, None] - images[None])  # (candidate, image, pixel)
        best = np.einsum("cip,i->cp", of_each, weights).min(axis=0).sum()
        assert loss <= best + 1e-4, (
            f"{count} images: your answer costs {loss:.4f}, the best {best:.4f}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A special case fails: an image of probability 0 must not matter, and a certain one must come back as it is, at no cost."
"""  # END TEST CONFIG


def test_q1_certain(best_answers):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q1
    import numpy as np

    assert callable(best_answers), "best_answers is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    images = rng.random((3, 12)) * np.array([[1.0], [1.0], [100.0]])
    for only in range(2):
        mean, cost, median = best_answers(images, np.eye(3)[only])
        assert np.allclose(mean, images[only], atol=1e-4), (
            "best for L2: not the certain image"
        )
        assert np.allclose(median, images[only], atol=1e-4), (
            "best for L1: not the certain image"
        )
        assert abs(float(cost)) < 1e-4, f"a certain image costs {cost}"
    mean, cost, median = best_answers(images[:1], np.ones(1))
    assert np.allclose(mean, images[0], atol=1e-4) and np.allclose(
        median, images[0], atol=1e-4
    ), "a single image must be its own best answer"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# Look at the third answer. Each of its pixels comes from one of the images, but not all of them from the same one. So it has no gray
# mixtures, and yet it need not be a digit.

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 5

# %% [markdown]
# ## Question 2: How long a code, if the image is noisy?
#
# *Slide 7, Autoencoders: The Foundation*
#
# **Question.** A longer code always rebuilds a clean image better. Does it rebuild a noisy one better, too?
#
# The rows of $x$, shape $(n, d)$, are clean images with the mean $\bar x$. To image $x_i$ we add noise $\epsilon_i$: in each
# of its $d$ pixels independent, with mean 0 and standard deviation $\sigma$. PCA with $k$ numbers was fitted to the *clean* images. It
# projects with $P_k$ onto their first $k$ principal directions, those of largest variance:
#
# $$
# \hat x_i = \bar x + P_k \, (x_i + \epsilon_i - \bar x), \qquad
# E_k = \frac 1n \sum_{i=1}^{n} \mathbb E \, \lVert \hat x_i - x_i \rVert^2 .
# $$
#
# Two things go wrong: a part of the image is lost, and a part of the noise passes. Since the noise has mean zero, the two
# errors add. Write each as a sum, with the variances $\lambda_1 \ge \lambda_2 \ge \dots \ge \lambda_d$ along the
# principal directions. They are the eigenvalues of $\frac 1n \sum_i (x_i - \bar x)(x_i - \bar x)^\top$; mind the $\frac 1n$.
#
# Write `errors_by_length(x, std)`. It returns $E_0, E_1, \dots, E_d$ as an array of shape $(d + 1,)$. No random numbers: $E_k$ is an
# expectation, and yours is exact.
#
# *By hand.* Four images of two pixels: $(2, 0), (-2, 0), (0, 1), (0, -1)$. The variances are 2 and 0.5. With $\sigma = 1$ the errors are
# 2.5, 1.5 and 2: one number is better than none, and better than two.

# %% [raw]
# # BEGIN SOLUTION


# %%
def errors_by_length(x, std):
    """Expected squared error of PCA on noisy images, for codes of 0, 1, ..., d numbers."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex03-q2
    centered = x - x.mean(axis=0)
    variances = np.linalg.eigvalsh(centered.T @ centered / len(x))[::-1]
    lost = variances.sum() - np.concatenate([[0.0], np.cumsum(variances)])
    passed = std**2 * np.arange(len(variances) + 1)
    return lost + passed
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. With k = 0 all of the image is lost and no noise passes; with k = d it is the other way around."
"""  # END TEST CONFIG


def test_q2_example(errors_by_length):
    import numpy as np

    assert callable(errors_by_length), (
        "errors_by_length is missing: run the cell that defines it"
    )
    x = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    errors = errors_by_length(x, 1.0)
    assert errors is not None, (
        "errors_by_length returns nothing yet: replace the ... by your answer"
    )
    assert np.shape(errors) == (3,), (
        f"the errors have shape {np.shape(errors)}; k = 0, 1, 2 are three"
    )
    assert np.allclose(errors, [2.5, 1.5, 2.0], atol=1e-4), (
        f"{errors}, by hand [2.5, 1.5, 2.0]"
    )


# %%
""" # BEGIN TEST CONFIG
points: 3
hidden: true
failure_message: "Some lengths have the wrong error. Check the mean, the 1/n, the order of the eigenvalues, and whether the noise enters by its standard deviation or its variance. Leave the argument as it was."
"""  # END TEST CONFIG


def test_q2_values(errors_by_length):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q2
    import numpy as np

    assert callable(errors_by_length), (
        "errors_by_length is missing: run the cell that defines it"
    )
    rng = np.random.default_rng(seed)
    for std in (0.3, 1.7):
        x = rng.normal(size=(9, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6)
        before = x.copy()
        errors = np.asarray(errors_by_length(x, std), float)
        assert np.array_equal(x, before), (
            "errors_by_length changes its argument: work on a copy"
        )
        assert errors.shape == (7,), f"the errors have shape {errors.shape}, not (7,)"
        centered = x - x.mean(axis=0)
        directions = np.linalg.svd(centered)[2]
        for k in range(7):
            projection = directions[:k].T @ directions[:k]
            lost = np.square(centered - centered @ projection).sum(axis=1).mean()
            passed = std**2 * np.square(projection).sum()
            assert np.isclose(errors[k], lost + passed, rtol=1e-3, atol=1e-3), (
                f"k = {k}, std = {std}: your error is {errors[k]:.4f}, the right one {lost + passed:.4f}"
            )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A special case fails: no noise at all, or fewer images than pixels, where some directions have no variance."
"""  # END TEST CONFIG


def test_q2_edges(errors_by_length):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q2
    import numpy as np

    assert callable(errors_by_length), (
        "errors_by_length is missing: run the cell that defines it"
    )
    x = np.random.default_rng(seed).normal(size=(4, 9)) + 5
    clean = np.asarray(errors_by_length(x, 0.0), float)
    assert clean.shape == (10,), f"the errors have shape {clean.shape}, not (10,)"
    assert np.isfinite(clean).all(), "an error is not a finite number"
    assert np.isclose(
        clean[0], np.square(x - x.mean(axis=0)).sum(axis=1).mean(), rtol=1e-3
    ), "with k = 0 the answer is the mean image, and the error is its squared distance"
    assert (np.diff(clean) < 1e-3).all() and np.abs(clean[3:]).max() < 1e-3, (
        "without noise the error falls with k, and three numbers rebuild four images"
    )
    noisy = np.asarray(errors_by_length(x, 2.0), float)
    assert np.allclose(np.diff(noisy[3:]), 4.0, atol=1e-2), (
        "a direction without variance passes noise all the same"
    )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# Compare $E_k$ with $E_{k-1}$: when does one more number help, and when does it hurt? A narrow bottleneck is no defect in itself.

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 5

# %% [markdown]
# ## Question 3: Same loss, other codes
#
# *Slide 10, Autoencoder Limitations*
#
# **Question.** Random codes from $\mathcal N(0, I)$ decode to garbage. Can we at least move the codes of the digits to where $\mathcal N(0, I)$ is?
#
# Yes, and nobody will notice. Take a linear autoencoder: $f(x) = x W + b$ and $g(z) = z V + c$, where images and codes
# are rows. The shapes are $(d, k)$ for $W$, $(k,)$ for $b$, $(k, d)$ for $V$ and $(d,)$ for $c$. You may slip any affine map that can be
# undone between the two halves: the new encoder applies it, the new decoder undoes it. The reconstructions stay the same, and so does the loss.
#
# Write `standardized(encoder, decoder, x)`. Here `encoder` is the pair $(W, b)$, `decoder` the pair $(V, c)$, and `x` holds images,
# shape $(n, d)$ with $n > k$. It returns the new pairs, `(new_W, new_b), (new_V, new_c)`, of the same shapes, such that
#
# - the new autoencoder rebuilds *every* image as the old one does, also those that are not in `x`;
# - the new codes of the rows of `x` have mean 0 and the covariance matrix $I$ (dividing by $n$), as a standard normal has.
#
# The old codes may be correlated; their covariance matrix has an inverse.
#
# *By hand.* With a code of one number, let the codes of two images be 3 and 7. Their mean is 5 and their standard deviation 2. The new codes are
# $(z - 5) / 2$, so $-1$ and $1$; the new decoder computes $g(2 z + 5)$. With more numbers a matrix $A$ takes the place of the 2. *Hint:* if $z' A$ are
# the centered old codes, and the covariance of $z'$ is $I$, what is the covariance of $z' A$?

# %% [raw]
# # BEGIN SOLUTION


# %%
def standardized(encoder, decoder, x):
    """The same autoencoder, with codes of mean 0 and covariance I."""
    (weight, bias), (out_weight, out_bias) = encoder, decoder
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex03-q3
    codes = x @ weight + bias
    mean = codes.mean(axis=0)
    covariance = (codes - mean).T @ (codes - mean) / len(x)
    stretch = np.linalg.cholesky(covariance).T  # z' @ stretch has this covariance
    undo = np.linalg.inv(stretch)
    return (weight @ undo, (bias - mean) @ undo), (
        stretch @ out_weight,
        mean @ out_weight + out_bias,
    )
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out: the codes should be -1 and 1 (or 1 and -1), and the images the old ones. The shapes must be those of the old weights, with a code of one number, too."
"""  # END TEST CONFIG


def test_q3_example(standardized):
    import numpy as np

    assert callable(standardized), "standardized is missing: run the cell that defines it"
    x = np.array([[1.0, 0.0], [3.0, 0.0]])
    encoder = np.array([[2.0], [0.0]]), np.array([1.0])  # the codes are 3 and 7
    decoder = np.array([[0.5, 0.0]]), np.array([-0.5, 0.0])
    result = standardized(encoder, decoder, x)
    assert result is not None, (
        "standardized returns nothing yet: replace the ... by your answer"
    )
    (weight, bias), (out_weight, out_bias) = result
    shapes = [np.shape(a) for a in (weight, bias, out_weight, out_bias)]
    assert shapes == [(2, 1), (1,), (1, 2), (2,)], f"the shapes are {shapes}"
    codes = x @ weight + bias
    assert np.allclose(np.sort(codes.ravel()), [-1, 1], atol=1e-4), (
        f"the codes are {codes.ravel()}"
    )
    assert np.allclose(codes @ out_weight + out_bias, x, atol=1e-4), (
        "the images are not rebuilt as before"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The new autoencoder rebuilds images differently. What the new encoder does to a code, its shift included, the new decoder has to undo. Leave the arguments as they were."
"""  # END TEST CONFIG


def test_q3_same_images(standardized):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q3
    import numpy as np

    assert callable(standardized), "standardized is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    for d, k in ((8, 3), (5, 1), (6, 6)):
        x, new = rng.normal(size=(40, d)) + 3, rng.normal(size=(10, d))
        encoder = 2 * np.linalg.qr(rng.normal(size=(d, k)))[0], rng.normal(size=k)
        decoder = rng.normal(size=(k, d)), rng.normal(size=d)
        before = [a.copy() for a in (*encoder, *decoder, x)]
        (weight, bias), (out_weight, out_bias) = standardized(encoder, decoder, x)
        unchanged = [
            np.array_equal(a, b)
            for a, b in zip((*encoder, *decoder, x), before, strict=True)
        ]
        assert all(unchanged), "standardized changes its arguments: work on copies"
        assert not np.allclose(weight, encoder[0]), "the encoder is still the old one"
        for images in (x, new):
            old = (images @ encoder[0] + encoder[1]) @ decoder[0] + decoder[1]
            rebuilt = (images @ weight + bias) @ out_weight + out_bias
            assert np.shape(rebuilt) == old.shape, (
                f"the rebuilt images have shape {np.shape(rebuilt)}"
            )
            assert np.allclose(rebuilt, old, atol=1e-2), (
                f"a code of {k}: the rebuilt images are others"
            )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The new codes do not have mean 0 and covariance I. Scaling each number by itself is not enough if the old codes are correlated; and mind what is transposed."
"""  # END TEST CONFIG


def test_q3_standard_codes(standardized):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex03-q3
    import numpy as np

    assert callable(standardized), "standardized is missing: run the cell that defines it"
    rng = np.random.default_rng(seed)
    for n, k in ((50, 3), (12, 4), (7, 1)):
        x = rng.normal(size=(n, 8)) + 3
        mix = np.eye(k) + 0.8 * np.eye(k, k=1)  # neighbors are correlated
        sizes = 10.0 ** rng.uniform(-0.5, 0.5, k)
        encoder = (
            np.linalg.qr(rng.normal(size=(8, k)))[0] @ mix * sizes,
            rng.normal(size=k),
        )
        (weight, bias), _ = standardized(
            encoder, (rng.normal(size=(k, 8)), rng.normal(size=8)), x
        )
        codes = x @ np.asarray(weight, float) + np.asarray(bias, float)
        assert codes.shape == (n, k), (
            f"the new codes have shape {codes.shape}, not {(n, k)}"
        )
        assert np.abs(codes.mean(axis=0)).max() < 1e-2, "the new codes do not have mean 0"
        covariance = (codes - codes.mean(axis=0)).T @ (codes - codes.mean(axis=0)) / n
        assert np.abs(covariance - np.eye(k)).max() < 2e-2, (
            f"covariance of the new codes: {covariance.round(2)}"
        )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# So the loss cannot tell the two autoencoders apart. It says nothing about *where* the codes are, and training leaves that to chance.

# %% [raw]
# # BEGIN QUESTION
# name: q4
# manual: true
# points: 3

# %% [markdown]
# ## Question 4: Is that enough to generate?
#
# *Slide 11, Root Cause Analysis*
#
# We do to small digits (8 × 8 pixels, of three classes) what q3 did: a linear autoencoder with two numbers, whose codes have mean 0 and
# covariance $I$. On the left are these codes, and random ones from $\mathcal N(0, I)$. On the right are decoded codes: the center of each class, the code
# $(0, 0)$, and three random codes. The last four are the stars on the left.

# %%
from sklearn.datasets import load_digits

data = load_digits()
digits = (0, 3, 6)
kept = np.isin(data.target, digits)
x, labels = data.data[kept] / 16, data.target[kept]
center = x.mean(axis=0)
directions = np.linalg.svd(x - center, full_matrices=False)[2][:2]
sizes = ((x - center) @ directions.T).std(axis=0)
codes = (x - center) @ directions.T / sizes
random_codes = np.random.default_rng(20).standard_normal((300, 2))

figure = plt.figure(figsize=(9, 4.2))
ax = figure.add_subplot(1, 2, 1, aspect="equal")
ax.scatter(*random_codes.T, marker="x", s=15, color="gray", label="N(0, I)")
shown = {}
for digit in digits:
    ax.scatter(*codes[labels == digit].T, s=8, label=f"digit {digit}")
    shown[f"center of {digit}"] = codes[labels == digit].mean(axis=0)
shown |= {"(0, 0)": np.zeros(2)} | {f"random {i}": random_codes[i] for i in (0, 1, 2)}
for name in ("(0, 0)", "random 0", "random 1", "random 2"):
    ax.scatter(*shown[name], marker="*", s=150, color="black", edgecolor="white")
    where = {"xytext": (9, 5), "textcoords": "offset points"}
    paper = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1}
    ax.annotate(name, shown[name], weight="bold", bbox=paper, **where)
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=4, fontsize=8)
for place, (name, z) in zip((4, 5, 6, 11, 16, 17, 18), shown.items(), strict=True):
    picture = figure.add_subplot(3, 6, place)
    picture.imshow(
        (center + z * sizes @ directions).reshape(8, 8), cmap="gray", vmin=0, vmax=1
    )
    picture.set_title(name, fontsize=8)
    picture.set_axis_off()
figure.tight_layout()
plt.show()

# %% [markdown]
# The codes have the mean and the covariance of $\mathcal N(0, I)$, exactly. Explain in three to six sentences: Which random codes decode badly, and why is
# $(0, 0)$, the likeliest of them all, among them? Which of the chapter's two causes do you see there? Would a longer training, or a decoder with more
# layers, repair it? What would have to change?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex03-q4 -->
# **A model answer.** Equal mean and covariance do not make two distributions equal: the codes form three clumps with empty space between
# them, and the standard normal puts many of its draws, its likeliest point included, into that space. There no digit has
# its code, so what the decoder shows there was never compared with any image. At (0, 0) this linear decoder shows the mean of all
# digits, which is a triple exposure. The cause is the unknown distribution of the codes, and not a blurry answer to a code that several digits share: the centers
# of the classes, from the same decoder, look like digits. Training longer or adding layers improves the answers where codes are; the loss still says nothing
# about the empty space. We have to draw codes from the distribution that they have (for instance one Gaussian a class), or to train the codes
# so that they fill a distribution of our choice, as a VAE does.
#
# **Marking grid.** One point each:
#
# - the codes' distribution is not normal although two moments agree: it has holes or clumps, and random codes, (0, 0) included, fall between;
# - the cause is named with a reason: no code was ever there, so nothing was learned there; it is not, or not only, that squared error averages;
# - more training or layers do not help, because the loss does not see the codes' distribution; and a remedy: fit a better distribution to the codes, or train them toward one.

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
# *Slides 8, Worked Example: MNIST Compression, and 9, Autoencoder Successes*
#
# **a.** An autoencoder turns digits of 784 one-byte pixels into codes of 128 numbers, and the codes are stored as 32-bit floats. How much shorter is the file of a
# million digits? (The decoder does not count.)
#
# - **A** 6.1 times
# - **B** 4 times
# - **C** 1.5 times
# - **D** It is longer than before.
#
# **b.** Your network has a test MSE of 0.008 per pixel, with pixels in [0, 1]. Another group reports 0.02 per pixel on the same digits, with pixels in [−1, 1]. Who
# rebuilds better?
#
# - **A** You: 0.008 is less than 0.02.
# - **B** They: in your pixels they have 0.005.
# - **C** You: in your pixels they have 0.01.
# - **D** Nobody can say without knowing the mean of the pixels.
#
# **c.** A detector of anomalies was trained on all digits but the ones. It rebuilds ones with smaller errors than most other digits. Why?
#
# - **A** It was not trained long enough.
# - **B** Some ones must have been in the training set.
# - **C** Its bottleneck is too narrow.
# - **D** The error says how hard an image is to rebuild, and a single stroke is easy.
#
# **d.** You log the loss of every step of Adam on mini-batches. It rises at nearly every second step, and its mean over an epoch falls. What should
# you do?
#
# - **A** Nothing: each step is measured on another batch.
# - **B** Lower the learning rate until the loss falls at every step.
# - **C** Look for a wrong sign in the gradient.
# - **D** Stop early: the network overfits.
#
# Put your letters into the dictionary, like `"a": "B"`.

# %% [raw]
# # BEGIN SOLUTION

# %%
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex03-quiz
answers = {"a": "C", "b": "B", "c": "D", "d": "A"}
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
failure_message: "a: 784 / 128 counts numbers. A file has bytes, and a pixel and a float do not have the same number of them."
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex03-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("a") == "C", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b: two losses compare only in the same units. Pixels that are stretched by 2 stretch a squared error by more than 2, and a shift changes no difference."
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex03-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("b") == "B", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c: it is tempting to call it a failed training. But the detector does what it was trained for; ask what a reconstruction error measures."
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex03-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("c") == "D", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d: a loss that falls at every step is a theorem about one fixed set of images. A mini-batch is another set at every step."
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex03-quiz
    assert isinstance(answers, dict), "answers is missing: run the cell that holds it"
    assert answers.get("d") == "A", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
