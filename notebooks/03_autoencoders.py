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
# # 03 · Autoencoders
#
# *Slides 7 to 11*
#
# Squeeze a picture through a narrow door, and ask for it back. What gets through, what is that good for, and why can
# the result not simply be run backwards to make new pictures?
#
# After this chapter you can
#
# - write down an autoencoder, train it, and hold it against the best linear code;
# - say what a compression ratio counts, and what it leaves out;
# - read a reported loss, and find out in which units it was measured;
# - test the four uses on the slide, compression, denoising, anomaly detection and retrieval, against simple baselines;
# - tell two reasons for bad images apart: an answer that is an average, and a code that nobody ever used.
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
# All numbers that we chose are in one object. The full profile runs the same cells on the 60,000 digits of MNIST.

# %%
import zlib
from dataclasses import replace

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx
from scipy.ndimage import median_filter
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from gencore.claims import check_claim, load_claims
from gencore.data import blurred, load_mnist, noisy
from gencore.metrics import edge_energy, mse, psnr, ssim
from gencore.models import MLP, Autoencoder, extract_features
from gencore.notebook import about, show_source, show_table
from gencore.plotting import (
    curves,
    dot_chart,
    floor_lines,
    histograms,
    image_rows,
    latent_map,
    scatter_2d,
)
from gencore.recipes import autoencoder as recipe
from gencore.recipes.evaluation import floors, score_samples
from gencore.records import load_records
from gencore.training import autoencoder_loss, fit, gradient_step, trained_model

chosen = recipe.settings()
digits, test = load_mnist("train"), load_mnist("test")
chosen

# %% [markdown]
# ## Autoencoders: The Foundation
#
# *Slide 7*
#
# **Question.** A digit is 784 numbers. How few numbers are enough to draw it again?
#
# An {term}`autoencoder <Autoencoder>` answers by trying. An *encoder* $f$ turns the image $x \in [0, 1]^{784}$ into a short code
# $z = f(x) \in \mathbb R^{128}$. A *decoder* $g$ turns the code into an image $\hat x = g(z)$. Nobody says what the code
# should mean. Both are trained together, on one demand: the image that comes out should be the one that went in.
#
# $$
# L = \frac{1}{784} \, \lVert x - g(f(x)) \rVert^2
# $$ (eq-03-loss)
#
# This is the {term}`mean squared error <MSE>` (MSE) per pixel. The code is the {term}`bottleneck <Bottleneck>`: with 784 free
# numbers the network could copy the image, with 128 it has to choose {cite:p}`hinton2006`.
#
# Here is the slide's network in the library. `MLP` is a stack of linear maps with a nonlinearity between them; without
# hidden layers, each half is a single linear map.

# %%
show_source(Autoencoder, autoencoder_loss)

# %% [markdown]
# We train two of them, and keep them for the whole chapter. The *wide* one is the slide's, 784 → 128 → 784. The *narrow* one
# has a code of only two numbers, and a few hidden layers to make the most of them. Slide 8 looks at the training
# itself.

# %%
wide, history = recipe.train(
    digits.flat,
    digits.flat,
    chosen,
    progress=False,
    evaluate=lambda model: {"test": mse(test.flat, np.asarray(model(test.flat)))},
)
narrow, _ = recipe.train(digits.flat, digits.flat, chosen.map(), seed=6, progress=False)

codes, test_codes = (
    np.asarray(wide.encode(digits.flat)),
    np.asarray(wide.encode(test.flat)),
)
rebuilt = np.asarray(wide.decode(test_codes))
rebuilt_by_two = np.asarray(narrow(test.flat))
f"{test.flat.shape} → {test_codes.shape} → {rebuilt.shape}"

# %% mystnb={"figure": {"name": "fig-03-rebuilt", "caption": "Test digits, rebuilt from 128 numbers and from two. What 128 numbers lose is faint, but it has the shape of the strokes."}, "image": {"alt": "Four rows of ten handwritten digits, one of each class. First row: the originals. Second row, rebuilt from 128 numbers: nearly the same. Third row, the difference of the two: faint outlines of the strokes. Fourth row, rebuilt from two numbers: soft blobs, several of them another digit than the original."}}
first = [int(np.flatnonzero(test.labels == k)[0]) for k in range(10)]
squares = {
    "digit": test.flat,
    "from 128 numbers": rebuilt,
    "what is lost": np.abs(test.flat - rebuilt),
    "from 2 numbers": rebuilt_by_two,
}
ax = image_rows({name: flat[first].reshape(-1, 28, 28) for name, flat in squares.items()})

# %% [markdown]
# ### What the 6.125 counts
#
# The slide says "6.1× compressed". 784 / 128 = 6.125 is a count of numbers. But the numbers differ: a pixel is one byte, an entry of the
# code is a float of four bytes. So let us count bytes. The code can also be *quantized*: cut the range that each entry has on the
# training digits into $2^b$ equal steps, and store the number of the step in $b$ bits. The yardstick is `zlib`, the general
# compressor inside PNG, which loses nothing.

# %%
low, high = codes.min(axis=0), codes.max(axis=0)


def quantized(z, bits):
    """Round every entry of a code to the nearest of 2**bits steps."""
    steps = 2**bits - 1
    return low + np.rint((z - low) / (high - low) * steps).clip(0, steps) / steps * (
        high - low
    )


# %%
pixels = np.rint(255 * test.flat).astype(np.uint8)
packed = np.mean([len(zlib.compress(image.tobytes(), 9)) for image in pixels])
error_of = {
    bits: mse(test.flat, np.asarray(wide.decode(quantized(test_codes, bits))))
    for bits in (8, 4)
}
float_error = mse(test.flat, rebuilt)
show_table(
    {
        "one digit as": [
            "784 pixels",
            "the same, packed by zlib",
            "128 floats",
            "128 × 8 bits",
            "128 × 4 bits",
        ],
        "bytes": ["784", f"about {about(packed, 40)}", "512", "128", "64"],
        "784 / bytes": [
            "1",
            about(784 / packed, 0.5),
            *[f"{784 / size:.4g}" for size in (512, 128, 64)],
        ],
        "error, in units of the floats'": [
            "0",
            "0",
            "1",
            *[about(e / float_error, 0.1) for e in error_of.values()],
        ],
    }
)

# %%
weights = sum(leaf.size for leaf in jax.tree.leaves(nnx.state(wide.decoder)))
print(f"the decoder: {weights:,} weights, as many bytes as {4 * weights // 784} digits")
check_claim(
    "03-compression",
    holds=784 / 128 == 6.125 and error_of[8] < 1.05 * float_error,
    otherwise=784 / (4 * 128) > 6,
    measured={
        "numbers": "784 / 128 = 6.125",
        "bytes with floats": f"784 / 512 = {784 / 512:.3g}",
        "bytes with 8 bits an entry": f"784 / 128 = {784 / 128:.4g}, at no loss in MSE",
    },
)

# %% [markdown]
# As floats, the code saves only a third of the bytes. Rounded to 8 bits it really is 6.125 times shorter, and the images are no worse. `zlib` comes to about
# four without losing anything, and needs no decoder of 400 kB. A fair comparison of two codes names three numbers: bits, error, and
# the size of the decoder.
#
# ### Are there distributions?
#
# The slide writes $q(z|x)$ for the encoder and $p(x|z)$ for the decoder, as if both were random. If $q(z|x)$ had any spread, the same digit
# would get different codes.

# %%
again = np.asarray(wide.encode(test.flat))
check_claim(
    "03-encoder-distribution",
    holds=not np.array_equal(again, test_codes),
    measured=f"encoding {len(test.flat):,} digits twice gives the same codes, bit by bit: {np.array_equal(again, test_codes)}",
)

# %% [markdown]
# So read the slide's $q(z|x)$ as $z = f(x)$, a function. Chapter 04 makes it a distribution, and that is the whole difference
# between an autoencoder and a VAE.
#
# ### Does the code keep the essentials?
#
# The essential thing about a digit is which digit it is. The course's frozen classifier reads the rebuilt digits, and we count how often it still finds
# the class. (It has seen all of MNIST's training digits, and the embedded ones are among them; so it reads the originals almost without a mistake.)


# %%
def read(flat):
    return float(
        (extract_features(flat).probabilities.argmax(axis=1) == test.labels).mean()
    )


kept, kept_by_two = read(rebuilt), read(rebuilt_by_two)
check_claim(
    "03-preserves-essentials",
    holds=kept > 0.98,
    otherwise=kept_by_two > 0.9,
    measured={
        "classified right, originals": "more than 98 %"
        if read(test.flat) > 0.98
        else "fewer than 98 %",
        "rebuilt from 128 numbers": "more than 98 %"
        if kept > 0.98
        else "fewer than 98 %",
        "rebuilt from 2 numbers": f"about {about(100 * kept_by_two, 10)} %",
    },
)

# %% [markdown]
# "Key features only" is half right. A code of 128 numbers keeps the class, but also the slant, the width of the pen and the
# loop of every 2. With two numbers the class itself is at risk. What is kept is decided by the width of the bottleneck and by the loss,
# and squared error does not know what a digit is.
#
# ### Does it filter noise?
#
# For the best *linear* code the answer is a formula. {term}`PCA` projects the centered image onto a plane of $k$ dimensions, the ones of largest
# variance: $\hat x = \bar x + P (x - \bar x)$. No linear autoencoder has a smaller squared error {cite:p}`baldi1989`. Add noise $n$ with
# variance $\sigma^2$ in each of $d$ pixels. What of it comes out is $P n$, and
#
# $$
# \frac{\mathbb E \lVert P n \rVert^2}{\mathbb E \lVert n \rVert^2} = \frac{\sigma^2 \operatorname{tr} P}{\sigma^2 d} = \frac{k}{d}
# = \frac{128}{784} = \frac{1}{6.125}.
# $$ (eq-03-noise)
#
# White noise has no preferred direction, so a plane with a sixth of the dimensions passes a sixth of it. We measure the same ratio for
# PCA and for our network: the squared change of the output over the squared change of the input.

# %%
pca = PCA(chosen.latent_dim, svd_solver="covariance_eigh").fit(digits.flat)


def project(flat):
    return pca.inverse_transform(pca.transform(flat)).astype(np.float32)


def rebuild(flat):
    return np.asarray(wide(flat))


std = 0.3
grainy = test.flat + std * np.random.default_rng(0).standard_normal(
    test.flat.shape, np.float32
)
passed = {
    name: mse(f(grainy), f(test.flat)) / std**2
    for name, f in {"PCA": project, "network": rebuild}.items()
}
print(
    f"share of the noise that passes: 1/6.125 = {1 / 6.125:.3f} in theory, {passed['PCA']:.3f} through PCA"
)
print(
    f"more than twice as much passes through the network: {passed['network'] > 2 * passed['PCA']}"
)

# %% [markdown]
# The formula holds for PCA. The network lets more noise through: nobody taught it about noise, and where its input is unlike
# any digit, nothing holds its output down. It still takes something off, though less than the plane.
#
# Now the slide's sentence in full: the features "discard pixel-level noise". That speaks of clean digits, and of what is
# lost in {numref}`fig-03-rebuilt`. Noise knows nothing of the class. So we ask a linear classifier to guess the digit from the *residual*
# $x - \hat x$ alone. Guessing blindly is right one time in ten.


# %%
def probe(train, held):
    """Share of test digits that a linear classifier, fitted to `train`, gets right from `held`."""
    mean, std = train.mean(), train.std()
    return (
        RidgeClassifier(1.0)
        .fit((train - mean) / std, digits.labels)
        .score((held - mean) / std, test.labels)
    )


residual, test_residual = digits.flat - rebuild(digits.flat), test.flat - rebuilt
white = np.random.default_rng(0).standard_normal(
    (len(digits.flat) + len(test.flat), 784), np.float32
)
from_residual = probe(residual, test_residual)
from_white = probe(white[: len(digits.flat)], white[len(digits.flat) :])
removed = 1 - mse(rebuild(grainy), test.flat) / mse(grainy, test.flat)
check_claim(
    "03-filters-noise",
    holds=removed > 0.2,
    otherwise=from_residual < 2 * from_white,
    measured={
        "squared error that the network takes off a noisy digit": "20 to 50 %"
        if 0.2 < removed < 0.5
        else "another share",
        "that PCA takes off": f"{1 - mse(project(grainy), test.flat) / mse(grainy, test.flat):.0%}",
        "class read from what a clean digit loses": f"about {about(100 * from_residual, 20)} % right",
        "from white noise": f"about {about(100 * from_white, 5)} % right",
    },
)

# %% [markdown]
# Both halves are true of different noise. Of noise that we *add*, a part is thrown out, and by the plane most of it. But our digits are nearly clean, and what the bottleneck throws away of
# them is no noise: it still says which digit it came from. Lossy compression discards what is expensive to keep, not what is meaningless.
#
# ## Worked Example: MNIST Compression
#
# *Slide 8*
#
# **Question.** The slide trains this network with Adam and MSE for 100 epochs, and reports an MSE of 0.45 after the first {term}`epoch <Epoch>` and 0.03
# after the last. Do we get that?
#
# First, what to expect. A model that ignores its input does best with the mean image. Its error is the variance of the pixels, and a network that does worse
# has learned nothing yet. PCA with 128 components is the best linear code of that size, and the
# baseline to beat. Here is all the code that trains.

# %%
show_source(recipe.train)

# %%
answers = {
    "black image": np.zeros_like,
    "mean image": lambda flat: np.broadcast_to(digits.flat.mean(axis=0), flat.shape),
    "PCA, 128 components": project,
    "network, epoch 100": rebuild,
}
error = {name: mse(test.flat, answer(test.flat)) for name, answer in answers.items()}
train_error = {
    name: mse(digits.flat, answer(digits.flat)) for name, answer in answers.items()
}


def written(errors):
    return [
        f"{value:.3f}" if value > 0.01 else about(value, 0.0005)
        for value in errors.values()
    ]


show_table(
    {
        "answer": list(error),
        "MSE, training digits": written(train_error),
        "MSE, test digits": written(error),
    }
)
print(
    f"better than PCA on the test digits: {error['network, epoch 100'] < error['PCA, 128 components']}"
)

# %% mystnb={"figure": {"name": "fig-03-training", "caption": "The worked example, pixels in [0, 1]. The network leaves the mean image behind in the first epochs, and passes PCA well before the last."}, "image": {"alt": "Two falling curves of the squared error against the epoch, on a logarithmic scale: training and test. Training starts at the line of the mean image; both cross the line of PCA with 128 components well before epoch 100, and the test curve ends above the training curve."}}
epochs = np.arange(1, chosen.epochs + 1)
tested = np.array(history.evaluations["test"])
ax = curves(
    {
        "training": (epochs, history["loss"]),
        "test": (tested[:, 0] / (len(digits.flat) // chosen.batch_size), tested[:, 2]),
    },
    xlabel="epoch",
    ylabel="MSE per pixel",
    logy=True,
)
ax = floor_lines(
    ax, {"mean image": error["mean image"], "PCA, test": error["PCA, 128 components"]}
)

# %% [markdown]
# The network passes PCA, with room to spare on the training digits and less on the test digits. The distance between its two curves is overfitting: about
# 200,000 weights, and 4,000 digits. On the 60,000 digits of MNIST the same recipe does better. Its results record, with where it comes from:

# %%
runs = load_records("autoencoder", "mnist", "full")
if not runs:
    print("no record of a full run yet")
for run in runs:
    show_table(
        [
            {
                "run": run.name,
                "digits": run.n_train,
                "network": f"{run.value('val_loss'):.4f}",
                "PCA": f"{run.value('pca_loss'):.4f}",
                "epoch 1, mean": f"{run.history['mse'][0][1]:.4f}",
                "seconds": f"{run.train_seconds:.0f}",
                "commit": run.provenance["commit"][:8],
                "processor": run.provenance["machine"]["processor"],
            }
        ],
        caption="MSE per pixel on the 10,000 test digits, pixels in [0, 1]:",
    )

# %% [markdown]
# ### In which pixels is 0.45?
#
# An MSE has units: squared pixels. If pixels are stretched by a factor $s$, every squared error grows by $s^2$, whoever made it. Four
# conventions are common: pixels in [0, 1]; in [−1, 1]; *standardized*, $(x - 0.13) / 0.31$ with the mean and the standard deviation of all pixels; and [0, 1] with the
# squares summed over the 784 pixels instead of averaged, which is what the slide's $L = \lVert x - \hat x \rVert^2$ literally says.
#
# A believable pair of numbers fits between our baselines. After one epoch: worse than PCA, but better than the mean image. After the last: better
# than PCA. We multiply, and look.

# %%
mean, spread = float(digits.flat.mean()), float(digits.flat.std())
factors = {
    "[0, 1]": 1.0,
    "[−1, 1]": 4.0,
    "standardized": 1 / spread**2,
    "[0, 1], summed": 784.0,
}
believable = {
    name: factor * error["PCA, 128 components"] < 0.45 < factor * error["mean image"]
    and factor * error["PCA, 128 components"] > 0.03
    for name, factor in factors.items()
}
show_table(
    {
        "pixels": list(factors),
        "errors ×": [f"{factor:.3g}" for factor in factors.values()],
        **{
            name: [f"{factor * value:.2g}" for factor in factors.values()]
            for name, value in list(error.items())[:3]
        },
        "0.45 → 0.03 fits": ["yes" if fits else "no" for fits in believable.values()],
    },
    caption=f"The pixels have mean {mean:.4f} and standard deviation {spread:.4f}.",
)
# %%
start, second = history["loss"][:2] * factors["standardized"]
trained, tested_at_end = (
    e["network, epoch 100"] * factors["standardized"] for e in (train_error, error)
)
check_claim(
    "03-epoch-losses",
    holds=believable["standardized"],
    otherwise=any(fits for name, fits in believable.items() if name != "standardized"),
    measured={
        "0.45 lies between our means over epochs 1 and 2, standardized": "yes"
        if second < 0.45 < start
        else "no",
        "0.03 lies between our training and test errors at the end": "yes"
        if trained < 0.03 < tested_at_end
        else "no",
    },
)

# %% [markdown]
# In [0, 1] an MSE of 0.45 is worse than a black image, at any time of the training. In [−1, 1] it *is* the black image, and 0.03 would lose against PCA. Summed
# over the pixels, 0.45 would be far beyond PCA after one epoch. Only standardized pixels make sense of both ends. A loss without its units is half a number.
#
# ### Does the loss decrease monotonically?
#
# The slide says it does. We log every single step of the first five epochs, and beside it a second training of the same network: all of the first 1,000 digits
# in every step, plain gradient descent with a small step.

# %%
_, single = recipe.train(
    digits.flat, digits.flat, replace(chosen, epochs=5), log_every=1, progress=False
)
some = digits.flat[:1000]
step, state = gradient_step(
    Autoencoder(rngs=nnx.Rngs(0)), autoencoder_loss, optax.sgd(1.0)
)
state, plain = fit(
    step,
    state,
    (some, some),
    steps=100,
    batch_size=len(some),
    log_every=1,
    progress=False,
)

rises = {
    "gradient descent, all digits a step": np.diff(plain["loss"]) > 0,
    "Adam, mini-batches, step by step": np.diff(single["loss"]) > 0,
    "Adam, mean over each epoch": np.diff(history["loss"]) > 0,
}
check_claim(
    "03-loss-decreases-monotonically",
    holds=not rises["gradient descent, all digits a step"].any(),
    otherwise=not rises["Adam, mini-batches, step by step"].any(),
    measured={
        "share of steps at which the loss rises": f"gradient descent {rises['gradient descent, all digits a step'].mean():.0%}",
        "Adam, step by step": f"about {about(100 * rises['Adam, mini-batches, step by step'].mean(), 20)} %",
        "Adam, epoch by epoch": "fewer than 1 in 10"
        if rises["Adam, mean over each epoch"].mean() < 0.1
        else "1 in 10 or more",
    },
)

# %% mystnb={"figure": {"name": "fig-03-steps", "caption": "The loss at single steps. Adam on mini-batches trembles at every step, and is far ahead; gradient descent on a fixed set of digits falls at every step, and crawls."}, "image": {"alt": "Two curves of the squared error against the step. Gradient descent falls smoothly over its 100 steps. Adam falls much faster and zigzags all the way."}}
ax = curves(
    {
        "Adam, mini-batches": (single.steps, single["loss"]),
        "gradient descent": (plain.steps, plain["loss"]),
    },
    xlabel="step",
    ylabel="MSE per pixel",
    logy=True,
)

# %% [markdown]
# Monotone descent is a theorem for gradient descent on a fixed loss with steps below $2 / \lambda$, where $\lambda$ bounds the curvature. A mini-batch changes
# the loss at every step: a step down for one batch may be a step up for the next. Averaged over an epoch the tremble nearly cancels, and that is the curve
# that slides show.
#
# ### Does 6× demonstrate that the essence is captured?
#
# The ratio is fixed before the training starts: an untrained network of the same shape compresses 6.125× as well. So we compare what the *codes* are worth, with the
# same linear classifier as above, and what can be rebuilt from them.

# %%
raw = Autoencoder(784, chosen.latent_dim, rngs=nnx.Rngs(1))
from_codes = probe(codes, test_codes)
from_raw = probe(np.asarray(raw.encode(digits.flat)), np.asarray(raw.encode(test.flat)))
show_table(
    {
        "a linear classifier sees": [
            "784 pixels",
            "128 numbers, trained",
            "128 numbers, untrained",
            "what the trained lose",
        ],
        "right": [
            f"about {about(100 * accuracy, step)} %"
            for accuracy, step in [
                (probe(digits.flat, test.flat), 5),
                (from_codes, 5),
                (from_raw, 5),
                (from_residual, 20),
            ]
        ],
        "MSE of the rebuilt image": [
            "0",
            about(float_error, 0.0005),
            f"{mse(test.flat, np.asarray(raw(test.flat))):.2f}",
            None,
        ],
    }
)
# %%
close = from_raw > from_codes - 0.05
check_claim(
    "03-ratio-demonstrates-essence",
    holds=not close and from_residual < 2 * from_white,
    measured={
        "untrained codes, of the same ratio, classify within 5 points of the trained ones": "yes"
        if close
        else "no",
        "what the code loses still shows the class": "yes"
        if from_residual > 2 * from_white
        else "no",
    },
)

# %% [markdown]
# Training makes the code *invertible*: that is worth something, and the MSE shows it. But the class is as easy to read from 128 random mixtures of pixels, so neither the ratio nor the
# accuracy shows that an essence was found.
#
# ## Autoencoder Successes
#
# *Slide 9*
#
# **Question.** The slide lists what autoencoders do well. Do they do it better than a simple method? Compression we have measured: 128 bytes a digit with a small
# loss, against about 190 bytes with none. Three uses remain.
#
# ### Denoising
#
# A {term}`denoising autoencoder <Denoising autoencoder>` sees a noisy digit and is asked for the clean one {cite:p}`vincent2008`. Nothing else changes in {eq}`eq-03-loss`. Its rivals: a Gaussian
# blur, a median filter, each at the best of a few widths, and the best linear map from noisy to clean pixels, fitted to the same noisy digits as the
# network. {term}`PSNR` and {term}`SSIM` are better when higher.

# %%
many = np.tile(digits.flat, (chosen.noise_copies, 1))
denoiser, _ = recipe.train(
    noisy(many, chosen.noise_std, seed=1), many, chosen.denoiser(), progress=False
)
linear = Ridge(10.0).fit(noisy(digits.flat, chosen.noise_std, seed=1), digits.flat)


def square(flat):
    return np.asarray(flat, np.float32).reshape(-1, 28, 28)


damaged = noisy(test.images, chosen.noise_std, seed=2)
flat_damaged = damaged.reshape(-1, 784)


def best(candidates):
    return max(candidates, key=lambda images: psnr(images, test.images))


cleaned = {
    "noisy": damaged,
    "blur": best([blurred(damaged, width) for width in (0.5, 0.7, 0.9, 1.1)]),
    "median": best([median_filter(damaged, (1, width, width)) for width in (3, 5)]),
    "plain autoencoder": square(wide(flat_damaged)),
    "linear map": square(linear.predict(flat_damaged).clip(0, 1)),
    "denoising autoencoder": square(denoiser(flat_damaged)),
    "clean": test.images,
}
# %%
quality = {
    name: (psnr(images, test.images), ssim(images, test.images))
    for name, images in list(cleaned.items())[:-1]
}
show_table(
    {
        "method": list(quality),
        "PSNR (dB)": [
            about(p, 0.5) if "auto" in name else f"{p:.1f}"
            for name, (p, _) in quality.items()
        ],
        "SSIM": [
            about(q, 0.1) if "auto" in name else f"{q:.2f}"
            for name, (_, q) in quality.items()
        ],
    }
)

# %% mystnb={"figure": {"name": "fig-03-denoising", "caption": "Test digits with noise of standard deviation 0.4, and what each method makes of them."}, "image": {"alt": "Six rows of ten digits: noisy, median filtered, plain autoencoder, linear map, denoising autoencoder, clean. The median filter leaves a gray ground, the plain autoencoder breaks the strokes; the denoising autoencoder gives dark ground and whole strokes, closest to the clean digits."}}
ax = image_rows(
    {name: images[first] for name, images in cleaned.items() if name != "blur"}
)

# %%
ours, rivals = (
    quality["denoising autoencoder"],
    [quality[name] for name in ("blur", "median", "linear map")],
)
check_claim(
    "03-denoising-works",
    holds=all(ours[0] > rival[0] and ours[1] > rival[1] for rival in rivals),
    measured={
        "gain over the best filter": "more than 3 dB"
        if ours[0] > 3 + max(p for p, _ in rivals[:2])
        else "3 dB or less",
        "better than the best linear map, in PSNR and SSIM": "yes"
        if ours[0] > rivals[2][0] and ours[1] > rivals[2][1]
        else "no",
        "better than an autoencoder that never saw noise": "yes"
        if ours > quality["plain autoencoder"]
        else "no",
    },
)

# %% [markdown]
# Denoising works, if the network is trained for it. The plain autoencoder is not a denoiser. And most of the way is linear: the network's gain
# over the best linear map is small in PSNR and clear in SSIM, since it keeps the ground black.
#
# ### Anomaly detection
#
# The recipe: train on normal data only, then call anomalous what is rebuilt badly. We leave one class out of the training, and see whether its digits stand out among the test digits of the
# other classes. The score is the area under the ROC curve (AUC): the probability that an anomaly has the larger error of the two, when one anomaly and one normal
# digit are drawn. A coin has 0.5. Random pixels and digits on their head are two more kinds of anomaly. The rival has no code at all: the squared distance from the mean image.


# %%
def auc(normal, odd):
    return roc_auc_score(
        np.r_[np.zeros(len(normal)), np.ones(len(odd))], np.r_[normal, odd]
    )


def per_image(a, b):
    return np.square(a - b).mean(axis=1)


errors, table = {}, []
for k in chosen.held_out:
    seen = digits.flat[digits.labels != k]
    detector, _ = recipe.train(seen, seen, chosen.detector(), progress=False)
    normal, held = test.flat[test.labels != k], test.flat[test.labels == k]
    noise = np.random.default_rng(0).random(normal.shape, np.float32)
    odd = {f"the digit {k}": held, "upside down": normal[:, ::-1], "random pixels": noise}
    errors[k] = {"other digits": normal} | odd
    errors[k] = {
        name: per_image(images, np.asarray(detector(images)))
        for name, images in errors[k].items()
    }
    table += [
        {
            "never seen": k,
            "anomaly": name,
            "network": auc(errors[k]["other digits"], errors[k][name]),
            "mean image": auc(
                per_image(normal, seen.mean(axis=0)), per_image(images, seen.mean(axis=0))
            ),
        }
        for name, images in odd.items()
    ]
# %%
show_table(
    [
        row
        | {
            "network": about(row["network"], 0.1),
            "mean image": f"{row['mean image']:.2f}",
        }
        for row in table
    ],
    caption="AUC:",
)

# %% mystnb={"figure": {"name": "fig-03-anomalies", "caption": "Reconstruction errors of two detectors. Zeros stand out when they were never seen; ones do not: a straight stroke is easy to rebuild."}, "image": {"alt": "Two panels of histograms of the squared error. Left: zeros, never seen in training, lie to the right of the other digits, with some overlap. Right: ones, never seen in training, form a narrow peak in the middle of the other digits, a little to the left."}}
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3), sharey=True)
for ax, (k, groups) in zip(axes, errors.items(), strict=True):
    shown = {name: groups[name] for name in ("other digits", f"the digit {k}")}
    histograms(shown, xlabel="squared error per pixel", ax=ax, logx=True)
_ = axes[1].set_ylabel("")

# %%
scores = {(row["never seen"], row["anomaly"]): row["network"] for row in table}
check_claim(
    "03-anomaly-detection-works",
    holds=scores[0, "random pixels"] > 0.99 and scores[0, "the digit 0"] > 0.85,
    otherwise=scores[1, "the digit 1"] > 0.5,
    measured={
        f"AUC of {name}, when {k} was never seen": about(scores[k, name], 0.1)
        for k, name in [(0, "random pixels"), (0, "the digit 0"), (1, "the digit 1")]
    },
)

# %% [markdown]
# A large error says "hard to rebuild", and that is not the same as "strange". Zeros are strange and hard. Ones are strange to a network that never saw one, and
# yet easier to rebuild than most digits: those taught it strokes. Before you trust such a detector, try it on the anomalies that you fear.
#
# ### Retrieval
#
# For each test digit we fetch the ten nearest training digits, and count how many have its class (precision at 10). Near may mean near in pixels, near in the
# network's codes, or near in the 128 numbers of PCA.


# %%
def precision_at_10(index, queries):
    """Mean share of the ten nearest entries of `index` that have the class of the query."""
    nearest = (
        NearestNeighbors(n_neighbors=10)
        .fit(index)
        .kneighbors(queries, return_distance=False)
    )
    return float((digits.labels[nearest] == test.labels[:, None]).mean())


found = {
    "784 pixels": precision_at_10(digits.flat, test.flat),
    "128 numbers of PCA": precision_at_10(
        pca.transform(digits.flat), pca.transform(test.flat)
    ),
    "128 numbers of the network": precision_at_10(codes, test_codes),
}
show_table(
    {
        "near in": list(found),
        "precision at 10": [
            about(p, 0.02) if "network" in name else f"{p:.2f}"
            for name, p in found.items()
        ],
    }
)
# %%
check_claim(
    "03-retrieval-works",
    holds=found["128 numbers of the network"] > 0.75,
    otherwise=found["128 numbers of the network"] > found["784 pixels"],
    measured={
        "of ten fetched digits, right": "more than 8"
        if found["128 numbers of the network"] > 0.8
        else "8 or fewer",
        "better than a search in pixels": "no"
        if found["128 numbers of the network"] < found["784 pixels"]
        else "yes",
    },
)

# %% [markdown]
# Most of what is fetched is right, so retrieval works. But the pixels do it better, and PCA does it as well as the pixels with the same 128 numbers. PCA is a projection, it keeps
# distances as well as it can. Nothing in {eq}`eq-03-loss` asks the network to keep near things near.
#
# ## Autoencoder Limitations
#
# *Slide 10*
#
# **Question.** The decoder turns codes into digits. Why not feed it random codes, and get new digits?
#
# Try it, in three ways. (a) Draw $z \sim \mathcal N(0, I)$, as one would without looking. (b) Look first: fit one Gaussian, with its full covariance, to the codes of the
# training digits. (c) Stay between real digits: decode the midpoints of two codes.

# %%
rng = np.random.default_rng(0)


def decode(z):
    return np.asarray(wide.decode(np.asarray(z, np.float32)))


def gaussian(z, n):
    return rng.multivariate_normal(z.mean(axis=0), np.cov(z.T), n, method="cholesky")


n = chosen.samples
left, right = rng.integers(0, len(test.flat), (2, n))
made = {
    "z from N(0, I)": decode(rng.standard_normal((n, chosen.latent_dim))),
    "z from a fitted Gaussian": decode(gaussian(codes, n)),
    "midpoints of two codes": decode((test_codes[left] + test_codes[right]) / 2),
}

# %% mystnb={"figure": {"name": "fig-03-random-codes", "caption": "Decoded codes that belong to no digit. White blobs, tangles of strokes, and two digits at once."}, "image": {"alt": "Three rows of ten decoded images. Codes from a standard normal distribution: white, speckled blobs. Codes from a fitted Gaussian: tangles of strokes. Midpoints of two codes: two overlaid digits."}}
ax = image_rows({name: square(images[:10]) for name, images in made.items()})

# %% [markdown]
# The scores of chapter 02 put numbers to it: {term}`FID` with MNIST classifier features, and coverage, the share of real digits with a
# decoded neighbor. FID stands between two {term}`floors <Floor>`: real digits, and random pixels, at the same number of images. The
# reconstructions stand there too: same decoder, but codes of real digits. (They are copies of the very test digits that they are compared with, so they
# may lie below the floor of other real digits.)

# %%
real = extract_features(test.images)


def measured(images):
    return {name: score["value"] for name, score in score_samples(images, real).items()}


ends = floors(digits.flat, real)
marks = {"real digits": ends["real"]["fid"], "random pixels": ends["random"]["fid"]}
judged = {
    name: measured(images)
    for name, images in ({"rebuilt test digits": rebuilt[:n]} | made).items()
}
blind = judged["z from N(0, I)"]
check_claim(
    "03-random-codes-decode-to-garbage",
    holds=blind["fid"] > 200
    and judged["z from a fitted Gaussian"]["fid"] > 100
    and blind["coverage"] < 0.1,
    measured={
        f"FID of {n:,} decoded codes from N(0, I), against {len(test.flat):,} test digits": f"about {about(blind['fid'], 100)}",
        "floors": f"real digits {marks['real digits']:.1f}, random pixels {marks['random pixels']:.0f}",
        "from the fitted Gaussian": "above 100"
        if judged["z from a fitted Gaussian"]["fid"] > 100
        else "100 or less",
        "rebuilt digits, same decoder": "below 5"
        if judged["rebuilt test digits"]["fid"] < 5
        else "5 or more",
        "coverage of N(0, I)": "below 0.1" if blind["coverage"] < 0.1 else "0.1 or more",
        "its precision": "above 0.5" if blind["precision"] > 0.5 else "0.5 or less",
    },
)

# %% mystnb={"figure": {"name": "fig-03-fid", "caption": "FID with MNIST classifier features, as many images as test digits, between the two floors. Lower is better."}, "image": {"alt": "Dots on a logarithmic axis of FID. Rebuilt test digits lie lowest, below the line of real digits. Midpoints lie above a hundred, codes from a fitted Gaussian higher, and codes from a standard normal close to the line of random pixels."}}
ax = dot_chart(
    {name: scores["fid"] for name, scores in judged.items()},
    xlabel=f"FID, {n:,} images",
    logx=True,
)
ax = floor_lines(ax, marks, axis="x")

# %% [markdown]
# Garbage, then: random codes land near random pixels. (Look at the precision, too. It calls most of them realistic: they fall into the wide neighborhoods of a
# few odd real digits. Coverage is not fooled. One score is never enough.)
#
# Where do random codes go wrong? In 128 dimensions we cannot see it; in two we can. Here are the codes of the narrow network, and what its decoder makes of the plane
# around them.

# %% mystnb={"figure": {"name": "fig-03-map", "caption": "A code of two numbers. Left: the codes of the training digits, crowded here, thin there, with holes between. Right: what the decoder shows at each place of the same plane."}, "image": {"alt": "Left: a scatter plot of the two-dimensional codes of ten classes. Most classes crowd into one corner, the ones spread over a wide area, and large regions hold no code at all. Right: a grid of decoded images over the same plane: digits where codes are, blurs between two digits in between, the same few strokes over the empty regions."}}
flat_codes = np.asarray(narrow.encode(digits.flat))
(left_end, bottom), (right_end, top) = np.quantile(flat_codes, [0.01, 0.99], axis=0)
places = np.stack(
    np.meshgrid(np.linspace(left_end, right_end, 12), np.linspace(bottom, top, 12)),
    axis=-1,
)
decoded = np.asarray(narrow.decode(places.reshape(-1, 2).astype(np.float32)))
figure, (ax, beside) = plt.subplots(1, 2, figsize=(7.2, 3.7))
scatter_2d(flat_codes[:1500], digits.labels[:1500], ax=ax).set_aspect("auto")
ax.set(xlim=(left_end, right_end), ylim=(bottom, top))
beside = latent_map(
    decoded.reshape(12, 12, 28, 28), extent=(left_end, right_end, bottom, top), ax=beside
)

# %%
cells, _, _ = np.histogram2d(
    *flat_codes.T, bins=20, range=[[left_end, right_end], [bottom, top]]
)
print(
    f"{len(flat_codes):,} codes in 400 cells: more than 20 cells are empty: {(cells == 0).sum() > 20}"
)

# %% [markdown]
# Spread evenly, there would be ten codes in each of the 400 cells. But they fill an odd shape, with holes. The training never looked at a code in a hole, so nothing decides what the decoder answers there. Another seed gives another map, with other holes. In 128
# dimensions, holes are nearly everything.
#
# ## Root Cause Analysis
#
# *Slide 11*
#
# **Question.** The slide gives a different reason: given two inputs $x_1$ and $x_2$, the MSE-optimal reconstruction is their average, which is blurry. Is that right, and is it the
# reason?
#
# **The optimum is the mean.** Suppose that one code stands for $x_1$ or $x_2$, each half of the time. The decoder has to choose a single $\hat x$. Its expected error is
#
# $$
# \tfrac12 \lVert \hat x - x_1 \rVert^2 + \tfrac12 \lVert \hat x - x_2 \rVert^2
# = \Bigl\lVert \hat x - \frac{x_1 + x_2}{2} \Bigr\rVert^2 + \Bigl\lVert \frac{x_1 - x_2}{2} \Bigr\rVert^2 .
# $$ (eq-03-mean)
#
# To see it, write $m = (x_1 + x_2)/2$ and $h = (x_1 - x_2)/2$, so that $x_1 = m + h$ and $x_2 = m - h$. Then $\lVert \hat x - m \mp h \rVert^2 = \lVert \hat x - m \rVert^2 \mp 2 (\hat x - m)^\top h
# + \lVert h \rVert^2$, and in the average of the two the middle term cancels. The second term of {eq}`eq-03-mean` does not depend on $\hat x$. The first is zero exactly at
# $\hat x = m$. So the mean is the only minimum, and what is left is the distance between the two.
#
# We check it twice: by gradient descent on the pixels from five starts, and with a real decoder that is given the same code for both images.

# %%
one, two = test.flat[first[3]], test.flat[first[8]]
middle = (one + two) / 2
slope = jax.grad(
    lambda guess: (jnp.sum((guess - one) ** 2) + jnp.sum((guess - two) ** 2)) / 2
)
starts = {
    "black": 0 * one,
    "white": 0 * one + 1,
    "x₁": one,
    "x₂": two,
    "noise": rng.random(784, np.float32),
}
ends_at = {
    name: jax.lax.fori_loop(
        0,
        100,
        lambda _, guess: guess - 0.1 * slope(guess),
        jnp.asarray(start, jnp.float32),
    )
    for name, start in starts.items()
}
farthest = max(float(np.abs(end - middle).max()) for end in ends_at.values())

# %%
same_code = np.ones((64, 2), np.float32)
either = np.tile(np.stack([one, two]), (32, 1))
small = MLP((2, 64, 784), rngs=nnx.Rngs(0))
step, state = gradient_step(small, autoencoder_loss, optax.adam(1e-2))
state, _ = fit(step, state, (same_code, either), steps=300, batch_size=64, progress=False)
answer = np.asarray(trained_model(small, state)(same_code[:1]))
to_mean, to_one, to_two = (mse(answer, image[None]) for image in (middle, one, two))
nearer = to_mean < 0.01 * min(to_one, to_two)
check_claim(
    "03-mse-optimum-is-the-mean",
    holds=farthest < 1e-4 and nearer,
    measured={
        "farthest pixel from (x₁ + x₂)/2, five starts": "below 0.0001"
        if farthest < 1e-4
        else "0.0001 or more",
        "decoder with one code for both, 100 times nearer to the mean than to either": "yes"
        if nearer
        else "no",
    },
)

# %% [markdown]
# **Is the mean blurry?** Two images averaged are a double exposure, rather than a blur. With more of them the strokes melt. We average $k$ test digits of one class, and measure
# `edge_energy`: squared steps between neighboring pixels, per squared brightness.

# %%
show_source(edge_energy)

# %% mystnb={"figure": {"name": "fig-03-averages", "caption": "Averages of k test digits of one class. Two give a double exposure, many give a blur."}, "image": {"alt": "Five rows of ten images, one column a class: one digit, and averages of 2, 5, 20 and 80 digits. The average of two shows both strokes at half brightness; the average of eighty is a soft, thick, blurred figure."}}
counts = (1, 2, 5, 20, 80)
members = [np.flatnonzero(test.labels == k) for k in range(10)]
averages = {
    f"k = {k}": np.stack([test.images[of[:k]].mean(axis=0) for of in members])
    for k in counts
}
ax = image_rows(averages)

# %%
energy = {
    k: edge_energy(images) for k, images in zip(counts, averages.values(), strict=True)
}
show_table(
    {
        "average of": [f"{k}" for k in counts],
        "edge energy": [f"{value:.2f}" for value in energy.values()],
    }
)

some = digits.flat[:n]
alike = (
    NearestNeighbors(n_neighbors=2)
    .fit(digits.flat)
    .kneighbors(some, return_distance=False)[:, 1]
)
averaged = {
    "with another": measured((some + digits.flat[-n:]) / 2)["fid"],
    "with the most similar": measured((some + digits.flat[alike]) / 2)["fid"],
}
check_claim(
    "03-mean-is-blurry",
    holds=averaged["with another"] > 50 and energy[80] < 0.5 * energy[1],
    otherwise=averaged["with the most similar"] > 50,
    measured={
        "edge energy of averages of 80, in units of one digit's": f"{energy[80] / energy[1]:.2f}",
        f"FID of {n:,} training digits, each averaged with another": f"{averaged['with another']:.0f}",
        "each averaged with the most similar": f"{averaged['with the most similar']:.0f}",
        "floors": f"real digits {marks['real digits']:.1f}, random pixels {marks['random pixels']:.0f}",
    },
)

# %% [markdown]
# So: the average of *different* images is not a realistic image, and of alike ones it nearly is.
#
# **Is it the reason?** Equation {eq}`eq-03-mean` explains a bad answer to a code that stands for *several* images. A random code is another matter: it stands for *none*. The slide mixes two causes.
# We can change one and keep the other.
#
# - If the averaging were to blame, the decoder of the wide network would blur. It does not: its reconstructions are nearly as sharp as the digits.
# - If the unknown distribution of the codes is to blame, better codes must help, with the *same* decoder, trained on the same squared error. So we replace
#   $\mathcal N(0, I)$ by one Gaussian a class, ten in all, fitted to the codes {cite:p}`ghosh2020`.

# %% mystnb={"figure": {"name": "fig-03-two-causes", "caption": "Two causes, changed one at a time, with FID between its floors (left) and sharpness (right). The same decoder made all the images of 128 numbers."}, "image": {"alt": "Two dot charts with four rows. FID: codes of digits with 128 numbers lie lowest, ten Gaussians next, then codes of digits with two numbers, and standard normal codes near random pixels. Edge energy: codes of digits with 128 numbers and ten Gaussians lie close to that of the digits, the other two far below."}}
by_class = np.concatenate(
    [decode(gaussian(codes[digits.labels == k], n // 10)) for k in range(10)]
)
causes = {
    "codes of digits, 128 numbers": rebuilt[:n],
    "codes of digits, 2 numbers": rebuilt_by_two[:n],
    "ten Gaussians, 128 numbers": by_class,
    "N(0, I), 128 numbers": made["z from N(0, I)"],
}
fid = {name: measured(images)["fid"] for name, images in causes.items()}
sharp = {
    name: edge_energy(square(images)) / edge_energy(test.images)
    for name, images in causes.items()
}
figure, (ax, beside) = plt.subplots(1, 2, figsize=(7.2, 2.4), width_ratios=[3, 2])
floor_lines(
    dot_chart(fid, xlabel=f"FID, {n:,} images", logx=True, ax=ax), marks, axis="x"
)
dot_chart(sharp, xlabel="edge energy, digits = 1", ax=beside, number=".2f")
_ = beside.set_yticklabels([])

# %% mystnb={"figure": {"name": "fig-03-causes", "caption": "Two causes, changed one at a time. Two numbers are too few: blur. A wrong distribution of codes: garbage. The last two rows come from the same decoder."}, "image": {"alt": "Four rows of ten images. Codes of digits with 128 numbers: sharp digits. Codes of digits with 2 numbers: blurred digits. Codes from ten fitted Gaussians: mostly readable, slightly broken digits. Codes from a standard normal: white blobs."}}
order = np.arange(0, n, n // 10)
ax = image_rows(
    {
        name: square(images[order if "Gaussians" in name else slice(10)])
        for name, images in causes.items()
    }
)

# %%
sharpness, blind = sharp["codes of digits, 128 numbers"], fid["N(0, I), 128 numbers"]
informed, blurry = fid["ten Gaussians, 128 numbers"], fid["codes of digits, 2 numbers"]
check_claim(
    "03-root-cause",
    holds=sharpness < 0.8 or informed > 0.5 * blind,
    measured={
        "edge energy of the decoder on real codes": f"about {about(sharpness, 0.1)} times the digits'",
        f"FID of the same decoder ({n:,} images)": f"about {about(blind, 100)} with N(0, I)",
        "with ten Gaussians": "less than a fifth of that"
        if informed < 0.2 * blind
        else "a fifth of that or more",
        "floors": f"real digits {marks['real digits']:.1f}, random pixels {marks['random pixels']:.0f}",
        "blur alone, codes of two numbers": "less than half of N(0, I)"
        if blurry < 0.5 * blind
        else "half of N(0, I) or more",
    },
)

# %% [markdown]
# Same decoder, same loss, and most of the distance to real digits is gone, once the codes are drawn where codes are. The cause of the garbage is that nobody knows the
# distribution of $z$. Averaging is a second, separate cause, and it makes blur: we see it where two numbers have to stand for many digits. A cure for one is no cure
# for the other, and chapter 04 will show just that: the VAE repairs the first and is accused of the second.
#
# ## What we found
#
# The slides' claims, and what the cells above measured.

# %%
ours = [claim for claim in load_claims() if claim.chapter == "03"]
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
# An autoencoder learns a code, and leaves the distribution of the codes to chance. Chapter 04 asks for both at once: a variational autoencoder trains its codes to follow a distribution
# that we can draw from. Chapter 07 returns to this chapter's denoiser, and makes a generator of it by denoising in many small steps.
