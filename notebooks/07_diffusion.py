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
# # 07 · Diffusion
#
# *Slides 19, 21*
#
# Destroying a picture is easy: add a little noise, a thousand times. If each little step could be undone, noise would become a
# picture. Can a step be undone? Not exactly, but on average, and that turns out to be enough.
#
# After this chapter you can
#
# - derive the forward and the reverse process, and check every closed form by simulation;
# - say what a network may be asked for instead of the picture, and what really changes when you ask for noise;
# - follow a digit from noise to strokes, and say at which noise which size of detail appears;
# - sample in 15 steps instead of 1,000, and know what you paid;
# - steer: with a class, with a guidance scale, from the middle of the way;
# - move all of it into a small latent space, and straighten the path.
#
# It runs in a bit more than a minute on two cores.

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
# All sizes of this chapter are in one object: a denoiser and a latent flow that are trained below, and how many images each
# measurement sees.

# %%
from time import perf_counter

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from gencore.data import load_mnist
from gencore.models import extract_features
from gencore.recipes import from_noise as recipe

chosen = recipe.settings()
train, test = load_mnist("train"), load_mnist("test")
real = extract_features(test.images[: chosen.samples])
chosen

# %% [markdown]
# ## Diffusion Mathematical Framework
#
# *Slide 19*
#
# ### Forward: walk or jump
#
# A digit is a vector $x_0$ of 784 pixels, moved to the range from -1 to 1. One step of the {term}`forward process` shrinks it a little and adds a
# little noise {cite:p}`ho2020`:
#
# $$q(x_t \mid x_{t-1}) = \mathcal N\left( \sqrt{1 - \beta_t}\; x_{t-1},\; \beta_t I \right).$$ (eq-07-step)
#
# The numbers $\beta_t$ are the {term}`noise schedule`. Here $t$ counts from 0 to $T - 1 = 999$; the slide counts from 1 to 1000. Why shrink? So that the variance stays
# put: $(1 - \beta_t) \cdot 1 + \beta_t = 1$. Now do it $t + 1$ times. Gaussian noise on Gaussian noise is Gaussian noise. So one jump does the work of the whole walk:
#
# $$q(x_t \mid x_0) = \mathcal N\left( \sqrt{\bar\alpha_t}\; x_0,\; (1 - \bar\alpha_t) I \right), \qquad \bar\alpha_t = \prod_{s \le t} (1 - \beta_s).$$ (eq-07-jump)
#
# Is that so? Take one digit, walk it 1,000 steps in 500 copies, and hold the result against the jump.

# %%
from gencore.diffusion import cosine_schedule, linear_schedule
from gencore.recipes.diffusion import from_pixels, to_pixels

linear, cosine = linear_schedule(), cosine_schedule()
digit = from_pixels(test.flat[3])
rng = np.random.default_rng(0)
walkers = np.tile(digit, (500, 1))
stops = (99, 299, 999)
gap = {}
for t, beta in enumerate(linear.betas):
    walkers = np.sqrt(1 - beta) * walkers + np.sqrt(beta) * rng.normal(size=walkers.shape)
    if t in stops:
        scale, spread = (
            linear.sqrt_alphas_cumprod[t],
            linear.sqrt_one_minus_alphas_cumprod[t],
        )
        # The jump's mean is known: regress the walkers on the digit.
        share = (walkers @ digit).mean() / (digit @ digit)
        gap[t] = (abs(share - scale), abs((walkers - scale * digit).std() - spread))

for t, (of_mean, of_std) in gap.items():
    print(
        f"t = {t}: the walk agrees with the jump within 0.01:",
        of_mean < 0.01 and of_std < 0.01,
    )

# %% [markdown]
# ### Two schedules, side by side
#
# The slide names two schedules: linear, from $10^{-4}$ to $0.02$, and cosine {cite:p}`nichol2021`. Both end in noise. How do they get there? The honest ruler is the
# {term}`signal-to-noise ratio`, since a network sees nothing else of a schedule:
#
# $$\mathrm{SNR}(t) = \frac{\bar\alpha_t}{1 - \bar\alpha_t}.$$ (eq-07-snr)

# %%
snr = {
    name: s.alphas_cumprod / (1 - s.alphas_cumprod)
    for name, s in {"linear": linear, "cosine": cosine}.items()
}

# %% mystnb={"figure": {"name": "fig-07-snr", "caption": "Signal-to-noise ratio of the two schedules at every time step. Above the line there is more signal than noise."}, "image": {"alt": "Two falling curves on a logarithmic axis over the time steps 0 to 999. The linear schedule's curve crosses 1 near step 260 and is far below the cosine's from there on; the cosine's crosses 1 near the middle and dives at the very end."}}
from gencore.plotting import curves, floor_lines

times = np.arange(1000)
ax = curves(
    {name: (times, ratio) for name, ratio in snr.items()},
    xlabel="time step t",
    ylabel="signal-to-noise ratio",
    logy=True,
)
floor_lines(ax, {"as much signal as noise": 1})
plt.show()

# %% mystnb={"figure": {"name": "fig-07-drowning", "caption": "One digit and one noise under both schedules, at equally spaced time steps."}, "image": {"alt": "Two rows of a digit that drowns in gray noise from left to right. In the linear row the digit can hardly be seen from step 500 on; in the cosine row it can still be made out at step 600."}}
from gencore.diffusion import add_noise
from gencore.plotting import image_rows

shown = np.array([0, 100, 200, 300, 400, 500, 600, 700, 800, 999])
copies, noise = (
    np.tile(digit, (10, 1)),
    np.tile(rng.normal(size=(1, 784)).astype("f"), (10, 1)),
)
drowned = {
    name: add_noise(schedule, copies, noise, jnp.asarray(shown))
    for name, schedule in {"linear": linear, "cosine": cosine}.items()
}
image_rows(
    {name: np.asarray(x).reshape(-1, 28, 28) for name, x in drowned.items()},
    column_labels=[f"{t}" for t in shown],
    vmin=-2,
    vmax=2,
)
plt.show()

# %%
from gencore.notebook import about, show_source, show_table

fewer = linear_schedule(50)
show_table(
    [
        {
            "schedule": name,
            "SNR falls below 1 at t =": int((s.alphas_cumprod < 0.5).argmax()),
            "variance of the data that is left at the end": f"{s.alphas_cumprod[-1]:.1g}",
        }
        for name, s in {
            "linear, 1,000 steps": linear,
            "cosine, 1,000 steps": cosine,
            "linear, the same β, 50 steps": fewer,
        }.items()
    ]
)

# %% [markdown]
# Look at the last row. Someone who wants 50 steps and simply asks for a 50-step schedule with the same two numbers ends where 60 % of the data's variance is still there. A walk that starts from
# pure noise then starts from something the network has never seen. Fewer steps need {term}`re-spacing`, and we will do that.
#
# ### Reverse: Bayes' rule, once we know the end
#
# Going back means $p(x_{t-1} \mid x_t)$. That depends on all pictures in the world. But suppose someone told us $x_0$. Then both factors of Bayes' rule are Gaussians in $x_{t-1}$, one from {eq}`eq-07-step` and one from
# {eq}`eq-07-jump`, and so is their product:
#
# $$q(x_{t-1} \mid x_t, x_0) = \mathcal N\left( \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0 + \frac{\sqrt{1 - \beta_t}\,(1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t, \;\;
#   \tilde\beta_t I \right), \qquad \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\, \beta_t.$$ (eq-07-posterior)
#
# That is the slide's $\mathcal N(\mu_\theta, \Sigma_\theta)$, with the network's guess in place of $x_0$. We multiply the two densities on a grid, for one pixel, and look whether the formula's Gaussian comes out.

# %%
from scipy.stats import norm

from gencore.diffusion import posterior

t, x0, x_t = 300, 0.7, -0.2
grid = np.linspace(-6, 6, 4001)
prior = norm.pdf(
    grid,
    linear.sqrt_alphas_cumprod[t - 1] * x0,
    linear.sqrt_one_minus_alphas_cumprod[t - 1],
)
likelihood = norm.pdf(x_t, np.sqrt(1 - linear.betas[t]) * grid, np.sqrt(linear.betas[t]))
product = prior * likelihood
product /= product.sum()
center = (grid * product).sum()
variance = (np.square(grid - center) * product).sum()
formula = posterior(
    linear,
    jnp.array([[x0]], jnp.float32),
    jnp.array([[x_t]], jnp.float32),
    jnp.array([t]),
)
print("mean within 0.0001:", abs(center - formula.mean.item()) < 1e-4)
print("variance within 1 %:", abs(variance / formula.variance.item() - 1) < 0.01)

# %% [markdown]
# ### What should the network say?
#
# The network sees $x_t$ and $t$. It may answer with the noise $\epsilon$, with the picture $x_0$, or with a mixture of both, the *velocity* $v = \sqrt{\bar\alpha_t}\, \epsilon - \sqrt{1 - \bar\alpha_t}\, x_0$ {cite:p}`salimans2022`. Given $x_t$, each of the three
# says the other two, since $x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$ is one equation. So nothing is won or lost by the choice? Not quite. It changes the *loss*:
#
# $$\lVert \epsilon - \hat\epsilon \rVert^2 = \mathrm{SNR}(t)\; \lVert x_0 - \hat x_0 \rVert^2, \qquad \lVert v - \hat v \rVert^2 = (\mathrm{SNR}(t) + 1)\; \lVert x_0 - \hat x_0 \rVert^2.$$ (eq-07-weights)
#
# The slide's loss $\lVert \epsilon - \epsilon_\theta \rVert^2$ cares much about a picture with little noise, and hardly at all about one with much. We train the same network three times, from the same weights, on the same batches.

# %%
from gencore.training import denoising_loss

show_source(denoising_loss)

# %% tags=["nbval-ignore-output"]
from gencore.diffusion import predict_noise, predict_velocity, predict_x0
from gencore.recipes import diffusion

answers = {"noise": predict_noise, "picture": predict_x0, "velocity": predict_velocity}
runs = {
    name: diffusion.train(
        train.flat, train.labels, chosen.pixels, prediction=answer, schedule=linear
    )
    for name, answer in answers.items()
}

# %% [markdown]
# Three losses in three units cannot be compared. But all three imply a picture. So we compare the error of $\hat x_0$ at each time step, on digits that no network was trained on.

# %%
from gencore.diffusion import x0_from_noise
from gencore.metrics import frechet_distance

labels = jnp.arange(chosen.samples) % 10
held, ticks = (
    from_pixels(test.flat[:500]),
    np.array([10, 50, 100, 200, 300, 500, 700, 900]),
)
held_noise = jax.random.normal(jax.random.key(2), held.shape)
errors, fid = {name: [] for name in runs}, {}
for name, run in runs.items():
    guess = run.diffusion.denoiser(test.labels[:500])
    for t in ticks:
        at = jnp.full(len(held), t)
        x_t = add_noise(linear, held, held_noise, at)
        found = x0_from_noise(linear, guess(x_t, at), x_t, at)
        errors[name].append(float(jnp.square(found - held).mean()))
    made = run.diffusion.draw(np.asarray(labels))
    fid[name] = frechet_distance(real.features, extract_features(made).features)

# %% mystnb={"figure": {"name": "fig-07-answers", "caption": "Squared error of the picture that each network's answer implies, at each time step, on digits that none of them was trained on."}, "image": {"alt": "Three curves that rise from left to right. At small time steps the networks that answer with noise or with the velocity are far better than the one that answers with the picture; at large time steps the error of the one that answers with noise grows without bound and the other two stay below one."}}
curves(
    {name: (ticks, values) for name, values in errors.items()},
    xlabel="time step t",
    ylabel="squared error of the picture",
    logy=True,
)
plt.show()

# %%
best = min(fid, key=fid.get)
print(
    "after the same training, the best digits come from the network that answers with the",
    best,
)
mean_digit = from_pixels(train.flat).mean(axis=0)
cost = float(jnp.square(mean_digit - held).mean())
print(f"the mean digit, whatever is seen: a squared error of {cost:.2f}")
for name, values in errors.items():
    print(
        f"at t = {ticks[-2]}, answering with the {name}: worse than that:",
        values[-2] > cost,
    )

# %% [markdown]
# With little noise in the picture, answering with the noise is as good as it gets: the guess of the picture is $x_t$ itself, nearly. With much noise, the same network must pass 784 numbers of noise through 256 features, and a small error in $\hat\epsilon$ is blown up by
# $1 / \mathrm{SNR}$. A large U-Net has skip connections that hand the noise through; ours has none.
#
# So what is it that ε-prediction "reduces"? Take the best answers that exist. What cannot be known of the noise and of the picture, given $x_t$, is tied together by {eq}`eq-07-weights`: $\mathrm{Var}(\epsilon \mid x_t) = \mathrm{SNR}(t)\, \mathrm{Var}(x_0 \mid x_t)$. The variance that is left
# in the *target* is smaller for the noise exactly where the SNR is below 1. We measure both with the good network of the next section.

# %%
from gencore.claims import check_claim
from gencore.recipes import small_diffusion

model = small_diffusion.load()
judge = model.denoiser(test.labels[:500], schedule=linear)
left = {"picture": {}, "noise": {}}
for t in (100, 500):
    at = jnp.full(len(held), t)
    x_t = add_noise(linear, held, held_noise, at)
    answer = judge(x_t, at)
    left["noise"][t] = float(jnp.square(answer - held_noise).mean())
    found = x0_from_noise(linear, answer, x_t, at)
    left["picture"][t] = float(jnp.square(found - held).mean())

check_claim(
    "07-noise-prediction-lowers-variance",
    holds=bool(left["noise"][500] < 0.3 * left["picture"][500]),
    otherwise=bool(left["noise"][100] < left["picture"][100] or best == "noise"),
    measured={
        "t = 500, more noise than signal": "what is left to the noise is less than a third of what is left to the picture",
        "t = 100, more signal than noise": "it is more",
        "three equal trainings": f"the best digits come from answering with the {best}",
    },
)

# %% [markdown]
# ## Diffusion Denoising Visualization
#
# *Slide 21*
#
# From here on we want good digits. A training of seconds does not give them. So the library ships a small denoiser, trained on all of MNIST by `gencore train small_diffusion`:
# it answers with the picture. It takes a class, or the number 10 for "no class". It was trained on the cosine schedule; but a network sees nothing of a schedule but the noise, so we may use it on the slide's
# linear one, if we tell it the time step at which its own schedule has as much noise.

# %%
from flax import nnx

from gencore.diffusion import on_schedule, sample_ddpm

schedule = linear
weights = sum(p.size for p in jax.tree.leaves(nnx.state(model.model, nnx.Param)))
print(f"{weights:,} weights")
show_source(on_schedule)

# %% [markdown]
# ### From Noise to Image in 1000 Steps
#
# Start from pure noise. Ask, and draw $x_{t-1}$ from {eq}`eq-07-posterior` with the guess in place of $x_0$. A thousand times. The rule of one step is two lines.

# %%
from gencore.diffusion.samplers import ddpm_rule

show_source(ddpm_rule)

# %%
stages = (999, 800, 700, 600, 500, 400, 300, 200, 100, 50, 0)
nobody = jnp.full(chosen.pictures, 10)
anything = model.denoiser(nobody, schedule=schedule)
walk = sample_ddpm(
    anything, schedule, jax.random.key(0), (chosen.pictures, 784), keep=stages
)
guesses = np.stack(
    [
        x0_from_noise(schedule, anything(x, t), x, t)
        for x, t in zip(
            walk.path, (jnp.full(chosen.pictures, t) for t in stages), strict=True
        )
    ]
)

# %% mystnb={"figure": {"name": "fig-07-strip", "caption": "Two walks from pure noise to a digit. In each pair of rows: what the sampler holds at that step, and the picture that the network sees in it."}, "image": {"alt": "Two pairs of rows, from step 999 at the left to step 0 at the right. The upper row of each pair is gray noise that clears up at the right. The lower row begins with a pale blot in the middle, turns into a soft digit around step 600 and becomes crisp after step 200."}}
from gencore.plotting import image_grid

pairs = np.stack([np.stack([walk.path[:, k], guesses[:, k]]) for k in range(2)]).reshape(
    -1, 28, 28
)
image_grid(
    pairs,
    column_labels=[f"{t}" for t in stages],
    row_labels=["held", "seen"] * 2,
    vmin=-1.3,
    vmax=1.3,
)
plt.show()

# %% [markdown]
# ### What appears when?
#
# The slide says: coarse structure from 1000 to 500, fine details from 500 to 0. We make "coarse" and "fine" exact: waves across the picture. At each stage, how much does what the network sees agree with the digit that it will become, in each
# band of frequencies?

# %%
from gencore.metrics import band_agreement

show_source(band_agreement)

# %%
final = np.asarray(walk.x0).reshape(-1, 28, 28)
bands = ("0 to 2 waves", "3 to 4", "5 to 8", "9 to 13")
agreement = np.array(
    [band_agreement(seen.reshape(-1, 28, 28), final) for seen in guesses]
)

# %% mystnb={"figure": {"name": "fig-07-spectrum", "caption": "Agreement of what the network sees with the final digit, for four bands of spatial frequency, from pure noise (left) to the end (right)."}, "image": {"alt": "Four curves that rise from about 0 at step 999 to 1 at step 0. The curve of the lowest frequencies rises first; each higher band follows later, and the highest one rises last."}}
ax = curves(
    {name: (stages, agreement[:, k]) for k, name in enumerate(bands)},
    xlabel="time step t (the walk goes from left to right)",
    ylabel="agreement with the final digit",
)
ax.invert_xaxis()
plt.show()

# %% [markdown]
# Bigger waves stand out from the noise earlier, since digits have far more power in them. Nobody programmed this order: it is the spectrum of pictures. What decides is the signal-to-noise ratio. The *time step* at which a ratio is reached belongs to the schedule: this walk
# used the slide's linear one. Where would the same stages lie on the cosine schedule?

# %%
seen = [float(np.interp(0.5, agreement[:, k], stages)) for k in range(4)]
ratio = np.interp(seen, times, snr["linear"])
elsewhere = [int(np.abs(np.log(snr["cosine"] / r)).argmin()) for r in ratio]
print("order, coarse to fine:", bool((np.diff(seen) < 0).all()))
print("half seen before t = 500 on the linear schedule:", [t > 500 for t in seen])
print("half seen before t = 500 on the cosine schedule:", [t > 500 for t in elsewhere])

# %%
check_claim(
    "07-coarse-before-fine",
    holds=bool(seen[0] > seen[1] > 500 > seen[2] > seen[3]),
    otherwise=bool(elsewhere[2] < 500),
    measured={
        "linear schedule": "half of the two coarser bands is seen before t = 500, half of the two finer ones only after it",
        "order": "each band follows the coarser one",
        "cosine schedule": "the third band, too, is half seen before t = 500",
    },
)

# %% [markdown]
# ### DDIM: the same network, fewer steps
#
# A thousand looks at the network for one batch of digits. Why not fewer? Because each step adds fresh noise, which the next ones have to remove. {term}`DDIM` {cite:p}`song2021` leaves the noise out. It keeps both guesses, of the picture and of the noise,
# and mixes them for the next stop $s < t$ of a short list:
#
# $$x_s = \sqrt{\bar\alpha_s}\; \hat x_0 + \sqrt{1 - \bar\alpha_s - \sigma^2}\;\, \hat\epsilon + \sigma z, \qquad \sigma^2 = \eta^2\, \tilde\beta.$$ (eq-07-ddim)
#
# With $\eta = 1$ it is the walk above. With $\eta = 0$ it follows a smooth curve, the same for one start each time, and large steps along a smooth curve cost little. A solver of second order looks back at its last guess and costs nothing more per step {cite:p}`lu2022`.

# %%
from gencore.diffusion.samplers import ddim_rule, dpm_solver_rule, noisy_ddim_rule

show_source(ddim_rule, noisy_ddim_rule, dpm_solver_rule)

# %% [markdown]
# Where should the stops lie? For DDIM evenly in $t$. A second-order solver wants the noise to grow evenly, in steps of $\log \mathrm{SNR}$: there its curve is smoothest. One well-known mistake sits in the words "the next stop". It is the next entry of the *list*; $t - T/n$ is another number whenever $n$ does not divide $T$.

# %%
from gencore.diffusion import (
    evenly_noisy_timesteps,
    sample_ddim,
    sample_dpm_solver,
    spaced_timesteps,
)

labels = jnp.arange(chosen.samples) % 10
denoise, shape = model.denoiser(labels, schedule=schedule), (chosen.samples, 784)
walks = {"DDIM": sample_ddim, "DPM-Solver++": sample_dpm_solver}
fid, seconds = {name: [] for name in walks}, {name: [] for name in walks}
for name, sample in walks.items():
    for count in chosen.steps:
        evenly = evenly_noisy_timesteps(schedule, count)
        stops = spaced_timesteps(1000, count) if name == "DDIM" else evenly
        warm_up = sample(denoise, schedule, jax.random.key(9), shape, timesteps=stops)
        warm_up.x0.block_until_ready()  # compiled, and done
        start = perf_counter()
        x0 = sample(denoise, schedule, jax.random.key(3), shape, timesteps=stops).x0
        x0.block_until_ready()
        seconds[name].append(perf_counter() - start)
        features = extract_features(to_pixels(x0)).features
        fid[name].append(frechet_distance(real.features, features))

start = perf_counter()
whole = sample_ddpm(denoise, schedule, jax.random.key(3), shape).x0.block_until_ready()
whole_seconds = perf_counter() - start
whole_fid = frechet_distance(real.features, extract_features(to_pixels(whole)).features)

# %% mystnb={"figure": {"name": "fig-07-steps", "caption": "FID against the number of looks at the network, for two ways back. The dotted line is the whole walk of 1,000 steps. FID of few samples is large for every set, so compare heights and not numbers."}, "image": {"alt": "Two curves over 5 to 50 network evaluations. DDIM's falls slowly toward the line of 1,000 steps; the curve of DPM-Solver++ is near that line from 10 evaluations on."}}
ax = curves(
    {name: (chosen.steps, values) for name, values in fid.items()},
    xlabel="network evaluations",
    ylabel="FID",
    logx=True,
    logy=True,
)
floor_lines(ax, {"DDPM, 1,000": round(whole_fid, 1)})
plt.show()

# %% tags=["nbval-ignore-output"]
at_50, at_15 = chosen.steps.index(50), chosen.steps.index(15)
rows = {
    "DDPM, 1,000 steps": (whole_seconds, whole_fid),
    "DDIM, 50 steps": (seconds["DDIM"][at_50], fid["DDIM"][at_50]),
    "DPM-Solver++, 15 steps": (
        seconds["DPM-Solver++"][at_15],
        fid["DPM-Solver++"][at_15],
    ),
}
show_table(
    [
        {
            "way back": name,
            "seconds": f"{s:.2f}",
            "times faster": f"{whole_seconds / s:.0f}",
            "FID": f"{f:.1f}",
        }
        for name, (s, f) in rows.items()
    ],
    caption=f"{chosen.samples:,} digits. Times and last digits differ from one CPU to the next; the first time holds its compilation.",
)

# %%
faster = whole_seconds / seconds["DDIM"][at_50]
check_claim(
    "07-ddim-speedup",
    holds=bool(faster > 10 and fid["DDIM"][at_50] < whole_fid + 3),
    measured={
        "looks at the network": "1,000 against 50, so 20 times fewer",
        "FID": "that of DDIM is at most 3 points above that of the 1,000 steps",
    },
)
check_claim(
    "07-steps-trade-time",
    holds=bool(
        fid["DDIM"][0] > fid["DDIM"][at_50] + 2
        and fid["DPM-Solver++"][at_15] < fid["DDIM"][at_50] + 2
    ),
    measured={
        "5 steps of DDIM": "cost more than 2 points of FID against 50 steps",
        "15 steps of the second-order solver": "within 2 points of 50 steps of DDIM",
    },
)

# %% [markdown]
# Time is proportional to the looks, so "20 times" is exact arithmetic, and it is bought at a small price in FID. The slide could promise more: a solver of second order needs 15.

# %% [markdown]
# ### Guidance scale
#
# {term}`Classifier-free guidance <Classifier-free guidance>` asks twice, with the class $y$ and without, and goes on in the direction of the difference {cite:p}`ho2021`:
#
# $$\hat\epsilon = \epsilon_\theta(x_t, t, \varnothing) + s \left( \epsilon_\theta(x_t, t, y) - \epsilon_\theta(x_t, t, \varnothing) \right).$$ (eq-07-guidance)
#
# The scale $s$ is 0 for no class, 1 for the class as the data have it, and more for a caricature. (Some papers give the weight $w = s - 1$.) Each step costs two looks.

# %%
from gencore.recipes.evaluation import score_samples

guided, pictures = {}, {}
for scale in chosen.scales:
    for count in chosen.guided_steps:
        steered = model.denoiser(labels, scale, schedule=schedule)
        stops = spaced_timesteps(1000, count)
        x0 = sample_dpm_solver(
            steered, schedule, jax.random.key(4), shape, timesteps=stops
        ).x0
        made = to_pixels(x0)
        guided[scale, count] = {
            k: v["value"] for k, v in score_samples(made, real).items()
        } | {
            "right": float(
                (extract_features(made).probabilities.argmax(1) == labels).mean()
            )
        }
        pictures[scale, count] = made

# %% mystnb={"figure": {"name": "fig-07-guidance", "caption": "The same ten noises under five guidance scales, 25 steps."}, "image": {"alt": "Five rows of digits from 0 to 9. At scale 0 the digits are of arbitrary classes and some are broken; at scale 1 each is of its class; at scales 4 and 8 strokes are thick, bright and much alike."}}
most = chosen.guided_steps[-1]
image_rows(
    {
        f"s = {scale:g}": np.asarray(pictures[scale, most][:10]).reshape(-1, 28, 28)
        for scale in chosen.scales
    }
)
plt.show()

# %% mystnb={"figure": {"name": "fig-07-map", "caption": "The map of two knobs: FID, precision and recall against the guidance scale, for three step counts."}, "image": {"alt": "Three panels over the guidance scale. FID is lowest near scale 2 and rises on both sides; precision rises from scale 0 to 2 and falls at 8; recall falls from scale 1 on."}}
_, axes = plt.subplots(1, 3, figsize=(7.2, 2.6))
for ax, score in zip(axes, ("fid", "precision", "recall"), strict=True):
    curves(
        {
            f"{count}": (chosen.scales, [guided[s, count][score] for s in chosen.scales])
            for count in chosen.guided_steps
        },
        xlabel="guidance scale s",
        ylabel="FID" if score == "fid" else score,
        ax=ax,
    )
plt.show()

# %%
one, two, four, eight = (guided[s, most] for s in (1.0, 2.0, 4.0, 8.0))
check_claim(
    "07-guidance-trades-diversity",
    holds=bool(
        two["precision"] > one["precision"] + 0.01
        and four["recall"] < two["recall"] - 0.05
        and two["recall"] < one["recall"]
    ),
    otherwise=bool(eight["precision"] > four["precision"]),
    measured={
        "from scale 1 to 2": "precision rises, recall falls",
        "from scale 4 to 8": "both fall: that is no trade",
    },
)

# %% [markdown]
# ### Stop early for variations
#
# Stop what? If the walk back stops early, what is left is noisy ({numref}`fig-07-strip`, upper rows), and what the network sees in it is soft. That is no variation. But *start* late: drown a real digit up to some step, and walk back with fresh noise {cite:p}`meng2022`.

# %%
kept, moved, varied = {}, {}, {}
few = min(200, chosen.samples)
originals = from_pixels(test.flat[:few])
free = model.denoiser(jnp.full(few, 10), schedule=schedule)
for t in chosen.starts:
    stops = np.unique(np.linspace(0, t, 40).astype(int))
    x_t = add_noise(
        schedule,
        originals,
        jax.random.normal(jax.random.key(t), originals.shape),
        jnp.full(few, t),
    )
    x0 = sample_ddpm(
        free, schedule, jax.random.key(t + 1), originals.shape, timesteps=stops, start=x_t
    ).x0
    made = extract_features(to_pixels(x0))
    kept[t] = float((made.probabilities.argmax(1) == test.labels[:few]).mean())
    moved[t] = float(
        jnp.square(x0 - originals).mean()
        / np.square(originals - originals.mean(0)).mean()
    )
    varied[t] = to_pixels(x0)

# %% mystnb={"figure": {"name": "fig-07-variations", "caption": "Ten test digits, and what comes back when each is drowned up to a time step and walked back without being told its class."}, "image": {"alt": "A top row of ten real digits and five rows below. Down to step 300 each digit keeps its shape and changes in detail; at step 500 strokes change and a few digits change their class; at 700 and 900 the digits have little to do with the originals."}}
image_rows(
    {"original": test.images[:10]}
    | {
        f"from t = {t}": np.asarray(images[:10]).reshape(-1, 28, 28)
        for t, images in varied.items()
    }
)
plt.show()

# %%
check_claim(
    "07-stop-early-for-variations",
    holds=bool(kept[100] > 0.9 and 0.02 < moved[300] < moved[500] < moved[900]),
    otherwise=bool(kept[900] > 0.6),
    measured={
        "from t = 100": "more than 90 % keep their class, and every pixel may change",
        "from later steps": "the later, the further from the original",
        "from t = 900": "less than 60 % keep their class: those are new digits, and no variations",
    },
)

# %% [markdown]
# ### Latent diffusion: the same in a small space
#
# A digit is 784 numbers, and chapter 01 found that digits move in about a dozen directions. Why push noise through all of them? {term}`Latent diffusion` {cite:p}`rombach2022` first trains an autoencoder, whose KL term is nearly off: it has to reconstruct. Then it learns to make the *codes*.
# One thing must not be forgotten: schedules are made for data of variance 1, so the codes are measured and normalized.

# %%
from gencore.diffusion import latent_space

show_source(latent_space)

# %% tags=["nbval-ignore-output"]
from gencore.recipes import latent_diffusion

codes = latent_diffusion.train(train.flat, train.labels, chosen.codes)
made = codes.flow.draw(np.asarray(labels))
latent_fid = frechet_distance(real.features, extract_features(made).features)
print(f"FID {latent_fid:.0f}, after {codes.history.total_seconds:.0f} s of training")

# %% [markdown]
# What does the small space save? We compare our two full-size models, as the library trains them on all of MNIST. In pixels, residual blocks are not enough. All of a picture has to pass through 512 features, and comes out soft. So the full-size
# model looks twice. A plain denoiser guesses the whole. Then a small network looks at windows of 8 × 8 pixels, each half a window away from the next. It sees the noisy pixels, the guess, its place, and what the plain denoiser knows; and it corrects the guess. Where windows overlap, the mean of
# their corrections counts. Codes have no strokes to sharpen: there, the plain network is all.

# %%
from gencore.models import RefinedDenoiser

show_source(RefinedDenoiser.__call__)

# %% [markdown]
# What does a look cost, in multiplications? What must a training step hold in memory? Both can be read off the programs before they run.

# %%
from gencore.training import multiply_adds, peak_memory

show_source(peak_memory)

# %%
from gencore.models import ResidualDenoiser
from gencore.training import flow_matching_loss, gradient_step

full_pixels = diffusion.settings("full")
full_codes = latent_diffusion.settings("full")
k, batch_size = full_codes.autoencoder.latent_dim, full_codes.batch_size
networks = {
    "pixels": full_pixels.network(784, rngs=nnx.Rngs(0)),
    "codes": ResidualDenoiser(
        k, full_codes.width, full_codes.blocks, classes=10, rngs=nnx.Rngs(0)
    ),
}
losses = {
    "pixels": denoising_loss(schedule, prediction=predict_x0, null_label=10),
    "codes": flow_matching_loss(null_label=10),
}
bytes_held, products = {}, {}
for name, network in networks.items():
    size = full_pixels if name == "pixels" else full_codes
    step, state = gradient_step(network, losses[name], size.optimizer())
    batch = (
        jnp.zeros((batch_size, network.input_dim)),
        jnp.zeros(batch_size, jnp.int32),
    )
    bytes_held[name] = peak_memory(step, state, batch, jax.random.key(0))
    one, now = jnp.zeros((1, network.input_dim)), jnp.zeros(1, jnp.int32)
    products[name] = multiply_adds(network, one, now)

show_table(
    [
        {
            "diffusion in": name,
            "numbers an example": f"{network.input_dim}",
            "multiply-adds a look": f"{products[name] / 1e6:.1f} million",
            "memory": "1"
            if name == "pixels"
            else about(bytes_held[name] / bytes_held["pixels"], 0.25),
        }
        for name, network in networks.items()
    ],
    caption=f"The full-size models, batches of {batch_size}; memory at the peak of a step, as a share of that in pixels.",
)

# %% [markdown]
# ### Flow matching: straight lines
#
# One step beyond the deck. All of the above walks along a curve that the noise schedule bends. {term}`Flow matching` {cite:p}`lipman2023,liu2023` draws straight lines instead: $x_s = (1 - s)\, x_0 + s\, \epsilon$, for times $s$ from 0 to 1. A point on such a line moves
# with the velocity $\epsilon - x_0$. Many lines cross at one place, so the network learns their mean, and that is all:

# %%
show_source(flow_matching_loss)

# %% [markdown]
# No schedule, no posterior, no $\bar\alpha$. (Our latent model above was trained so; nothing else in this chapter would have changed.) To draw, follow the velocity from noise to data: by Euler's steps, or by Heun's, which look twice and make an error that falls with the square of the step.

# %%
from gencore.diffusion import euler_step, given_class, heun_step, sample_flow

flow, code_shape = codes.flow, (chosen.samples, len(codes.flow.space.mean))
velocity = given_class(flow.velocity, labels)
reached = sample_flow(velocity, jax.random.key(5), code_shape, steps=100)
looks = np.array([2, 4, 8, 16, 32])
away = {"Euler": [], "Heun": []}
for n in looks:
    for name, solver, steps in (("Euler", euler_step, n), ("Heun", heun_step, n // 2)):
        z = sample_flow(
            velocity, jax.random.key(5), code_shape, steps=int(steps), solver=solver
        )
        away[name].append(float(jnp.sqrt(jnp.square(z - reached).mean())))

# %% mystnb={"figure": {"name": "fig-07-flow", "caption": "How far from the end of the exact path two solvers arrive, from the same noise, against the number of looks at the network. Codes have standard deviation 1."}, "image": {"alt": "Two falling curves on logarithmic axes over 2 to 32 network evaluations. Euler's falls along a line of slope minus one; Heun's starts near it and lies well below it from 4 evaluations on."}}
curves(
    {name: (looks, values) for name, values in away.items()},
    xlabel="network evaluations",
    ylabel="distance to the path's end",
    logx=True,
    logy=True,
)
plt.show()

# %%
euler, heun = (np.array(away[name]) for name in ("Euler", "Heun"))
print(
    "twice the looks, about half of Euler's error:",
    bool((euler[:-1] / euler[1:] > 1.4).all()),
)
print("from 4 looks on, Heun is nearer:", bool((heun[1:] < euler[1:]).all()))

# %% [markdown]
# ## The recorded runs, beside the deck's row
#
# `gencore train latent_diffusion --profile full` trains autoencoder and flow on all 60,000 digits and writes a record, `--dataset fashion_mnist` does so with clothes. `gencore train diffusion --profile full` trains the two looks in pixels. `gencore train small_diffusion` trains the model that ships. This cell reads the records that are stored. The deck's row is from the table on slide 23.

# %%
from gencore.records import load_records

kinds = {
    "latent_diffusion": "codes",
    "diffusion": "pixels",
    "small_diffusion": "pixels, the small model that ships",
}
columns = {"FID": "fid", "IS": "inception_score"}
columns |= {"precision": "precision", "recall": "recall"}
table = []
for dataset, real_name in {"mnist": "digits", "fashion_mnist": "clothes"}.items():
    runs = [r for kind in kinds for r in load_records(kind, dataset, "full")]
    for r in runs:
        scores = {
            c: f"{r.value(k):.{1 if c == 'FID' else 2}f}" for c, k in columns.items()
        }
        scores["made as asked"] = f"{r.value('label_agreement'):.1%}"
        scores["training"] = f"{r.train_seconds / 60:.1f} min"
        name = f"{kinds[r.family]}, seed {r.seed}"
        table.append({"of": real_name, "run": name} | scores)
    for r in runs[:1]:
        scores = {
            c: f"{r.floors['real'][k]:.{1 if c == 'FID' else 2}f}"
            for c, k in columns.items()
        }
        table.append({"of": real_name, "run": f"real {real_name}"} | scores)
table.append(
    {"of": "digits", "run": "slide 23", "FID": "3", "IS": "9.3", "training": "8 h"}
)
show_table(
    [{column: row.get(column) for column in table[0]} for row in table],
    caption="Diffusion on full data sets: 10,000 samples against the 10,000 test images (features of a classifier of digits, and of one of clothes).",
)

# %% [markdown]
# And what would you train otherwise? The usual answer is a {term}`U-Net` {cite:p}`ronneberger2015`, in PyTorch, with DDPM's loss {cite:p}`ho2020`. So one was trained on two such cores, and told the class as ours are. Its channels and its rate are those of Hugging Face's course on diffusion, unit 2, with one block at each size in place of two. It draws with 15 steps of the second-order solver, and is scored at two marks; drawing and scoring are off the clock. The script is `tests/bench/unet.py`.

# %% mystnb={"figure": {"name": "fig-07-full", "caption": "FID against seconds of training, full MNIST, one curve a run, both axes logarithmic. In codes, the autoencoder's training comes before the first point. The dotted lines are real digits and the deck's FID."}, "image": {"alt": "A falling curve for each run. Those of the runs in codes lie close to one another: they begin at about one minute, a little above the line of the deck's 3, cross it within the next minute, and end between it and the line of real digits. A curve of a run in pixels takes longer and lies above them. The U-Net's lies far above all of them, from five minutes on."}}
runs = load_records("latent_diffusion", "mnist", "full")
unets = load_records("unet_ddpm", "mnist", "full")
judged = runs + load_records("diffusion", "mnist", "full") + unets
kinds |= {"unet_ddpm": "U-Net, PyTorch"}
paths = {
    f"{kinds[r.family]}, seed {r.seed}": tuple(np.array(r.history["fid"]).T)
    for r in judged
}
ax = curves(paths, xlabel="training (seconds)", ylabel="FID", logx=True, logy=True)
floor = runs[0].floors["real"]["fid"]
floor_lines(ax, {"real digits": round(floor, 1), "slide 23": 3})
plt.show()

# %%
for r in judged:
    good = [seconds for seconds, fid in r.history["fid"] if fid <= 6]
    (last, fid), name = r.history["fid"][-1], f"{kinds[r.family]}, seed {r.seed}"
    when = f"after {min(good):.0f} s" if good else "not yet"
    print(f"{name}: FID 6 {when}; FID {fid:.1f} after {last:.0f} s")

# %% [markdown]
# The runs in codes are past FID 6 before they are scored for the first time, after a minute or so. The U-Net has more than ten times as long, and is far from it. The runs were made on different days, and rented cores are not equally fast every day. So read the times as rough: the gap is far wider than that. That speaks for two cores, where convolutions are dear and a step takes long. How far it comes on a GPU, or in a night, we have not tried.

# %%
machine = runs[0].provenance["machine"]
print(f"the machine: {machine['processor']}, {machine['cores']} cores")
for r in runs:
    made, held_out = r.value("nearest_sample"), r.value("nearest_held_out")
    print(
        f"seed {r.seed}: the nearest training digit is {made:.1f} away from a made digit, {held_out:.1f} from a test digit"
    )

# %% [markdown]
# Median distances, pixel by pixel. A copy would lie at 0. What is made lies a little nearer to the training digits than test digits do. The table shows the same in its own way: the recall is lower than that of real digits, and in codes the precision is higher.
#
# The clothes stand much further from real clothes than the digits from real digits. Every setting was chosen on digits, the length of the code among them. Here the run in pixels comes out ahead. Perhaps seams and prints need longer codes than digits do; we have not tried.
#
# The small model is small: it has to fit into the library, and its steps back are cheap enough for this page. Scales differ: the deck does not say which features its FID and IS used, so the rows stand beside each other and are not a race.

# %% [markdown]
# ## What we found
#
# The deck's claims about diffusion, and what the cells above measured.

# %%
from gencore.claims import load_claims

ours = [claim for claim in load_claims() if claim.chapter == "07"]
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
# - **The next stop.** It is the next entry of the list of time steps, not $t - T/n$.
# - **Fewer steps with the same β.** The walk then starts from something that is no pure noise. Re-space instead.
# - **Tables in float32.** $1 - \bar\alpha_0$ is $10^{-4}$; in float32 it is wrong in the fourth digit. Compute tables in float64 and round them at the end.
# - **Scale or weight?** A guidance scale of 1 is no guidance; a guidance weight of 1 is a scale of 2. Find out which one a program means.
# - **Codes as they come.** A schedule made for variance 1 never drowns codes of variance 100. Normalize.
#
# ## Where this leads
#
# A GAN finds its images in one look, diffusion in 15. For that it trains like any regression, can be steered after the training, and does not forget a class. Chapter 08 looks at what lies between two digits, in the codes and noises of all families. Chapter 13 comes back to
# slow sampling and to memory, as pitfalls with their repairs.
