"""The digit classifier: the course's measuring stick.

FID, KID, precision and recall compare images by their features, and the Inception score by their class probabilities.
Inception's features mean little for digits, so the course trains one small convolutional network on MNIST, freezes
it, and ships it. Every score that rests on it says *MNIST classifier features*. Its twin, trained on Fashion-MNIST,
judges clothes; the scores of the two data sets are no scores of one scale.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float

from gencore.models.weights import read_weights, unpack_weights
from gencore.types import AnyArray, Images

__all__ = ["DigitClassifier", "Features", "extract_features", "load_classifier"]


class Frozen(NamedTuple):
    """A classifier that ships with the library.

    Attributes:
        path: Its weights file, which ``gencore train classifier`` writes.
        sha256: The file's hash, which the command's record holds.
        feature_scale: Features are multiplied by this constant, once, so that uniform random pixels stand at FID 570.
    """

    path: Path
    sha256: str
    feature_scale: float


FROZEN = {
    "mnist": Frozen(
        Path(__file__).with_name("digit_classifier.safetensors"),
        "a69fcaf9efae00d85b91d5212fdd839c865a2d6ff3cc2465cac5a47a16e08901",
        feature_scale=0.7626,
    ),
    "fashion_mnist": Frozen(
        Path(__file__).with_name("fashion_classifier.safetensors"),
        "124f93d55b1a878f20b2d8fbc34b324a314b06f2982dfe7afc4844ef07ad6e1b",
        feature_scale=1.2401,
    ),
}
"""The frozen classifiers, by the data set that each was trained on."""


class DigitClassifier(nnx.Module):
    """Two strided convolutions and two linear maps: 28 × 28 pixels to 128 features to 10 logits.

    Args:
        rngs: Source of the initial weights.

    Example:
        >>> DigitClassifier(rngs=nnx.Rngs(0))(jnp.zeros((3, 28, 28))).shape
        (3, 10)

    Reference:
        LeCun et al. 1998.
    """

    def __init__(self, *, rngs: nnx.Rngs):
        self.conv1 = nnx.Conv(1, 32, (5, 5), strides=2, rngs=rngs)
        self.conv2 = nnx.Conv(32, 64, (3, 3), strides=2, rngs=rngs)
        self.linear = nnx.Linear(7 * 7 * 64, 128, rngs=rngs)
        self.head = nnx.Linear(128, 10, rngs=rngs)

    def features(self, images: Images) -> Float[jax.Array, "batch 128"]:
        """Features of images in [0, 1]: (batch, 28, 28) to (batch, 128), none negative."""
        x = nnx.relu(self.conv1(jnp.asarray(images)[..., None]))  # (batch, 14, 14, 32)
        x = nnx.relu(self.conv2(x))  # (batch, 7, 7, 64)
        return nnx.relu(self.linear(x.reshape(len(x), -1)))

    def __call__(self, images: Images) -> Float[jax.Array, "batch 10"]:
        """Logits of the ten classes: (batch, 28, 28) to (batch, 10)."""
        return self.head(self.features(images))


@cache
def load_classifier(dataset: str = "mnist") -> DigitClassifier:
    """Load a frozen classifier that ships with the library.

    Args:
        dataset: What it was trained on: ``"mnist"`` or ``"fashion_mnist"``.

    Returns:
        The classifier; treat it as read-only, every metric shares it.

    Raises:
        ValueError: No classifier of that data set ships with the library.
        gencore.models.WeightsError: The weights file is missing or changed.

    Example:
        >>> load_classifier()(jnp.zeros((1, 28, 28))).shape
        (1, 10)
    """
    if dataset not in FROZEN:
        raise ValueError(f"dataset is {dataset!r}; there are classifiers of {', '.join(map(repr, FROZEN))}")
    content = read_weights(FROZEN[dataset].path, FROZEN[dataset].sha256)
    return unpack_weights(DigitClassifier(rngs=nnx.Rngs(0)), content)


class Features(NamedTuple):
    """What the frozen classifier sees in a set of images.

    Attributes:
        features: Shape (N, 128), for FID, KID, precision and recall, density and coverage.
        probabilities: Shape (N, 10), for the Inception score and for counting classes.

    Example:
        >>> Features(np.zeros((1, 128)), np.full((1, 10), 0.1)).probabilities.shape
        (1, 10)
    """

    features: Float[np.ndarray, "n 128"]
    probabilities: Float[np.ndarray, "n 10"]


@nnx.jit
def _extract(model: DigitClassifier, images: jax.Array) -> tuple[jax.Array, jax.Array]:
    features = model.features(images)
    return features, jax.nn.softmax(model.head(features))


def extract_features(
    images: Float[AnyArray, "n ..."], *, dataset: str = "mnist", batch_size: int = 1000
) -> Features:
    """Features and class probabilities of images, from the frozen classifier.

    Args:
        images: Pixels in [0, 1], shape (N, 28, 28) or (N, 784).
        dataset: Which classifier looks, by the data that it was trained on.
        batch_size: Images at a time.

    Returns:
        Features (N, 128) and probabilities (N, 10), in the images' order.

    Raises:
        ValueError: Wrong shape, no images, a pixel outside [0, 1] by more than rounding, or an unknown data set.

    Example:
        >>> extract_features(np.zeros((5, 784), "f")).features.shape
        (5, 128)
    """
    images = np.asarray(images, np.float32)
    if images.ndim < 2 or images[0:1].size not in (0, 784) or len(images) == 0:
        raise ValueError(f"images has shape {images.shape}; give (N, 28, 28) or (N, 784) with N at least 1")
    low, high = images.min(), images.max()
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise ValueError(f"images range from {low:.4g} to {high:.4g}; scale or clip them to [0, 1]")
    images = images.reshape(-1, 28, 28)
    padded = np.concatenate([images, np.zeros((-len(images) % batch_size, 28, 28), np.float32)])
    model = load_classifier(dataset)
    parts = [
        _extract(model, jnp.asarray(padded[i : i + batch_size])) for i in range(0, len(padded), batch_size)
    ]
    features, probabilities = (
        np.concatenate([np.asarray(p) for p in each])[: len(images)] for each in zip(*parts, strict=True)
    )
    return Features(features * np.float32(FROZEN[dataset].feature_scale), probabilities)
