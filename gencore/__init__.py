"""gencore: the library that the course *The Creation Challenge* stands on.

Its floors, from the ground up; a module imports only from floors below its own.

=============================  =======================================================================
:mod:`gencore.types`           names for arrays and their shapes; ``Encoder``, ``Decoder``
:mod:`gencore.profile`         how much work a run does: quick or full
:mod:`gencore.data`            digits, clothes, text, toy densities in the plane
:mod:`gencore.losses`          one number for each example, in nats
:mod:`gencore.metrics`         arrays in, number out: FID, KID, Inception score, precision and recall, ...
:mod:`gencore.diffusion`       noise schedules, both directions of a diffusion, samplers
:mod:`gencore.models`          autoencoder, VAE, and the frozen classifier that features come from
:mod:`gencore.training`        one loop for every family, with checkpoints
:mod:`gencore.records`         results of runs, one JSON file each
:mod:`gencore.recipes`         one chapter's run each: settings, training, record
:mod:`gencore.plotting`        numpy in, matplotlib axes out
:mod:`gencore.claims`          the ledger: what the deck claims, what was measured
:mod:`gencore.doctor`          what is installed, what works, and what to do about the rest
:mod:`gencore.grading`         exercises: what makes and what grades them
:mod:`gencore.notebook`        what a notebook's cells call
:mod:`gencore.cli`             the command ``gencore``
=============================  =======================================================================
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("gencore")
