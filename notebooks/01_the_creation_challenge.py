# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 · The creation challenge
#
# *Slides 1 to 5*
#
# Show a program a handwritten digit, and it tells you which one it is. That problem has been solved for decades. Now
# turn the question around: *write me a new one.* Why is that so much harder? And what would a program have to know?
#
# After this chapter you can
#
# - say what $P(y \mid x)$, $P(x)$ and $P(x, y)$ each know, and why only two of them can make a digit;
# - draw new digits in two ways: ancestral sampling, and Markov chain Monte Carlo;
# - say when a generative classifier beats a discriminative one, and check whether the famous crossing is really there;
# - measure three faces of the curse of dimension, and the one fact about digits that softens it;
# - turn the knob between quality and diversity, and know what each end looks like in numbers.
#
# It runs in about a minute on two cores.

# %% tags=["hide-input"]
# Colab: install the course's library if it is missing, without moving any version that is already here.
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

if find_spec("gencore") is None:
    pip = [sys.executable, "-m", "pip"]
    versions = Path(tempfile.mkdtemp(), "versions.txt")
    versions.write_bytes(subprocess.check_output([*pip, "list", "--format=freeze"]))
    source = "gencore @ git+https://github.com/creation-challenge/creation-challenge"
    subprocess.check_call([*pip, "install", "--quiet", "--constraint", versions, source])

from gencore import notebook

notebook.start()

# %% [markdown]
# Every size of this chapter is in one object.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from gencore.data import load_mnist
from gencore.recipes import challenge as recipe

chosen = recipe.settings()
chosen

# %% [markdown]
# ## The Creation Challenge
#
# *Slide 1*
#
# Here is the whole challenge in one picture. Ten digits lie on the table, in no order. A *classifier* sorts such digits:
# one column for each of its answers. A *generative model* is told a column, and makes digits for it that nobody ever wrote.

# %%
from sklearn.linear_model import LogisticRegression

from gencore.models import ClassGaussians, PrincipalCode

train, test = load_mnist("train"), load_mnist("test")
sorter = LogisticRegression(C=0.1, max_iter=1000).fit(train.flat, train.labels)

code = PrincipalCode(train.flat, chosen.components)
z, z_test = code.encode(train.flat), code.encode(test.flat)
maker = ClassGaussians.fit(z, train.labels)

answers = sorter.predict(test.flat)
in_columns = np.stack([test.flat[answers == k][:3] for k in range(10)], axis=1)
wanted = jnp.tile(jnp.arange(10), 3)
made = code.decode(maker.sample(jax.random.key(0), wanted))

# %% mystnb={"figure": {"name": "fig-01-challenge", "caption": "Top: ten test digits as they come. Middle: test digits, sorted into columns by a classifier's answer. Bottom: digits that a generative model made when it was asked for a column's class. No one ever wrote them."}, "image": {"alt": "Seven rows of ten digits. The first row is in no order. The next three are real digits in columns from 0 to 9. The last three, in the same columns, are made: soft and sometimes smudged, but most can be read."}}
from gencore.plotting import image_grid

shown = np.concatenate([test.flat[:10], in_columns.reshape(-1, 784), made])
image_grid(
    shown.reshape(-1, 28, 28),
    row_labels=["as they come", "sorted", "", "", "made", "", ""],
    columns=10,
)
plt.show()

# %% [markdown]
# The digits in the last rows are smudged. They come from the simplest generative model that works at all, one bell curve
# for each class. The rest of the course makes them better, and measures how much better:
#
# | Chapter | What it does with the question |
# |:--|:--|
# | 02 | How good is a made digit? Scores, and what each is blind to |
# | 03, 04 | Squeeze digits into a short code, then run the machine backwards: autoencoders, VAEs |
# | 05, 06 | Let a forger and a detective train each other: GANs |
# | 07, 08 | Destroy digits step by step and learn the way back: diffusion, and walks in between |
# | 09 | Make text, one token at a time: transformers |
# | 10 to 12 | Race them fairly, serve them, choose one |
# | 13 to 15 | What goes wrong, how it is mended, and what it does in the world |
#
# This chapter asks what makes the question hard. It needs no neural network for that.

# %% [markdown]
# ## Moving Beyond Classification: what if we run the classifier backwards?
#
# *Slide 2*
#
# The slide's left side lists tasks of the kind "what is this?": spam, X-rays, reviews. Its right side lists tasks of the
# kind "make something new". It says of the first kind that it "only analyzes, never creates". Is that a law of nature?
#
# A classifier computes $P(y \mid x)$, the probability of each class $y$ for an image $x$. So it *does* have an opinion about
# every image. Here is a cheap idea: start from random pixels, and change them step by step so that
# $\log P(y = 3 \mid x)$ rises. At the top of the hill there should be a perfect three.

# %%
from gencore.models import climb, load_classifier
from gencore.notebook import about, show_source, show_table

show_source(climb)

# %% [markdown]
# We climb three hills from the same random pixels. The first two are classifiers: logistic regression, and the
# convolutional network that is the measuring stick of this course (chapter 02; it gets more than 99 % of MNIST's test digits right). The
# third hill is the density $\log P(x \mid y = 3)$ of our simple generative model.

# %%
weights = jnp.asarray(sorter.coef_.T, jnp.float32)
bias = jnp.asarray(sorter.intercept_, jnp.float32)
network = load_classifier()
hills = {
    "logistic regression": lambda x: jax.nn.log_softmax(x @ weights + bias)[:, 3],
    "convolutional network": lambda x: jax.nn.log_softmax(network(x.reshape(-1, 28, 28)))[
        :, 3
    ],
}
start = np.random.default_rng(0).random((chosen.climbers, 784), np.float32)
tops = {
    name: np.asarray(climb(hill, start, low=0.0, high=1.0))
    for name, hill in hills.items()
}
peak = climb(lambda z: maker.log_joint(z)[:, 3], code.encode(start), step_size=1.0)
tops["generative model"] = code.decode(peak)

# %% mystnb={"figure": {"name": "fig-01-climb", "caption": "Random pixels, and what they become when they climb toward a three. Both classifiers are more than 99 % sure of the images in their own row. The density's hill has one top, the average three. The last rows: threes drawn from the density, and real ones."}, "image": {"alt": "Six rows of eight images. Random static; eight times the same bold blot of black and white in static; static with gray streaks; eight times the same soft three; eight different threes, a little smudged; eight real handwritten threes."}}
from gencore.plotting import image_rows

threes = maker.sample(jax.random.key(1), jnp.full(8, 3))
rows = {"random pixels": start[:8]}
rows |= {f"climb: {name}": images[:8] for name, images in tops.items()}
rows["drawn, not climbed"] = code.decode(threes)
rows["real threes"] = train.flat[train.labels == 3][:8]
image_rows({name: images.reshape(-1, 28, 28) for name, images in rows.items()})
plt.show()

# %%
from scipy.spatial.distance import cdist

nearest = {name: cdist(images, train.flat).min(axis=1) for name, images in tops.items()}
usual = cdist(test.flat, train.flat).min(axis=1)
sure = {name: np.exp(hill(tops[name])) for name, hill in hills.items()}
show_table(
    {
        "what climbs": [*hills, "real test digits"],
        "least confidence in a three": [
            *(f"{100 * np.floor(100 * s.min()) / 100:.0f} %" for s in sure.values()),
            None,
        ],
        "distance to the nearest training digit, in units of a test digit's": [
            *(about(nearest[name].mean() / usual.mean(), 0.1) for name in hills),
            "1",
        ],
    }
)

# %% [markdown]
# The classifiers got what they asked for, and we did not get a digit. {cite:t}`nguyen2015` saw the same with large
# networks and called them easily fooled. Nothing is wrong with the classifiers. Their training asked them one
# thing: *given that this is a digit, which one?* Nobody ever asked them *is this a digit?*

# %% [markdown]
# ## Discriminative Models / Generative Models
#
# *Slide 3*
#
# ### The same answers from two different worlds
#
# A *{term}`discriminative model <Discriminative model>`* learns $P(y \mid x)$. A *{term}`generative model <Generative model>`* learns
# $P(x)$, or $P(x, y)$, the probability of an image and its label together. Bayes' rule ties them:
#
# $$P(x, y) = P(y \mid x)\, P(x), \qquad P(y \mid x) = \frac{P(x \mid y)\, P(y)}{\sum_{y'} P(x \mid y')\, P(y')}.$$ (eq-01-bayes)
#
# Read the first equation from right to left. To make an $x$ you need $P(x)$. The discriminative model has the other factor.
# And $P(x)$ *cannot* be worked out from it: here are two worlds with one feature $x$ and two classes. In one, $x$ comes in two
# bells. In the other, it is spread evenly. The label is drawn in both from the same $P(y \mid x)$.

# %%
from scipy.special import expit
from scipy.stats import norm

rng = np.random.default_rng(0)
n = 20_000
worlds = {
    "two bells": rng.normal(rng.choice([-1, 1], n), 0.8),
    "spread evenly": rng.uniform(-4, 4, n),
}
slope = 2 / 0.8**2  # two bells at ±1 with standard deviation 0.8 have this posterior
fitted = {}
for name, x in worlds.items():
    y = rng.random(n) < expit(slope * x)
    fitted[name] = LogisticRegression(C=np.inf).fit(x[:, None], y)

# %% mystnb={"figure": {"name": "fig-01-posterior", "caption": "Two worlds. Left: their densities P(x), which differ. Right: what logistic regression learned in each, P(y = 1 | x): the same curve."}, "image": {"alt": "Left, two curves: one with two bumps at minus 1 and 1, one flat between minus 4 and 4. Right, two S-shaped curves that lie on top of each other."}}
from gencore.plotting import curves

_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8))
x = np.linspace(-4, 4, 200)
bells = (norm.pdf(x, -1, 0.8) + norm.pdf(x, 1, 0.8)) / 2
densities = {"two bells": (x, bells), "spread evenly": (x, np.full(200, 1 / 8))}
curves(densities, xlabel="feature $x$", ylabel="density $P(x)$", ax=left)
learned = {name: (x, fit.predict_proba(x[:, None])[:, 1]) for name, fit in fitted.items()}
curves(learned, xlabel="feature $x$", ylabel="learned $P(y = 1 \\mid x)$", ax=right)
for ax in (left, right):
    for text in list(ax.texts):
        text.remove()
left.legend(["two bells", "spread evenly"], loc="upper right")
plt.show()

# %%
from gencore.claims import check_claim
from gencore.metrics import frechet_distance
from gencore.models import extract_features

gap = max(abs(learned["two bells"][1] - learned["spread evenly"][1]))
real = extract_features(test.images[: chosen.samples])
labels = jnp.tile(jnp.arange(10), chosen.samples // 10)
drawn = code.decode(maker.sample(jax.random.key(2), labels))
three = extract_features(train.images[train.labels == 3]).features
away = {
    name: frechet_distance(three, extract_features(images).features)
    for name, images in (tops | {"drawn": drawn[3::10]}).items()
}
check_claim(
    "01-discriminative-cannot-sample",
    holds=bool(
        gap < 0.05
        and min(s.min() for s in sure.values()) > 0.99
        and min(nearest[name].min() for name in hills) > usual.max()
        and min(away[name] for name in hills) > 2 * away["drawn"]
    ),
    measured={
        "two different P(x)": "the learned P(y|x) agree to within 0.05 everywhere",
        "images that climbed a classifier": "all are threes with more than 99 % confidence, and all lie farther from "
        "every training digit than any test digit does",
        "FID against real threes (MNIST classifier features)": "more than twice that of threes drawn from the "
        "generative model",
    },
)

# %% [markdown]
# The claim holds for what a classifier *is*. It does not say that a classifier is useless for making things. Given a $P(x)$ from
# elsewhere, its gradient can steer: chapter 07 guides diffusion in this way. And one may decide to read a classifier's
# logits as an unnormalized density and *train them for that* {cite:p}`grathwohl2020`. Then it has learned $P(x, y)$, and is a
# generative model.
#
# ### Five classifiers on the same digits
#
# Now the same task for both kinds. Three discriminative models from scikit-learn, as on the slide: logistic
# regression, a random forest, a support vector machine. And three generative ones: a density for each class, and Bayes'
# rule {eq}`eq-01-bayes` on top. Two of them use a {term}`Gaussian <Gaussian distribution>` for each class, on the first
# principal components ({term}`PCA`) of the pixels. The third cuts pixels to black and white and treats each as a coin of its own:
# *{term}`naive Bayes <Naive Bayes>`*.

# %%
from gencore.models import ClassBernoullis

show_source(ClassBernoullis)

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

binary, binary_test = (train.flat > 0.5) * 1.0, (test.flat > 0.5) * 1.0
forest = RandomForestClassifier(100, random_state=0, n_jobs=2)
machine = SVC(C=10, gamma=0.02)
coins = ClassBernoullis.fit(binary, train.labels)
shared = ClassGaussians.fit(z, train.labels, shared=True)
found = {
    "logistic regression": answers,
    "random forest": forest.fit(train.flat, train.labels).predict(test.flat),
    "support vector machine": machine.fit(z, train.labels).predict(z_test),
    "Gaussians, one covariance": shared.predict(z_test),
    "Gaussians, one covariance each": maker.predict(z_test),
    "naive Bayes": coins.predict(binary_test),
}
right = {name: 100 * np.mean(given == test.labels) for name, given in found.items()}

# %% mystnb={"figure": {"name": "fig-01-sorters", "caption": "Right answers on the test digits. The first three models learn P(y|x) and can do nothing else; the last three learn P(x, y), and can make digits, too."}, "image": {"alt": "A chart of six dots between 80 and 100 percent. Support vector machine, random forest and the Gaussians with a covariance each are close together at the top; logistic regression follows; Gaussians with one covariance and naive Bayes are last."}}
from gencore.plotting import dot_chart

dot_chart(right, xlabel="right answers (%)", number=".1f")
plt.show()

# %% [markdown]
# The split was made once, before any model was fitted: every fifth embedded digit of each class is a test digit. Nothing
# was tuned on them, and no one has seen them. (Only the measuring stick has: see chapter 02.)
#
# The generative models are not bad sorters. The best of them learns a whole density for each class, which is far more than was asked,
# and still keeps up.
#
# ### First way to draw: ancestral sampling
#
# The joint density is a recipe. *Draw the label first, then the image*: $y \sim P(y)$, then $x \sim P(x \mid y)$. This is
# *{term}`ancestral sampling <Ancestral sampling>`*: parents before children. For a Gaussian, $x = \mu_y + L_y \epsilon$ with
# $\epsilon \sim \mathcal N(0, I)$ and the covariance $\Sigma_y = L_y L_y^\top$.

# %%
show_source(ClassGaussians.sample_labels, ClassGaussians.sample)

# %%
from gencore.recipes.evaluation import floors, score_samples

key_y, key_x = jax.random.split(jax.random.key(3))
y = maker.sample_labels(key_y, chosen.samples)
single = ClassGaussians.fit(z, np.zeros(len(z), int))
samples = {
    "Gaussians, one covariance each": code.decode(maker.sample(key_x, y)),
    "Gaussians, one covariance": code.decode(shared.sample(key_x, y)),
    "naive Bayes": np.asarray(coins.sample(key_x, y)),
    "one Gaussian for all": code.decode(single.sample(key_x, 0 * y)),
}
scores = {name: score_samples(images, real) for name, images in samples.items()}
floor = floors(train.flat, real)

# %% mystnb={"figure": {"name": "fig-01-samples", "caption": "Ten ancestral samples from each generative model, with their FID against the test digits (MNIST classifier features; as many samples as test digits: 1,000 each in the quick profile). The last model has no classes: it is a single bell curve over all digits."}, "image": {"alt": "Five rows of ten images. Real digits; soft digits, most of them readable; similar digits with more smudges; speckled black and white clouds in the shape of digits; gray tangles of strokes, few of which are digits. An FID stands beside each row."}}
fid = {name: score["fid"]["value"] for name, score in scores.items()}
rows = {f"real digits, FID {floor['real']['fid']:.0f}": train.flat[:10]}
first = [int(np.argmax(np.asarray(y) == k)) for k in range(10)]  # one of each class
rows |= {f"{name}, FID {fid[name]:.0f}": x[first] for name, x in samples.items()}
image_rows({name: images.reshape(-1, 28, 28) for name, images in rows.items()})
plt.show()

# %% [markdown]
# Naive Bayes is a fine lesson. As a sorter it is worth something, but its digits are clouds: it never learned that neighboring pixels belong together.
# *Answering questions about $x$ takes less knowledge than making $x$.*
#
# ### Second way to draw: Markov chain Monte Carlo
#
# Often there is no recipe. We can compute $\log P(x)$ up to a constant for any given $x$, and nothing more. *{term}`MCMC`*
# needs only that: it walks through the space so that, in the long run, it visits every region as often as the density says. The
# library hands the walk to BlackJAX {cite:p}`cabezas2024`, which knows the gradient and tunes itself {cite:p}`hoffman2014`.
#
# How do we know that a walk has been long enough? We start several, far apart. $\hat R$ compares the spread of all walks
# with the spread within one {cite:p}`gelman1992,vehtari2021`. It is 1 when they agree. The *effective sample size* (ESS) says how many
# independent draws the walk is worth.

# %%
from dataclasses import replace

from gencore.models import sample_chains

apart = maker.means[jnp.linspace(0, 9, chosen.chains).astype(int)]
options = {"steps": chosen.steps, "warmup": chosen.warmup}
only_three = jnp.where(jnp.arange(10) == 3, 0.0, -jnp.inf)  # a prior: P(y = 3) = 1
models = {"P(x | 3)": replace(maker, log_prior=only_three), "P(x)": maker}
walks = [lambda z, model: model.log_prob(z[None])[0], apart, jax.random.key(4)]
one_class, all_classes = (
    sample_chains(*walks, args=(model,), **options) for model in models.values()
)

# %% mystnb={"figure": {"name": "fig-01-chains", "caption": "Ten draws of each of four chains. Top: they sample P(x | 3); they start at different digits, and all walk among threes. Bottom: they sample P(x), over all ten classes, and seldom change from one digit to another."}, "image": {"alt": "Eight rows of ten digits. The first four rows show threes of many shapes. In the last four rows a row shows one digit in many shapes, or long runs of a few digits."}}
rows = {}
for name, chains in {"P(x | 3)": one_class, "P(x)": all_classes}.items():
    for i, walk in enumerate(chains.draws[:, :: chosen.steps // 10]):
        rows[f"{name}, chain {i + 1}"] = code.decode(walk).reshape(-1, 28, 28)
image_rows(rows)
plt.show()

# %% [markdown]
# Here we know the truth, so we need not trust $\hat R$: the mean and the covariance of $P(x \mid 3)$ are in the model. We hold both ways
# of drawing against it. An honest mean is off by a few standard errors, $\sigma / \sqrt{n}$, with the ESS in the place of $n$ for the
# chains.

# %%
mean = np.asarray(maker.means[3])
std = np.sqrt(np.square(maker.factors[3]).sum(axis=1))
walked = one_class.draws.reshape(-1, chosen.components)
direct = np.asarray(maker.sample(jax.random.key(5), jnp.full(len(walked), 3)))
errors = {
    "ancestral": np.abs(direct.mean(0) - mean) / (std / np.sqrt(len(direct))),
    "MCMC": np.abs(walked.mean(0) - mean) / (std / np.sqrt(one_class.ess)),
}
spreads = {"ancestral": direct.std(0) / std, "MCMC": walked.std(0) / std}
homes = [maker.predict(walk) for walk in all_classes.draws]
moves = sum(int((home[1:] != home[:-1]).sum()) for home in homes)
exact = all(e.max() < 4.5 for e in errors.values()) and all(
    np.abs(s - 1).max() < 0.15 for s in spreads.values()
)
meet = {"P(x | 3)": one_class.rhat.max() < 1.05, "P(x)": all_classes.rhat.max() < 1.2}
check_claim(
    "01-generative-can-sample",
    holds=bool(exact and meet["P(x | 3)"]),
    otherwise=bool(meet["P(x)"]),
    measured={
        "draws of P(x | 3), both ways": f"all {chosen.components} means within 4.5 standard errors of the exact ones, all "
        "standard deviations within 15 %",
        "R-hat of P(x | 3)": "below 1.05 in every coordinate",
        "R-hat of P(x), all classes": f"above 1.2; fewer than one step in fifty changes the digit: {moves < all_classes.draws[..., 0].size / 50}",
    },
)

# %% [markdown]
# One region: both ways agree, and with the truth. Ten regions with little between them: a chain explores the digit where it
# is, and seldom finds the way to another. The walk is right *in the long run*, but this run was not long, and $\hat R$ says so. MCMC needs a
# way across the gaps, and ancestral sampling does not. Remember this picture: {term}`mode collapse <Mode collapse>`, in a later section and in
# chapter 06, looks just the same from outside. Chapter 07 builds its sampler from exactly this problem: it fills the gaps with noise first.
#
# ### Do the learning curves cross?
#
# The slide cites {cite:t}`ng2002`. Their paper compares two classifiers with *the same form* of $P(y \mid x)$: naive Bayes and
# logistic regression. One fits $P(x, y)$ by counting, the other fits $P(y \mid x)$ directly. Their result: the discriminative one ends
# with the lower error, but the generative one gets to its own, higher, error with far fewer examples. So the curves should cross.
#
# We try it with such pairs. *Coins*: naive Bayes, and logistic regression on the same black and white pixels, at two sizes of
# the image: 7 × 7 and 14 × 14. *Bells*: Gaussians with one shared
# covariance, and logistic regression on the same principal components. How much each side is regularized matters, so we
# give logistic regression two forms: as in the paper, without a penalty; and with a penalty on its weights, the best of
# three **chosen on the test digits**. That is unfair in its favor, on purpose: where it still loses, it really loses.

# %%
from gencore.recipes.challenge import learning_curves

short = PrincipalCode(train.flat, 30, whiten=True)
inputs = {
    f"coins, {side**2} pixels": [
        x.reshape(-1, side, 28 // side, side, 28 // side)
        .mean(axis=(2, 4))
        .reshape(-1, side**2)
        > 0.5
        for x in (train.images, test.images)
    ]
    for side in (7, 14)
}
inputs["bells"] = [short.encode(train.flat), short.encode(test.flat)]
makers = dict.fromkeys(inputs, ClassBernoullis.fit)
makers["bells"] = lambda x, y: ClassGaussians.fit(x, y, shared=True, shrinkage=0.05)
penalties = {"no penalty": np.inf, "C = 1": 1.0, "C = 0.1": 0.1, "C = 0.01": 0.01}
sorters = {
    name: lambda x, y, c=c: LogisticRegression(C=c, tol=1e-3, max_iter=2000).fit(x, y)
    for name, c in penalties.items()
}
errors = {
    pair: learning_curves(
        {"generative": makers[pair]} | sorters,
        (seen * 1.0, train.labels),
        (unseen * 1.0, test.labels),
        sizes=chosen.sizes,
        seeds=chosen.seeds,
    )
    for pair, (seen, unseen) in inputs.items()
}

# %%
lines = {}
for pair, error in errors.items():
    candidates = np.stack([error[name] for name in list(penalties)[1:]])
    best = candidates.mean(axis=1).argmin(
        axis=0
    )  # at each size, the best of the penalties
    penalized = candidates[best, :, np.arange(len(best))].T
    lines[pair] = {
        "generative": error["generative"],
        "no penalty": error["no penalty"],
        "penalized": penalized,
    }

# %% mystnb={"figure": {"name": "fig-01-curves", "caption": "Test error against the number of training digits, mean over five draws of the training digits; the bands are one standard deviation. Penalized: at each size, the best of three penalties, chosen on the test digits."}, "image": {"alt": "Three panels, coins of 49 and of 196 pixels and bells, with three falling curves each over the number of training digits: generative, no penalty, penalized. In the first and the last panel the generative curve is below the one without penalty from 100 to 500 digits, and above it at the end. In the middle panel the penalized curve is below the generative one everywhere."}}
_, panels = plt.subplots(3, 1, figsize=(6, 7), sharex=True)
for ax, (pair, named) in zip(panels, lines.items(), strict=True):
    curves(
        {name: (chosen.sizes, 100 * e.mean(0)) for name, e in named.items()},
        bands={
            name: (100 * (e.mean(0) - e.std(0)), 100 * (e.mean(0) + e.std(0)))
            for name, e in named.items()
        },
        xlabel="training digits" if ax is panels[-1] else "",
        ylabel="error (%)",
        logx=True,
        ax=ax,
    )
    ax.set_title(pair)
plt.show()

# %%
middle = [i for i, n in enumerate(chosen.sizes) if 100 <= n <= 500]
gains = {
    (pair, rival): 100 * (theirs - lines[pair]["generative"])
    for pair in lines
    for rival, theirs in lines[pair].items()
    if rival != "generative"
}
crossing = [gains["bells", "no penalty"], gains["coins, 49 pixels", "no penalty"]]
bars = [2 * gain.std(axis=0, ddof=1) / np.sqrt(chosen.seeds) for gain in crossing]
never = gains["coins, 196 pixels", "penalized"].mean(axis=0)
check_claim(
    "01-learning-curves-cross",
    holds=all(
        (gain.mean(0) > bar)[middle].all() and gain.mean(0)[-1] < -bar[-1]
        for gain, bar in zip(crossing, bars, strict=True)
    ),
    otherwise=bool((never > 0).any()),
    measured={
        "bells, and coins of 49 pixels, no penalty": f"the generative one is ahead from 100 to 500 digits, the discriminative one at "
        f"{chosen.sizes[-1]:,}, by more than two standard errors each",
        "coins of 196 pixels, penalized": f"the discriminative one is ahead at all {len(chosen.sizes)} sizes",
    },
)

# %% [markdown]
# So the crossing is real, and it needs its footnotes. Against logistic regression *without a penalty* the bells do what the slide says, and so do the
# coins of 49 pixels: with a few hundred digits the model that fits densities is ahead, with two thousand the other one. (With two digits of each class no one can fit a
# covariance, and the bells are behind there, too.) A *penalty* takes nearly all of the advantage away. It does for logistic regression what the assumed shape does for its
# rival: it keeps it from believing too much in few examples.
#
# The coins of 196 pixels are never ahead of a penalized rival. Neighboring pixels are far from independent, and the finer the grid, the more
# naive Bayes counts the same evidence twice. That costs more than it saves, even with twenty digits.

# %% [markdown]
# ## The Hard Problem: why is generation fundamentally difficult?
#
# *Slide 4*
#
# To sort, it is enough to know on which side of a boundary an image lies. To make one, you need the density over the whole
# space of 784 pixels. The slide lists what stands in the way. We take its points one by one, and measure.
#
# ### Many modes
#
# A distribution is *multimodal* when it has several separate peaks. We have met the consequences twice: the chains
# that never left their digit ({numref}`fig-01-chains`), and the single bell curve whose samples are tangles of strokes
# ({numref}`fig-01-samples`). What does it cost, in numbers? We compare densities of digits they have not seen.

# %%
held_out = {
    name: float(model.log_prob(z_test).mean())
    for name, model in {"one Gaussian": single, "ten Gaussians": maker}.items()
}
gain = held_out["ten Gaussians"] - held_out["one Gaussian"]
print(f"ten modes explain a test digit by {about(gain, 2)} nats better than one")
print(
    "FID, one mode / ten modes:",
    about(fid["one Gaussian for all"] / fid["Gaussians, one covariance each"], 0.5),
)

# %% [markdown]
# The right number of modes is worth dozens of nats for each digit. A model with too few must put its mass *between* the modes,
# where nothing lives.
#
# ### Distances concentrate
#
# Take a thousand random points, and measure from one of them to all others. In the plane some are near and some are far.
# In many dimensions a squared distance is a sum of many independent terms. Its mean grows like $d$, its standard
# deviation only like $\sqrt d$. So all distances become alike: for points from $\mathcal N(0, I)$ the standard deviation of the
# distance, divided by its mean, tends to $1 / \sqrt{2 d}$.

# %%
from scipy.stats import chi

from gencore.metrics import distance_variation, relative_contrast

rng = np.random.default_rng(0)
dimensions = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 784])
clouds = {d: rng.standard_normal((500, d)) for d in dimensions}
varies = np.array([distance_variation(cloud) for cloud in clouds.values()])
formula = np.array([chi(d).std() / chi(d).mean() for d in dimensions])
contrast = {d: relative_contrast(c[50:], c[:50]) for d, c in clouds.items()}
some = train.flat[:500].astype(np.float64)
shuffled = rng.permuted(some, axis=0)
varies_digits = distance_variation(some)
like = 1 / (2 * varies_digits**2)

# %% mystnb={"figure": {"name": "fig-01-distances", "caption": "How much the distances between 500 points vary, relative to their mean. Circles: Gaussian points in d dimensions; line: the closed form. The dotted lines are 500 real digits, with 784 pixels each, and the same digits after each pixel was shuffled over them."}, "image": {"alt": "A falling line on two logarithmic axes, with circles on it. Two dotted lines cross it: the upper one, real digits, far to the left of 784 dimensions; the lower one, shuffled pixels, farther to the right."}}
from gencore.plotting import floor_lines

ax = curves(
    {"closed form": (dimensions, formula), "Gaussian points": (dimensions, varies)},
    xlabel="dimensions $d$",
    ylabel="std / mean of distances",
    logx=True,
    logy=True,
)
ax.lines[0].set(marker="")
ax.lines[1].set(linestyle="", markerfacecolor="none", markersize=8)
for text in list(ax.texts):
    text.remove()
ax.legend()
levels = {"digits": varies_digits, "shuffled": distance_variation(shuffled)}
floor_lines(ax, {name: round(level, 2) for name, level in levels.items()})
plt.show()

# %%
check_claim(
    "01-distances-concentrate",
    holds=bool(
        np.abs(varies / formula - 1).max() < 0.1
        and (np.diff(varies) < 0).all()
        and contrast[784] < 0.3 < 5 < contrast[2]
    ),
    otherwise=bool(varies_digits < 2 * formula[-1]),
    measured={
        "Gaussian points": "the variation falls at every step from 1 to 784 dimensions, within 10 % of the closed form",
        "farthest against nearest point": f"more than 5 times the nearest distance beyond it in 2 dimensions, less than 0.3 in {dimensions[-1]}",
        "real digits in 784 dimensions": f"vary like Gaussian points in about {about(like, 5)} dimensions",
    },
)

# %% [markdown]
# For independent coordinates the claim holds, and to the letter of the formula. Digits have 784 coordinates, too, but
# their distances vary like those of points in a few dozen dimensions. Shuffle each pixel over the digits, which keeps every pixel's own
# distribution and breaks what they know of one another, and the distances draw together. So it is not the
# number of pixels that counts. What does?
#
# ### Data lies on low-dimensional manifolds
#
# Write a digit, then lean it, thicken it, open its loop. A few such changes make most of the variety, so digits should fill only
# a thin sheet in the space of pixels: a *{term}`manifold <Manifold>`*. How many dimensions has the sheet? We ask in two ways.
#
# *{term}`PCA`* counts the flat directions that are needed for 90, 95 and 99 % of the variance. *{term}`TwoNN`* looks at each point's two nearest
# neighbors only {cite:p}`facco2017`. If the points fill $d$ dimensions, the ratio $\mu = r_2 / r_1$ of the two
# distances exceeds $m$ with probability $m^{-d}$. So the slope of $-\log(1 - F(\mu))$ against $\log \mu$ is the dimension, for a sheet however
# curved. Beside it stands an older estimate from ten neighbors {cite:p}`levina2005`.

# %%
from gencore.metrics import levina_bickel_dimension, two_nn_dimension

show_source(two_nn_dimension)

# %% [markdown]
# An estimate needs controls. One is a *flat twin*: Gaussian points with exactly the covariance of the digits, so that PCA cannot tell
# them apart. The other is random pixels. The last are points whose dimension we know.

# %%
points = train.flat[: chosen.points].astype(np.float64)
center = points.mean(axis=0)
covariance = np.cov(points, rowvar=False) + 1e-6 * np.eye(784)
sphere = rng.standard_normal((len(points), 11))
sphere = sphere / np.linalg.norm(sphere, axis=1, keepdims=True)
sets = {
    "digits": points,
    "flat twin of the digits": rng.multivariate_normal(
        center, covariance, len(points), method="cholesky"
    ),
    "random pixels": rng.random(points.shape),
    "sphere of 10 dimensions in 784": np.pad(sphere, ((0, 0), (0, 773))),
}
spectra, rows = {}, []
for name, x in sets.items():
    values = np.linalg.eigvalsh(np.cov(x, rowvar=False))[::-1]
    spectra[name] = np.cumsum(values) / values.sum()
    counts = {q: int((spectra[name] < q / 100).sum()) + 1 for q in (90, 95, 99)}
    rows.append({"points": name} | {f"PCA, {q} %": counts[q] for q in counts})
    rows[-1]["ten neighbors"] = levina_bickel_dimension(x)
    rows[-1]["TwoNN"] = two_nn_dimension(x)
show_table(
    rows,
    formats={"ten neighbors": ".0f", "TwoNN": ".0f"},
    caption=f"How many dimensions do {len(points):,} points seem to fill?",
)

# %% mystnb={"figure": {"name": "fig-01-spectrum", "caption": "Share of the variance in the first principal components, for digits and for random pixels."}, "image": {"alt": "Two rising curves over the number of components. That of the digits shoots up and is near one after two hundred of 784; that of random pixels climbs slowly, almost along the diagonal."}}
count = np.arange(1, 785)
curves(
    {name: (count, 100 * spectra[name]) for name in ("digits", "random pixels")},
    xlabel="principal components",
    ylabel="variance explained (%)",
)
plt.show()

# %%
sheet = {row["points"]: row["TwoNN"] for row in rows}
each = [two_nn_dimension(train.flat[train.labels == k]) for k in range(10)]
check_claim(
    "01-low-dimensional-manifold",
    holds=bool(
        sheet["digits"] < 20
        and max(each) < 20
        and sheet["flat twin of the digits"] > 1.5 * sheet["digits"]
        and sheet["random pixels"] > 4 * sheet["digits"]
        and abs(sheet["sphere of 10 dimensions in 784"] - 10) < 2
    ),
    measured={
        "digits": "less than 20 dimensions, all together and class by class",
        "flat twin": "more than 1.5 times as many, so the sheet is curved",
        "random pixels": "more than 4 times as many",
        "sphere of 10 dimensions": "10, within 2",
    },
)

# %% [markdown]
# Digits have 784 numbers, and from any digit about a dozen directions lead to others. PCA needs many more, since it may only use *flat*
# directions: a curved sheet of a dozen dimensions bends through a hundred. The flat twin shows that this is no trick of the counting: same
# covariance, far more dimensions. And take the estimate for what it is. For random pixels, whose dimension is 784, TwoNN falls short by far: a few
# thousand points cannot show so many. It is a good witness for small numbers only.
#
# ### Sample complexity grows exponentially
#
# How many examples does it take to learn a density? The most honest estimator assumes nothing but smoothness: put a bump on every
# example, and add them up. It is called a *{term}`kernel density estimate <Kernel density estimate>`*. We ask for very little: points come from $\mathcal N(0, I)$ in $d$ dimensions, and we want the density *at one
# place*, the origin, where it is highest, up to a squared relative error of 0.1, about 32 %. For bumps of width $h$ everything is known exactly:
#
# $$\mathbb E \left(\frac{\hat p(0)}{p(0)} - 1\right)^2 = \left((1 + h^2)^{-d/2} - 1\right)^2
#   + \frac{(h^2 (2 + h^2))^{-d/2} - (1 + h^2)^{-d}}{n}.$$ (eq-01-kde)
#
# Wide bumps smear the peak (first term, the bias). Narrow bumps are rarely hit (second term, the variance). We choose the best $h$
# for each $d$, and solve for the number of samples $n$. The result is the famous table of {cite:t}`silverman1986`. Then we do it: we
# make hundreds of estimates and read off the $n$ at which their error is 0.1. And someone who *knows* that the density is a Gaussian does
# it, too, by fitting a mean and a covariance.

# %%
from gencore.metrics import kernel_density_samples
from gencore.recipes.challenge import bump_samples, fitted_samples

costs = np.arange(1, 11)
exact = np.array([10 ** kernel_density_samples(d).log10_n for d in costs])
tried = np.array(chosen.cost_dimensions)
repeats = {"repeats": chosen.cost_repeats}
bumps = np.array(
    [[bump_samples(d, seed=s, **repeats) for d in tried] for s in range(chosen.seeds)]
)
gauss = np.array(
    [[fitted_samples(d, seed=s, **repeats) for d in tried] for s in range(chosen.seeds)]
)

# %% mystnb={"figure": {"name": "fig-01-cost", "caption": "Samples needed for one value of a density, to within 32 %. A bump on every sample: closed form, and measured with many estimates. A fitted Gaussian: measured."}, "image": {"alt": "A logarithmic axis of samples over dimensions. The line for bumps climbs steeply and almost straight from 4 in one dimension to near a million in ten, with markers on it. The line for the fitted Gaussian stays below a few hundred."}}
ax = curves(
    {
        "bumps, closed form": (costs, exact),
        "bumps, measured": (tried, bumps.mean(axis=0)),
        "fitted Gaussian, measured": (tried, gauss.mean(axis=0)),
    },
    xlabel="dimensions $d$",
    ylabel="samples needed",
    logy=True,
)
ax.lines[0].set(marker="")
ax.lines[1].set(linestyle="", markerfacecolor="none", markersize=8)
ax.legend()
plt.show()

# %%
growth = np.array([np.polyfit(tried, np.log(row), 1)[0] for row in bumps])
power = np.array([np.polyfit(np.log(tried[1:]), np.log(row[1:]), 1)[0] for row in gauss])
sure_growth = growth.mean() - 2 * growth.std(ddof=1) / np.sqrt(chosen.seeds)
check_claim(
    "01-sample-complexity-exponential",
    holds=bool(
        np.exp(sure_growth) > 3
        and (np.diff(np.log(exact)) > 1).all()
        and np.abs(np.log(bumps.mean(0) / exact[: len(tried)])).max() < 0.15
    ),
    otherwise=bool((np.diff(np.log(gauss.mean(0)))[2:] > 1).all()),
    measured={
        "a bump on every sample": f"each dimension multiplies the samples by {about(np.exp(growth.mean()), 0.5)}, and "
        "surely by more than 3",
        "closed form and measurement": "agree to within 15 %",
        "a fitted Gaussian": f"the samples grow about like d to the power {about(power.mean(), 0.5)}",
        "784 independent dimensions": f"bumps would need more than 10 to the power {int(kernel_density_samples(784).log10_n)}",
    },
)

# %% [markdown]
# Every dimension makes it about four times as expensive. Two remarks keep this from being a counsel of despair.
#
# **Structure in the data.** The count in the exponent is the dimension that the data fill. A dozen is bad, but it is not 784.
#
# **Structure in the model.** The fitted Gaussian needs a few dozen samples where the bumps need thousands, because it may generalize: it
# assumes a shape and has only $d (d + 3) / 2$ numbers to learn. If the shape is wrong, no number of samples helps; we saw its digits. So the
# claim is about estimators that assume nothing. Everything in this course is a way of assuming *something* about images, such as that
# they come from a short code, or that they can be denoised step by step. And the slide's "intractable inference"
# is the price: densities that are rich enough have integrals that nobody can do. Chapter 04 meets the first one.

# %% [markdown]
# ## The Fundamental Tradeoff: how bold should a generator be?
#
# *Slide 5*
#
# Every generator that is used in earnest has a knob. Ours is the *{term}`temperature <Temperature>`* $T$: we draw from
# $P(x \mid y)^{1 / T}$, normalized. For a Gaussian this multiplies the covariance by $T$. At $T = 0$ all draws are the class
# mean, the safest three of all; at $T = 1$ they come from the model; above, the model takes risks.
#
# We turn the knob from cold to hot, and measure quality and diversity apart ({term}`precision and recall <Precision and recall>`, chapter 02 explains them).
# *Precision*: the share of made digits that look real. *Recall*: the share of real digits that the model could have made.
# Beside the knob we put real digits, and two collapsed "generators" that we make by hand. One repeats twenty real digits with a little noise. The
# other makes nothing but real threes.

# %%
turned = {
    T: code.decode(maker.sample(key_x, y, temperature=T)) for T in chosen.temperatures
}
swept = {T: score_samples(images, real) for T, images in turned.items()}
values = {
    name: np.array([score[name]["value"] for score in swept.values()])
    for name in ("precision", "recall", "density", "coverage", "fid")
}

# %%
from gencore.data import class_sample, noisy

n = chosen.samples
twenty = np.resize(class_sample(train, 20).images, (n, 28, 28))
handmade = {
    "twenty digits, repeated": score_samples(noisy(twenty, std=0.05), real),
    "only threes": score_samples(class_sample(train, n, classes=(3,)).images, real),
}
marks = {
    name: (score["recall"]["value"], score["precision"]["value"])
    for name, score in handmade.items()
}
marks["real digits"] = (floor["real"]["recall"], floor["real"]["precision"])

# %% mystnb={"figure": {"name": "fig-01-knob", "caption": "The knob, from cold to hot. Left: precision against recall. Right: both, and coverage, against the temperature (MNIST classifier features; as many samples as test digits: 1,000 each in the quick profile)."}, "image": {"alt": "Left, a curve from the upper left to the lower right through points named T = 0.01 to T = 8: precision falls as recall rises. Right, over temperature: precision falls, recall rises, coverage rises and then falls."}}
from gencore.plotting import labeled_points

_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2))
names = [f"T = {T:g}" for T in chosen.temperatures]
pairs = zip(values["recall"], values["precision"], strict=True)
labeled_points(
    dict(zip(names, pairs, strict=True)),
    xlabel="recall (diversity)",
    ylabel="precision (quality)",
    connect=True,
    ax=left,
)
labeled_points(marks, xlabel="recall", ylabel="precision", ax=left)
curves(
    {
        name: (chosen.temperatures, values[name])
        for name in ("precision", "recall", "coverage")
    },
    xlabel="temperature $T$",
    ylabel="score",
    logx=True,
    ax=right,
)
plt.show()

# %% mystnb={"figure": {"name": "fig-01-temperatures", "caption": "Twenty samples at three positions of the knob: cold, the model itself, and hot. The classes were drawn once, the noise too; only the temperature changes."}, "image": {"alt": "Three pairs of rows. Cold: clean, soft digits, and all of a class look the same. In the middle: varied digits, some smudged. Hot: wild tangles of thick and broken strokes."}}
cold, hot = chosen.temperatures[0], chosen.temperatures[-2]
rows = np.concatenate([turned[T][:20] for T in (cold, 1.0, hot)]).reshape(-1, 28, 28)
labels = [f"T = {cold:g}", "", "T = 1", "", f"T = {hot:g}", ""]
image_grid(rows, columns=10, row_labels=labels)
plt.show()

# %% [markdown]
# Both scores move, in opposite directions, all along the way. There is no best setting on this curve. FID, which adds quality and diversity up to one
# number, has an opinion, but so would any other sum. And mind what precision is: it counts samples *near some real digit* in the eyes of the classifier,
# so it is generous. The tangles of the single Gaussian in {numref}`fig-01-samples` get a high precision, too.

# %%
print(
    "precision of the single Gaussian's tangles is above 0.9:",
    scores["one Gaussian for all"]["precision"]["value"] > 0.9,
)

# %% [markdown]
# ### The cold end: mode collapse
#
# *High quality, low diversity.* A collapsed generator makes the same few things, well. Three of them stand at the upper left of
# {numref}`fig-01-knob`: the cold knob, and the two that we made by hand.

# %%
collapsed = [swept[chosen.temperatures[0]], *handmade.values()]
check_claim(
    "01-mode-collapse-trades-diversity",
    holds=bool(
        min(case["precision"]["value"] for case in collapsed) > 0.85
        and max(case["recall"]["value"] for case in collapsed) < 0.15
        and max(case["coverage"]["value"] for case in collapsed) < 0.25
        and floor["real"]["recall"] > 0.8
    ),
    measured={
        "precision of all three collapsed generators": "above 0.85, as for real digits",
        "their recall": "below 0.15; real digits have more than 0.8",
        "their coverage": "below 0.25",
    },
)

# %% [markdown]
# ### The hot end: spread thin
#
# *High diversity, low quality.* At the hot end the samples reach into every corner, and past it.

# %%
order = np.array(chosen.temperatures)
hottest, warmest = values["coverage"][-1], values["coverage"].max()
check_claim(
    "01-thin-coverage-trades-quality",
    holds=bool(
        (np.diff(values["precision"]) < 0.02).all()
        and values["precision"][0] - values["precision"][-1] > 0.15
        and values["recall"][-1] - values["recall"][order == 1.0][0] > 0.2
    ),
    otherwise=bool(hottest > warmest - 0.05),
    measured={
        "from cold to hot": "precision never rises, and falls by more than 0.15 in all",
        "recall": "rises by more than 0.2 from T = 1 to the hottest",
        "coverage": "rises first, then falls: at the hottest it is more than 0.05 below its peak",
    },
)

# %% [markdown]
# "High diversity" depends on the ruler. Recall asks whether a real digit lies *between* made ones; wild samples far apart have much between them, so
# recall keeps rising. Coverage asks whether a real digit has a made one *nearby*; samples that land outside of the digits cover nobody. So a generator
# that spreads thin is diverse, but part of its diversity is of the wrong kind.
#
# And the tradeoff is *this model's*. The knob moves along a curve. A better model has a better curve: the real digits have high precision **and** high
# recall, so nature pays no such price. The chapters to come try to move the curve.

# %% [markdown]
# ## What we found
#
# The deck's claims, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "01"]
show_table(
    {
        "the slide": [claim.claim for claim in ours],
        "verdict": [claim.verdict_words for claim in ours],
        "finding": [claim.finding for claim in ours],
    }
)

# %% [markdown]
# ## Pitfalls
#
# - **Confidence is not likelihood.** A classifier that is 99 % sure has said nothing about whether the image is a digit.
# - **A chain that looks busy may be stuck.** Start several, far apart, and read $\hat R$. It can only notice what the chains have seen.
# - **"The generative one learns faster" needs its footnotes:** which pair, which penalty, how many examples.
# - **The number of pixels is not the dimension** that counts, and the dimension that counts is itself an estimate: give it controls.
# - **One number for quality hides the knob.** Ask for quality and diversity, and for the temperature at which they were measured.
#
# ## Where this leads
#
# We have a maker of digits, and it is a poor one. But how poor? We used FID, precision and recall as if we knew what they see. Chapter 02 takes them
# apart. Then the course looks for a better density than a bell for each class: one that finds the sheet on which digits lie, by itself.
