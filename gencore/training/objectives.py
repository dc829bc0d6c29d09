"""What each family with one loss minimizes: functions for :func:`gencore.training.gradient_step`."""

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Float

from gencore.diffusion import NoiseSchedule, add_noise
from gencore.losses import cross_entropy, squared_error
from gencore.models import GPT, VAE, Autoencoder, DigitClassifier, elbo
from gencore.training.state import Loss
from gencore.types import Denoiser, Examples, Images, Labels, PRNGKey, Scalar, Tokens, Vectors

__all__ = ["autoencoder_loss", "classifier_loss", "next_token_loss", "noise_prediction_loss", "vae_loss"]


def autoencoder_loss(
    model: Autoencoder, batch: tuple[Vectors, Vectors], key: PRNGKey, step: Scalar
) -> tuple[Scalar, dict[str, Scalar]]:
    """Mean squared error per pixel between the reconstruction of the input and the target.

    Args:
        model: The autoencoder.
        batch: Inputs and targets, two arrays of shape (batch, input_dim). The same array twice trains a plain
            autoencoder; noisy inputs with clean targets train a denoising one (Vincent et al. 2008).
        key: Not used: the loss is deterministic.
        step: Not used.

    Returns:
        The loss, a scalar, and no further metrics.

    Example:
        >>> from flax import nnx
        >>> model, x = Autoencoder(4, 2, rngs=nnx.Rngs(0)), jnp.full((3, 4), 0.5)
        >>> autoencoder_loss(model, (x, x), jax.random.key(0), jnp.zeros(()))[0].shape
        ()
    """
    x, target = batch
    return squared_error(model(x), target).mean() / target.shape[-1], {}


def vae_loss(beta: float | optax.Schedule = 1.0) -> Loss:
    r"""Make the VAE's loss: reconstruction + :math:`\beta` · KL, nats per image, averaged over the batch.

    :math:`\beta = 1` minimizes the negative ELBO. A schedule that climbs from 0 is KL warm-up (Bowman et al. 2016);
    a constant other than 1 is a :math:`\beta`-VAE (Higgins et al. 2017). The logged metrics are unweighted.

    Args:
        beta: A number, or an optax schedule from step number to a number, not negative.

    Returns:
        A loss for :func:`gencore.training.gradient_step`; it logs ``reconstruction``, ``kl`` and ``elbo``.

    Raises:
        ValueError: ``beta`` is a negative number.

    Example:
        >>> from flax import nnx
        >>> loss = vae_loss(optax.linear_schedule(0.0, 1.0, transition_steps=1000))
        >>> model = VAE(4, latent_dim=2, hidden=(8,), rngs=nnx.Rngs(0))
        >>> value, metrics = loss(model, jnp.ones((3, 4)), jax.random.key(0), jnp.array(0))
        >>> bool(value == metrics["reconstruction"]), sorted(metrics)  # at step 0 the KL term counts for nothing
        (True, ['elbo', 'kl', 'reconstruction'])
    """
    if not callable(beta) and beta < 0:
        raise ValueError(f"beta is {beta}; choose 0 or more")

    def loss(model: VAE, batch: Vectors, key: PRNGKey, step: Scalar) -> tuple[Scalar, dict[str, Scalar]]:
        terms = elbo(model, batch, key)
        reconstruction, kl = terms.reconstruction.mean(), terms.kl.mean()
        weight = beta(step) if callable(beta) else beta
        metrics = {"reconstruction": reconstruction, "kl": kl, "elbo": -reconstruction - kl}
        return reconstruction + weight * kl, metrics

    return loss


def _shift(image: Float[jax.Array, "h w"], key: PRNGKey, most: int = 2) -> Float[jax.Array, "h w"]:
    """Move one image by up to ``most`` pixels each way, filling with black."""
    corner = jax.random.randint(key, (2,), 0, 2 * most + 1)
    return jax.lax.dynamic_slice(jnp.pad(image, most), corner, image.shape)


def classifier_loss(
    model: DigitClassifier, batch: tuple[Images, Labels], key: PRNGKey, step: Scalar
) -> tuple[Scalar, dict[str, Scalar]]:
    """Cross-entropy of the class, nats per image, on images moved by up to two pixels.

    Args:
        model: The classifier.
        batch: Images of shape (batch, 28, 28) and their labels.
        key: Randomness of the shifts.
        step: Not used.

    Returns:
        The loss, a scalar, and the accuracy on this batch.

    Example:
        >>> from flax import nnx
        >>> batch = (jnp.zeros((4, 28, 28)), jnp.zeros(4, jnp.int32))
        >>> loss, metrics = classifier_loss(DigitClassifier(rngs=nnx.Rngs(0)), batch, jax.random.key(0), jnp.zeros(()))
        >>> loss.shape, sorted(metrics)
        ((), ['accuracy'])
    """
    images, labels = batch
    logits = model(jax.vmap(_shift)(jnp.asarray(images), jax.random.split(key, len(images))))
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    return loss, {"accuracy": (logits.argmax(-1) == labels).mean()}


def next_token_loss(
    model: GPT, batch: Tokens, key: PRNGKey, step: Scalar
) -> tuple[Scalar, dict[str, Scalar]]:
    """Cross-entropy of the next token, nats per token, at every position of every text at once.

    Args:
        model: The language model.
        batch: Windows of text, shape (batch, time + 1): all but the last token are read, all but the first predicted.
        key: Not used: the loss is deterministic.
        step: Not used.

    Returns:
        The loss, a scalar, and no further metrics.

    Example:
        >>> from flax import nnx
        >>> model = GPT(vocab_size=65, context=8, width=8, layers=1, heads=2, rngs=nnx.Rngs(0))
        >>> loss, _ = next_token_loss(model, jnp.zeros((4, 9), jnp.int32), jax.random.key(0), jnp.zeros(()))
        >>> loss.shape
        ()

    Reference:
        Radford et al. 2019, eq. 1.
    """
    return cross_entropy(model(batch[:, :-1]), batch[:, 1:]).mean(), {}


def noise_prediction_loss(schedule: NoiseSchedule) -> Loss:
    r"""Make a denoiser's loss: which noise was added? Squared error of the guess, per number, averaged over the batch.

    .. math:: \mathcal L = \mathbb E_{t, x_0, \epsilon} \, \tfrac1d \left\lVert \epsilon
              - \epsilon_\theta(x_t, t) \right\rVert^2, \qquad
              x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon

    Each example gets its own time step, drawn evenly from all :math:`T`. Blind guessing (always zero) costs 1.

    Args:
        schedule: The noise schedule.

    Returns:
        A loss for :func:`gencore.training.gradient_step`, on batches of clean examples (batch, ...).

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> loss = noise_prediction_loss(linear_schedule())
        >>> blind = lambda x, t: jnp.zeros_like(x)
        >>> value, _ = loss(blind, jnp.ones((2000, 2)), jax.random.key(0), jnp.array(0))
        >>> print(f"{value:.0f}")
        1

    Reference:
        Ho et al. 2020, eq. 14.
    """

    def loss(
        model: Denoiser, batch: Examples, key: PRNGKey, step: Scalar
    ) -> tuple[Scalar, dict[str, Scalar]]:
        t_key, noise_key = jax.random.split(key)
        t = jax.random.randint(t_key, (len(batch),), 0, schedule.timesteps)
        noise = jax.random.normal(noise_key, batch.shape)
        guess = model(add_noise(schedule, batch, noise, t), t)
        flat = (len(batch), -1)
        return squared_error(guess.reshape(flat), noise.reshape(flat)).mean() / noise[0].size, {}

    return loss
