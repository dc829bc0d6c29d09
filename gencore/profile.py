"""How much work a run does: the quick profile for two cores, the full one for a GPU or an evening."""

import os
from typing import Literal, TypeAlias, cast, get_args

import jax

Profile: TypeAlias = Literal["quick", "full"]


def current_profile() -> Profile:
    """Say which profile this process runs under.

    The environment variable ``GENCORE_PROFILE`` decides. Without it, a machine with an accelerator runs the full
    profile and a machine without one the quick profile.

    Returns:
        ``"quick"``: the embedded 5,000 digits and seconds of training. ``"full"``: the full data sets.

    Raises:
        ValueError: ``GENCORE_PROFILE`` is neither ``quick`` nor ``full``.

    Example:
        >>> current_profile() in ("quick", "full")
        True
    """
    chosen = os.environ.get("GENCORE_PROFILE", "").strip().lower()
    if not chosen:
        return "quick" if jax.default_backend() == "cpu" else "full"
    if chosen not in get_args(Profile):
        raise ValueError(f"GENCORE_PROFILE is {chosen!r}; set it to 'quick' or 'full', or unset it")
    return cast(Profile, chosen)
