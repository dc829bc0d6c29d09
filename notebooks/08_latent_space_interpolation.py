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
# # 08 · Latent-space interpolation
#
# *Slide 20*
#
# A VAE, a GAN and a diffusion model all begin with a handful of random numbers, and end with a digit. Two random draws give
# two digits. What lies *between* them?
#
# After this chapter you can
#
# - walk from one digit to another, straight or along an arc, and say what each way costs;
# - predict from the number of dimensions how far from all other codes the straight way goes;
# - turn a real digit into a diffusion model's noise, and back;
# - find the direction in which digits lean or thicken, and check what else it changes;
# - search a latent space for a property, and catch the search cheating.
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
# Every size of this chapter is in one object. The full profile runs the same cells on all of MNIST, for longer.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

from gencore.recipes import gan as gan_recipe
from gencore.recipes import interpolation as recipe
from gencore.recipes import small_diffusion
from gencore.recipes import vae as vae_recipe

chosen = recipe.settings()
chosen

# %% [markdown]
# ## Latent Space Interpolation
#
# *Slide 20: "Smooth transitions in generated content"*
#
# Take two real digits and ask for the picture half way between them. The obvious answer is the average of their pixels. The slide
# has another one. Take two *codes*, go from one to the other, and decode what you meet:
#
# $$z_1, z_2 \sim \mathcal N(0, I), \qquad z_s = (1 - s)\, z_1 + s\, z_2, \qquad x_s = G(z_s), \qquad 0 \le s \le 1.$$ (eq-08-lerp)
#
# A code $z$ is a vector of $k$ numbers. $G$ is whatever makes an image of it: a decoder, a generator, or a whole diffusion.
# The share $s$ says how far we have gone. (The slide calls it $t$, which chapter 07 needs for
# time.) This straight way is called *{term}`lerp`*, for linear interpolation.
#
# We train chapter 04's {term}`VAE`, and try both answers on two pairs of test digits.

# %%
from gencore.data import load_mnist
from gencore.models import extract_features, latent_path, lerp
from gencore.recipes.code_spaces import vae_space
from gencore.recipes.evaluation import floors

train, test = load_mnist("train"), load_mnist("test")
real = extract_features(test.images)
floor = floors(train.flat, real)

vae = vae_recipe.train(train.flat, chosen.vae, progress=False).model
vae_codes = vae_space(vae)

# %%
of = {k: test.flat[test.labels == k] for k in range(10)}
start, end = np.stack([of[4][0], of[3][0]]), np.stack([of[4][1], of[8][0]])
faded = np.asarray(latent_path(lerp, start, end, 9))
encode, decode = vae_codes.encode, vae_codes.decode
codes = np.asarray(latent_path(lerp, encode(start), encode(end), 9))
walked = decode(codes.reshape(-1, chosen.vae.latent_dim)).reshape(9, 2, 784)

# %% mystnb={"figure": {"name": "fig-08-question", "caption": "From one real digit to another, in nine pictures: the average of the pixels, and the straight way between the codes of a VAE. Above two fours, below a three and an eight."}, "image": {"alt": "Four rows of nine images. The pixels' rows show both end digits at once, one fading in while the other fades out. In the VAE's rows there is one soft digit in each picture, whose strokes move step by step."}}
from gencore.plotting import image_rows

rows = {
    f"{name}, {pair}": np.asarray(images)[:, i].reshape(-1, 28, 28)
    for i, pair in enumerate(("4 to 4", "3 to 8"))
    for name, images in {"pixels": faded, "codes": walked}.items()
}
image_rows(rows)
plt.show()

# %% [markdown]
# Half way, the pixels show two ghosts: a double exposure. The codes give *one* shape whose strokes move. That is the promise of
# this chapter. But four rows prove nothing. So we take as many digits as the test set has, pair each with another, and score the
# pictures in the middle by {term}`FID` and {term}`precision <Precision and recall>` against the test digits. Half way between two fours there should be a
# four. Half way between a three and an eight nobody knows what there should be, so we look at both kinds of pairs. The yardsticks are
# real digits, random pixels, and what the VAE makes of the same digits when nobody walks.

# %%
count = len(test.labels)
digits, kinds = train.flat[:count], train.labels[:count]  # in random order
order = {"same digit": np.argsort(kinds, kind="stable"), "any digits": np.arange(count)}
z = encode(digits)
middles = {}
for pairs, places in order.items():
    ends, partner = digits[places], digits[np.roll(places, 1)]
    middles[f"pixels, {pairs}"] = lerp(ends, partner, 0.5)
    middles[f"codes, {pairs}"] = decode(lerp(encode(ends), encode(partner), 0.5))
middles["no walk: rebuilt digits"] = decode(z)
half_way = {name: recipe.quality(np.asarray(x), real) for name, x in middles.items()}

# %% tags=["nbval-ignore-output"]
from gencore.notebook import about, show_source, show_table

yardsticks = {"real digits": floor["real"], "random pixels": floor["random"]}
scored = {name: q._asdict() for name, q in half_way.items()} | yardsticks
show_table(
    [
        {"pictures": name, "FID": f"{q['fid']:.1f}", "precision": f"{q['precision']:.2f}"}
        for name, q in scored.items()
    ],
    caption=f"Pictures half way between two digits, {count:,} of each kind (MNIST classifier features).",
)

# %%
for pairs in ("same digit", "any digits"):
    less = half_way[f"codes, {pairs}"].fid < half_way[f"pixels, {pairs}"].fid
    print(f"{pairs}: the middle of the codes has the lower FID: {less}")
gap = half_way["codes, same digit"].fid - half_way["no walk: rebuilt digits"].fid
print(
    "and yet 10 or more above the rebuilt digits, even for pairs of one digit:", gap > 10
)
fooled = half_way["pixels, any digits"].precision > floor["real"]["precision"]
print("precision calls double exposures more real than real digits:", fooled)

# %% [markdown]
# The codes beat the pixels, but not by much. Half way between two *fours* the straight way still loses a good part of the quality that the VAE has
# without a walk. Why? The next two sections find the reason, and what helps.
#
# **A warning about precision.** It calls the double exposures of any two digits *more* real than it calls real digits. That is no slip. Precision asks whether a
# picture's features lie within reach of some real digit's. An average lies in the middle of everything, and the middle is within reach of many. FID
# sees that the set as a whole has lost its variety. So from here on we look at FID first.

# %% [markdown]
# ### How long is a random code?
#
# Now the slide's remark: "Spherical interpolation: better than linear for normalized spaces". Why should the straight way be
# wrong at all? The reason is a fact about many dimensions.
#
# A random code has $k$ independent numbers from $\mathcal N(0, 1)$. Its squared length is a sum of $k$ squares, and each has mean 1 and
# variance 2:
#
# $$\mathbb E \lVert z \rVert^2 = k, \qquad \operatorname{Var} \lVert z \rVert^2 = 2k
#   \quad\Rightarrow\quad \lVert z \rVert \approx \sqrt k \pm \tfrac{1}{\sqrt 2}.$$ (eq-08-shell)
#
# (A length that is off by $\delta$ has its square off by about $2 \sqrt k\, \delta$; set that to $\sqrt{2k}$.) The length grows with $k$, its
# spread does not. So in many dimensions **all random codes have nearly the same length**: they lie on a thin
# {term}`shell` of radius $\sqrt k$ around an empty middle.
#
# And the middle of two of them? Each of its numbers is $\tfrac12 (u_j + v_j)$, with variance $\tfrac12$. So by {eq}`eq-08-shell` its length is
# $\sqrt{k/2}$: too short by the factor 0.71. At share $s$ the variance is $(1-s)^2 + s^2$. Counted in spreads of the length, the
# middle lies
#
# $$\frac{\sqrt k - \sqrt{k/2}}{1 / \sqrt 2} = (\sqrt 2 - 1) \sqrt k \approx 0.41 \sqrt k$$ (eq-08-shortfall)
#
# away from where codes live. With two numbers that is nothing to speak of. With 784 it is a place where no code has ever been.

# %% [markdown]
# ### An arc instead of a chord
#
# The remedy stays on the shell. Let $\theta$ be the angle between $u$ and $v$. For two codes of equal length, the shortest way along the
# sphere is an arc {cite:p}`shoemake1985`, which White brought to latent spaces {cite:p}`white2016`:
#
# $$\operatorname{slerp}(u, v; s) = \frac{\sin((1 - s)\,\theta)}{\sin \theta}\, u + \frac{\sin(s\,\theta)}{\sin \theta}\, v.$$ (eq-08-slerp)
#
# It is called *{term}`slerp`*. Two random codes of many numbers stand nearly at a right angle. Then $\sin \theta = 1$, and the
# two weights are $\cos(\tfrac{\pi}{2} s)$ and $\sin(\tfrac{\pi}{2} s)$. Their squares sum to 1. So **every number of every point of the arc again
# has variance 1**: each point of the way is itself a fair draw from the prior. On the straight way, only the ends are
# {cite:p}`agustsson2019`. Our code also lets the length go evenly from the one to the other, for codes that differ in length.

# %%
from gencore.models import slerp

show_source(slerp)

# %%
ways = {"straight": lerp, "arc": slerp}
share = np.linspace(0, 1, 33)
lengths, usual, rows = {}, {}, []
for k in (2, 16, 64, 784):
    u, v = jax.random.normal(jax.random.key(k), (2, 400, k))
    size = np.linalg.norm(u, axis=1)
    usual[k] = np.quantile(size, [0.025, 0.975]) / np.sqrt(k)
    path = {
        name: np.linalg.norm(latent_path(way, u, v, 33), axis=2)
        for name, way in ways.items()
    }
    lengths[k] = {
        name: (share, norm.mean(axis=1) / np.sqrt(k)) for name, norm in path.items()
    }
    short = {
        name: (size.mean() - norm[16].mean()) / size.std() for name, norm in path.items()
    }
    rows.append(
        {
            "numbers in a code": k,
            "√k": np.sqrt(k),
            "mean length": size.mean(),
            "spread": size.std(),
            "predicted": (np.sqrt(2) - 1) * np.sqrt(k),
        }
        | {name: round(float(value), 1) + 0.0 for name, value in short.items()}
    )

# %% mystnb={"figure": {"name": "fig-08-lengths", "caption": "How long the codes are on the way from one random code to another, in units of √k: means over 400 pairs. The gray band holds 95 % of all random codes."}, "image": {"alt": "Four panels for k = 2, 16, 64 and 784. The arc stays level in all four. The straight way sags to about 0.7 in the middle. The gray band is wide at k = 2, where it holds both curves, and shrinks to a line at 784, far above the sagging curve."}}
from gencore.plotting import curves

_, axes = plt.subplots(2, 2, figsize=(7.2, 4.8), sharey=True)
for ax, (k, series) in zip(axes.flat, lengths.items(), strict=True):
    ax.axhspan(*usual[k], color="0.85", zorder=0.5)
    curves(series, xlabel="share of the way", ylabel="length / √k", ax=ax)
    ax.set(title=f"k = {k}", ylim=(0, 2))
plt.show()

# %%
show_table(
    rows,
    formats=dict.fromkeys(list(rows[0])[1:], ".1f"),
    caption="Lengths of random codes. The last three columns: how many spreads the middle of a way is too short.",
)

# %% [markdown]
# The formula is right from $k = 16$ on. At $k = 2$ there is no shell, and the arc has nothing to repair.
#
# ### A trap on the way: the angle
#
# Most programs take $\theta = \arccos(\hat u \cdot \hat v)$, with $\hat u$ and $\hat v$ scaled to length 1. In 32-bit numbers the product of a vector with itself comes out
# as 0.99999994 or 1.0000001 as well as 1. The arccosine of more than 1 is no number. At exactly 1, {eq}`eq-08-slerp` says 0 / 0. We walk from
# each of 1,000 codes to itself, which should not be hard.

# %%
u = np.array(jax.random.normal(jax.random.key(0), (1000, 64)))
u /= np.linalg.norm(u, axis=1, keepdims=True)
with np.errstate(invalid="ignore", divide="ignore"):
    angle = np.arccos((u * u).sum(axis=1, keepdims=True))
    textbook = (np.sin(angle / 2) * u + np.sin(angle / 2) * u) / np.sin(angle)
lost = ~np.isfinite(textbook).all(axis=1)
print("the textbook's formula has no answer for more than a tenth:", lost.mean() > 0.1)
print("ours has one for all:", bool(np.isfinite(slerp(u, u, 0.5)).all()))

# %% [markdown]
# The source above takes $\theta = 2 \operatorname{atan2}(\lVert \hat u - \hat v \rVert, \lVert \hat u + \hat v \rVert)$, which is exact for every angle, and
# divides by `sinc`, which is 1 at 0. For opposite codes there is no *shortest* arc, and it states which one it takes.

# %% [markdown]
# ## Four spaces, from 2 numbers to 784
#
# Length is a matter of geometry. Whether it matters for the *pictures* depends on the model. We take four: a VAE with two numbers, the
# VAE from above, a {term}`GAN` without classes, and the small diffusion model that comes with the course.
#
# A {term}`diffusion model` has a latent space, too. DDIM without fresh noise, one of its samplers, is a function: the same start always
# gives the same image. So the start, 784 random numbers, is a code. And the function can be walked backward: from a real digit to the noise that it
# comes from {cite:p}`song2021`. We stop a little before the last time step, where a trace of the image is left to come back from.

# %%
from gencore.recipes.code_spaces import diffusion_space, gan_space

trained = {("VAE, k = 16", 0): vae_codes}
for seed in chosen.trainings:
    for name, sizes in {
        "VAE, k = 2": chosen.small_vae,
        "VAE, k = 16": chosen.vae,
    }.items():
        if (name, seed) not in trained:
            again = vae_recipe.train(train.flat, sizes, seed=seed, progress=False)
            trained[name, seed] = vae_space(again.model)
    run = gan_recipe.train(
        train.flat, train.labels, chosen.gan, seed=seed, progress=False
    )
    trained["GAN, k = 64", seed] = gan_space(run.generator)

diffusion = diffusion_space(small_diffusion.load(), steps=chosen.sampling_steps)
trained |= {("diffusion, k = 784", seed): diffusion for seed in chosen.draws}
names = ("VAE, k = 2", "VAE, k = 16", "GAN, k = 64", "diffusion, k = 784")
spaces = {name: trained[name, 0] for name in names}

# %% [markdown]
# Does the way back work? We send the digits to their noise and decode it again.

# %%
noise = diffusion.encode(digits)
returned = diffusion.decode(noise)
off = np.abs(returned - digits).mean()
vae_off = np.abs(decode(z) - digits).mean()
print("on average, a pixel comes back to within 0.03:", off < 0.03)
print(
    "the VAE, whose code is 49 times shorter, is off at least twice as much:",
    vae_off > 2 * off,
)

# %% [markdown]
# It does. Now look at how long the codes are, for random draws and for real digits.

# %%
real_codes = {"VAE, k = 16": z, "diffusion, k = 784": noise}
rows = [
    {
        "space": name,
        "√k": f"{np.sqrt(space.latent_dim):.1f}",
        "random codes": f"{np.linalg.norm(space.draw(1000), axis=1).mean():.1f}",
        "codes of real digits": about(np.linalg.norm(real_codes[name], axis=1).mean(), 1)
        if name in real_codes
        else None,
    }
    for name, space in spaces.items()
]
show_table(rows, caption="Mean length of codes.")

# %% [markdown]
# **A VAE has two kinds of codes.** Random ones come from the prior. The code of a digit is the *mean* of its cloud, and the
# clouds' means must be shorter: mean and width of the clouds *together* fill the prior. A digit's noise has nearly the length of
# random noise. So always say which codes you walk between. The slide says "Sample $z_1, z_2$": random ones. We score these first.

# %% [markdown]
# ### Walk, and score what you find
#
# For each space we draw a thousand pairs of random codes (`chosen.pairs`) and stop at shares from 0 to one half. (The other half is the
# same by symmetry.) At each stop a thousand pictures are scored by their FID. At share 0 nobody has walked yet: that is the
# model's own FID, and the honest yardstick for everything on the way.

# %%
stops = np.array([0, 0.125, 0.25, 0.5])
along = {}
for name, space in spaces.items():
    u, v = (space.draw(chosen.pairs, seed=seed) for seed in (0, 1000))
    unwalked = recipe.quality(space.decode(u), real)
    for label, way in ways.items():
        walked = [recipe.quality(space.decode(way(u, v, s)), real) for s in stops[1:]]
        along[name, label] = [unwalked, *walked]

# %% mystnb={"figure": {"name": "fig-08-fid", "caption": "FID of the pictures on the way between two random codes, from the start (share 0) to the middle (share 0.5). The dotted line is real digits against real digits; note the logarithmic scale."}, "image": {"alt": "Four panels. With two numbers both ways lie on one line. In the other spaces the arc's line is level; for the VAE with 16 numbers and the GAN the straight way's rises toward the middle."}}
from gencore.plotting import floor_lines

_, axes = plt.subplots(2, 2, figsize=(7.2, 5.2))
for ax, name in zip(axes.flat, spaces, strict=True):
    fids = {label: (stops, [q.fid for q in along[name, label]]) for label in ways}
    curves(fids, xlabel="share of the way", ylabel="FID", logy=True, ax=ax)
    floor_lines(ax, {"real": round(floor["real"]["fid"], 1)})
    ax.set_title(name)
plt.show()

# %% mystnb={"figure": {"name": "fig-08-middles", "caption": "The middle of fourteen ways between random codes, straight and along the arc, in each space. Both rows of a space have the same ends."}, "image": {"alt": "Eight rows of fourteen images. The two rows of each space show nearly the same shapes. With two numbers some pictures are broken static. In the other spaces the straight way's digits are a little thinner or plainer than the arc's."}}
shown = {}
for name, space in spaces.items():
    u, v = (space.draw(14, seed=seed) for seed in (0, 1000))
    for label, way in ways.items():
        middle = space.decode(way(u, v, 0.5)).reshape(-1, 28, 28)
        shown[f"{name}, {label}"] = middle
image_rows(shown)
plt.show()

# %% [markdown]
# ### Is it the length, or the way?
#
# Perhaps the arc is good because it is round. Or perhaps only the length counts. To tell, we stretch the codes of the straight way back to the
# length that the arc has, and call it *stretched*. For codes of equal length, this gives the arc itself, at uneven speed. And to
# be sure of the numbers, we take several trainings of each VAE and GAN, and several sets of pairs of the diffusion model.

# %%
from gencore.models import nlerp

found = {(name, label): [scores[-1]] for (name, label), scores in along.items()}
found |= {(name, "no walk"): [along[name, "arc"][0]] for name in names}
for (name, seed), space in trained.items():
    u, v = (space.draw(chosen.pairs, seed=first + seed) for first in (0, 1000))
    middle = {
        label: way(u, v, 0.5) for label, way in (ways | {"stretched": nlerp}).items()
    }
    for label, codes in ({"no walk": u} | middle).items():
        if seed > 0 or label == "stretched":  # the others of seed 0 are scored above
            found.setdefault((name, label), []).append(
                recipe.quality(space.decode(codes), real)
            )

# %% tags=["nbval-ignore-output"]
labels = ("no walk", "straight", "arc", "stretched")
table = [
    {
        "space": name,
        "way": label,
        "FID": f"{np.mean([q.fid for q in found[name, label]]):.1f}",
        "precision": f"{np.mean([q.precision for q in found[name, label]]):.2f}",
        "recall": f"{np.mean([q.recall for q in found[name, label]]):.2f}",
    }
    for name in names
    for label in labels
]
show_table(
    table,
    caption="The middle of the way: means over trainings, or over sets of pairs for the diffusion model.",
)

# %%
from gencore.claims import check_claim

ratio = {
    name: [
        a.fid / b.fid
        for a, b in zip(found[name, "arc"], found[name, "straight"], strict=True)
    ]
    for name in names
}
mean_fid = {key: np.mean([q.fid for q in scores]) for key, scores in found.items()}
unmoved = [(mean_fid[name, "arc"], mean_fid[name, "no walk"]) for name in names]
mean_recall = {key: np.mean([q.recall for q in scores]) for key, scores in found.items()}
recalled = all(
    mean_recall[name, "arc"] > mean_recall[name, "straight"] + 0.03 for name in names[1:3]
)
check_claim(
    "08-slerp-better",
    holds=bool(max(r for name in names[1:] for r in ratio[name]) < 0.95),
    otherwise=bool(max(ratio["VAE, k = 2"]) < 0.95),
    measured={
        "FID in the middle, VAE with 16 numbers, GAN, diffusion": "on the arc lower by more than 5 % in every run",
        "VAE with 2 numbers": "not lower by 5 % in every training",
        "on the arc, against no walk at all": "within 10 % in all four spaces"
        if max(abs(a / b - 1) for a, b in unmoved) < 0.1
        else "not within 10 % in all four spaces",
        "recall, VAE with 16 and GAN": "higher on the arc by more than 0.03"
        if recalled
        else "not higher on the arc",
    },
)

# %% [markdown]
# **With two numbers** there is no shell, and no difference. **With 16 and with 64** the theory holds to the letter. On the arc the FID stays what it was
# without a walk, all the way: each point is a fair draw. On the straight way it rises by a quarter and more. And the *stretched* way does
# as well as the arc. So the arc's roundness is not the point. The length is.
#
# Now look at precision. It is *higher* on the straight way! Short codes are not broken codes: they are cautious ones. GANs are often given short codes on
# purpose. It is called the *truncation trick* {cite:p}`brock2019`: safer pictures, and less variety. The straight way does just that, more the nearer it
# gets to its middle. What it loses shows in {term}`recall <Precision and recall>` and in the FID. So for a VAE or a GAN, the straight way does not leave the
# land of digits. It goes through the middle of the town, where everybody looks alike.
#
# **The diffusion model**, with 784 numbers, does as the GAN does, though by {eq}`eq-08-shortfall` no code as short as the straight middle has ever been drawn. It
# forgives: the sampler looks many times, and each look cleans up what is left. Less noise than announced gives a plainer digit, and no rubbish.
#
# ### Ways between real digits
#
# Random codes are one thing. To morph *given* pictures, we walk between their codes. Now the VAE's codes are the short
# ones, the means of the clouds; the diffusion model's are the noise that the digits came from.

# %%
between = {}
back = {"VAE, k = 16": middles["no walk: rebuilt digits"], "diffusion, k = 784": returned}
for name, codes in real_codes.items():
    unwalked = recipe.quality(np.asarray(back[name]), real).fid
    for pairs, places in order.items():
        ends, partner = codes[places], codes[np.roll(places, 1)]
        between[name, pairs] = {"no walk": unwalked} | {
            label: recipe.quality(spaces[name].decode(way(ends, partner, 0.5)), real).fid
            for label, way in ways.items()
        }

# %% tags=["nbval-ignore-output"]
show_table(
    [
        {"codes of real digits": name, "pairs": pairs}
        | {label: f"{fid:.1f}" for label, fid in fids.items()}
        for (name, pairs), fids in between.items()
    ],
    caption="FID in the middle of the way.",
)

# %%
for pairs in order:
    fids = between["VAE, k = 16", pairs]
    better = fids["arc"] < 0.9 * fids["straight"]
    print(f"VAE, {pairs}: the arc's middle has an FID lower by more than 10 %: {better}")

# %% [markdown]
# This answers the question of the first section. The straight way between two fours ended among codes that are too short. On the arc, the
# middle of two fours is nearly as good as a four that the VAE rebuilds without a walk. Between different digits no way helps that much:
# there, half way is no digit.
#
# ## Are the transitions smooth?
#
# The slide's last sentence: "walking along the manifold generates smooth transitions". Smooth has an exact meaning. A way is *continuous* if
# small steps of the code make small steps of the picture, as small as you like: **twice as many steps, each clearly shorter**, and at the end half as long. A jump
# stays a jump, however many steps you take.
#
# We measure steps in the features of the frozen classifier. As a contrast we build a "decoder" that cannot invent anything.
# It returns the training digit whose code is nearest, as a model would that has learned its data by heart.

# %%
from gencore.recipes.code_spaces import nearest_image

show_source(nearest_image)

# %%
n, points = chosen.paths, chosen.points
first, last = digits[:n], digits[n : 2 * n]
gan_ends = [spaces["GAN, k = 64"].draw(n, seed=seed) for seed in (7, 8)]
by_heart = nearest_image(vae_codes, train.flat)
walks = {
    "pixels": (lambda images: images, latent_path(lerp, first, last, points)),
    "by heart": (by_heart, latent_path(lerp, z[:n], z[n : 2 * n], points)),
    "VAE": (decode, latent_path(lerp, z[:n], z[n : 2 * n], points)),
    "GAN": (spaces["GAN, k = 64"].decode, latent_path(slerp, *gan_ends, points)),
    "diffusion": (
        diffusion.decode,
        latent_path(slerp, noise[:n], noise[n : 2 * n], points),
    ),
}
views = {name: recipe.look(*walk) for name, walk in walks.items()}

# %%
from gencore.metrics import frechet_distance, path_steps

strides = [2**i for i in range(int(np.log2(points - 1)) - 2)][::-1]  # coarse to fine
counts = np.array([(points - 1) // stride for stride in strides])
longest, unevenness, middle_fid = {}, {}, {}
for name, view in views.items():
    steps = [path_steps(view.features[::stride]) for stride in strides]
    longest[name] = np.array([(s.largest * s.length).mean() for s in steps])
    unevenness[name] = float((steps[1].largest * counts[1]).mean())
    middle = view.features[
        points // 4 : 3 * points // 4 : 2
    ]  # the middle half of the way
    middle_fid[name] = frechet_distance(real.features, middle.reshape(-1, 128))

# %% mystnb={"figure": {"name": "fig-08-smooth", "caption": "Left: the longest step of a path, in classifier features, against the number of steps. A continuous way shortens it with every doubling; a jump stays. Right: how uneven the steps are, and the FID of the pictures in the middle half of the way."}, "image": {"alt": "Left: on logarithmic axes, lines fall with each doubling of the steps for pixels, VAE, GAN and diffusion; the line of the decoder that knows its images by heart is level. Right: that decoder stands far to the right; the others stand together at the left, at different heights."}}
from gencore.plotting import labeled_points

_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4))
curves(
    {name: (counts, value) for name, value in longest.items()},
    xlabel="steps on the way",
    ylabel="longest step",
    logx=True,
    logy=True,
    ax=left,
)
labeled_points(
    {name: (unevenness[name], middle_fid[name]) for name in views},
    xlabel=f"longest step / mean step, {counts[1]} steps",
    ylabel="FID of the middle half",
    ax=right,
)
plt.show()

# %% mystnb={"figure": {"name": "fig-08-morphs", "caption": "Morphs in nine pictures: real digits through the VAE and through the diffusion model (arc), random ones of the GAN (arc), and the decoder that has learned the training digits by heart."}, "image": {"alt": "Six rows of nine images. Pixels: one digit fades while another appears. By heart: crisp digits that change from one picture to the next without warning. VAE: soft strokes that bend. GAN: rough white strokes that bend. Diffusion: strokes of both digits, in some pictures joined to one."}}
shown = {}
for name, (decoder, path) in walks.items():
    for i in (0, 1) if name == "diffusion" else (0,):
        images = decoder(np.asarray(path)[:: (points - 1) // 8, i])
        shown[f"{name}, {i + 1}"] = images.reshape(-1, 28, 28)
image_rows(shown)
plt.show()

# %% [markdown]
# ### Where does one digit become another?
#
# The code moves at an even pace. Does the *digit*? For each path whose ends are different digits we ask the classifier at every stop. How much of
# the way is it unsure, with no class above 90 %? Does the path visit a third digit? And is the longest step the one
# at which the class changes?

# %%
seen = []
for name, view in views.items():
    winner = view.probabilities.argmax(axis=2)
    changes = np.flatnonzero(winner[0] != winner[-1])
    unsure = (view.probabilities.max(axis=2) < 0.9)[:, changes].mean()
    third = np.mean([len(set(winner[:, i])) > 2 for i in changes])
    step = np.linalg.norm(np.diff(view.features, axis=0), axis=2)[:, changes].argmax(
        axis=0
    )
    switch = winner[1:, changes] != winner[:-1, changes]
    close = np.array(
        [switch[max(0, at - 1) : at + 2].any(axis=0) for at in range(points - 1)]
    )
    near = close[step, np.arange(len(step))]
    seen.append(
        {
            "way": name,
            "unsure": f"{unsure:.0%} of the way",
            "visits a third digit": f"{third:.0%}",
            "longest step at a change of class": f"{near.mean():.0%}",
            "by chance": f"{close.mean():.0%}",
        }
    )

# %% tags=["nbval-ignore-output"]
show_table(seen, caption="Paths between different digits, as the classifier sees them.")

# %%
halved = {name: value[-2] / value[-1] for name, value in longest.items()}
networks = ("VAE", "GAN", "diffusion")
check_claim(
    "08-smooth-transitions",
    holds=bool(min(halved[name] for name in networks) > 1.4),
    otherwise=bool(halved["by heart"] > 1.2),
    measured={
        f"from {counts[-2]} to {counts[-1]} steps, the longest becomes shorter": "by a factor of more than 1.4 through every network, of less than 1.2 for the decoder that knows its images by heart",
        "the most even way": f"the {min(unevenness, key=unevenness.get)}",
        "the best pictures on the way": min(middle_fid, key=middle_fid.get),
    },
)

# %% [markdown]
# Smooth, then: yes, for every network. It has to be so, because a network is a continuous function. But the two panels of {numref}`fig-08-smooth` keep us
# from reading too much into it. The *evenest* way of all is the cross-fade of pixels, and its pictures are ghosts. The *best* pictures come
# from the decoder that learned them by heart, and it jumps. To be smooth is easy, and to be real is easy. A latent space is worth something where it
# is both at once.
#
# And where is the change fastest? In the VAE, and even more in the diffusion model, the longest step falls on a change of class far more often than it would by chance. The
# space is laid out in regions, one for each way to write a digit. Within a region little happens; at its border, much.
#
# ## Arithmetic with codes
#
# The slide's first applications are style transfer and morphing. Both rest on a hope: that a *property* of pictures is a *direction* in the
# space of codes {cite:p}`radford2016,larsen2016`. Then style is something that can be added.
#
# To test that we need properties that can be measured on any digit. Two functions of the pixels do it: how far the ink leans, from its
# second moments, and how thick the strokes are, from ink and edges.

# %%
from gencore.metrics import slant, stroke_width

show_source(slant, stroke_width)

# %% [markdown]
# The direction of a property leads from the digits that have little of it to those that have much:
#
# $$d = \bar z_{\text{most}} - \bar z_{\text{least}}.$$ (eq-08-direction)
#
# The bars are means of the codes of real digits, over the quarter with the most and the quarter with the least of the property. There is a trap.
# Ones are thin and zeros are wide. So "thick minus thin" is also "zero minus one", and adding it changes the digit
# {cite:p}`white2016`. The remedy is to compare within each class, and average over the classes.

# %%
from gencore.models import attribute_direction

show_source(attribute_direction)

# %%
measures = {"slant": slant, "width": stroke_width}
train_codes = encode(train.flat)
spread, directions = {}, {}
for name, measure in measures.items():
    amount = measure(train.images)
    spread[name] = amount.std()
    for kind, labels in {"by class": train.labels, "mixed": None}.items():
        way = attribute_direction(train_codes, amount, labels)
        worth = attribute_direction(
            amount[:, None], amount, labels
        )  # in units of the property
        directions[name, kind] = (way * spread[name] / worth).astype(np.float32)

# %% [markdown]
# We scaled each direction so that one dose *should* add one standard deviation of the property, as it varies over real digits. Does it? We
# give 500 test digits nine doses of each, decode, and measure with the same functions. We also ask whether the digit is still
# the digit that it was.

# %%
doses = np.linspace(-2, 2, 9)
subject = encode(test.flat[:500])  # new to the VAE and to the directions
plain = decode(subject)
was = extract_features(plain).probabilities.argmax(axis=1)
response, kept = {}, {}
for (name, kind), way in directions.items():
    dosed = [decode(subject + dose * way) for dose in doses]
    kept[name, kind] = np.array(
        [(extract_features(x).probabilities.argmax(axis=1) == was).mean() for x in dosed]
    )
    for other, measure in measures.items():
        values = [measure(x.reshape(-1, 28, 28)).mean() for x in [plain, *dosed]]
        response[name, kind, other] = (np.array(values[1:]) - values[0]) / spread[other]

# %% mystnb={"figure": {"name": "fig-08-doses", "caption": "500 test digits with a property added to their codes. Left: how much of each property the pictures gained, in standard deviations of real digits; the dotted line is what was asked for. Right: how many are still the same digit, with directions taken within the classes and over all digits mixed."}, "image": {"alt": "Left: two rising lines, each property under its own dose, less steep than the dotted line, and two nearly level lines, each property under the other's dose. Right: four curves that are 1 at dose 0 and fall gently to both sides, close to each other."}}
_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4))
series = {
    f"{other}, dose of {name}": (doses, response[name, "by class", other])
    for name in measures
    for other in measures
}
curves(series, xlabel="dose", ylabel="gained (standard deviations)", ax=left)
left.axline((0, 0), slope=1, color="black", linewidth=1, linestyle=":")
for text in list(left.texts):
    text.remove()
left.legend(fontsize=8)
curves(
    {f"{name}, {kind}": (doses, share) for (name, kind), share in kept.items()},
    xlabel="dose",
    ylabel="still the same digit",
    ax=right,
)
right.set_ylim(0, 1.02)
for text in list(right.texts):
    text.remove()
right.legend(fontsize=8)
plt.show()

# %%
own = {name: response[name, "by class", name] for name in measures}
aside = {
    name: max(
        np.abs(response[name, "by class", other]).max()
        for other in measures
        if other != name
    )
    for name in measures
}
gain = {name: np.polyfit(doses, values, 1)[0] for name, values in own.items()}
balance = max(
    np.abs(kept[name, "by class"] - kept[name, "mixed"]).max() for name in measures
)
show_table(
    {
        "property": list(measures),
        "every dose adds to it": [
            str(bool((np.diff(own[n]) > 0).all())) for n in measures
        ],
        "one dose adds 0.3 to 0.9": [str(bool(0.3 < gain[n] < 0.9)) for n in measures],
        "the other moves less than half as much": [
            str(bool(aside[n] < 0.5 * np.abs(own[n]).max())) for n in measures
        ],
        "after two doses, 70 % are the same digit": [
            str(bool(min(kept[n, "by class"]) > 0.7)) for n in measures
        ],
    }
)
print(
    "balancing the classes changes the last share by less than 0.1:", bool(balance < 0.1)
)

# %% [markdown]
# The hope is fulfilled, and its limits show. The response is a line, nearly: a property *is* a direction. But a dose adds only a part of what we asked
# for. A mean over many digits says where the property lies on average, and for a given digit the best direction is another. The other property hardly
# moves. And the digit? Most stay what they were; the larger the dose, the more do not. The trap of the mixed classes does not catch us here. That is
# worth knowing, and it is no rule: measure it for your own property.
#
# ### Style transfer
#
# Now a small version of what the slide calls style transfer. Content is *which* digit; style is how it leans and how thick it is. For a digit $a$ and
# another digit $b$, we measure the style of both and add what is missing:
#
# $$z_a + \sum_j (m_j(b) - m_j(a))\, d_j,$$ (eq-08-style)
#
# where $m_j$ is the measured property in standard deviations, and $d_j$ its direction.

# %%
styles = {
    "thin, to the left": (-1.5, -1.5),
    "thin, to the right": (1.5, -1.5),
    "thick, to the left": (-1.5, 1.5),
    "thick, to the right": (1.5, 1.5),
}

# %% mystnb={"figure": {"name": "fig-08-styles", "caption": "One test digit of each class, rebuilt by the VAE, and given four styles by adding two directions to its code."}, "image": {"alt": "Six rows of ten digits, 0 to 9. The rebuilt ones are soft copies of the real ones. Below, the same digits with thin gray strokes and with thick white ones, leaning to the left and to the right; a few have turned into another digit."}}
one_each = [np.flatnonzero(test.labels == k)[0] for k in range(10)]
lean, thicken = directions["slant", "by class"], directions["width", "by class"]
ten = encode(test.flat[one_each])
rows = {"test digits": test.flat[one_each], "rebuilt": decode(ten)}
for name, (leaning, thickness) in styles.items():
    rows[name] = decode(ten + leaning * lean + thickness * thicken)
image_rows({name: images.reshape(-1, 28, 28) for name, images in rows.items()})
plt.show()

# %%
content, style = subject, encode(test.flat[500:1000])
before, wanted = decode(content), decode(style)
shift = 0
for name, measure in measures.items():
    missing = (
        measure(wanted.reshape(-1, 28, 28)) - measure(before.reshape(-1, 28, 28))
    ) / spread[name]
    shift = shift + missing[:, None].astype(np.float32) * directions[name, "by class"]
after = decode(content + shift)
closed = {}
for name, measure in measures.items():
    gap = [
        measure(x.reshape(-1, 28, 28)) - measure(wanted.reshape(-1, 28, 28))
        for x in (before, after)
    ]
    closed[name] = 1 - np.abs(gap[1]).mean() / np.abs(gap[0]).mean()
same = (extract_features(after).probabilities.argmax(axis=1) == was).mean()

# %%
for name, part in closed.items():
    print(
        f"{name}: more than a third of the gap between the two styles is closed: {part > 1 / 3}"
    )
print("more than 70 % are still the same digit:", bool(same > 0.7))

# %% [markdown]
# Two numbers of style moved from one digit to another, and the content mostly stayed. Real style transfer moves more than two numbers. The
# principle is this one.
#
# ## Search for better codes: the drug designer's problem
#
# The slide also names drug discovery. There, $x$ is a molecule, and a *score* says how good a drug it would be. Molecules are hard to
# search: change one atom, and it may be no molecule at all. So chemists train a VAE on molecules, and climb the score in the latent space, where every
# step is allowed {cite:p}`gomezbombarelli2018`.
#
# Our molecules are digits, and our score is ink: the mean brightness of the picture, in standard deviations of real digits. The climb is gradient
# ascent on the code. The second term holds it back:
#
# $$\max_z \; s(G(z)) - \tfrac{\lambda}{2} \lVert z - c \rVert^2.$$ (eq-08-search)
#
# With the center $c = 0$ the second term is $\lambda \log p(z)$, the {term}`prior <Prior>` of the codes. Without it ($\lambda = 0$) the climber may go
# anywhere. But the decoder was trained on the shell. **Elsewhere, nobody has told it what a digit is.**

# %%
show_source(recipe.raise_score)

# %%
typical, unit = train.flat.mean(), recipe.ink(train.flat).std()
begin = vae_codes.draw(chosen.climbs, seed=5)
options = {"no prior": {"prior": 0.0}}
options |= {f"prior, λ = {w:g}": {"prior": w} for w in (0.03, 1.0)}
leashes = (0.1, 0.3, 1.0, 3.0)
options |= {f"leash, λ = {w:g}": {"prior": w, "center": begin} for w in leashes}
searched = {"start": begin} | {
    name: recipe.raise_score(
        lambda x: recipe.ink(x) / unit,
        vae.decode,
        begin,
        steps=chosen.climb_steps,
        **option,
    )
    for name, option in options.items()
}

# %%
results = {}
for name, codes in searched.items():
    images = decode(codes)
    sure = extract_features(images).probabilities.max(axis=1) > 0.9
    score = recipe.quality(images, real)
    results[name] = {
        "ink": float((images.mean() - typical) / unit),
        "length": float(np.linalg.norm(codes, axis=1).mean()),
        "FID": score.fid,
        "precision": score.precision,
        "classifier sure": float(sure.mean()),
    }

# %% tags=["nbval-ignore-output"]
forms = {"ink": "+.1f", "length": ".1f", "FID": ".0f", "precision": ".2f"}
show_table(
    [{"codes": name} | r for name, r in results.items()],
    formats=forms | {"classifier sure": ".0%"},
    caption="Ink in standard deviations above the mean of real digits, and what became of the pictures.",
)

# %% mystnb={"figure": {"name": "fig-08-search", "caption": "What the search found from the same fourteen random codes: without a prior, with the prior around 0, and on a leash around the start."}, "image": {"alt": "Rows of fourteen images. At the start soft digits. Without a prior white blobs, all alike; with the prior blobs or gray fog. On a long leash blobs and fog; on a shorter one thick strokes; on the shortest digits as at the start."}}
image_rows(
    {name: decode(codes[:14]).reshape(-1, 28, 28) for name, codes in searched.items()}
)
plt.show()

# %% mystnb={"figure": {"name": "fig-08-tradeoff", "caption": "The price of a score: ink gained against the FID of the pictures, for shorter and shorter leashes."}, "image": {"alt": "Points joined by a line. Tight leashes stand at the lower left, next to the start, with little ink and a low FID. With longer leashes the line climbs steeply to the upper right, where the search without a prior has six standard deviations more ink and an FID several times as high."}}
line = ["no prior", *(name for name in results if "leash" in name), "start"]
labeled_points(
    {
        name.removeprefix("leash, "): (results[name]["ink"], results[name]["FID"])
        for name in line
    },
    xlabel="ink (standard deviations above real digits)",
    ylabel="FID",
    connect=True,
)
plt.show()

# %%
begun, free, held = (results[name] for name in ("start", "no prior", "leash, λ = 3"))
top = results["prior, λ = 1"]
print(
    "no prior: the FID is more than three times that of the start:",
    free["FID"] > 3 * begun["FID"],
)
print(
    "prior, λ = 1: codes shorter than 1.5, and an FID as bad:",
    top["length"] < 1.5 and top["FID"] > 3 * begun["FID"],
)
print(
    "leash, λ = 3: more ink, and an FID within 20 % of the start's:",
    held["ink"] > begun["ink"] + 0.3 and held["FID"] < 1.2 * begun["FID"],
)
print(
    "precision calls what was found without a prior at least 90 % real:",
    free["precision"] > 0.9,
)

# %% [markdown]
# **Without a prior, the climber cheats.** It gets all the ink it wants, and delivers a white blob, the same from every start. No one has told the decoder
# that this is wrong.
#
# **The prior does not help.** It pulls toward its top, $z = 0$. That is the most probable code, and an empty place: no code so short was ever drawn
# in training. There the decoder shows gray fog, which is full of ink. The slogan "stay where $p(z)$ is high" led straight out of the data, because in
# many dimensions the top of a density and its mass are in different places. It is {eq}`eq-08-shell` again.
#
# **A leash does.** Put the center $c$ at the start, a code that we know to be good, and the weight $\lambda$ becomes a price. {numref}`fig-08-tradeoff` is its
# price list. A tight leash buys a little more ink at no loss; a loose one ends in the fog. A chemist would say: change a
# known molecule a little.
#
# And look at the judges. Precision is as happy with the fog as with anything: fog is average, and an average lies within reach of something real. The search
# was for ink only, but a search *on* precision would have ended here too. Never let a search be judged by one number.

# %% [markdown]
# ## What we found
#
# The deck's claims about interpolation, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "08"]
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
# ## Pitfalls
#
# - **The middle of the space is empty.** The most probable code, $z = 0$, is one that nobody ever draws. Look at the length before you decode.
# - **Which codes?** A VAE's means are shorter than its draws. A diffusion's noise is another thing than its image. Say what you walk between.
# - **Smooth is not real.** A cross-fade of pixels is as smooth as it gets. Measure both.
# - **A direction carries its company.** Balance the classes before you subtract two means, and measure what else moved.
# - **A score alone is an invitation to cheat**, and a prior's top is no safe place. Keep a search near codes that you know, and look at what it found.
# - **arccos near 1.** It turns equal codes into no numbers at all. Use atan2.
#
# ## Where this leads
#
# Images, so far, came as a whole: from one code, or from noise that clears everywhere at once. Text does not. It is written one token after the other,
# and each new token is drawn given all those before it. Chapter 09 builds the family that does this, the transformer, and asks how its
# quality can be measured.
