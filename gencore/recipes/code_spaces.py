"""Spaces of codes behind one face: whatever the model, codes are drawn, decoded and, where it can be done, found."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from sklearn.neighbors import NearestNeighbors

from gencore.diffusion import invert_ddim, sample_ddim
from gencore.models import VAE, Generator
from gencore.recipes.diffusion import PixelDiffusion, from_pixels, to_pixels
from gencore.types import Codes, Vectors

__all__ = ["Space", "diffusion_space", "gan_space", "nearest_image", "vae_space"]


class Space(NamedTuple):
    """A space of codes that a model draws from a standard normal distribution, and the way to images.

    Attributes:
        latent_dim: Length k of a code.
        decode: From codes (n, k) to flat images in [0, 1], shape (n, 784).
        encode: From flat images to codes, or None where the model knows no such way.
    """

    latent_dim: int
    decode: Callable[[Codes], Vectors]
    encode: Callable[[Vectors], Codes] | None = None

    def draw(self, n: int, *, seed: int = 0) -> np.ndarray:
        """Draw codes from the standard normal distribution, shape (n, k).

        Example:
            >>> Space(3, lambda codes: codes).draw(2).shape
            (2, 3)
        """
        return np.asarray(jax.random.normal(jax.random.key(seed), (n, self.latent_dim)))


def vae_space(model: VAE) -> Space:
    """The latent space of a VAE; an image's code is its posterior mean.

    Example:
        >>> space = vae_space(VAE(784, 16, (8,), rngs=nnx.Rngs(0)))
        >>> space.decode(space.draw(2)).shape
        (2, 784)
    """
    return Space(
        model.latent_dim,
        _in_batches(lambda z: _decode(model, z)),
        _in_batches(lambda x: _encode(model, x)),
    )


def gan_space(generator: Generator) -> Space:
    """The noise of a GAN's generator; no way leads from an image to its noise.

    Args:
        generator: A generator without classes.

    Returns:
        The space.

    Raises:
        ValueError: The generator has classes, and would have to be told one.

    Example:
        >>> gan_space(Generator(64, (8,), rngs=nnx.Rngs(0))).encode is None
        True
    """
    if generator.classes:
        raise ValueError(f"generator has {generator.classes} classes; train one with gan.unconditional(...)")
    return Space(generator.latent_dim, _in_batches(lambda z: _generate(generator, z)))


def diffusion_space(
    model: PixelDiffusion, *, steps: int = 25, cleanest: int = 80, noisiest: int = 979, iterations: int = 1
) -> Space:
    """The noise of a diffusion model as a space of codes: DDIM without fresh noise leads to images and back.

    The model is asked for no class.

    Args:
        model: The diffusion model.
        steps: Steps of DDIM, both ways.
        cleanest: The first time step. Where there is less noise than the model errs, its errors would count as noise,
            and be magnified on the way.
        noisiest: The time step whose noise is the code. Not the schedule's last: there nothing of the image is left,
            and no way leads back to it.
        iterations: Network evaluations in each step of the way from an image to its noise.

    Returns:
        The space, whose codes have as many numbers as an image has pixels.

    Example:
        >>> from gencore.diffusion import cosine_schedule
        >>> from gencore.models import ResidualDenoiser
        >>> tiny = PixelDiffusion(ResidualDenoiser(9, 8, 1, classes=10, rngs=nnx.Rngs(0)), cosine_schedule())
        >>> space = diffusion_space(tiny, steps=5)
        >>> space.decode(space.draw(2)).shape
        (2, 9)
    """
    times = np.round(np.linspace(cleanest, noisiest, steps)).astype(np.int32)
    pixels, key = model.model.input_dim, jax.random.key(0)

    def unasked(n: int) -> Any:
        return model.denoiser(jnp.full(n, model.model.classes))

    def decode(z: Any) -> Any:
        walked = sample_ddim(unasked(len(z)), model.schedule, key, z.shape, timesteps=times, start=z)
        return to_pixels(walked.x0)

    def encode(x: Any) -> Any:
        return invert_ddim(
            unasked(len(x)), model.schedule, from_pixels(x), timesteps=times, iterations=iterations
        )

    return Space(pixels, _in_batches(decode), _in_batches(encode))


def nearest_image(space: Space, images: Vectors) -> Callable[[Codes], Vectors]:
    """A "decoder" that cannot make anything: it returns the known image whose code is nearest.

    Every image it returns is real, and between two of them it jumps. A decoder that has learned its training set by
    heart does the same.

    Args:
        space: A space that encodes.
        images: Flat images to choose from, shape (n, 784).

    Returns:
        A function from codes (m, k) to flat images (m, 784).

    Raises:
        ValueError: ``space`` has no encoder.

    Example:
        >>> space = Space(2, lambda z: z, encode=lambda x: x)
        >>> nearest_image(space, np.array([[0.0, 0.0], [1.0, 1.0]]))(np.array([[0.2, 0.1]])).tolist()
        [[0.0, 0.0]]
    """
    if space.encode is None:
        raise ValueError("space has no encode; choose a VAE's or a diffusion's")
    known = NearestNeighbors(n_neighbors=1).fit(np.asarray(space.encode(images)))
    return lambda codes: np.asarray(images)[known.kneighbors(np.asarray(codes))[1][:, 0]]


def _in_batches(function: Callable[[Any], Any], size: int = 500) -> Callable[[Any], np.ndarray]:
    """Apply a function to batches of one size, so that it is compiled once."""

    def batched(rows: Any) -> np.ndarray:
        rows = np.asarray(rows, np.float32)
        parts = [np.resize(rows[i : i + size], (size, *rows.shape[1:])) for i in range(0, len(rows), size)]
        return np.concatenate([np.asarray(function(jnp.asarray(part))) for part in parts])[: len(rows)]

    return batched


# Compiled once for all models of one structure.
_decode = nnx.jit(lambda model, z: model.decode(z))
_encode = nnx.jit(lambda model, x: model.encode(x))
_generate = nnx.jit(lambda model, z: model(z))
