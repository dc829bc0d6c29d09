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
# # 02 · Measuring generation quality
#
# *Slide 6*
#
# A generator made a thousand images. Are they good? This chapter builds every score that the slide names from its
# formula, feeds it sets whose faults we know, and asks two questions each time: what does the score see, and what is
# it blind to?
#
# After this chapter you can
#
# - derive the Inception score and say why it lies between 1 and the number of classes;
# - compute the FID of two sets, and say what it assumes and how it depends on the number of images;
# - read precision, recall, density and coverage, and name a set that fools each of them;
# - say what a perplexity of 20 means, and why the question needs a unit;
# - put an interval around a score, and know what the interval leaves out.
#
# It runs in less than a minute on two cores.

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
# All sizes of this chapter are in one object. The full profile runs the same cells with ten times as many images.

# %%
import numpy as np

from gencore.recipes import measuring

chosen = measuring.settings()
chosen

# %% [markdown]
# ## Why one number?
#
# Anyone can look at ten images. Nobody can look at ten thousand and then say which of two models is better by how much.
# So we want a judge that is cheap, repeatable and blind to who made the images.
#
# Before we trust a judge, we try it on cases whose answer we know. Here are nine sets of digits. We take real digits
# from the training half of our data and damage them in different ways. The functions that do it are the library's.

# %%
from gencore.data import blurred, class_sample, load_mnist, noisy
from gencore.notebook import show_source

show_source(noisy, blurred)

# %%
train, test = load_mnist("train"), load_mnist("test")
n = chosen.samples
digits = class_sample(train, n).images  # equally many of each class
averages = np.stack([train.images[train.labels == k].mean(axis=0) for k in range(10)])

sets = {
    "real digits": digits,
    "noisy": noisy(digits, std=0.3),
    "blurred": blurred(digits, width=1.5),
    "only threes": class_sample(train, n, classes=(3,)).images,
    "one image a class": np.resize(class_sample(train, 10).images, digits.shape),
    "class averages": np.resize(averages, digits.shape),
    "inverted": 1 - digits,
    "black": np.zeros_like(digits),
    "random pixels": np.random.default_rng(0).random(digits.shape, np.float32),
}

# %% mystnb={"figure": {"name": "fig-02-sets", "caption": "Nine sets to judge, ten images of each. Two of them repeat the same ten images over and over, and the eighth is black throughout."}, "image": {"alt": "Nine rows of ten small images. Real digits; digits under noise; digits blurred to soft shapes; threes only; ten clean digits, one a class; ten blurry class averages; black digits on white; black squares; gray static."}}
from gencore.plotting import image_rows

ax = image_rows({name: images[:10] for name, images in sets.items()})
# %% [markdown]
# A person ranks these at a glance: the real digits are best, the black squares and the static are worthless, the rest
# lies between. The slide notes that "human evaluation remains gold standard". We cannot measure that here, and we do
# not doubt it. But people are slow and they disagree, so the field uses numbers that "approximate perceptual quality".
# How well they do is a question that we can test.

# %% [markdown]
# ## The measuring stick
#
# *Do we compare pixels?* No. Shift a digit by one pixel and nearly every pixel on its edge changes, yet it is the same
# digit. Instead we compare what a trained network sees: a {term}`feature extractor <Feature extractor>` maps an image
# to a short vector in which similar images are near.
#
# The papers behind this slide use Inception, a network trained on photographs of 1,000 kinds of things
# {cite:p}`szegedy2016`. For digits that is the wrong eye: it never learned to care about strokes. So this
# course trained one small digit classifier on the 60,000 training digits of MNIST, and froze it. Its last hidden layer
# gives 128 features; its output gives the probabilities of the ten classes. Every score below uses **MNIST classifier
# features**, and no number here may be compared with a published Inception number.

# %%
from gencore.models import DigitClassifier, extract_features, load_classifier

show_source(DigitClassifier)

# %% [markdown]
# *How good is it?* The record of its training says. We also ask it about the digits that come with this course.

# %%
from gencore.recipes.classifier import accuracy
from gencore.records import load_records

(record,) = load_records("classifier", "mnist", "full")
embedded = load_mnist("test", source="embedded")
print(
    f"MNIST's 10,000 test digits, not seen in training: {record.value('test_accuracy'):.2%} right"
)
print(
    f"the embedded test digits:                         {accuracy(load_classifier(), embedded):.2%} right"
)

# %% [markdown]
# The second number is higher, and that is no luck. The embedded digits are copies, byte for byte, of images in MNIST's
# *training* file, so the classifier has seen every one of them. In the quick profile both sides of each comparison, the
# set and the digits it is held against, are seen digits, so the comparison is fair between them. But the
# {term}`floors <Floor>` flatter a little: the real digits look surer than new ones would. Numbers for the course's
# records come from the full profile, whose 10,000 test digits the classifier has never seen.

# %%
real = extract_features(test.images[:n])
seen = {name: extract_features(images) for name, images in sets.items()}
print(real.features.shape, real.probabilities.shape)

# %% [markdown]
# ## Inception Score (IS)
#
# *Is each image clearly something, and is everything there?* {cite:t}`salimans2016` put both questions into one
# number. Let $x$ be an image drawn from the set, and $p(y \mid x)$ the classifier's probabilities of the classes
# $y = 1, \dots, K$. Averaged over the set they give the marginal $p(y)$. A good set has sharp $p(y \mid x)$, so that
# each image is clearly one class, and a flat $p(y)$, so that all classes appear. The {term}`KL divergence` from one to
# the other is large exactly then:
#
# $$
# \mathrm{IS} = \exp \Bigl( \mathbb{E}_x \, \mathrm{KL}\bigl( p(y \mid x) \,\Vert\, p(y) \bigr) \Bigr)
# $$ (eq-02-is)
#
# Write out the logarithm of the ratio inside, and the exponent falls into two parts. With the entropy
# $H(p) = -\sum_y p(y) \log p(y)$,
#
# $$
# \log \mathrm{IS} = \mathbb{E}_x \sum_y p(y \mid x) \log \frac{p(y \mid x)}{p(y)}
# = \underbrace{H\bigl(p(y)\bigr)}_{\text{diversity of labels}} - \underbrace{\mathbb{E}_x H\bigl(p(y \mid x)\bigr)}_{\text{doubt about labels}}
# = I(X; Y),
# $$ (eq-02-information)
#
# the mutual information of image and label. So the score is the slide's "label confidence and diversity", word for word.
#
# **Its bounds follow in two lines.** A KL divergence is never negative, so $\mathrm{IS} \ge e^0 = 1$, and it is 1 when
# every image gets the same probabilities. On the other side, doubt is never negative and the entropy of $K$ classes is
# at most $\log K$, so $\mathrm{IS} \le e^{\log K} = K$; it is $K$ when every label is certain and all are equally
# frequent. The range is 1 to the **number of classes**.

# %%
from gencore.metrics import inception_score

show_source(inception_score)

# %%
from gencore.claims import check_claim

limits = {
    k: (inception_score(np.full((k, k), 1 / k)).mean, inception_score(np.eye(k)).mean)
    for k in (10, 1000)
}
reached = {
    k: bool(np.allclose(limit, (1, 1000), rtol=1e-9)) for k, limit in limits.items()
}
check_claim(
    "02-is-range",
    holds=reached[1000],
    otherwise=reached[10],
    measured={
        f"{k} classes": f"from {low:.0f} to {high:.0f}"
        for k, (low, high) in limits.items()
    },
)

# %% [markdown]
# Now the nine sets, with the two parts of {eq}`eq-02-information`. We show each part as a number of classes, $e^H$: how many
# labels the set uses, and between how many the classifier hesitates at a typical image. The score is their ratio.

# %%
from scipy.special import entr

from gencore.notebook import show_table

rows = []
for name, judged in seen.items():
    p = judged.probabilities.astype(np.float64)
    used, doubt = np.exp(entr(p.mean(axis=0)).sum()), np.exp(entr(p).sum(axis=1).mean())
    rows.append(
        {
            "set": name,
            "labels used": used,
            "labels in doubt": doubt,
            "IS": inception_score(p).mean,
        }
    )
show_table(rows, formats={"labels used": ".2f", "labels in doubt": ".2f", "IS": ".2f"})

# %% mystnb={"figure": {"name": "fig-02-inception", "caption": "Inception score of the nine sets (MNIST classifier). Ten images, each repeated, score as high as a thousand different real digits."}, "image": {"alt": "A chart with one dot a set. One image a class and real digits stand together at 9.9, close to the upper bound of 10, with class averages at 9.1. Blurred digits reach 6.4 and noisy ones 5.2. Only threes, inverted, black and random pixels lie between 1 and 2."}}
from gencore.plotting import dot_chart

inception = {row["set"]: row["IS"] for row in rows}
ax = dot_chart(
    inception, xlabel="Inception score (MNIST classifier), between 1 and 10", number=".2f"
)
# %% [markdown]
# The score does what the slide says, "higher = better", as long as images get worse by losing their label: noise and
# blur raise the doubt, and *only threes* uses one label. But it sees **labels only**. *One image a class* is ten
# pictures, repeated until there are enough. It uses all ten labels without a doubt, and scores no lower than real digits
# that are all different. The blurry *class averages* come close. Within a class the score cannot tell variety from
# repetition. A generator that has learned one clear image a class, and nothing else, is as good as reality.

# %%
falls = all(
    inception[name] < inception["real digits"]
    for name in ("noisy", "blurred", "only threes")
)
check_claim(
    "02-is-quality-and-diversity",
    holds=falls,
    otherwise=inception["one image a class"] < inception["real digits"],
    measured="noise, blur and missing classes lower the score of real digits; one image a class, repeated, does not",
)

# %% [markdown]
# **Splits.** Papers often cut the samples into ten parts, score each and report the mean. That has two traps. Small
# parts score lower, since few images cannot use all labels equally {cite:p}`barratt2018`. And if the samples come in
# the order of their class, each part holds one class and scores 1. The library shuffles first, and makes one split
# unless it is asked for more.

# %%
p = seen["real digits"].probabilities
in_order = p[np.argsort(p.argmax(axis=1), kind="stable")]
unshuffled = np.mean(
    [inception_score(part).mean for part in np.array_split(in_order, 10)]
)
print(f"ten parts in the order of the classes, not shuffled: {unshuffled:.1f}")
for splits in (1, 10, 100):
    print(
        f"{splits:3d} splits, shuffled: {inception_score(in_order, splits=splits).mean:.1f}"
    )

# %% [markdown]
# **The slide's thresholds** are ">300 excellent, 100–300 good, <100 poor". We hold real handwriting against them.

# %%
check_claim(
    "02-is-thresholds",
    holds=inception["real digits"] > 100,
    measured=f"real digits score {inception['real digits']:.1f}, and no set of digits can exceed 10",
)

# %% [markdown]
# Real digits are "poor", and so is anything that could ever be made of ten classes. The thresholds speak of one
# classifier, Inception with its 1,000 classes, and of photographs like those that it was trained on. On any other data
# the honest yardstick is the score of real data under the same classifier.

# %% [markdown]
# ## FID Score
#
# *Do the images look like the real ones, as a crowd?* The Inception score never looks at a real image.
# {cite:t}`heusel2017` compare two sets: the generated one and a real one. Take the features of both, forget all but the
# mean $\mu$ and the covariance $\Sigma$ of each, and measure how far apart two Gaussians with these would be. For
# Gaussians the {term}`Fréchet distance` has a closed form {cite:p}`dowson1982`:
#
# $$
# \mathrm{FID} = \lVert \mu_r - \mu_f \rVert^2
#   + \operatorname{tr}\bigl( \Sigma_r + \Sigma_f - 2 (\Sigma_r \Sigma_f)^{1/2} \bigr)
# $$ (eq-02-fid)
#
# Here $r$ stands for real, $f$ for fake, and $\operatorname{tr}$ is the sum of the diagonal. In one dimension the second
# term is $(\sigma_r - \sigma_f)^2$: the first term asks whether the crowds stand at the same place, the second whether
# they are equally wide, in every direction. The trace of the root is the sum of the square roots of the eigenvalues of
# $\Sigma_r \Sigma_f$. That is short enough to type.

# %%
from gencore.metrics import frechet_distance

a, b = real.features.astype(np.float64), seen["noisy"].features.astype(np.float64)
gap, cov_a, cov_b = (
    a.mean(axis=0) - b.mean(axis=0),
    np.cov(a, rowvar=False),
    np.cov(b, rowvar=False),
)
roots = np.sqrt(np.abs(np.linalg.eigvals(cov_a @ cov_b)))
by_hand = gap @ gap + np.trace(cov_a) + np.trace(cov_b) - 2 * roots.sum()
print(
    "equal to the library's in six digits:",
    bool(np.isclose(by_hand, frechet_distance(a, b), rtol=1e-6)),
)
show_source(frechet_distance)

# %% [markdown]
# The library takes another way to the same number. It never forms the product of two covariances, which is not symmetric
# and whose rounding errors grow where they are nearly singular. It solves a symmetric problem with the same eigenvalues,
# estimates their error, and goes back to the features themselves where that is too large, or where there are fewer images
# than features.
#
# ### Graded damage
#
# *Does FID rise when quality falls?* We raise three kinds of damage in five doses each: noise, blur, and digits that
# are missing altogether. Every set has the same number of images, and so has the set of real test digits that it is
# held against.

# %%
doses = {
    "noise": [noisy(digits, std) for std in chosen.noise],
    "blur": [blurred(digits, width) for width in chosen.blur],
    "missing classes": [
        class_sample(train, n, classes=range(k, 10)).images for k in chosen.dropped
    ],
}

# %% mystnb={"figure": {"name": "fig-02-doses", "caption": "Three kinds of damage in five doses, left to right. In the last row each image is flawless; what grows is the number of digits that never appear."}, "image": {"alt": "Three rows of ten images, two for each dose. Noise grows from a faint grain to heavy static. Blur grows until the strokes melt together. The third row shows clean digits, of which fewer and fewer kinds remain."}}
ax = image_rows(
    {
        name: np.concatenate([images[4:6] for images in steps])
        for name, steps in doses.items()
    }
)
# %%
from gencore.recipes.evaluation import score_samples


def score(images):
    return {name: entry["value"] for name, entry in score_samples(images, real).items()}


scores = {name: score(images) for name, images in sets.items()}
ladders = {
    name: [scores["real digits"], *map(score, steps)] for name, steps in doses.items()
}
fid = {name: [step["fid"] for step in steps] for name, steps in ladders.items()}
show_table(
    [
        {"damage": name} | {f"dose {i}": value for i, value in enumerate(values)}
        for name, values in fid.items()
    ],
    formats={f"dose {i}": ".1f" for i in range(6)},
    caption=f"FID (MNIST classifier features) of {n:,} images against {n:,} real test digits. Dose 0 is no damage.",
)

# %% mystnb={"figure": {"name": "fig-02-fid-doses", "caption": "FID rises with every dose of every damage. The floors are real training digits and random pixels, at the same number of images."}, "image": {"alt": "Three rising curves of FID against dose on a logarithmic axis. All start at the floor of real digits near 8 and stay below random pixels, which stand near 570. Blur rises most; missing classes and noise end a little lower."}}
from gencore.plotting import curves, floor_lines

steps = np.arange(6)
ax = curves(
    {name: (steps, f) for name, f in fid.items()},
    xlabel="dose",
    ylabel="FID (MNIST classifier)",
    logy=True,
)
ax = floor_lines(
    ax,
    {
        "real": round(scores["real digits"]["fid"], 1),
        "random": round(scores["random pixels"]["fid"]),
    },
)
# %% [markdown]
# Every dose of every damage raises FID. Note dose 0: real training digits against real test digits score about 8, not
# 0, although nothing is wrong with them. That is the best anyone can do with this many images, and the next
# section shows where it comes from.
#
# ### The number of images
#
# *Is the FID of a model a property of the model?* We split real digits at random into two sets of $N$ and compute the
# FID between them, again and again. Both sets come from one source, so the true distance is 0.

# %%
from gencore.metrics import kernel_distance

pool = np.concatenate(
    [extract_features(train.images).features, extract_features(test.images).features]
)
rng = np.random.default_rng(0)
by_count = {}
for count in chosen.counts:
    picks = [
        rng.permutation(len(pool))[: 2 * count].reshape(2, count)
        for _ in range(chosen.repeats)
    ]
    by_count[count] = [
        [f(pool[i], pool[j]) for i, j in picks]
        for f in (frechet_distance, kernel_distance)
    ]
counts, mean_fid = (
    np.array(chosen.counts),
    np.array([np.mean(f) for f, _ in by_count.values()]),
)
slope, endless = np.polyfit(1 / counts, mean_fid, 1)

# %%
names = np.array(["photorealistic", "good quality", "noticeable artifacts"])
show_table(
    {
        "images in each set": chosen.counts,
        "FID, real against real": list(mean_fid),
        "FID × N / 1000": list(mean_fid * counts / 1000),
        "the slide calls it": list(names[np.digitize(mean_fid, [10, 50])]),
    },
    formats={"FID, real against real": ".1f", "FID × N / 1000": ".1f"},
)

# %% mystnb={"figure": {"name": "fig-02-count", "caption": "Left: FID of real digits against real digits falls as 1 / N; the dashed curve is the fit. Right: KID of the same sets scatters around zero at every N; the band spans the repetitions."}, "image": {"alt": "Two panels against the number of images. Left: FID falls along a straight line on logarithmic axes from about 80 at 100 images to about 4 at 2,000, and a fitted curve lies on top of it. Right: KID stays at zero while its band narrows."}}
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2)
fit = {"measured": (counts, mean_fid), "c / N": (counts, slope / counts)}
curves(fit, xlabel="images in each set", ylabel="FID", logx=True, logy=True, ax=left)
kid = np.array([k for _, k in by_count.values()])
bands = {"KID": (kid.min(axis=1), kid.max(axis=1))}
ax = curves(
    {"KID": (counts, kid.mean(axis=1))},
    xlabel="images in each set",
    ylabel="KID",
    logx=True,
    bands=bands,
    ax=right,
)
# %% [markdown]
# The product of FID and $N$ is nearly constant: FID is **biased upward by $c / N$**. The reason is that $\mu$ and
# $\Sigma$ are estimated. Two samples of one crowd never have quite the same mean and covariance, and the distance counts
# the difference as if it were real. Extended to endless $N$ the line ends near 0, where it belongs. That extrapolation
# is a method of its own {cite:p}`chong2020`.
#
# Two rules follow. Compare FIDs only at **equal numbers of images**. And print the floor at that number beside each of
# them: 10,000 images is the field's habit, and this course's in its records.

# %%
same_count = all((np.diff(values) > 0).all() for values in fid.values())
few_real, many_damaged = mean_fid[0], fid["noise"][2]
print("FID for endless images, extrapolated, is below 1:", bool(abs(endless) < 1))
check_claim(
    "02-fid-falls-with-quality",
    holds=same_count,
    otherwise=few_real < many_damaged,
    measured=f"at {n:,} images FID rises with each of 15 doses; but {counts[0]} real digits score {few_real:.0f}, "
    f"and {n:,} noisy ones {many_damaged:.0f}",
)

# %% [markdown]
# ### The range, and the thresholds
#
# The slide gives FID a range of 0 to 500. Zero is right: it is a sum of squares. But what would stop it at 500?

# %%
ratio = frechet_distance(2 * a, 2 * b) / frechet_distance(a, b)
print(f"all features doubled: FID times {ratio:.3f}")
check_claim(
    "02-fid-range",
    holds=max(entry["fid"] for entry in scores.values()) <= 500,
    measured={
        name: f"{scores[name]['fid']:.0f}"
        for name in ("inverted", "random pixels", "black")
    },
)

# %% [markdown]
# Inverted digits, black on white, are farther from digits than random pixels are. And the unit itself is a choice:
# double the features, and every FID is four times as large. (Our features are multiplied by one constant, fixed once,
# which puts random pixels near 570.) So a threshold on FID makes sense for one extractor only. The slide's, "<10
# photorealistic, 10–50 good quality, >50 noticeable artifacts", are rules of thumb for Inception features of
# photographs. Do they carry over?

# %%
checks = {
    "real digits": fid["noise"][0],
    "noise, dose 1": fid["noise"][1],
    "noise, dose 2": fid["noise"][2],
    "noise, dose 3": fid["noise"][3],
    "three classes missing": fid["missing classes"][3],
    f"real digits, {counts[0]} of them": mean_fid[0],
    f"real digits, {counts[2]} of them": mean_fid[2],
}
words = {name: str(names[np.digitize(value, [10, 50])]) for name, value in checks.items()}
show_table(
    {
        "set": list(words),
        "FID": list(checks.values()),
        "the slide calls it": list(words.values()),
    },
    formats={"FID": ".1f"},
)

# %%
check_claim(
    "02-fid-thresholds",
    holds=[words[f"noise, dose {i}"] for i in (1, 2, 3)] == list(names)
    and words["real digits"] == names[0],
    otherwise=all(
        words[name] == names[0] for name in words if name.startswith("real digits,")
    ),
    measured=f"at {n:,} images noise passes through all three labels in order, from real digits on; "
    f"at {counts[0]} images real digits are “{words[f'real digits, {counts[0]} of them']}”",
)

# %% [markdown]
# With a fixed extractor, a fixed and large number of images and damage to the pixels, the labels fall into the right
# order. Remove a condition and they mislead. Real digits are "photorealistic", "good quality" or "noticeable artifacts",
# according to how many there are. And three missing classes are "noticeable artifacts", though there is no artifact
# in any image: FID cannot say *what* is wrong. Look at dose 1 of the noise, too: you see the grain, and FID hardly moves.
#
# ### What FID cannot see
#
# FID knows a crowd by its mean and covariance alone. So let us build a crowd that has exactly those of the real
# digits and is otherwise as different as can be. Draw Gaussian noise $Z$ in feature space, remove its own mean and
# covariance $C$, and give it the real ones: $\mu_r + (Z - \bar{Z}) \, C^{-1/2} \, \Sigma_r^{1/2}$.

# %%
z = np.random.default_rng(0).standard_normal(a.shape)
z -= z.mean(axis=0)
values, vectors = np.linalg.eigh(cov_a)
root = (
    vectors * np.sqrt(np.maximum(values, 0))
) @ vectors.T  # root @ root is the real covariance
white = np.linalg.solve(np.linalg.cholesky(np.cov(z, rowvar=False)), z.T).T
impostor = a.mean(axis=0) + white @ root
print(
    f"{(impostor < -0.01).mean():.0%} of its features are negative; of the real digits' {(a < -0.01).mean():.0%}"
)

# %% mystnb={"figure": {"name": "fig-02-moments", "caption": "Two crowds with equal mean and covariance in all 128 features, seen along the two main directions of the real one. Their FID is zero."}, "image": {"alt": "Two scatter plots side by side. Left: real digits, in dense clumps with empty space between them. Right: the impostor, one round cloud without clumps, of about the same width."}}
from gencore.plotting import scatter_2d

figure, panels = plt.subplots(1, 2)
main = vectors[:, [-1, -2]]
reach = 1.05 * np.abs((impostor - a.mean(axis=0)) @ main).max()
for ax, (title, crowd) in zip(
    panels, {"real digits": a, "impostor": impostor}.items(), strict=True
):
    scatter_2d(
        (crowd - a.mean(axis=0)) @ main,
        xlabel="first direction",
        ylabel="second direction",
        ax=ax,
    )
    ax.set_aspect("equal", adjustable="box")
    ax.set(title=title, xlim=(-reach, reach), ylim=(-reach, reach))

# %%
from gencore.metrics import density_coverage, precision_recall

crowds = {"other real digits": seen["real digits"].features, "impostor": impostor}
rows = []
for name, crowd in crowds.items():
    row = {
        "crowd": name,
        "FID": frechet_distance(a, crowd),
        "KID": kernel_distance(a, crowd),
    }
    row |= precision_recall(a, crowd)._asdict() | density_coverage(a, crowd)._asdict()
    rows.append(row)
two = {name: ".2f" for name in rows[0] if name != "crowd"}
show_table(
    rows,
    formats=two | {"FID": ".1f"},
    caption=f"Against {n:,} real test digits, MNIST classifier features.",
)

# %%
honest, fake = rows
check_claim(
    "02-fid-feature-distance",
    holds=abs(by_hand - frechet_distance(a, b)) < 1e-6 * by_hand,
    otherwise=fake["FID"] > honest["FID"],
    measured={
        "the definition and the library": "equal",
        "FID of the impostor": f"{fake['FID']:.1f}, below other real digits at {honest['FID']:.1f}",
        "its precision": f"{fake['precision']:.2f}",
    },
)

# %% [markdown]
# The impostor has FID 0, better than real digits. It has no clumps, and more than a quarter of its features are
# negative, which this network cannot produce. Precision and density notice at once; KID notices too, since its kernel looks at third
# moments. "Feature distribution distance" holds for Gaussians, and features are not Gaussian.
#
# There is a second blind spot, and every score of this chapter shares it. Our *real digits* are training digits. A
# "generator" that hands out its training set would score exactly the same. Memorizing is invisible until someone
# compares each sample with the training images.

# %% [markdown]
# ## KID, precision and recall, density and coverage
#
# Four more scores, from the same features. Each was made because of something that FID hides.
#
# **{term}`KID`** {cite:p}`binkowski2018` replaces the Gaussians by a kernel, $k(a, b) = (a^\top b / d + 1)^3$ with $d$
# the number of features. It is the squared {term}`MMD`: how alike the images are within each set, against how alike they
# are across.
#
# $$
# \mathrm{KID} = \mathbb{E}\,[k(r, r')] + \mathbb{E}\,[k(f, f')] - 2\, \mathbb{E}\,[k(r, f)],
# $$ (eq-02-kid)
#
# where $r \ne r'$ are two different real images and $f \ne f'$ two different fakes. Because no image is paired with
# itself, the estimate is unbiased: right on average at any $N$, and negative about half of the time when the sets agree,
# as {numref}`fig-02-count` showed.
#
# **{term}`Precision and recall`** {cite:p}`kynkaanniemi2019` ask two questions apart. Draw a ball around each real
# image's features that reaches to its third-nearest real neighbor. *Precision* is the share of fakes that lie in some
# real ball: do they look real? Swap the roles. *Recall* is the share of real images that lie in some fake's ball:
# could all of them have been made?
#
# **{term}`Density and coverage`** {cite:p}`naeem2020` use balls of real images only, to the fifth neighbor. *Density*
# counts in how many of them a fake lies, divided by 5. *Coverage* is the share of real balls that hold a fake.

# %%
columns = {
    "inception_score": ("IS", ".1f"),
    "fid": ("FID", ".1f"),
    "kid": ("KID", ".1f"),
    "precision": ("precision", ".2f"),
    "recall": ("recall", ".2f"),
    "density": ("density", ".2f"),
    "coverage": ("coverage", ".2f"),
}
show_table(
    [
        {"set": name} | {title: entry[key] for key, (title, _) in columns.items()}
        for name, entry in scores.items()
    ],
    formats=dict(columns.values()),
    caption=f"{n:,} images against {n:,} real test digits, MNIST classifier features. The first row and the last are the floors.",
)

# %% mystnb={"figure": {"name": "fig-02-which-notices", "caption": "Which score notices what? The doses of the earlier figures, judged by precision, recall and coverage."}, "image": {"alt": "Three panels: noise, blur and missing classes, each with precision, recall and coverage against dose. Precision stays near 0.9 in all panels. Under noise and blur recall falls to zero, coverage a little later. For missing classes both fall slowly."}}
figure, panels = plt.subplots(1, 3, sharey=True)
for ax, (name, entries) in zip(panels, ladders.items(), strict=True):
    series = {
        key: (steps, [entry[key] for entry in entries])
        for key in ("precision", "recall", "coverage")
    }
    for (key, pair), style in zip(series.items(), ("o-", "s--", "^-."), strict=True):
        ax.plot(*pair, style, label=key, markersize=4)
    ax.set(title=name, xlabel="dose", ylim=(-0.03, 1.05))
panels[0].set_ylabel("share")
legend = panels[2].legend(loc="lower left")
# %% [markdown]
# Read the table row by row. Recall and coverage see through *one image a class*: of all that is real, next to nothing
# could be made by it. That is what the Inception score missed.
#
# Now look at precision. It is meant to judge quality, and it gives **black squares a perfect 1**. It hardly reacts to
# noise and blur, and density rises under blur. Why? We measure how far each set lies from the middle of the real crowd,
# and how large the balls are.


# %%
from sklearn.neighbors import NearestNeighbors


def from_middle(features):
    return float(np.median(np.linalg.norm(features - a.mean(axis=0), axis=1)))


shown = ("real digits", "noisy", "blurred", "black", "inverted")
show_table(
    [
        {"set": name, "distance from the middle": from_middle(seen[name].features)}
        for name in shown
    ],
    formats={"distance from the middle": ".1f"},
    caption="Median distance from the mean of the real features.",
)
balls = density_coverage(real.features, seen["black"].features[:1], k=3).density * 3
radii = (
    NearestNeighbors(n_neighbors=4).fit(a).kneighbors(a)[0][:, 3]
)  # the nearest is the image itself
print(
    f"half of the balls have a radius below {np.median(radii):.0f}, the largest {radii.max():.0f}"
)
print(
    f"a black image lies in {balls:.0f} of the {n:,} balls around real digits; for precision, one is enough"
)

# %% [markdown]
# Real digits lie on a shell, far from their own mean, in separate directions. Noise, blur and blackness take evidence
# away and draw the features inward, to where no real digit is. But a few odd real digits have no near neighbor. Their
# balls are huge and reach over the empty middle, and whatever falls there counts as real.

# %% [markdown]
# Each score can be fooled, each by another set. *One image a class* fools the Inception score, the impostor fools FID,
# black squares fool precision. No damaged set fools all of them at once; only a copied training set does. So report
# several, with their floors, and look at the images.

# %% [markdown]
# ## Perplexity (Text)
#
# *How do we judge a model that writes?* Texts have no Inception, but a language model offers something that a GAN does
# not: a probability for every text. Cut a text into $T$ tokens $x_1, \dots, x_T$ and let the model predict each one
# from those before it. {term}`Perplexity` {cite:p}`jelinek1977` is the exponential of the mean
# {term}`negative log-likelihood` per token:
#
# $$
# \mathrm{PPL} = \exp \Bigl( - \frac{1}{T} \sum_{t=1}^{T} \log p(x_t \mid x_{<t}) \Bigr)
# $$ (eq-02-perplexity)
#
# A model that spreads its belief evenly over $V$ tokens gives each the probability $1/V$, so its perplexity is
# $\exp(\log V) = V$. That is how to read the number: the model is as unsure as if it chose among so many equally likely
# tokens. It is at least 1, and the slide is right that it measures predictability.
#
# Our models are those of {cite:t}`shannon1948`: count how often a letter follows the letters before it. A model of
# order $n$ looks at $n - 1$ letters; where a context is rare, it leans on the shorter one. Order 0 knows nothing and
# takes all 27 symbols, the letters and the space, as equally likely.

# %%
from gencore.models import NGram

show_source(NGram)

# %%
from gencore.data import LETTERS, letters_only, load_text
from gencore.metrics import perplexity

text = letters_only(load_text())
cut = round((1 - chosen.held_out) * len(text))
known, fresh = text[:cut], text[cut:]
letters, words_in_it = len(fresh), len(fresh.split())
models = {order: NGram(known, order, LETTERS) for order in chosen.orders}
nll = {order: model.nll(fresh) for order, model in models.items()}
total = {order: each.sum() for order, each in nll.items()}
print(
    f"order 0: perplexity {perplexity(total[0], letters):.1f} per letter, for {len(LETTERS)} symbols"
)

# %% [markdown]
# The text is the help pages that ship with Python, of which each version has its own, so the exact numbers below may
# differ a little on your machine. The last tenth is kept for the test: no model has counted it. We divide the same
# negative log-likelihood of the same text by different counts: by its letters, by its words, and, in bits, by its letters.

# %% tags=["nbval-ignore-output"]
guessed = {
    order: np.exp(-each).mean() for order, each in nll.items()
}  # mean probability of the letter that came
rows = [
    {
        "order": order,
        "per letter": perplexity(total[order], letters),
        "per word": perplexity(total[order], words_in_it),
        "bits per letter": total[order] / letters / np.log(2),
        "guessed right": guessed[order],
        "it writes": "".join(models[order].sample(45, seed=1)),
    }
    for order in models
]
show_table(
    rows,
    formats={
        "per letter": ".2f",
        "per word": ",.0f",
        "bits per letter": ".2f",
        "guessed right": ".0%",
    },
)

# %% mystnb={"figure": {"name": "fig-02-perplexity", "caption": "The same models on the same text, in two units. The slide's thresholds, 20 and 100, are the dotted lines."}, "image": {"alt": "Two falling curves of perplexity against the order of the model, on a logarithmic axis. Per letter it falls from 27 to about 4 and is below 20 from order 1 on. Per word it falls from almost 100 million to about 2,000, always far above 100."}}
orders = list(models)
both = {
    "per letter": (orders, [perplexity(nats, letters) for nats in total.values()]),
    "per word": (orders, [perplexity(nats, words_in_it) for nats in total.values()]),
}
ax = curves(both, xlabel="order of the model", ylabel="perplexity", logy=True)
ax = floor_lines(ax, {"human-like below": 20, "gibberish above": 100})
# %% [markdown]
# Down each column perplexity falls and the share of letters guessed right rises: within one unit, lower is better. But
# read across a row. One model, one text, and the number changes by a factor of hundreds to millions, because
#
# $$
# \mathrm{PPL}_{\text{word}} = \mathrm{PPL}_{\text{letter}}^{\,L}, \qquad L = \text{letters per word, with the space.}
# $$ (eq-02-unit)

# %%
per_letter, per_word = both["per letter"][1], both["per word"][1]
better_guess = all(np.diff(list(guessed.values())) > 0) and all(np.diff(per_letter) < 0)
check_claim(
    "02-perplexity-predictability",
    holds=better_guess,
    otherwise=per_letter[0] > per_word[3],
    measured="with every order perplexity falls and more letters are guessed right; but uniform letters, per letter, "
    "come out below the trigram model, per word",
)

# %%
letters_per_word = letters / words_in_it
assert np.isclose(per_word[3], per_letter[3] ** letters_per_word)
check_claim(
    "02-perplexity-range",
    holds=max(per_word) <= 10_000 and np.isfinite(perplexity(np.inf, 1)),
    measured=f"uniform letters have {per_letter[0]:.0f} per letter and more than 10 million per word; "
    f"a text that the model thinks impossible has {perplexity(np.inf, 1)}",
)

# %% [markdown]
# ### The thresholds
#
# The slide says "<20 human-like, 20–100 coherent, >100 gibberish". By that, every one of our models but the uniform one is
# human-like per letter, even order 1, which draws letters by their frequency alone. Per word, all are gibberish. Look at what
# they write, in the table above: gibberish is right.

# %%
gibberish = {
    order: (a, b)
    for order, a, b in zip(orders, per_letter, per_word, strict=True)
    if 1 <= order <= 3
}
check_claim(
    "02-perplexity-thresholds",
    holds=not all(a < 20 < 100 < b for a, b in gibberish.values()),
    measured="the models of order 1, 2 and 3 are below 20 per letter and above 100 per word, on the same text",
)

# %% [markdown]
# Could a unit save the thresholds? {cite:t}`shannon1951` let people guess the next letter and concluded that English has
# between 0.6 and 1.3 bits per letter for a human reader. In our unit:

# %%
from gencore.notebook import about

low, high = (2 ** (bits * letters_per_word) for bits in (0.6, 1.3))
print(f"a human reader: between {about(2**0.6, 0.1)} and {about(2**1.3, 0.5)} per letter")
print(
    f"the same reader, per word: from about {about(low, 5)} to more than 100: {bool(high > 100)}"
)

# %% [markdown]
# So a human has a perplexity of about 2 per letter, and at the upper bound a human is "gibberish" per word. Per word,
# 20 is at least of the right order for a very good model. Modern models count in subword tokens, each with its own
# vocabulary, and then even two perplexities per token do not compare. Bits per letter, or per byte, do: the text fixes
# the unit and not the model. And a low perplexity on a given text still says nothing about what a model writes by itself.

# %% [markdown]
# ## How sure are we?
#
# *The FID of a model is 9.3 and that of another is 7.9. Is the second one better?* Each number comes from one draw of
# images. Another draw gives another number. A {term}`confidence interval <Confidence interval>` says how much that
# matters. The usual {term}`bootstrap <Bootstrap>` draws rows with replacement; but copies of rows raise FID by
# themselves, so ours takes random halves without replacement.

# %%
from gencore.metrics import bootstrap_interval

judged = {
    "real digits": seen["real digits"],
    "noise, dose 1": extract_features(doses["noise"][0]),
    "blur, dose 1": extract_features(doses["blur"][0]),
    "noise, dose 2": extract_features(doses["noise"][1]),
    "one class missing": extract_features(doses["missing classes"][0]),
}
values = {
    name: frechet_distance(real.features, fake.features) for name, fake in judged.items()
}
here, beyond = (
    {
        name: bootstrap_interval(
            frechet_distance,
            real.features,
            fake.features,
            resamples=chosen.resamples,
            debias=debias,
        )
        for name, fake in judged.items()
    }
    for debias in (False, True)
)

# %% mystnb={"figure": {"name": "fig-02-intervals", "caption": "FID with its 95 % interval at this number of images (MNIST classifier features)."}, "image": {"alt": "Five dots with bars. Real digits and the first dose of noise have bars that overlap, near 8 and 9. The first dose of blur is near 14, the second dose of noise near 19 and one missing class near 27, with wider bars."}}
ax = dot_chart(
    values, intervals=here, xlabel=f"FID, {n:,} images against {n:,}", number=".1f"
)
# %%
show_table(
    {
        "set": list(values),
        "FID": list(values.values()),
        f"95 % at {n:,} images": [
            f"{low:.0f} to {high:.0f}" for low, high in here.values()
        ],
        "95 % for endless images": [
            f"{low:.0f} to {high:.0f}" for low, high in beyond.values()
        ],
    },
    formats={"FID": ".1f"},
)
print(
    "the interval at this count holds 0, the truth for real digits:",
    here["real digits"].low <= 0,
)
print(
    "the interval for endless images holds it:",
    beyond["real digits"].low <= 0 <= beyond["real digits"].high,
)

# %% [markdown]
# With this many images, FID cannot separate the first dose of noise from no noise at all: the intervals overlap. It
# can separate the second.
#
# The two columns of intervals answer two questions. The first: what would *other samples of this size* give? It knows
# nothing of the bias, and for real digits it excludes the true distance, 0. An interval around a biased number is sure
# of the wrong thing. The second takes the bias out, for the distance that *endless samples* would have, and holds
# 0. It may reach below zero, which no true distance does: near perfection, "we cannot tell" is the honest answer.

# %% [markdown]
# ## What we found
#
# The slide's ten claims, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "02"]
show_table(
    [
        {
            "the slide": claim.claim,
            "verdict": claim.verdict_words,
            "finding": claim.finding,
        }
        for claim in ours
    ]
)

# %% [markdown]
# ## Where this leads
#
# From here on, every score comes with its number of images, both floors and the name of its features, and never alone.
# Chapter 03 makes its first images with autoencoders, and chapter 04 gives its VAE an FID that you can now read. Chapter
# 09 takes up the perplexity with a small transformer; its first rival is the n-gram model of this chapter.
