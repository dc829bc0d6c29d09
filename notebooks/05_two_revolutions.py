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
# # 05 · Two revolutions in plain words
#
# *Slides 13 to 16*
#
# A VAE's samples are blurry, because it answers with averages. Two families of models do not. In one, a critic looks at
# every sample and says what gives it away. In the other, a sample is made in a thousand small corrections. We train both on
# points in the plane, where we can see everything, and give both the same amount of arithmetic.
#
# After this chapter you can
#
# - say why a student needs a critic that keeps learning, and show what happens when it stops;
# - explain a GAN and a diffusion model to a friend without a formula, and then with two;
# - compare two families fairly: same data, same arithmetic, several seeds, several learning rates;
# - say what "50 %" proves about a forger, and what it does not;
# - count what the thousand steps of a diffusion model cost, and what they buy.
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
# Every size of this chapter is in one object. The full profile runs the same cells with more seeds.

# %%
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from gencore.recipes import revolutions as recipe

chosen = recipe.settings()
chosen

# %% [markdown]
# The data are points. One set is a ring of eight round clusters, which we call *modes*; the other a checkerboard. Nothing
# in them is hard to see, and both are hard to imitate: between the modes there is nothing at all.

# %% mystnb={"figure": {"name": "fig-05-data", "caption": "The two sets of points that everything in this chapter imitates."}, "image": {"alt": "Left, eight separate round clusters of points on a circle around an empty middle. Right, points that fill the dark squares of a four by four checkerboard."}}
from gencore.data import checkerboard, ring_centers, ring_of_gaussians
from gencore.plotting import plane

ring = partial(ring_of_gaussians, std=chosen.std)
centers = np.asarray(ring_centers())
real = np.asarray(ring(jax.random.key(100), chosen.samples))
squares = np.asarray(checkerboard(jax.random.key(100), chosen.samples))

window = (-3.0, 3.0, -3.0, 3.0)
_, (left, right) = plt.subplots(1, 2, figsize=(6, 3.1))
plane(real, extent=window, title="ring of eight", ax=left)
plane(squares, extent=window, title="checkerboard", ax=right)
plt.show()

# %% [markdown]
# ## Human Learning Analogy: does the student improve because the critic does?
#
# *Slide 13*
#
# The slide says: artists improve through critique; student and teacher both improve. Take it literally. The student is
# the {term}`generator`, a tiny network $G$ that turns a random pair of numbers $z$ into a point. The teacher is the
# {term}`critic`, a tiny network $D$ that says how probable it finds a point to be real. The critic is trained on real points and on
# the student's; the student is trained to be believed. That is a {term}`GAN` {cite:p}`goodfellow2014`.
#
# The analogy makes a claim that can be tested: the student improves *because* the critic does. So we take the critic's
# learning away. Three schools, with the same students and the same number of lessons:
#
# - a critic that never learns: its first, random opinion is its last;
# - a critic that stops learning early, after one of the film's intervals;
# - a critic that learns to the end.

# %%
from gencore.recipes.plane_gan import play

early = chosen.game.steps // (chosen.frames - 1)
schools = {"never learns": 0, f"stops at {early}": early, "learns on": None}
lessons = {
    school: play(
        ring, chosen.game, seeds=chosen.seeds, critic_until=until, frames=chosen.frames
    )
    for school, until in schools.items()
}

# %% mystnb={"figure": {"name": "fig-05-schools", "caption": "One student in three schools, from the first step to the last. Dots: what the student makes. Blue: where the critic believes a point to be real; orange: where it does not."}, "image": {"alt": "Three rows of pictures in the plane. With a critic that never learns, the dots huddle in one place. With one that stops early, they spread over the plane and then leave for the side that it had last believed in. With one that learns on, they come to lie along the ring, most of them near its clusters."}}
from scipy.special import expit

from gencore.plotting import film_strip, plane_grid

grid = plane_grid(window, 40)
moments = range(chosen.frames)
belief = {
    school: [expit(film.logits(0, f, grid)).reshape(40, 40) for f in moments]
    for school, film in lessons.items()
}
film_strip(
    {school: film.samples[0, :, :300] for school, film in lessons.items()},
    [f"{step:,}" for step in lessons["learns on"].steps],
    extent=window,
    shading=belief,
)
plt.show()

# %% [markdown]
# How far is the student from the data? For points we need no features. The {term}`energy distance` {cite:p}`szekely2013` compares
# how far points of the two sets are from each other with how far they are among themselves. It is zero only when the two
# distributions are equal.

# %%
from gencore.metrics import energy_distance
from gencore.notebook import about, show_source, show_table

show_source(energy_distance)

# %%
floor = energy_distance(real, ring(jax.random.key(101), chosen.samples))
away = {
    school: np.array(
        [[energy_distance(real[:500], f[:500]) for f in run] for run in film.samples]
    )
    for school, film in lessons.items()
}

# %% mystnb={"figure": {"name": "fig-05-lessons", "caption": "Distance of the student from the data, in the three schools: the middle run of the seeds, and the range of all."}, "image": {"alt": "Three curves over the training step, which start together. That of the critic that learns on falls and stays low, not far above the line of real points. The other two climb and end many times higher."}}
from gencore.plotting import curves, floor_lines

steps = lessons["learns on"].steps
ax = curves(
    {school: (steps, np.median(d, axis=0)) for school, d in away.items()},
    bands={school: (d.min(axis=0), d.max(axis=0)) for school, d in away.items()},
    xlabel="step",
    ylabel="energy distance",
    logy=True,
)
floor_lines(ax, {"real": round(floor, 2)})
plt.show()

# %%
never, stops, on = (d[:, -1] for d in away.values())
for school, distance in {"never learns": never, "stops early": stops}.items():
    print(
        f"critic that {school}: every student ends more than 1.5 times as far from the data as "
        f"any student whose critic learns on: {bool(distance.min() > 1.5 * on.max())}"
    )

# %% [markdown]
# The analogy survives the test. A critic that stands still is soon outwitted: the student learns to please *it*, and goes
# to the bluest place of a map that no longer changes. Feedback drives improvement only while the critic keeps up. But mind the
# words. "Both improve" does not mean that both *scores* improve: what one wins, the other loses. The critic's share of right answers
# falls as its student gets better.

# %% [markdown]
# ## Two Revolutionary Approaches: same points, same arithmetic
#
# *Slide 14*
#
# **Adversarial training** we have met: two networks compete. **Diffusion** has one network and no opponent. Take a
# point, add noise to it until nothing is left, and train a network to say which noise was added. Then start from pure noise, and take
# away what the network sees, a little at a time. The section on slide 16 does it step by step; here both race.
#
# A fair race needs a common currency. Seconds depend on the machine and on how well a program is written. We count
# *multiply-adds*, the multiplications with a weight, of a whole training. For one example a forward pass costs one for each weight, a
# backward pass two. The GAN's bill has more items, because each player's lesson runs through both networks.

# %%
from gencore.recipes.revolutions import game_cost

show_source(game_cost)

# %%
game = chosen.game
show_table(
    {
        "family": ["GAN", "diffusion"],
        "points a step": [game.batch_size, chosen.batch_size],
        "steps": [game.steps, chosen.steps],
        "multiply-adds a step": [
            f"{game_cost(game) // game.steps:,}",
            f"{chosen.step_cost:,}",
        ],
        "in all": [
            f"{game_cost(game) / 1e9:.2f} billion",
            f"{chosen.steps * chosen.step_cost / 1e9:.2f} billion",
        ],
    }
)

# %% [markdown]
# Now train. One run proves nothing about a family, so each is trained with several seeds at several learning rates, the
# same for both. We keep a film of the middle rate.

# %%
from dataclasses import replace

gans, diffusions = {game.learning_rate: lessons["learns on"]}, {}
for rate in chosen.learning_rates:
    if rate not in gans:
        other = replace(game, learning_rate=rate)
        gans[rate] = play(ring, other, seeds=chosen.seeds, frames=chosen.frames)
    diffusions[rate] = recipe.train_diffusion(
        ring, replace(chosen, learning_rate=rate), seeds=chosen.seeds
    )

# %%
middle = chosen.learning_rates[1]
calm = replace(chosen, learning_rate=middle, samples=300)
wild = replace(game, learning_rate=middle)
films = {
    "ring: GAN": gans[middle].samples,
    "diffusion": recipe.train_diffusion(ring, calm, frames=chosen.frames).samples,
    "board: GAN": play(checkerboard, wild, frames=chosen.frames).samples,
    "diffusion ": recipe.train_diffusion(
        checkerboard, calm, frames=chosen.frames
    ).samples,
}

# %% mystnb={"figure": {"name": "fig-05-films", "caption": "Samples while the two families train, at equal compute: each column is the same share of the whole arithmetic. Before its training, diffusion only enlarges its noise: the points are outside of the window."}, "image": {"alt": "Four rows of pictures. On the ring the GAN's dots settle along the circle and gather at some of the eight clusters; diffusion's dots first fill the circle and then condense onto all eight clusters. On the checkerboard the GAN's dots form a few bent bands, and diffusion's fill the board with a hint of its pattern."}}
shares = [f"{round(100 * f / (chosen.frames - 1))} %" for f in moments]
film_strip(
    {name: film[0, :, :300] for name, film in films.items()}, shares, extent=window
)
plt.show()

# %% [markdown]
# The two go about it differently. The GAN's points are on the ring early, and then wander. Diffusion's first find the coarse shape,
# evenly, and then the details. The checkerboard, with its hard edges, is too much for both at this price.
#
# ### Neither answers with an average
#
# The slide says that both avoid the explicit averaging of the {term}`MSE`. What would averaging do here? Train the GAN's own student,
# with the same network and steps, but without a critic: its loss is the squared distance between the point that it makes and a real
# one. The best constant answer to that is the mean of the data (chapter 03 proved it for two answers; here are eight),
#
# $$\arg\min_{c}\; \mathbb E_x \lVert x - c \rVert^2 = \mathbb E[x] = (0, 0),$$
#
# the empty middle of the ring. We count what lies where no data are: farther than three standard deviations from
# every mode.

# %%
from gencore.metrics import mode_coverage, off_support

average = recipe.average_student(ring, game, samples=chosen.samples)
answers = {
    "data": real,
    "squared error": average,
    "GAN": np.asarray(gans[middle].samples[0, -1]),
    "diffusion": diffusions[middle].samples[0, -1],
}
off = {name: off_support(x, centers, 3 * chosen.std) for name, x in answers.items()}

# %% mystnb={"figure": {"name": "fig-05-average", "caption": "What the same student makes of the ring under three losses, beside the data. The number is the share of points that lie where there are no data."}, "image": {"alt": "Four pictures: the data's eight clusters; the student trained by squared error, whose points are a small blot in the empty middle; the GAN's points on clusters with some between them; diffusion's points on all eight clusters with some between them."}}
_, axes = plt.subplots(1, 4, figsize=(6, 1.8))
for ax, (name, points) in zip(axes, answers.items(), strict=True):
    plane(points[:500], extent=window, title=f"{name}: {off[name]:.0%} off", ax=ax)
plt.show()

# %%
from gencore.claims import check_claim

sharp = {
    family: np.array(
        [1 - off_support(x, centers, 3 * chosen.std) for x in film.samples[:, -1]]
    )
    for family, film in {"GAN": gans[middle], "diffusion": diffusions[middle]}.items()
}
check_claim(
    "05-gan-sharp",
    holds=bool(
        sharp["GAN"].min() > 1 / 3 and off["squared error"] > 0.99 and off["data"] < 0.03
    ),
    measured={
        "GAN": f"in all {len(chosen.seeds)} runs more than a third of the points lie on a mode",
        "the same student under squared error": "no point in a hundred does",
        "real points": "more than 97 in a hundred do",
    },
)

# %% [markdown]
# ### Stable and unstable, counted
#
# "Unstable" needs a definition before it can be counted. Let us call a run *failed* if it does not reach all eight modes, each with at
# least a tenth of its fair share of the points. Every run had the same data and the same arithmetic.

# %%
reached = {
    family: {
        rate: [mode_coverage(x, centers, chosen.std) for x in film.samples[:, -1]]
        for rate, film in runs.items()
    }
    for family, runs in {"GAN": gans, "diffusion": diffusions}.items()
}
failed = {
    family: {rate: sum(m.covered < 8 for m in found) for rate, found in rates.items()}
    for family, rates in reached.items()
}
distance = {
    family: np.array(
        [
            [energy_distance(real, x) for x in film.samples[:, -1]]
            for film in runs.values()
        ]
    )
    for family, runs in {"GAN": gans, "diffusion": diffusions}.items()
}

# %% tags=["nbval-ignore-output"]
show_table(
    [
        {
            "family": family,
            "learning rate": f"{rate:g}",
            "failed": f"{failed[family][rate]} of {len(found)}",
            "modes reached": ", ".join(str(m.covered) for m in found),
            "on a mode": f"{np.mean([m.high_quality for m in found]):.0%}",
            "energy distance": f"{d.min():.2f} to {d.max():.2f}",
        }
        for family, rates in reached.items()
        for (rate, found), d in zip(rates.items(), distance[family], strict=True)
    ]
)

# %% mystnb={"figure": {"name": "fig-05-spread", "caption": "Distance from the data at the end of the training, against the learning rate: the middle run of the seeds, and the range of all. The floor is real points against real points."}, "image": {"alt": "Two curves with bands over three learning rates. Diffusion's band is low and narrow; the GAN's lies above it and is wider."}}
rates = np.array(chosen.learning_rates)
ax = curves(
    {family: (rates, np.median(d, axis=1)) for family, d in distance.items()},
    bands={family: (d.min(axis=1), d.max(axis=1)) for family, d in distance.items()},
    xlabel="learning rate",
    ylabel="energy distance",
    logx=True,
)
floor_lines(ax, {"real": round(floor, 2)})
plt.show()

# %%
runs = len(chosen.learning_rates) * len(chosen.seeds)
lost = {family: sum(counts.values()) for family, counts in failed.items()}
check_claim(
    "05-gan-unstable",
    holds=bool(lost["GAN"] > runs / 2),
    measured=f"of {runs} GANs, which differ in seed and learning rate alone, more than half miss a mode of the ring",
)

# %%
check_claim(
    "05-diffusion-stable",
    holds=bool(
        lost["diffusion"] == 0 and np.ptp(distance["diffusion"]) < np.ptp(distance["GAN"])
    ),
    measured=f"of {runs} diffusion models, with the same seeds and learning rates, none misses a mode; their distances "
    "from the data spread less than the GANs'",
)

# %% [markdown]
# At the smallest rate diffusion is not finished: its points still lie around the modes rather than on them. Unfinished is not
# unstable; more steps cure it. Why the difference? Diffusion minimizes one number, on targets that do not move: the noise was drawn by us. A GAN looks for a
# *balance* between two networks, and each step of one moves the other's target. Chapter 06 draws that motion and repairs it; with the
# repairs the GAN of this page reaches all eight modes, too. So read "unstable" as: without help.

# %% [markdown]
# ## GANs: The Forger vs Detective Game
#
# *Slide 15*
#
# The generator is a forger, the critic a detective. The slide says that the game ends in a balance, in which the forger succeeds 50 %
# of the time. Here is why. For given forger, the best possible detective answers
#
# $$D^*(x) = \frac{p_{\text{data}}(x)}{p_{\text{data}}(x) + p_G(x)},$$ (eq-05-best)
#
# where $p_{\text{data}}(x)$ is the density of real points at $x$ and $p_G(x)$ that of forged ones. If the two densities are equal, this is
# one half everywhere: even the best detective can only guess. {numref}`fig-05-schools` was the film of this game; here is the
# score. In every step the detective sees as many real points as forged ones.

# %% mystnb={"figure": {"name": "fig-05-score", "caption": "The detective's share of right answers during the game, averaged over a twentieth of the game at a time; one curve a seed, at the middle learning rate. At the line it guesses."}, "image": {"alt": "Five curves that start low, rise in the first part of the game and then sink slowly; at the end all are still well above the line at one half."}}
accuracy = gans[middle].curves["critic_accuracy"]
smooth = accuracy.reshape(len(chosen.seeds), -1, game.steps // 20).mean(axis=2)
ends = (np.arange(smooth.shape[1]) + 1) * game.steps // 20
ax = curves(
    {f"seed {s}": (ends, row) for s, row in zip(chosen.seeds, smooth, strict=True)},
    xlabel="step",
    ylabel="right answers",
)
floor_lines(ax, {"guessing": 0.5})
plt.show()

# %% [markdown]
# Two things can be read here. The forgers of this game never win half of the time: their detectives know which modes are
# missing. And the lowest point is at the *start*, when the forger is at its worst, because the detective has not learned anything yet.
# The way out is in {eq}`eq-05-best`: the 50 % counts when the *best* detective guesses. So do not ask the log of the game.
# Hire another detective. It starts afresh, gets the finished forger's points and real ones, studies half of them for as long as
# it needs, and is tested on the other half.

# %%
from gencore.recipes.two_sample import tell_apart

show_source(tell_apart)

# %%
fakes = {
    "real points": [
        np.asarray(ring(jax.random.key(k), chosen.samples)) for k in (101, 102, 103)
    ],
    "diffusion": diffusions[middle].samples[:, -1],
    "GAN": gans[middle].samples[:, -1],
    "squared error": average[None],
}
studies = {"steps": 600, "learning_rate": 3e-3}
fresh = {
    name: np.array([tell_apart(real, x, **studies).accuracy for x in sets])
    for name, sets in fakes.items()
}
own = smooth[:, -1]
lazy = np.array([tell_apart(real, x, steps=1).accuracy for x in fakes["GAN"]])

# %% mystnb={"figure": {"name": "fig-05-detectives", "caption": "How often a detective is right about points it has never seen; 0.5 is guessing. Dots are means over the runs, bars their range. The first row is the GAN's own detective at the end of the game; the lazy one has studied for a single step."}, "image": {"alt": "Dots in six rows. The GAN's own detective is well above one half, the lazy one near it. Fresh detectives are near one half for real points, a little above it for diffusion, well above it for the GAN, and near one for the student of the squared error."}}
from gencore.plotting import dot_chart

judged = {"GAN, own detective": own, "GAN, lazy detective": lazy} | {
    f"{name}, fresh detective": right for name, right in fresh.items()
}
ax = dot_chart(
    {name: float(right.mean()) for name, right in judged.items()},
    intervals={name: (right.min(), right.max()) for name, right in judged.items()},
    xlabel="right answers",
    number=".2f",
)
ax.axvline(0.5, color="black", linewidth=1)
ax.set_xlim(0.4, 1.1)
plt.show()

# %%
check_claim(
    "05-equilibrium-at-half",
    holds=bool(abs(fresh["real points"] - 0.5).max() < 0.07),
    otherwise=bool(abs(lazy.mean() - 0.5) > 0.1 or fresh["GAN"].mean() < 0.6),
    measured={
        "real points as forgeries": "a fresh detective is right between 43 % and 57 % of the time",
        "the GANs' points": "a lazy detective, one step old, is right between 40 % and 60 % of the time; a fresh one that "
        "studies, more than 60 %",
    },
)

# %% [markdown]
# So: at the true equilibrium the forger succeeds half of the time, against any detective. The reverse does not follow. A success rate near 50 %
# says that the two players are evenly matched, and nothing about how good they are: a lazy detective gives it for free.
# To judge a forger, hire a fresh detective that studies, or measure as in chapter 02.

# %% [markdown]
# ## Diffusion: The Reverse Corruption Process
#
# *Slide 16*
#
# **Forward.** Each of $T = 1000$ steps shrinks the point a little and adds a little noise. Nobody needs to walk: Gaussian noise on
# Gaussian noise is Gaussian noise, so we can jump to any {term}`time step` $t$ {cite:p}`sohldickstein2015,ho2020`:
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \epsilon, \qquad \epsilon \sim \mathcal N(0, I).$$ (eq-05-forward)
#
# Here $x_0$ is the clean point, $\epsilon$ is noise, and $\bar\alpha_t$ is the share of the data's variance that is left, which the
# {term}`noise schedule` fixes in advance. It falls from almost 1 to almost 0. (We count $t$ from 0 to $T - 1$; the slide counts from 1 to 1000.)

# %%
from gencore.diffusion import add_noise

schedule = chosen.schedule
show_source(add_noise)

# %% [markdown]
# **Training.** Draw a point, a time step and a noise; make $x_t$; ask the network which noise it sees; pay the squared error. That is the
# whole loss, and it is why training is calm: nothing in it moves but the network.

# %%
from gencore.training import noise_prediction_loss

show_source(noise_prediction_loss)

# %% [markdown]
# **Reverse.** Start from pure noise. At each step, the predicted noise says where the clean point would be; move a little toward it, and add
# a little fresh noise, as much as Bayes' rule asks for: the last line of the loop draws $x_{t-1}$ given $x_t$ and the guess of $x_0$.

# %%
from gencore.diffusion import posterior, sample_ddpm

show_source(posterior)

# %%
denoiser = diffusions[middle].models[0]
shown = (0, 50, 150, 300, 500, 999)
noise = jax.random.normal(jax.random.key(7), (300, 2))
forward = [add_noise(schedule, real[:300], noise, jnp.full(300, t)) for t in shown]
walk = sample_ddpm(denoiser, schedule, jax.random.key(8), (300, 2), keep=shown)
coarse = plane_grid(window, 9)
guesses = [denoiser(coarse, jnp.full(len(coarse), t)) for t in shown]
home = [-np.asarray(guess).reshape(9, 9, 2) for guess in guesses]

# %% mystnb={"figure": {"name": "fig-05-strips", "caption": "Top, from left to right: data turn into noise. Bottom, from right to left: noise turns into data. The arrows are what the network says, turned around: against the noise that it sees."}, "image": {"alt": "Two rows of six pictures at time steps 0 to 999. In the top row the eight clusters widen, merge into a ring and become a round cloud. The bottom row shows the same states on the way back, with arrows that point to the middle at step 999, to the ring at step 300, and to the nearest cluster at step 0."}}
film_strip(
    {"forward →": forward, "← reverse": walk.path},
    [f"t = {t}" for t in shown],
    extent=window,
    arrows={"← reverse": home},
)
plt.show()

# %% [markdown]
# Read the bottom row from the right. At $t = 999$ all arrows agree: toward the middle, since nothing is known. In the middle of the walk they point to the
# ring, and only at the end to a single mode. Coarse structure first, details last; nobody programmed that.
#
# ### What should the network say?
#
# For this ring we know the perfect answer. Noisy points of a mixture are again a mixture, and the best guess of the noise is its
# conditional mean {cite:p}`efron2011`. How near does our tiny network come?

# %%
from gencore.diffusion import mixture_denoiser

show_source(mixture_denoiser)

# %%
exact = mixture_denoiser(schedule, centers, chosen.std)
times = np.array([0, 10, 30, 60, 100, 150, 200, 300, 400, 500, 700, 999])
clean = ring(jax.random.key(9), 4000)
fresh_noise = jax.random.normal(jax.random.key(10), clean.shape)
errors = {"network": [], "best possible": []}
for t in times:
    at = jnp.full(len(clean), t)
    x_t = add_noise(schedule, clean, fresh_noise, at)
    for name, guess in {"network": denoiser, "best possible": exact}.items():
        errors[name].append(float(jnp.square(guess(x_t, at) - fresh_noise).mean()))

# %% mystnb={"figure": {"name": "fig-05-noise", "caption": "Mean squared error of the predicted noise at each time step. Always saying zero would cost 1. What is left to the best possible answer cannot be known from the noisy point."}, "image": {"alt": "Two curves over the time step that lie close together: both near 1 at the first steps, with two falling slopes and a plateau between them, and near 0 at the end. The network's curve is slightly above the best possible one."}}
curves(
    {name: (times, values) for name, values in errors.items()},
    xlabel="time step t",
    ylabel="squared error of the noise",
)
plt.show()

# %% [markdown]
# ### What the thousand steps buy
#
# A diffusion sample costs one look of the network for each step, one after the other. A GAN needs a single one. Must it be a thousand? We may stop at some of the time
# steps only. Two things have to be right then. The *size* of each step must be computed anew, from one stop to the next one in the list
# ({term}`re-spacing`). And the walk must start where the data are gone, at $t = 999$. Simply using a 50-step schedule with the same noise
# variances is a well-known mistake: it never gets to pure noise.

# %%
from gencore.diffusion import linear_schedule, respace, spaced_timesteps

show_source(respace)
naive = linear_schedule(50).alphas_cumprod[-1]
print(f"variance of the data that 50 steps of the same size leave: {naive:.0%}")

# %%
counts = (5, 20, 100, chosen.timesteps)
judges = {"network": diffusions[middle].models[:3], "best possible": (exact,) * 3}
quality = {name: np.zeros((len(counts), 3)) for name in judges}
for name, looks in judges.items():
    for row, count in enumerate(counts):
        stops = spaced_timesteps(chosen.timesteps, count)
        for k, look in enumerate(looks):
            key, shape = jax.random.key(20 + k), real.shape
            x0 = sample_ddpm(look, schedule, key, shape, timesteps=stops).x0
            quality[name][row, k] = mode_coverage(x0, centers, chosen.std).high_quality

# %% mystnb={"figure": {"name": "fig-05-steps", "caption": "Share of the samples that lie on a mode, against the number of looks at the network for one sample: for our networks and for the best possible answer, the mean of three runs and their range."}, "image": {"alt": "Two rising curves over the number of network evaluations, on a logarithmic axis. Both are low at 5 looks and much higher from 20 on. The best possible answer ends near the line of real points, the network clearly below it."}}
ax = curves(
    {name: (counts, d.mean(axis=1)) for name, d in quality.items()},
    bands={name: (d.min(axis=1), d.max(axis=1)) for name, d in quality.items()},
    xlabel="network evaluations for one sample",
    ylabel="share on a mode",
    logx=True,
)
floor_lines(ax, {"real": round(1 - off["data"], 2)})
plt.show()

# %% tags=["nbval-ignore-output"]
from time import perf_counter

from flax import nnx

from gencore.models import Generator

forger = Generator(2, game.generator_hidden, 2, output=lambda x: x, rngs=nnx.Rngs(0))
one_look = jax.jit(lambda: forger.sample(jax.random.key(0), chosen.samples))
ways = {
    "GAN": one_look,
    "diffusion": lambda: (
        sample_ddpm(denoiser, schedule, jax.random.key(0), real.shape).x0
    ),
}
seconds = {}
for name, draw in ways.items():
    jax.block_until_ready(draw())  # compiled before the clock starts
    start = perf_counter()
    jax.block_until_ready(draw())
    seconds[name] = perf_counter() - start
    print(f"{name}: {1000 * seconds[name]:.1f} ms for {chosen.samples:,} points")

# %%
from gencore.recipes.revolutions import weights

generator_cost = weights((game.latent_dim, *game.generator_hidden, 2))
ratio = chosen.timesteps * chosen.evaluation_cost / generator_cost
few, some, many, whole = quality["network"].mean(axis=1)
check_claim(
    "05-diffusion-slow",
    holds=bool(seconds["diffusion"] > 30 * seconds["GAN"] and few < 0.5 * whole),
    otherwise=bool(many < 0.8 * whole),
    measured={
        "looks at the network": f"{chosen.timesteps:,} for a sample, a GAN's is 1",
        "multiply-adds": f"{about(ratio, 100)} times the GAN's; in seconds more than 30 times",
        "with 5 looks": "less than half as many points lie on a mode",
        "with 100 looks": "more than four fifths as many",
    },
)

# %% [markdown]
# So sampling is slow, and a good part of the thousand steps is habit. The curve of the best possible answer shows what the steps themselves
# buy: with very few of them even perfect answers are combined too coarsely. Beyond a few dozen, the network's own errors decide. Chapter 07 gets by with far fewer:
# it takes the noise out of the walk {cite:p}`song2021`.

# %% [markdown]
# ## What we found
#
# The deck's claims about the two revolutions, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "05"]
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
# Two ways around the average: ask a critic, or take small steps. The first is fast at the end and nervous on the way, the second calm on the way
# and slow at the end. Chapter 06 looks into the nervousness, finds its cause in two numbers, and repairs it. Chapter 07 derives every formula
# of diffusion and makes it fast. Both move from points to digits.
