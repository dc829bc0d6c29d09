"""The measurements of chapter 02: how many images, and which doses of damage."""

from dataclasses import dataclass

from gencore.profile import Profile, current_profile

__all__ = ["Settings", "settings"]


@dataclass(frozen=True)
class Settings:
    """Sizes and doses of chapter 02.

    Attributes:
        samples: Images in every set that is judged, and in the set that it is held against.
        noise: Doses of noise: its standard deviation, in units of the pixel range.
        blur: Doses of blur: the width of the Gaussian, in pixels.
        dropped: Doses of missing classes: how many of the ten.
        counts: Images in each of two real sets, for FID against the sample count.
        repeats: Pairs of real sets at each count.
        resamples: Random halves behind a confidence interval.
        orders: Orders of the n-gram models of letters.
        held_out: Share of the text that the models are tested on.
    """

    samples: int = 1000
    noise: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.4)
    blur: tuple[float, ...] = (0.5, 0.75, 1.0, 1.5, 2.0)
    dropped: tuple[int, ...] = (1, 2, 3, 5, 7)
    counts: tuple[int, ...] = (100, 250, 500, 1000, 2000)
    repeats: int = 10
    resamples: int = 100
    orders: tuple[int, ...] = (0, 1, 2, 3, 4)
    held_out: float = 0.1


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    if (profile or current_profile()) == "quick":
        return Settings()
    return Settings(samples=10_000, counts=(100, 250, 500, 1000, 2000, 5000, 10_000))
