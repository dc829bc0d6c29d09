"""What denoisers and flows minimize, with classes and without."""

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

from gencore.diffusion import NoiseSchedule, Prediction, add_noise, at_steps, flow_point, predict_noise
from gencore.losses import squared_error
from gencore.training.state import Loss
from gencore.types import Batch, PerExample, PRNGKey, Scalar

__all__ = ["FlowTimes", "denoising_loss", "flow_matching_loss", "logit_normal_times", "uniform_times"]

FlowTimes: TypeAlias = Callable[[PRNGKey, int], Any]
"""How training times of a flow are drawn: from (key, n) to n times between 0 and 1."""


def uniform_times(key: PRNGKey, n: int) -> PerExample:
    """Draw times evenly.

    Args:
        key: Randomness.
        n: How many.

    Returns:
        Times from 0 to 1, shape (n,).

    Example:
        >>> uniform_times(jax.random.key(0), 10_000).mean().round(1)
        Array(0.5, dtype=float32)
    """
    return jax.random.uniform(key, (n,))


def logit_normal_times(key: PRNGKey, n: int) -> PerExample:
    r"""Draw times more often from the middle: :math:`s = 1 / (1 + e^{-u})` with :math:`u \sim \mathcal N(0, 1)`.

    Near the data and near the noise the answer is easy; less of the training is spent there.

    Args:
        key: Randomness.
        n: How many.

    Returns:
        Times between 0 and 1, shape (n,).

    Example:
        >>> times = logit_normal_times(jax.random.key(0), 10_000)
        >>> bool(((times > 0.25) & (times < 0.75)).mean() > 0.7)  # it would be half of them, if they were even
        True

    Reference:
        Esser et al. 2024, section 3.1.
    """
    return jax.nn.sigmoid(jax.random.normal(key, (n,)))


def denoising_loss(
    schedule: NoiseSchedule,
    *,
    prediction: Prediction = predict_noise,
    min_snr: float | None = None,
    null_label: int | None = None,
    drop: float = 0.1,
) -> Loss:
    r"""Make a denoiser's loss, whatever it predicts: weighted squared error per number, averaged over the batch.

    .. math:: \mathcal L = \mathbb E_{t, x_0, \epsilon} \;
              \frac{w(t)}{d} \left\lVert y - f_\theta(x_t, t) \right\rVert^2, \qquad
              \mathrm{SNR}(t) = \frac{\bar\alpha_t}{1 - \bar\alpha_t}

    where :math:`y` is what the network predicts. Unweighted, :math:`w = 1`, it is the simple loss of DDPM. The min-SNR
    weight is :math:`\min(\mathrm{SNR}, \gamma)` on the error of :math:`x_0`, whatever is predicted: in terms of the
    noise :math:`\min(\mathrm{SNR}, \gamma) / \mathrm{SNR}`, in terms of the velocity
    :math:`\min(\mathrm{SNR}, \gamma) / (\mathrm{SNR} + 1)`.

    Args:
        schedule: The noise schedule.
        prediction: What the network predicts, such as :data:`gencore.diffusion.predict_velocity`.
        min_snr: The limit :math:`\gamma` of the min-SNR weight, such as 5; None for the simple loss.
        null_label: The number that stands for "no class", where batches are examples and labels; None where they are
            examples only.
        drop: Share of the labels that are replaced by ``null_label``, so that one network learns both.

    Returns:
        A loss for :func:`gencore.training.gradient_step`.

    Raises:
        ValueError: ``min_snr`` is not positive, or ``drop`` is no share.

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> loss = denoising_loss(linear_schedule(), null_label=10)
        >>> blind = lambda x, t, labels: jnp.zeros_like(x)
        >>> batch = jnp.ones((2000, 2)), jnp.zeros(2000, jnp.int32)
        >>> print(f"{loss(blind, batch, jax.random.key(0), jnp.array(0))[0]:.0f}")
        1

    Reference:
        Ho et al. 2020, eq. 14; Hang et al. 2023, section 3.3; for the dropped labels Ho and Salimans 2021, algorithm 1.
    """
    if min_snr is not None and min_snr <= 0:
        raise ValueError(f"min_snr is {min_snr}; choose a positive number, such as 5, or None")
    _require_share(drop)

    def loss(model: Any, batch: Batch, key: PRNGKey, step: Scalar) -> tuple[Scalar, dict[str, Scalar]]:
        t_key, noise_key, drop_key = jax.random.split(key, 3)
        x0, labels = _split(batch, null_label, drop, drop_key)
        t = jax.random.randint(t_key, (len(x0),), 0, schedule.timesteps)
        noise = jax.random.normal(noise_key, x0.shape)
        guess = model(add_noise(schedule, x0, noise, t), t, *labels)
        errors = _error(guess, prediction.target(schedule, x0, noise, t))
        if min_snr is None:
            return errors.mean(), {}
        ratio = at_steps(schedule.sqrt_alphas_cumprod, t, errors) / at_steps(
            schedule.sqrt_one_minus_alphas_cumprod, t, errors
        )
        snr = jnp.square(ratio)
        return (jnp.minimum(snr, min_snr) / prediction.error_for_x0(snr) * errors).mean(), {}

    return loss


def flow_matching_loss(
    *, times: FlowTimes = uniform_times, null_label: int | None = None, drop: float = 0.1
) -> Loss:
    r"""Make a flow's loss: which way does a point move? Squared error per number, averaged over the batch.

    .. math:: \mathcal L = \mathbb E_{s, x_0, \epsilon} \; \tfrac1d \left\lVert (\epsilon - x_0)
              - v_\theta(x_s, s) \right\rVert^2, \qquad x_s = (1 - s)\, x_0 + s\, \epsilon

    Args:
        times: How the times are drawn: :func:`uniform_times` or :func:`logit_normal_times`.
        null_label: The number that stands for "no class", where batches are examples and labels; None where they are
            examples only.
        drop: Share of the labels that are replaced by ``null_label``.

    Returns:
        A loss for :func:`gencore.training.gradient_step`, on networks that take times from 0 to 1.

    Raises:
        ValueError: ``drop`` is no share.

    Example:
        >>> blind = lambda x, time: jnp.zeros_like(x)
        >>> loss, _ = flow_matching_loss()(blind, jnp.zeros((2000, 2)), jax.random.key(0), jnp.array(0))
        >>> print(f"{loss:.0f}")  # the data are 0, so the velocity is the noise
        1

    Reference:
        Liu et al. 2023, eq. 1; Lipman et al. 2023, eq. 23.
    """
    _require_share(drop)

    def loss(model: Any, batch: Batch, key: PRNGKey, step: Scalar) -> tuple[Scalar, dict[str, Scalar]]:
        s_key, noise_key, drop_key = jax.random.split(key, 3)
        x0, labels = _split(batch, null_label, drop, drop_key)
        s = times(s_key, len(x0))
        noise = jax.random.normal(noise_key, x0.shape)
        return _error(model(flow_point(x0, noise, s), s, *labels), noise - x0).mean(), {}

    return loss


def _split(batch: Any, null_label: int | None, drop: float, key: PRNGKey) -> tuple[Any, tuple[Any, ...]]:
    """Take a batch apart: the examples, and the labels with some of them dropped, or none."""
    if null_label is None:
        return batch, ()
    x0, labels = batch
    dropped = jax.random.bernoulli(key, drop, labels.shape)
    return x0, (jnp.where(dropped, null_label, labels),)


def _error(guess: Any, target: Any) -> PerExample:
    """Squared error of each example, per number."""
    flat = (len(target), -1)
    return squared_error(guess.reshape(flat), target.reshape(flat)) / target[0].size


def _require_share(drop: float) -> None:
    if not 0 <= drop < 1:
        raise ValueError(f"drop is {drop}; choose a share from 0 to below 1, such as 0.1")
