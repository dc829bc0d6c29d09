"""Data: digits, clothes, text, and densities in the plane whose truth is known.

The embedded data come with the installed packages and need no network. The full data sets are downloaded
once, checked and kept in :func:`data_dir`.

- :mod:`gencore.data.mnist`: :func:`load_mnist`, :func:`load_fashion_mnist`, :class:`LabeledImages`
- :mod:`gencore.data.text`: :func:`load_text`, and :func:`letters_only`, which reduces a text to 27 symbols
- :mod:`gencore.data.tokens`: :class:`Characters`, :class:`Bytes` and :class:`BPE`, from text to token numbers and back;
  :func:`split_text` and :func:`windows`, from a text to examples
- :mod:`gencore.data.damage`: :func:`noisy`, :func:`blurred` and :func:`class_sample`, to harm a set in doses
- :mod:`gencore.data.toy`: :func:`ring_of_gaussians`, :func:`grid_of_gaussians`, :func:`two_moons`,
  :func:`two_spirals`, :func:`checkerboard`, and the centers :func:`ring_centers` and :func:`grid_centers`
- :mod:`gencore.data.download`: :func:`data_dir`, and how a public file is fetched from its mirrors
- :mod:`gencore.data.transfer`: how a download goes on where its connection broke
"""

from gencore.data.damage import blurred, class_sample, noisy
from gencore.data.download import DownloadError, data_dir
from gencore.data.mnist import LabeledImages, load_fashion_mnist, load_mnist
from gencore.data.text import LETTERS, letters_only, load_text
from gencore.data.tokens import BPE, Bytes, Characters, split_text, windows
from gencore.data.toy import (
    checkerboard,
    grid_centers,
    grid_of_gaussians,
    ring_centers,
    ring_of_gaussians,
    two_moons,
    two_spirals,
)

__all__ = [
    "BPE",
    "LETTERS",
    "Bytes",
    "Characters",
    "DownloadError",
    "LabeledImages",
    "blurred",
    "checkerboard",
    "class_sample",
    "data_dir",
    "grid_centers",
    "grid_of_gaussians",
    "letters_only",
    "load_fashion_mnist",
    "load_mnist",
    "load_text",
    "noisy",
    "ring_centers",
    "ring_of_gaussians",
    "split_text",
    "two_moons",
    "two_spirals",
    "windows",
]
