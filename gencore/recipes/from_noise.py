"""The measurements of chapter 07: what is trained there, how many images are drawn, with how many steps."""

from dataclasses import dataclass, replace

from gencore.profile import Profile, current_profile
from gencore.recipes import diffusion, latent_diffusion

__all__ = ["Settings", "settings"]


@dataclass(frozen=True)
class Settings:
    """Sizes of chapter 07.

    Attributes:
        pixels: The denoiser that is trained in the chapter, once for each thing to predict.
        codes: The latent flow that is trained there.
        samples: Images in every set that is judged.
        pictures: Images whose way from noise is looked at in detail.
        steps: Steps of the walks whose quality is drawn against time.
        scales: Guidance scales.
        guided_steps: Steps of the guided walks.
        starts: Time steps from which variations of a digit start.
    """

    pixels: diffusion.Settings
    codes: latent_diffusion.Settings
    samples: int = 500
    pictures: int = 200
    steps: tuple[int, ...] = (5, 10, 15, 50)
    scales: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 8.0)
    guided_steps: tuple[int, ...] = (5, 10, 25)
    starts: tuple[int, ...] = (100, 300, 500, 700, 900)


QUICK = Settings(
    pixels=replace(diffusion.QUICK, width=256, blocks=2, learning_rate=3e-3, steps=600),
    codes=latent_diffusion.QUICK,
)

FULL = Settings(
    pixels=diffusion.Settings(steps=8000),  # of whole images: the chapter asks what passes through its width
    codes=latent_diffusion.FULL,
    samples=10_000,
    pictures=1000,
)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (500, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL
