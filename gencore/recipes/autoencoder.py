"""The autoencoder of chapter 03: its settings, its training, its results record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import optax
from flax import nnx
from jaxtyping import Float
from sklearn.decomposition import PCA

from gencore.metrics import mse
from gencore.models import Autoencoder
from gencore.profile import Profile, current_profile
from gencore.recipes.recording import load_images
from gencore.records import Record, provenance
from gencore.training import History, autoencoder_loss, fit, gradient_step, trained_model
from gencore.types import AnyArray, Vectors

__all__ = ["Settings", "pca_error", "record", "settings", "train"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of chapter 03: the deck's worked example, and the smaller runs beside it.

    Attributes:
        latent_dim: Length of the code.
        hidden: Widths of the encoder's hidden layers; none in the deck.
        epochs: Passes over the training images.
        learning_rate: Adam's learning rate at the start; it falls to 0 along a cosine.
        batch_size: Images a step.
        map_hidden: Widths of the hidden layers of the network whose code has two numbers.
        map_epochs: Its epochs.
        noise_std: Standard deviation of the noise that the denoiser removes, in units of the pixel range.
        noise_copies: Copies of every training image for the denoiser, each with its own noise.
        noise_epochs: Its epochs over all the copies.
        detector_dim: Length of the anomaly detectors' code.
        detector_epochs: Their epochs.
        held_out: Classes that the anomaly detectors never see, one detector each.
        samples: Images decoded for one score.
    """

    latent_dim: int = 128
    hidden: tuple[int, ...] = ()
    epochs: int = 100
    learning_rate: float = 4e-3
    batch_size: int = 64
    map_hidden: tuple[int, ...] = (128, 64, 32)
    map_epochs: int = 40
    noise_std: float = 0.4
    noise_copies: int = 4
    noise_epochs: int = 10
    detector_dim: int = 32
    detector_epochs: int = 25
    held_out: tuple[int, ...] = (0, 1)
    samples: int = 1000

    def map(self) -> "Settings":
        """The network whose code has two numbers, so that all codes fit into one picture."""
        return replace(self, latent_dim=2, hidden=self.map_hidden, epochs=self.map_epochs)

    def denoiser(self) -> "Settings":
        """The denoiser: the worked example on noisy inputs with clean targets."""
        return replace(self, epochs=self.noise_epochs)

    def detector(self) -> "Settings":
        """The anomaly detectors: a tighter bottleneck, so that not everything passes."""
        return replace(self, latent_dim=self.detector_dim, epochs=self.detector_epochs)


FULL = Settings(map_epochs=10, noise_copies=1, detector_epochs=10, samples=10_000)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    The worked example is the same in both, since the deck fixes it; the full profile has 15 times the data, so the
    smaller runs take fewer epochs there.

    Example:
        >>> settings("quick").latent_dim, settings("full").latent_dim
        (128, 128)
    """
    return Settings() if (profile or current_profile()) == "quick" else FULL


def train(
    inputs: Vectors,
    targets: Vectors,
    chosen: Settings,
    *,
    seed: int = 0,
    progress: bool = True,
    log_every: int | None = None,
    evaluate: Callable[[Autoencoder], Mapping[str, float]] | None = None,
    checkpoint_dir: str | Path | None = None,
) -> tuple[Autoencoder, History]:
    """Train an autoencoder with Adam on the mean squared error.

    Args:
        inputs: Flat images in [0, 1], shape (N, 784).
        targets: What to reconstruct, shape (N, 784): ``inputs`` itself, or clean images for noisy inputs.
        chosen: Hyperparameters.
        seed: Seed of the initial weights and the batches.
        progress: Show a progress bar.
        log_every: Steps in a logging interval; None for one epoch.
        evaluate: Called with the model after every fifth epoch; returns named numbers for the history.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The autoencoder, and its history: one entry an epoch.

    Example:
        >>> images = np.zeros((64, 784), "f")
        >>> model, history = train(images, images, Settings(epochs=2, batch_size=32), progress=False)
        >>> history.steps
        [2, 4]
    """
    per_epoch = len(inputs) // chosen.batch_size
    steps = chosen.epochs * per_epoch
    model = Autoencoder(inputs.shape[1], chosen.latent_dim, chosen.hidden, rngs=nnx.Rngs(seed))
    tx = optax.adam(optax.cosine_decay_schedule(chosen.learning_rate, steps))
    step, state = gradient_step(model, autoencoder_loss, tx)
    state, history = fit(
        step,
        state,
        (inputs, targets),
        steps=steps,
        batch_size=chosen.batch_size,
        seed=seed,
        log_every=log_every or per_epoch,
        progress=progress,
        description="autoencoder",
        evaluate=None if evaluate is None else lambda state: evaluate(trained_model(model, state)),
        evaluate_every=5 * per_epoch,
        checkpoint_dir=checkpoint_dir,
    )
    return trained_model(model, state), history


def pca_error(
    train_images: Float[AnyArray, "n d"], test_images: Float[AnyArray, "m d"], components: int
) -> float:
    """Mean squared error per pixel of the best linear code: principal component analysis.

    Args:
        train_images: Images that the components are fitted to, shape (N, 784).
        test_images: Images that are reconstructed, shape (M, 784).
        components: Length of the code.

    Returns:
        The error on ``test_images``, in squared pixel units.

    Example:
        >>> images = np.random.default_rng(0).random((20, 784), "f")
        >>> pca_error(images, images, 19) < 1e-9  # 20 points span 19 directions
        True
    """
    pca = PCA(
        components, svd_solver="full" if components >= min(train_images.shape) - 1 else "covariance_eigh"
    )
    pca.fit(train_images)
    return mse(test_images, pca.inverse_transform(pca.transform(test_images)))


def record(
    profile: Profile | None = None,
    *,
    seed: int = 0,
    dataset: str = "mnist",
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train, and return the run's record: test error, beside that of PCA with as many numbers.

    Args:
        profile: ``"quick"`` or ``"full"``; None for :func:`gencore.profile.current_profile`.
        seed: Seed of the run.
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record; its metrics are mean squared errors per pixel, for pixels in [0, 1].

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        ``gencore train autoencoder --profile full`` has written what the book shows:

        >>> from gencore.records import load_records
        >>> [record.seed for record in load_records("autoencoder", "mnist", "full")]
        [0]
    """
    profile = profile or current_profile()
    chosen = settings(profile)
    images, test = (load_images(dataset, split, profile) for split in ("train", "test"))
    model, history = train(
        images.flat, images.flat, chosen, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir
    )
    return Record(
        family="autoencoder",
        dataset=dataset,
        profile=profile,
        seed=seed,
        n_train=len(images.labels),
        settings=asdict(chosen),
        train_seconds=history.total_seconds,
        metrics={
            "val_loss": {"value": mse(test.flat, np.asarray(model(test.flat))), "interval": None},
            "pca_loss": {"value": pca_error(images.flat, test.flat, chosen.latent_dim), "interval": None},
        },
        history={"mse": [list(pair) for pair in zip(history.seconds, history.metrics["loss"], strict=True)]},
        provenance=provenance([images.images]),
    )
