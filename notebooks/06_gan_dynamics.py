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
# # 06 · GAN dynamics and training
#
# *Slides 17, 18, 22*
#
# Two networks play a game, and one of them learns to draw. Theory says that the game must end well. Then why does it go
# wrong so often, and what do the numbers on the screen say while it runs?
#
# After this chapter you can
#
# - write down the game, derive its best critic, and check a trained critic against the formula;
# - say what "guarantees convergence" promises, where it is true, and draw the picture of where it is false;
# - read a GAN's loss curves: what 1.386 and 0.693 mean, and what they can never tell you;
# - break a GAN on purpose, find the fault in its curves, and repair it;
# - count what a generator forgot, and find out whether it copies.
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
# The digits' GAN has its sizes in one object. The full profile runs the same cells on all of MNIST, for longer. Two more
# objects hold a small game in the plane: as the slides state it, and repaired.

# %%
from dataclasses import replace

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from gencore.recipes import gan as recipe
from gencore.recipes.plane_gan import PLAIN, REPAIRED

chosen = recipe.settings()
chosen

# %% [markdown]
# ## GAN Dynamics: Geometric View
#
# *Slide 17*
#
# A {term}`generator` is a function $G$. It maps noise $z \sim \mathcal N(0, I)$ to a point $x = G(z)$: two numbers to a
# point of the plane, or 64 numbers to the 784 pixels of a digit. It bends and folds the cloud of noise until the cloud
# looks like the data. Nobody tells it where a given $z$ should go. In a VAE every training image has its own code; here
# none has.
#
# So what does it learn from? From a {term}`critic <Critic>`, which the slide calls the discriminator: a classifier that
# sees real points and made ones. It gives each point a {term}`logit` $\ell(x)$, and believes that $x$ is real with
# probability $D(x) = 1 / (1 + e^{-\ell(x)})$. The two play for one number {cite:p}`goodfellow2014`:
#
# $$\min_G \max_D V(D, G) = \mathbb E_{x \sim p_{\text{data}}} \ln D(x) + \mathbb E_{z} \ln \left( 1 - D(G(z)) \right).$$ (eq-06-value)
#
# The critic wants $V$ large: $D$ near 1 on data, near 0 on what is made. The generator wants it small. We write
# $p_G$ for the distribution of $G(z)$. It is all that the critic ever sees of the generator.
#
# ### Two losses under one name
#
# Look closely at the slide. In the minimax objective the generator pays $\ln(1 - D(G(z)))$. But in its box the loss is
# $-\ln D(G(z))$. Both fall when $D(G(z))$ rises. Are they the same? What counts in training is the slope.

# %%
from gencore.losses import minimax, non_saturating

logits = np.linspace(-7, 7, 141)
belief = 1 / (1 + np.exp(-logits))  # D(G(z))
generator = {"minimax": minimax.generator, "non-saturating": non_saturating.generator}
loss = {name: np.asarray(pay(logits)) for name, pay in generator.items()}
slope = {name: np.abs(jax.vmap(jax.grad(pay))(logits)) for name, pay in generator.items()}

# %% mystnb={"figure": {"name": "fig-06-saturation", "caption": "The two losses of the generator (left) and the size of their slopes in the logit (right), against the critic's belief that a made point is real. A young generator lives at the left edge, where the minimax game gives it no slope."}, "image": {"alt": "Left: two falling curves. The minimax loss is flat near 0 at the left and dives at the right; the non-saturating loss dives at the left and is flat at the right. Right: two straight lines that cross in the middle; the minimax slope rises from 0 to 1, the other falls from 1 to 0."}}
from gencore.plotting import curves

_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8))
for ax, values, ylabel in (
    (left, loss, "what the generator pays"),
    (right, slope, "size of its slope"),
):
    curves(
        {name: (belief, value) for name, value in values.items()},
        xlabel="D(G(z))",
        ylabel=ylabel,
        ax=ax,
    )
plt.show()

# %%
from gencore.notebook import about, show_source, show_table

young = np.array([0.001, 0.5, 0.999])
at = np.log(young / (1 - young))
show_table(
    {"D(G(z))": [f"{d:g}" for d in young]}
    | {
        f"slope, {name}": [f"{abs(s):.3f}" for s in jax.vmap(jax.grad(pay))(at)]
        for name, pay in generator.items()
    }
)

# %% [markdown]
# They agree only in the middle. The minimax slope is $D$ itself. When the critic is sure that a point is fake, the
# generator hears almost nothing: the loss *saturates*. The slide's loss has slope $1 - D$, and is loudest just there.
# It is called the *{term}`non-saturating loss <Non-saturating loss>`*. Nearly everyone trains with it, and nearly every
# proof is about the other one. So we keep the two apart. Proofs first.

# %% [markdown]
# ### The best critic
#
# Hold $G$ still. What is the best answer that a critic can give at one point $x$? At $x$ it gains
# $p_{\text{data}}(x) \ln D + p_G(x) \ln(1 - D)$. Set the derivative in $D$ to zero, and you have it:
#
# $$\frac{p_{\text{data}}(x)}{D} = \frac{p_G(x)}{1 - D} \quad\Rightarrow\quad
#   D^*(x) = \frac{p_{\text{data}}(x)}{p_{\text{data}}(x) + p_G(x)}, \qquad \ell^*(x) = \ln \frac{p_{\text{data}}(x)}{p_G(x)}.$$ (eq-06-best)
#
# The best critic is a comparison of two densities, and nothing else. Does a trained network find it? We need two
# densities that we know: "data" from one Gaussian, "fakes" from another. A fresh critic sees samples only.

# %%
from scipy.spatial.distance import jensenshannon
from scipy.stats import norm

from gencore.recipes.two_sample import tell_apart

data, forged = norm(-1, 0.6), norm(1, 1.0)
rng = np.random.default_rng(0)
seen = [d.rvs((20_000, 1), random_state=rng).astype(np.float32) for d in (data, forged)]
found = tell_apart(*seen, steps=1000, batch_size=512, learning_rate=3e-3)

x = np.linspace(-4, 5, 901)
p, q = data.pdf(x), forged.pdf(x)
best = p / (p + q)
learned = 1 / (1 + np.exp(-np.asarray(found.critic(x[:, None].astype(np.float32)))))

# %% mystnb={"figure": {"name": "fig-06-best-critic", "caption": "Left: two densities. Right: the best critic, which compares them, and one that a network learned from 10,000 samples of each. Where there are samples, the two agree."}, "image": {"alt": "Left: two bell curves that overlap, a narrow one at minus 1 and a wide one at 1. Right: the best critic's curve is close to 1 over the narrow bell and falls to 0 over the wide one; the learned curve lies close to it, except at the far left, where neither density has samples."}}
_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8))
curves({"data": (x, p), "fakes": (x, q)}, xlabel="x", ylabel="density", ax=left)
curves({"best": (x, best), "learned": (x, learned)}, xlabel="x", ylabel="D(x)", ax=right)
plt.show()

# %% [markdown]
# At the far left, where the data end, the best critic turns back: the wide Gaussian of the fakes has the longer tail. A
# network need not know. It has seen no points there.
#
# ### What the generator then plays for
#
# Put $D^*$ into {eq}`eq-06-value`. What is left is a distance between two distributions:
#
# $$V(D^*, G) = 2\, \mathrm{JS}(p_{\text{data}}, p_G) - 2 \ln 2, \qquad
#   \mathrm{JS}(p, q) = \tfrac12 \mathrm{KL}\left(p \,\Vert\, m\right) + \tfrac12 \mathrm{KL}\left(q \,\Vert\, m\right), \quad m = \tfrac{p + q}{2}.$$ (eq-06-js)
#
# This is the {term}`Jensen-Shannon divergence` {cite:p}`lin1991`. It is 0 for equal distributions, and $\ln 2$ for two that share no point.
# Any other critic gains less than $D^*$. So every critic's loss *proves* a distance: JS is at least $\ln 2$ minus half of
# it. That makes a critic a measuring device, and we will use it as one.

# %%
from gencore.metrics import jensen_shannon_bound

show_source(jensen_shannon_bound)

# %%
exact = jensenshannon(p, q) ** 2  # SciPy returns the square root
overlap = np.minimum(p, q).sum() * (x[1] - x[0])
show_table(
    {
        "": ["JS (nats)", "fraction called right"],
        "exact": [about(exact, 0.02), about(1 - overlap / 2, 0.01)],
        "a trained critic, on new samples": [
            about(found.divergence, 0.02),
            about(found.accuracy, 0.01),
        ],
    }
)

# %% [markdown]
# ### Does the game converge? In theory: yes
#
# Now both move. The theorem of the slide lives in an ideal world {cite:p}`goodfellow2014`: $p_G$ may be *any* distribution, the
# critic is the best one at every moment, and the generator takes small steps downhill. We build that world: a
# "generator" that is nothing but 161 probabilities, one for each cell of a line. The slope of $V$ in $p_G(x)$ is
# $\ln(1 - D^*(x))$, so each probability is multiplied by $e^{-\ln(1 - D^*)}$ and the sum set back to one.

# %%
cells = np.linspace(-4, 4, 161)
target = 0.6 * norm.pdf(cells, -1.5, 0.5) + 0.4 * norm.pdf(cells, 1.5, 0.4)
target /= target.sum()
made = norm.pdf(cells, 0.0, 1.0)
made /= made.sum()

stages = [made]
for _ in range(20):
    critic = target / (target + made)  # the best one, every time
    made = made * np.exp(-np.log(1 - critic))  # a step of size 1 down the slope
    made = made / made.sum()
    stages.append(made)
distance = np.array([jensenshannon(target, stage) ** 2 for stage in stages])

# %% mystnb={"figure": {"name": "fig-06-function-space", "caption": "The game in function space, with the best critic at every step. Left: the generator's distribution walks to the data's. Right: the divergence falls at every step."}, "image": {"alt": "Left: a single bell turns, within a few steps, into the two-humped curve of the data. Right: on a logarithmic axis the Jensen-Shannon divergence falls along a straight line over 20 steps, by more than ten powers of ten."}}
_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8))
shown = {f"step {k}": (cells, stages[k]) for k in (0, 1, 3)}
curves(
    shown | {"data": (cells, target)}, xlabel="x", ylabel="probability of a cell", ax=left
)
curves(
    {"JS": (np.arange(len(distance)), distance)},
    xlabel="step",
    ylabel="JS (nats)",
    logy=True,
    ax=right,
)
plt.show()

# %% [markdown]
# It works, and beautifully: a step of size 1 is $p_G \leftarrow (p_G + p_{\text{data}}) / 2$, which you can check with a pencil,
# so half of the difference goes at every step. No network was in this game.

# %% [markdown]
# ### And with parameters? The smallest GAN
#
# Real players have parameters, and neither waits until the other is perfect. Take the smallest case {cite:p}`mescheder2018`. All data lie at
# 0. The generator puts all its mass at one place $\theta$. The critic is a straight line, $\ell(x) = \psi x$. Two numbers
# play, so we can draw the whole game in a plane. At the only equilibrium, $\theta = \psi = 0$, the generator is right and the
# critic undecided.

# %%
from gencore.models import DiracGAN

show_source(DiracGAN.field, DiracGAN.trajectory)

# %% [markdown]
# `field` says where each player wants to go. `trajectory` plays with steps of size `rate`, both at once or in turns, as GANs
# are trained. With `r1` the critic pays a penalty for its slope on the data: $\tfrac\gamma2 \lVert \nabla_x \ell \rVert^2$, here
# $\tfrac\gamma2 \psi^2$. It is the {term}`R1 penalty`.

# %%
plain, damped = DiracGAN(minimax), DiracGAN(minimax, r1=0.3)
rate, start = 0.4, (1.0, 0.5)
paths = {
    "at once": plain.trajectory(start, rate=rate, steps=60, simultaneous=True),
    "in turns": plain.trajectory(start, rate=rate, steps=60),
    "in turns, with R1": damped.trajectory(start, rate=rate, steps=60),
}

# %% mystnb={"figure": {"name": "fig-06-dirac", "caption": "The game of two numbers. Arrows: where the players want to go. Dots: the start of each path; crosses: its end, 60 steps later. The equilibrium is the middle."}, "image": {"alt": "Arrows that circle around the middle of the plane. One path spirals outward, one goes round and round on a closed oval, and one spirals into the middle."}}
from gencore.plotting import phase_portrait

ticks = np.linspace(-3, 3, 17)
arrows = plain.field(*np.meshgrid(ticks, ticks))
phase_portrait(
    ticks,
    ticks,
    *arrows,
    paths=paths,
    xlabel="θ: where the generator is",
    ylabel="ψ: the critic's slope",
)
plt.show()

# %% [markdown]
# Nobody is pulled to the middle. Each player answers the other, and they chase each other in circles. Linear algebra says
# the same. Near the equilibrium the field is a matrix $J$, and a small step of size $h$ multiplies the distance by $|1 + h \lambda|$, where
# $\lambda$ runs over the eigenvalues:
#
# $$J = \begin{pmatrix} 0 & \tfrac12 \\ -\tfrac12 & -\gamma \end{pmatrix}, \qquad
#   \lambda = \tfrac12 \left( -\gamma \pm \sqrt{\gamma^2 - 1} \right).$$ (eq-06-eigenvalues)
#
# Without a penalty $\lambda = \pm \tfrac i2$: no pull at all, only rotation. Both at once, the distance grows by
# $\sqrt{1 + h^2 / 4}$ a step, however small the step is. In turns, it neither grows nor shrinks. With $\gamma > 0$ it shrinks.

# %%
growth = {}
for name, game, at_once in [
    ("at once", plain, True),
    ("in turns", plain, False),
    ("in turns, with R1", damped, False),
]:
    J, one = game.jacobian(), np.eye(2)
    step = one + rate * J
    if not at_once:  # first the critic's row, then the generator's
        step = (one + rate * np.triu(J, 1)) @ (one + rate * np.tril(J))
    near = game.trajectory((1e-3, 0.0), rate=rate, steps=1000, simultaneous=at_once)
    length = np.linalg.norm(near, axis=1)
    walked = 200 if at_once or game is damped else 1000  # stay near the middle
    growth[name] = [
        np.abs(np.linalg.eigvals(step)).max(),
        (length[walked] / length[0]) ** (1 / walked),
    ]

show_table(
    [
        {"the players move": name, "eigenvalue": f"{a:.2f}", "walked": f"{b:.2f}"}
        for name, (a, b) in growth.items()
    ],
    caption="Factor by which a small distance from the equilibrium changes in one step.",
)

# %%
from gencore.claims import check_claim

ends = {name: np.linalg.norm(path[-1]) for name, path in paths.items()}
begin = np.linalg.norm(start)
check_claim(
    "06-convergence-guaranteed",
    holds=bool(
        (np.diff(distance) < 0).all()
        and distance[-1] < 1e-9
        and ends["in turns, with R1"] < 0.1 * begin
    ),
    otherwise=bool(min(ends["at once"], ends["in turns"]) < 0.5 * begin),
    measured={
        "in function space, best critic each time": "JS falls at every one of 20 steps, to below 10⁻⁹",
        "two parameters, gradient steps": "60 steps at once end farther out than they began, 60 in turns no nearer than half way"
        if ends["at once"] > begin
        else "no steps end farther out",
        "the same with R1": "less than a tenth of the distance is left",
    },
)

# %% [markdown]
# So "mathematically guarantees convergence under ideal conditions" is right, and every word counts. The ideal conditions are a
# generator that can be any distribution, and a critic that is perfect at every step. Gradient steps on parameters meet
# neither. They circle, and a penalty repairs it. Keep the picture in mind. It is what an oscillating loss curve shows.

# %% [markdown]
# ## GAN Training: Step-by-Step Example
#
# *Slide 18: "Real loss values from MNIST training"*
#
# Now the real thing: digits. One step of training is two moves.
#
# 1. The critic sees a batch of real digits and as many made ones, and moves its weights to tell them apart.
# 2. The generator draws fresh noise, asks the *new* critic, and moves its weights to be believed.
#
# Ours are two plain networks, and both are told the digit's class {cite:p}`mirza2014`. The critic pays the R1 penalty. The images
# come from a moving average of the generator's weights ({term}`EMA`). Every so many steps we stop the clock and score
# a thousand images (`chosen.samples`) against the test digits by {term}`FID`.

# %%
from gencore.data import load_mnist
from gencore.metrics import frechet_distance
from gencore.models import extract_features
from gencore.recipes.evaluation import floors

train, test = load_mnist("train"), load_mnist("test")
real = extract_features(test.images)
floor = floors(train.flat, real)
run = recipe.train(
    train.flat,
    train.labels,
    chosen,
    progress=False,
    evaluate=lambda generator: {
        "fid": frechet_distance(
            real.features,
            extract_features(recipe.draw(generator, chosen.samples)[0]).features,
        )
    },
    evaluate_every=100 * max(1, chosen.steps // 500),
)

# %% [markdown]
# ### Epoch 1: where do 1.386 and 0.693 come from?
#
# Take a critic that knows nothing and says $D = \tfrac12$ to everything. It pays $-\ln \tfrac12 = \ln 2 \approx 0.693$ for real
# points and $\ln 2$ for made ones, $2 \ln 2 \approx 1.386$ in all. The generator pays $-\ln \tfrac12$, which is $\ln 2$. There they are. But is a
# critic like that at the start of training? We look at a new critic with random weights, at one whose last layer is set to zero, and at
# the mean over the first {term}`epoch <Epoch>` of a real training.

# %%
from flax import nnx

from gencore.models import Critic, Generator

rngs = nnx.Rngs(0)
young_generator = Generator(
    chosen.latent_dim, chosen.generator_hidden, classes=chosen.classes, rngs=rngs
)
random_critic = Critic(hidden=chosen.critic_hidden, classes=chosen.classes, rngs=rngs)
zeroed = nnx.clone(random_critic)
zeroed.head.kernel[...] = jnp.zeros_like(zeroed.head.kernel[...])

some, labels = train.flat[::8], jnp.asarray(train.labels[::8])
fakes = young_generator.sample(jax.random.key(0), len(some), labels)
halves = {
    name: [
        float(part.mean())
        for part in (
            non_saturating.real(critic(some, labels)),
            non_saturating.fake(critic(fakes, labels)),
            non_saturating.generator(critic(fakes, labels)),
        )
    ]
    for name, critic in {"zeroed": zeroed, "random": random_critic}.items()
}
epoch = len(train.labels) // chosen.batch_size  # steps
first = recipe.train(
    train.flat, train.labels, replace(chosen, steps=epoch), progress=False
)
first_critic, first_generator = (
    first.history[f"{player}_loss"][0] for player in ("critic", "generator")
)
noise = recipe.draw(first.generator, chosen.samples)[0]
noise_fid = frechet_distance(real.features, extract_features(noise).features)

# %%
d_real, d_fake, g = halves["zeroed"]
check_claim(
    "06-first-epoch-losses",
    holds=bool(
        abs(d_real + d_fake - 1.386) < 5e-4 and abs(g - 0.693) < 5e-4 and noise_fid > 300
    ),
    otherwise=bool(first_generator < 1),
    measured={
        "last layer zero": f"D {d_real:.3f} + {d_fake:.3f} = {d_real + d_fake:.3f}, G {g:.3f}",
        "random weights, before the first step": f"D about {about(sum(halves['random'][:2]), 0.2)}",
        f"mean over a real first epoch, {epoch} steps": f"G more than 1, D {'within' if abs(first_critic - 1.386) < 0.2 else 'not within'} 0.2 of 1.386",
        "images after it": f"an FID above 300; real digits have {about(floor['real']['fid'], 0.5)}, random pixels {about(floor['random']['fid'], 10)}",
    },
)

# %% [markdown]
# The slide's first row is not the loss of an epoch. It is the loss of a critic without an opinion. Within its first epoch a real one
# has learned that noise is no digit, and the generator pays for it: more than 1, far above $\ln 2$. The critic's own sum stays near its
# old value all the same, which shows how little a GAN's loss says. But the second half of the row is right: the images are
# noise.

# %% [markdown]
# ### Epoch 100: a sum in one row, a mean in the other
#
# The slide ends at D 0.695, G 0.698. Compare with the row above it: D fell by half, and G hardly moved. Strange? If D is the *sum* of two
# halves, as it was in the first row, then follow what it says. The generator pays 0.698, so the critic gives its points $D \approx \tfrac12$.
# By Jensen's inequality the critic then pays at least $-\ln(1 - e^{-0.698})$ for them. How much is left for the real
# digits?

# %%
d_sum, g = 0.695, 0.698  # the slide's
fake_least = -np.log(1 - np.exp(-g))
real_most = d_sum - fake_least
print(
    f"for made points at least {fake_least:.3f}, so for real ones at most {real_most:.3f}"
)
print(f"so D(x) of a typical real digit is at least {np.exp(-real_most):.3f}")

# %% [markdown]
# As a sum, the row describes a critic that is sure of every real digit and undecided about every made one. That is no equilibrium, and no training ends
# like that. As the *mean* of the two halves, everything fits: a critic at $D \approx \tfrac12$ pays 0.693 for each half, and the
# generator 0.693. Many programs print the mean. So the slide changed its unit between its rows. In the first row's unit, it went from 1.386 to
# 1.390: **nothing happened to the loss**.
#
# What happens in ours?

# %% mystnb={"figure": {"name": "fig-06-losses", "caption": "A GAN learns digits. Top: both players' losses, means over 100 steps; the dotted lines are an undecided critic's. Bottom: the FID of the images, with both floors."}, "image": {"alt": "Top: after the first two hundred steps the generator's loss runs level, somewhat above 0.693, while the critic's sinks slowly and stays between 1.386 and 1.1. Bottom: on a logarithmic axis the FID, far below that of random pixels, keeps falling until the end, and is still well above that of real digits."}}
from gencore.plotting import floor_lines

_, (top, bottom) = plt.subplots(2, 1, figsize=(7.2, 5.2))
history = run.history
curves(
    {
        "critic, sum": (history.steps, history["critic_loss"]),
        "generator": (history.steps, history["generator_loss"]),
    },
    xlabel="step",
    ylabel="loss (nats)",
    ax=top,
)
floor_lines(top, {"2 ln 2": 1.386, "ln 2": 0.693})
points = np.array(history.evaluations["fid"])
curves(
    {"GAN": (points[:, 0], points[:, 2])},
    xlabel="step",
    ylabel="FID",
    logy=True,
    ax=bottom,
)
ends_of_fid = {
    "real digits": floor["real"]["fid"],
    "random pixels": floor["random"]["fid"],
}
floor_lines(bottom, {name: round(value, 1) for name, value in ends_of_fid.items()})
plt.show()

# %% mystnb={"figure": {"name": "fig-06-digits", "caption": "Each column was asked for one digit, 0 to 9: after the first epoch, at the end of this training, and real ones."}, "image": {"alt": "Three rows of ten images. After one epoch: gray static with a brighter middle. At the end: white strokes on black, many of them readable digits, some broken. Real digits: crisp."}}
from gencore.plotting import image_rows

made, _ = recipe.draw(run.generator, chosen.samples)
shown = {"after one epoch": noise, "at the end": made}
rows = {name: images[:10].reshape(-1, 28, 28) for name, images in shown.items()}
drawn = [np.flatnonzero(test.labels == k)[0] for k in range(10)]
image_rows(rows | {"real": test.images[drawn]})
plt.show()

# %%
critic_loss, generator_loss = history["critic_loss"][-1], history["generator_loss"][-1]
fid = points[:, 2]
third = len(history.steps) // 3
moved = max(np.ptp(history[name][third:]) for name in ("critic_loss", "generator_loss"))
check_claim(
    "06-last-epoch-losses",
    holds=bool(
        abs(critic_loss / 2 - 0.695) < 0.15
        and abs(generator_loss - 0.698) < 0.3
        and fid[-1] < 0.6 * noise_fid
    ),
    otherwise=bool(abs(critic_loss - 0.695) < 0.15),
    measured={
        "critic's loss as the mean of its halves": "ends within 0.15 of the slide's 0.695",
        "generator's": "within 0.3 of 0.698",
        "critic's loss as their sum": "not within 0.15 of it",
        "FID": "less than 0.6 of that after the first epoch",
        "an undecided critic, before any training": "0.693 and 0.693, beside images of noise",
    },
)

# %% [markdown]
# Now the important part. In {numref}`fig-06-losses` the losses find their level early. All the learning comes after that, and the
# losses do not show it. They cannot: each player's loss is measured against the *other player*, who improves as well. A
# chess rating does not rise when both play better. So when somebody shows you a GAN's loss of 0.69, you know that the critic is about
# undecided. Whether the images are noise or digits, you do not know.

# %%
late = fid[len(fid) // 3 :]
show_table(
    {
        "over the last two thirds of the training": ["both losses", "FID"],
        "what happened": [
            "stayed within 0.3 nats" if moved < 0.3 else "moved by more than 0.3 nats",
            "fell by more than a quarter"
            if late[-1] < 0.75 * late[0]
            else "fell by less than a quarter",
        ],
    }
)

# %% [markdown]
# ### A training that fails on purpose
#
# If losses do not show quality, what are they good for? For finding faults. We break a GAN in a way that everyone meets
# once: the generator takes plain gradient steps on the *minimax* loss, and the critic has a better optimizer. Then we
# repair it, and change one word. This is also a chance to see how a game is put together.

# %%
import optax

from gencore.training import adversarial_step, fit, trained_generator

curves_of, fid_of = {}, {}
for name, rules in {"minimax": minimax, "non-saturating": non_saturating}.items():
    rngs = nnx.Rngs(0)
    maker = Generator(chosen.latent_dim, chosen.generator_hidden, rngs=rngs)
    judge = Critic(hidden=chosen.critic_hidden, rngs=rngs)
    slow, fast = optax.sgd(0.02), optax.adam(1e-3, b1=0.0)
    step, state = adversarial_step(maker, judge, rules, slow, fast)
    state, curves_of[name] = fit(
        step,
        state,
        train.flat,
        steps=300,
        batch_size=chosen.batch_size,
        log_every=25,
        progress=False,
    )
    images, _ = recipe.draw(trained_generator(maker, state), chosen.samples)
    fid_of[name] = frechet_distance(real.features, extract_features(images).features)

# %% mystnb={"figure": {"name": "fig-06-broken", "caption": "Two trainings of the same two networks that differ in the generator's loss alone. Left: how often the critic is right. Right: what it pays. The minimax game ends where the critic is always right."}, "image": {"alt": "Left: two curves of the critic's accuracy; that of the minimax game reaches 1 and stays there, the other comes down. Right: on a logarithmic axis, the critic's loss in the minimax game falls to a tiny fraction of a nat, while the other stays near 1."}}
_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8))
for ax, metric, label in (
    (left, "critic_accuracy", "critic's accuracy"),
    (right, "critic_loss", "critic's loss (nats)"),
):
    curves(
        {name: (h.steps, h[metric]) for name, h in curves_of.items()},
        xlabel="step",
        ylabel=label,
        logy=metric == "critic_loss",
        ax=ax,
    )
plt.show()

# %%
dead, alive = curves_of["minimax"], curves_of["non-saturating"]
show_table(
    {
        "at the end": ["minimax", "non-saturating"],
        "critic right more than 98 % of the time": [
            str(h["critic_accuracy"][-1] > 0.98) for h in (dead, alive)
        ],
        "critic pays less than 0.1 nats": [
            str(h["critic_loss"][-1] < 0.1) for h in (dead, alive)
        ],
    }
)
better = fid_of["non-saturating"] < fid_of["minimax"] - 30
print("the FID of the repaired game is lower by more than 30:", better)

# %% [markdown]
# **The diagnosis.** The critic is always right, and its loss is next to 0. Now {numref}`fig-06-saturation` bites: where
# $D(G(z)) \approx 0$, the minimax loss has no slope. The generator stands still, and the critic has nothing left to learn. The
# curves look *calm*. That is the trap: a calm loss near zero is a dead game.
#
# **The repair.** The non-saturating loss gives the generator a slope where it needs one. The game of the last section adds
# Adam for both players, which rescales small gradients, and R1, which keeps the critic from running away.

# %% [markdown]
# ## Why Adversarial Training Works
#
# *Slide 22: "The mathematical guarantee"*
#
# The slide promises two things at equilibrium: $p_G = p_{\text{data}}$ and $D(x) = 0.5$, an accuracy of 50 %. From {eq}`eq-06-best`
# and {eq}`eq-06-js` both follow: JS is 0 only if the distributions are equal, and then
# $D^* = \tfrac12$ everywhere. But which follows from which?
#
# ### Is a critic at 50 % a sign of success?
#
# We play in the plane, on a ring of eight Gaussians, where we know the truth. Ten seeds of the game as the slides state it, and ten of the
# repaired one: with R1, without momentum in Adam, and with averaged weights. And one more, with a *lazy* critic, whose
# only hidden layer has two units.

# %%
from gencore.data import ring_centers, ring_of_gaussians
from gencore.recipes.plane_gan import play

film_it = {"frames": 3, "samples": 4000}
games = {"plain": PLAIN, "repaired": REPAIRED}
films = {
    name: play(ring_of_gaussians, replace(game, steps=2000), seeds=range(10), **film_it)
    for name, game in games.items()
}
lazy = replace(REPAIRED, critic_hidden=(2,), steps=1000)
films["lazy critic"] = play(ring_of_gaussians, lazy, **film_it)

# %% [markdown]
# Then we freeze each generator, and train a *fresh* critic on its samples against the data. Whether it can tell them apart
# on samples that it has not seen is a fair test of $p_G = p_{\text{data}}$, called a
# {term}`two-sample test <Two-sample test>` {cite:p}`lopezpaz2017`. It is equation {eq}`eq-06-js` at work.

# %%
show_source(tell_apart)

# %%
truth = np.asarray(ring_of_gaussians(jax.random.key(1), 8000))
again = np.asarray(ring_of_gaussians(jax.random.key(2), 8000))
own = {
    name: film.curves["critic_accuracy"][0, -200:].mean() for name, film in films.items()
}
fresh = {
    name: tell_apart(truth, film.samples[0, -1], steps=600)
    for name, film in films.items()
}
fresh["data against data"] = tell_apart(truth, again, steps=600)

# %% tags=["nbval-ignore-output"]
show_table(
    [
        {
            "game": name,
            "its own critic is right": f"{own[name]:.0%}" if name in own else None,
            "a fresh critic is right": f"{detection.accuracy:.0%}",
            "JS at least (nats)": f"{max(0, detection.divergence):.2f}",
        }
        for name, detection in fresh.items()
    ],
    caption="The ring of eight Gaussians, first seed of each game. These numbers differ from one CPU to the next.",
)

# %%
ring_truth = fresh["data against data"]
check_claim(
    "06-discriminator-at-half",
    holds=bool(
        abs(ring_truth.accuracy - 0.5) < 0.02
        and np.average(np.abs(target / (target + stages[-1]) - 0.5), weights=target)
        < 1e-3
        and abs(paths["in turns, with R1"][-1, 1]) < 0.1
        and own["lazy critic"] < 0.6
        and fresh["lazy critic"].accuracy > 0.8
    ),
    measured={
        "data against data, a fresh critic": "right 50 % of the time, to within 2 points",
        "the game in function space, last step": "D within 0.001 of 0.5, on average over the data",
        "the two-number game with R1": "the critic's slope ends within 0.1 of 0",
        "no equilibrium": "a lazy critic is right less than 60 % of the time, where a fresh one is right more than 80 %",
    },
)

# %% [markdown]
# At equilibrium $D = \tfrac12$: true. But do not read it backward. A critic also does no better than a coin when it is too weak to see the
# difference {cite:p}`arora2017`. Fifty percent is *necessary, not sufficient*. So never ask the critic that took part in the
# game. Ask a fresh one.
#
# ### Who is missing?
#
# A picture says what the fresh critic saw. We count a mode as covered if it gets at least a tenth of its fair share of the samples,
# within three standard deviations.

# %%
from gencore.metrics import mode_coverage

centers = np.asarray(ring_centers())
covered = {
    name: [
        mode_coverage(samples[-1], centers, 0.05).covered
        for samples in films[name].samples
    ]
    for name in ("plain", "repaired")
}

# %% mystnb={"figure": {"name": "fig-06-ring", "caption": "Ten seeds of the same game on the ring of eight Gaussians, as the slides state it (top) and repaired (bottom). The number counts the modes that are covered; rings mark the true ones."}, "image": {"alt": "Two rows of ten small scatter plots with eight rings each. In the top row most pictures leave some rings nearly empty. In the bottom row the points gather in all eight rings in nearly every picture, with thin bridges between neighbors."}}
from gencore.plotting import film_strip

film_strip(
    {name: films[name].samples[:, -1, :1000] for name in covered},
    {name: [f"{count}/8" for count in counts] for name, counts in covered.items()},
    extent=(-2.6, 2.6, -2.6, 2.6),
    marks=centers,
)
plt.show()

# %%
full = {name: sum(count == 8 for count in counts) for name, counts in covered.items()}
print("repaired: all eight modes in at least 8 of 10 seeds:", full["repaired"] >= 8)
print("plain: all eight modes in at most 5 of 10 seeds:", full["plain"] <= 5)

# %% [markdown]
# This is {term}`mode collapse <Mode collapse>`, in its mild and usual form. The plain generator makes good points, but not everywhere. The losses
# say nothing of it. The circling of {numref}`fig-06-dirac` is a likely cause: the critic learns where the generator is and drives it
# away, and forgets where it was before.
#
# Which part of the repair does it? We take each fix on its own, and look after half of the steps: R1; spectral
# normalization {cite:p}`miyato2018`; a critic that sees how much the whole batch varies {cite:p}`karras2018`; and
# Wasserstein's game with its gradient penalty {cite:p}`arjovsky2017,gulrajani2017`.

# %%
from gencore.losses import gradient_penalty, interpolate, r1_penalty, wasserstein
from gencore.models import MinibatchStd

short = replace(PLAIN, steps=1000)
fixes = {
    "R1": {"penalty": lambda critic, real, fake, key: r1_penalty(critic, real)},
    "spectral norm": {"spectral_norm": True},
    "spread of the batch": {"minibatch": MinibatchStd()},
    "Wasserstein, gradient penalty": {
        "loss": wasserstein,
        "penalty": lambda critic, real, fake, key: (
            10 * gradient_penalty(critic, interpolate(real, fake, key))
        ),
    },
}
half_way = {name: films[name].samples[:3, 1] for name in games} | {
    name: play(
        ring_of_gaussians, short, seeds=(0, 1, 2), frames=2, samples=4000, **fix
    ).samples[:, -1]
    for name, fix in fixes.items()
}

# %% tags=["nbval-ignore-output"]
counted = {
    name: [mode_coverage(points, centers, 0.05) for points in clouds]
    for name, clouds in half_way.items()
}
show_table(
    [
        {
            "game": name,
            "modes, by seed": ", ".join(str(m.covered) for m in found),
            "good points": f"{np.mean([m.high_quality for m in found]):.0%}",
        }
        for name, found in counted.items()
    ],
    caption="After 1,000 steps, three seeds. Good points lie within three standard deviations of a mode. The numbers differ from one CPU to the next.",
)

# %% [markdown]
# Two columns, because there are two ways to fail: to miss a mode, and to fill the space between modes. A large comparison
# found no game that is consistently better than the first one {cite:p}`lucic2018`. So practice stacks the fixes, and counts.

# %% [markdown]
# ### And on digits: does $p_G = p_{\text{data}}$?
#
# On digits nobody knows the densities. So we look at our generator with every measure that we have: {term}`FID`, and
# {term}`precision and recall <Precision and recall>`, between the two floors; and a fresh critic, which sees the training
# digits and as many made ones.

# %%
from gencore.recipes.evaluation import score_samples

many, _ = recipe.draw(run.generator, len(train.flat), seed=1)
caught = tell_apart(train.flat, many, hidden=(256,), steps=200)
scores = {name: s["value"] for name, s in score_samples(made, real).items()}

# %% tags=["nbval-ignore-output"]
columns = ("fid", "inception_score", "precision", "recall")
rows = {"real digits": floor["real"], "GAN": scores, "random pixels": floor["random"]}
show_table(
    [
        {"images": name} | {column: f"{row[column]:.2f}" for column in columns}
        for name, row in rows.items()
    ],
    caption=f"A short training on {len(train.labels):,} digits, {chosen.samples:,} samples. The numbers differ from one CPU to the next.",
)

# %%
check_claim(
    "06-generator-matches-data",
    holds=bool(
        distance[-1] < 1e-9 and np.abs(stages[-1] - target).max() < 1e-3 * target.max()
    ),
    otherwise=bool(caught.accuracy < 0.6),
    measured={
        "any distribution, best critic": "p_G equals p_data to within a thousandth of its peak",
        "networks, digits": "a fresh critic is right more than 60 % of the time",
    },
)

# %% [markdown]
# With players who can do anything, the slide is right. With our networks, the game stopped before: a fresh critic can tell
# the made digits from the real ones. Longer training narrows the gap; the full runs below show how far.

# %% [markdown]
# ### Are they copies?
#
# One cheap way to a perfect score is to learn the training digits by heart. So we look for the nearest training digit of
# each sample, pixel by pixel. A distance alone says little: how near is *near*? The honest yardstick is a real digit that was not trained
# on, and *its* nearest training digit.

# %%
from sklearn.neighbors import NearestNeighbors

known = NearestNeighbors(n_neighbors=3).fit(train.flat)
made, _ = recipe.draw(run.generator, chosen.samples)
near_made, whose = known.kneighbors(made)
near_real, _ = known.kneighbors(test.flat)
copied = float((near_made[:, 0] < np.quantile(near_real[:, 0], 0.01)).mean())

# %% mystnb={"figure": {"name": "fig-06-neighbors", "caption": "Ten made digits, and below each the three training digits that are nearest to it, pixel by pixel."}, "image": {"alt": "Four rows of ten images. The first row holds made digits, softer and rougher than real ones. Below each stand three crisp training digits of similar shape, none of them the same image."}}
rows = {"made": made[:10]} | {
    f"nearest {k + 1}": train.flat[whose[:10, k]] for k in range(3)
}
image_rows({name: images.reshape(-1, 28, 28) for name, images in rows.items()})
plt.show()

# %%
ratio = np.median(near_made[:, 0]) / np.median(near_real[:, 0])
print(
    "made digits lie no nearer to the training digits than held-out ones do:", ratio > 0.9
)
print("less than 10 % are nearer than 99 % of the held-out digits are:", copied < 0.1)

# %% [markdown]
# ## The full run, beside the deck's row
#
# What does this GAN do with all 60,000 digits? `gencore train gan --profile full --seed 0` trains it and writes a record. This cell reads the
# records. The deck's row is from the table on slide 23. Precision, recall and the rarest digit stand beside each FID: a score
# without them hides what is missing.

# %%
from gencore.records import load_records

records = load_records("gan", "mnist", "full")
others = load_records("unconditional_gan", "mnist", "full")
table = [
    {
        "run": f"seed {r.seed}" + ("" if r.family == "gan" else ", no classes"),
        "FID": f"{r.value('fid'):.1f}",
        "IS": f"{r.value('inception_score'):.2f}",
        "precision": f"{r.value('precision'):.2f}",
        "recall": f"{r.value('recall'):.2f}",
        "rarest digit": f"{min(r.value(f'class_{k}') for k in range(10)):.1%}",
        "training": f"{r.train_seconds / 60:.1f} min",
    }
    for r in [*records, *others]
]
ends = records[0].floors if records else {}
for name, label in {"real": "real digits", "random": "random pixels"}.items():
    if name in ends:
        score = ends[name]
        table.append(
            {
                "run": label,
                "FID": f"{score['fid']:.1f}",
                "IS": f"{score['inception_score']:.2f}",
                "precision": f"{score['precision']:.2f}",
                "recall": f"{score['recall']:.2f}",
                "rarest digit": None,
                "training": None,
            }
        )
deck = {"run": "slide 23", "FID": "9", "IS": "9.1", "training": "2 h"}
table.append({column: deck.get(column) for column in table[0]} if table else deck)
show_table(
    table,
    caption="GANs on full MNIST: 10,000 samples against the 10,000 test digits (MNIST classifier features)."
    if records
    else "No full run is stored yet.",
)

# %% mystnb={"figure": {"name": "fig-06-full", "caption": "FID against seconds of training, full MNIST, one curve a run. The dotted lines are real digits and the deck's FID."}, "image": {"alt": "FID falls steeply in the first minutes and then more slowly; every curve ends below the line of the deck's FID of 9, a little above that of real digits."}}
if records:
    runs = {f"seed {r.seed}": r for r in records}
    runs |= {f"no classes, seed {r.seed}": r for r in others}
    paths = {name: tuple(np.array(r.history["fid"]).T) for name, r in runs.items()}
    ax = curves(paths, xlabel="training (seconds)", ylabel="FID", logy=True)
    floor_lines(ax, {"real digits": round(ends["real"]["fid"], 1), "slide 23": 9})
    plt.show()

# %% [markdown]
# ### Which digits are missing?
#
# A generator that is told which digit to make cannot forget one without being found out. The unconditional one has no such
# help. We count its digits, as the course's classifier sees them.

# %% mystnb={"figure": {"name": "fig-06-classes", "caption": "Which digits the full runs make, as the classifier sees them. Real digits are about a tenth each."}, "image": {"alt": "Curves over the digits 0 to 9, near one tenth. The curve of a GAN that is told the class is nearly level; that of the GAN without classes is less even."}}
if records and others:
    kinds = np.arange(10)
    shares = {
        name: (kinds, [r.value(f"class_{k}") for k in kinds])
        for name, r in {"with classes": records[0], "without": others[0]}.items()
    }
    ax = curves(shares, xlabel="digit", ylabel="share of the images")
    ax.set_ylim(0, None)
    plt.show()

# %%
for r in records[:1]:
    p, s = r.provenance, r.settings
    print(
        f"settings: hidden {tuple(s['generator_hidden'])} and {tuple(s['critic_hidden'])}, R1 {s['r1']:g}, {s['steps']:,} steps of {s['batch_size']} digits"
    )
    print(f"machine: {p['machine']['processor']}, {p['machine']['cores']} cores")
    print(
        f"nearest training digit, median distance: made {r.value('nearest_sample'):.1f}, held out {r.value('nearest_held_out'):.1f}"
    )
    print(f"made as asked for: {r.value('label_agreement'):.1%}")

# %% [markdown]
# Scales differ: the deck does not say which features its FID and IS used, so the rows stand beside each other and are not a race.

# %% [markdown]
# ## What we found
#
# The deck's claims about the game, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "06"]
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
# - **Reading the loss as quality.** It measures one player against the other. Look at samples, score them, and keep the floors beside the score.
# - **A calm curve.** A critic's loss near zero is a dead game, not a finished one.
# - **A sum or a mean?** Before you compare two programs' losses, find out what each of them prints.
# - **Fifty percent.** A weak critic says it too. Train a fresh one on frozen samples.
# - **One seed.** The same game covers five modes or eight. Count over seeds.
#
# ## Where this leads
#
# A GAN learns from a moving opponent, and we saw what that costs: circles, forgotten modes, losses that say nothing. Chapter 07 takes the opponent
# away. Diffusion splits the way from noise to image into small steps, and each of them is an ordinary regression whose loss falls. Chapter 13
# provokes the GAN's pitfalls once more, next to those of the other families.
