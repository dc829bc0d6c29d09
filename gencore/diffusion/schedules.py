r"""Noise schedules: how much noise each step adds, and how much is there after it.

All tables are built in float64 and rounded to float32 once, at the end. A float32 :math:`1 - \bar\alpha_t` would be
wrong in its fourth digit where there is little noise, so a schedule keeps its root as a table of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from gencore.types import AnyArray

__all__ = [
    "NoiseSchedule",
    "cosine_schedule",
    "evenly_noisy_timesteps",
    "linear_schedule",
    "respace",
    "spaced_timesteps",
]


class NoiseSchedule(NamedTuple):
    r"""How much noise is added, for each time step :math:`t = 0, \dots, T-1`; every table has shape (T,).

    Attributes:
        betas: Variance :math:`\beta_t` of the noise that step :math:`t` adds.
        alphas_cumprod: Share :math:`\bar\alpha_t = \prod_{s \le t} (1 - \beta_s)` of the data's variance that is left.
        sqrt_alphas_cumprod: :math:`\sqrt{\bar\alpha_t}`, what the data are multiplied with.
        sqrt_one_minus_alphas_cumprod: :math:`\sqrt{1 - \bar\alpha_t}`, what the noise is multiplied with.
    """

    betas: Float[AnyArray, " timesteps"]
    alphas_cumprod: Float[AnyArray, " timesteps"]
    sqrt_alphas_cumprod: Float[AnyArray, " timesteps"]
    sqrt_one_minus_alphas_cumprod: Float[AnyArray, " timesteps"]

    @property
    def timesteps(self) -> int:
        """The number of steps :math:`T`."""
        return len(self.betas)


def _from_betas(betas: np.ndarray) -> NoiseSchedule:
    """Build all tables in float64, then round each once."""
    betas = np.asarray(betas, np.float64)
    log_alphas_cumprod = np.cumsum(np.log1p(-betas))
    tables = (
        betas,
        np.exp(log_alphas_cumprod),
        np.exp(0.5 * log_alphas_cumprod),
        np.sqrt(-np.expm1(log_alphas_cumprod)),  # 1 - exp(x) without losing digits near x = 0
    )
    return NoiseSchedule(*(table.astype(np.float32) for table in tables))


def linear_schedule(timesteps: int = 1000, start: float = 1e-4, end: float = 0.02) -> NoiseSchedule:
    r"""Noise variances that rise along a line.

    .. math:: \beta_t = \beta_{\text{start}} + \frac{t}{T-1} (\beta_{\text{end}} - \beta_{\text{start}})

    The defaults belong to 1000 steps, after which :math:`\bar\alpha_{T-1} = 4 \cdot 10^{-5}`: nothing is left of the
    data. With 50 steps the same two numbers leave 60 % of the variance, and sampling would start from the wrong
    place. For fewer steps, :func:`respace` a long schedule.

    Args:
        timesteps: Number of steps :math:`T`, at least 1.
        start: First variance, in (0, 1).
        end: Last variance, in (0, 1), not below ``start``.

    Returns:
        The schedule.

    Raises:
        ValueError: ``timesteps`` is below 1, or the variances do not rise inside (0, 1).

    Example:
        >>> print(f"{linear_schedule().alphas_cumprod[-1]:.1e}, {linear_schedule(50).alphas_cumprod[-1]:.2f}")
        4.0e-05, 0.60

    Reference:
        Ho et al. 2020, section 4.
    """
    _require_steps(timesteps)
    if not 0 < start <= end < 1:
        raise ValueError(
            f"start is {start} and end is {end}; choose 0 < start <= end < 1, such as 1e-4 and 0.02"
        )
    return _from_betas(np.linspace(start, end, timesteps))


def cosine_schedule(timesteps: int = 1000, *, offset: float = 0.008, largest: float = 0.999) -> NoiseSchedule:
    r"""The schedule that destroys information more evenly: what is left falls as a squared cosine.

    .. math:: \bar\alpha_t = \frac{f(t + 1)}{f(0)}, \qquad f(t) = \cos^2 \left( \frac{t/T + s}{1 + s} \,
              \frac{\pi}{2} \right), \qquad \beta_t = \min \left( 1 - \frac{f(t + 1)}{f(t)}, \beta_{\max} \right)

    The product of the clipped :math:`1 - \beta_t` is what the tables hold, so they stay consistent.

    Args:
        timesteps: Number of steps :math:`T`, at least 1.
        offset: The small number :math:`s`, not negative, that keeps the first steps from being too small.
        largest: Upper limit :math:`\beta_{\max}` of a step's variance, in (0, 1).

    Returns:
        The schedule.

    Raises:
        ValueError: ``timesteps`` is below 1, or another argument is out of its range.

    Example:
        >>> print(f"{cosine_schedule().alphas_cumprod[499]:.2f}, {linear_schedule().alphas_cumprod[499]:.2f}")
        0.49, 0.08

    Reference:
        Nichol and Dhariwal 2021, eq. 17.
    """
    _require_steps(timesteps)
    if offset < 0:
        raise ValueError(f"offset is {offset}; choose 0 or a small positive number, such as 0.008")
    if not 0 < largest < 1:
        raise ValueError(f"largest is {largest}; choose a variance between 0 and 1, such as 0.999")
    place = (np.arange(timesteps + 1) / timesteps + offset) / (1 + offset)
    left = np.square(np.cos(place * np.pi / 2))
    return _from_betas(np.minimum(1 - left[1:] / left[:-1], largest))


def spaced_timesteps(timesteps: int, count: int) -> np.ndarray:
    """Choose time steps at equal distances, from the first to the last.

    Args:
        timesteps: Number of steps of the schedule.
        count: How many to choose, from 2 to ``timesteps``.

    Returns:
        Rising time steps, shape (count,), from 0 to ``timesteps`` - 1.

    Raises:
        ValueError: ``count`` is not between 2 and ``timesteps``.

    Example:
        >>> spaced_timesteps(1000, 5).tolist()
        [0, 250, 500, 749, 999]
    """
    if not 2 <= count <= timesteps:
        raise ValueError(
            f"count is {count}; with {timesteps} timesteps choose a number from 2 to {timesteps}"
        )
    return np.round(np.linspace(0, timesteps - 1, count)).astype(np.int32)


def evenly_noisy_timesteps(schedule: NoiseSchedule, count: int) -> np.ndarray:
    r"""Choose time steps between which the noise grows evenly: in equal steps of :math:`\log \mathrm{SNR}`.

    A solver of second order wants them: in that time its curve is smoothest. A hundredth of the schedule at both ends
    is left out. There is nothing to see there, and the logarithm of a schedule that ends in pure noise runs away.

    Args:
        schedule: The noise schedule.
        count: Number of steps, at least 2.

    Returns:
        Rising time steps, at most ``count``: where two would be the same, one is left out.

    Raises:
        ValueError: ``count`` is below 2 or above the number of time steps.

    Example:
        >>> evenly_noisy_timesteps(linear_schedule(), 5)
        array([ 10, 102, 446, 763, 989])

    Reference:
        Lu et al. 2022, section 5.1.
    """
    if not 2 <= count <= schedule.timesteps:
        raise ValueError(f"count is {count}; choose from 2 to the schedule's {schedule.timesteps} steps")
    tables = schedule.sqrt_alphas_cumprod, schedule.sqrt_one_minus_alphas_cumprod
    scale, spread = (np.asarray(table, np.float64) for table in tables)
    levels = np.log(scale / spread)
    edge = schedule.timesteps // 100
    wanted = np.linspace(levels[edge], levels[schedule.timesteps - 1 - edge], count)
    return np.unique(np.abs(levels - wanted[:, None]).argmin(axis=1))


def respace(schedule: NoiseSchedule, timesteps: Sequence[int] | Int[np.ndarray, " count"]) -> NoiseSchedule:
    r"""The schedule of a walk that stops at some of the time steps only.

    For rising steps :math:`\tau_0 < \tau_1 < \dots`, the chain :math:`x_{\tau_0}, x_{\tau_1}, \dots` is again a
    diffusion, with

    .. math:: \beta'_i = 1 - \frac{\bar\alpha_{\tau_i}}{\bar\alpha_{\tau_{i-1}}}, \qquad \bar\alpha_{\tau_{-1}} = 1.

    Position :math:`i` of the new schedule is step :math:`\tau_i` of the old one, and that is the time to tell the
    network. The step before :math:`\tau_i` is :math:`\tau_{i-1}`, the list's own entry, whatever the distance.

    Args:
        schedule: The schedule of all steps.
        timesteps: Rising time steps of it, shape (count,).

    Returns:
        A schedule of ``count`` steps; at position i it holds as much noise as the old one at ``timesteps[i]``.

    Raises:
        ValueError: ``timesteps`` is empty, does not rise, or leaves the schedule.

    Example:
        >>> whole = linear_schedule()
        >>> short = respace(whole, [0, 500, 999])
        >>> bool(np.allclose(short.alphas_cumprod, whole.alphas_cumprod[[0, 500, 999]]))
        True

    Reference:
        Nichol and Dhariwal 2021, eq. 19.
    """
    steps = np.asarray(timesteps)
    inside = steps.ndim == 1 and steps.size and steps[0] >= 0 and steps[-1] < schedule.timesteps
    if not inside or (np.diff(steps) <= 0).any():
        raise ValueError(
            f"timesteps is {steps.tolist()}; give rising numbers from 0 to {schedule.timesteps - 1}, at least one"
        )
    log_alphas_cumprod = np.cumsum(np.log1p(-np.asarray(schedule.betas, np.float64)))[steps]
    return _from_betas(-np.expm1(np.diff(log_alphas_cumprod, prepend=0.0)))


def _require_steps(timesteps: int) -> None:
    if timesteps < 1:
        raise ValueError(f"timesteps is {timesteps}; choose 1 or more, such as 1000")
