"""Names for the arrays that travel through the library: what they hold, and their shape.

Every alias is a `jaxtyping <https://docs.kidger.site/jaxtyping/>`_ annotation: a shape that a reader sees and that
the tests check at run time. ``batch`` is the number of examples, ``d`` the number of features.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Float, Int, Key, Num, Shaped

AnyArray: TypeAlias = jax.Array | np.ndarray
"""An array of JAX or of NumPy."""

PRNGKey: TypeAlias = Key[Array, ""]
"""One typed key, from ``jax.random.key(seed)``."""

Scalar: TypeAlias = Num[Array, ""]
"""One number, still on the device."""

PerExample: TypeAlias = Float[AnyArray, " batch"]
"""One number for each example of a batch: what every loss returns."""

Vectors: TypeAlias = Float[AnyArray, "batch d"]
"""A batch of flat vectors, such as flattened images."""

Codes: TypeAlias = Float[AnyArray, "batch k"]
"""A batch of latent codes; ``k`` is the length of a code."""

Images: TypeAlias = Float[AnyArray, "batch height width"]
"""A batch of gray images, black 0 and white 1."""

Features: TypeAlias = Float[AnyArray, "_rows _d"]
"""One row of numbers for each sample. Two sets may differ in rows, so a metric checks the sizes itself."""

ImageBatch: TypeAlias = Float[AnyArray, "_batch ..."]
"""A batch of images, flat or not. A metric that compares two batches checks the shapes itself."""

Labels: TypeAlias = Int[AnyArray, " batch"]
"""One class number for each example."""

Points: TypeAlias = Float[AnyArray, "batch 2"]
"""A batch of points in the plane."""

Examples: TypeAlias = Float[AnyArray, "batch ..."]
"""A batch of whatever is made: points, vectors or images."""

Timesteps: TypeAlias = Int[AnyArray, " batch"]
"""One time step of a diffusion for each example, counted from 0."""

Tokens: TypeAlias = Int[AnyArray, "batch time"]
"""A batch of texts, as token numbers counted from 0."""

Logits: TypeAlias = Float[AnyArray, "batch time vocabulary"]
"""After each token: the logit of every token that could come next."""

Batch: TypeAlias = Shaped[AnyArray, "batch ..."] | tuple[Any, ...]
"""What one training step sees: an array, or a tuple of arrays with one length."""

Metrics: TypeAlias = Mapping[str, Any]
"""Named numbers that a training step reports."""


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns a batch of vectors into a batch of codes."""

    def encode(self, x: Any) -> Any:
        """Return the codes of ``x``."""
        ...


@runtime_checkable
class Decoder(Protocol):
    """Anything that turns a batch of codes back into a batch of vectors."""

    def decode(self, z: Any) -> Any:
        """Return the vectors that the codes ``z`` stand for."""
        ...


@runtime_checkable
class Denoiser(Protocol):
    """Anything that says which noise it sees in noisy examples: a function of (x, t), or a model."""

    def __call__(self, x: Any, t: Any, /) -> Any:
        """Return the noise in ``x``, shape (batch, ...), at the time steps ``t``, shape (batch,)."""
        ...


@runtime_checkable
class ClassDenoiser(Protocol):
    """Anything that says which noise it sees in noisy examples of known classes: a function of (x, t, labels)."""

    def __call__(self, x: Any, t: Any, labels: Any, /) -> Any:
        """Return the noise in ``x``, shape (batch, ...), for time steps and class numbers of shape (batch,)."""
        ...


@runtime_checkable
class Velocity(Protocol):
    """Anything that says where points of a flow go: a function of (x, time), or a model."""

    def __call__(self, x: Any, time: Any, /) -> Any:
        """Return the velocity at ``x``, shape (batch, ...), and at times from 0 to 1, shape (batch,)."""
        ...


@runtime_checkable
class Tokenizer(Protocol):
    """Anything that turns a text into token numbers, and back into the same text."""

    @property
    def size(self) -> int:
        """How many different tokens there are."""
        ...

    def encode(self, text: str) -> Any:
        """Return the token numbers of a text, int32, shape (tokens,)."""
        ...

    def decode(self, tokens: Any) -> str:
        """Return the text that token numbers stand for."""
        ...
