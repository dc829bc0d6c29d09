"""The GPT of chapter 09: its settings, its training, its results record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
from flax import nnx
from jaxtyping import Int

from gencore.data import Characters, load_text, split_text, windows
from gencore.metrics import bootstrap_interval
from gencore.models import GPT, token_nll
from gencore.profile import Profile, current_profile
from gencore.recipes.recording import DatasetError
from gencore.records import Record, provenance
from gencore.training import History, fit, gradient_step, next_token_loss, trained_model
from gencore.types import AnyArray

__all__ = ["Run", "Settings", "build", "load_corpus", "record", "settings", "text_metrics", "train"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of chapter 09.

    Attributes:
        context: Tokens that the model reads at once.
        width: Length of a token's vector.
        layers: Number of blocks.
        heads: Attention heads of each block.
        rotary: Rotary positions; False for learned ones.
        bias: Add a vector in linear maps and normalizations.
        causal: Hide the future. False only to see what goes wrong.
        learning_rate: Peak of the schedule, which climbs to it and falls along a cosine to a tenth of it.
        warmup_steps: Steps of the climb.
        weight_decay: Share of each matrix, times the learning rate, that a step takes away.
        clip_norm: Longest gradient; longer ones are shortened.
        batch_size: Windows a step.
        steps: Training steps.
        ema_decay: Decay of the moving average of the weights, or None for the last weights.
        stride: Tokens between the beginnings of two windows of the training text.
    """

    context: int = 64
    width: int = 128
    layers: int = 4
    heads: int = 4
    rotary: bool = True
    bias: bool = False
    causal: bool = True
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    clip_norm: float = 1.0
    batch_size: int = 16
    steps: int = 3000
    ema_decay: float | None = None
    stride: int = 8


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").steps < settings("full").steps
        True
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


QUICK = Settings(width=64, layers=2, steps=400, warmup_steps=40, learning_rate=4e-3)

FULL = Settings()

SOURCES = {"python_topics": "embedded", "tiny_shakespeare": "full"}
"""Data sets of text, and how :func:`gencore.data.load_text` calls them."""


def load_corpus(dataset: str) -> str:
    """Load the text of a data set.

    Args:
        dataset: ``"python_topics"``: the help pages that every Python ships. ``"tiny_shakespeare"``: downloaded once.

    Returns:
        The text.

    Raises:
        gencore.recipes.recording.DatasetError: No such text.

    Example:
        >>> load_corpus("python_topics") == load_text("embedded")
        True
    """
    if dataset not in SOURCES:
        raise DatasetError(f"dataset is {dataset!r}; the texts are {', '.join(SOURCES)}")
    return load_text(SOURCES[dataset])


class Run(NamedTuple):
    """A trained GPT and how its training went.

    Attributes:
        model: The GPT, with averaged weights where the settings ask for them.
        history: Curves of the training.
    """

    model: GPT
    history: History


def build(vocab_size: int, chosen: Settings, *, seed: int = 0) -> GPT:
    """Make the model of some settings, untrained.

    Args:
        vocab_size: Number of different tokens.
        chosen: Hyperparameters.
        seed: Seed of the initial weights.

    Returns:
        The model that :func:`train` starts from.

    Example:
        >>> build(65, Settings(context=8, width=8, layers=1, heads=2))(np.zeros((1, 8), int)).shape
        (1, 8, 65)
    """
    return GPT(
        vocab_size,
        chosen.context,
        chosen.width,
        chosen.layers,
        chosen.heads,
        rotary=chosen.rotary,
        bias=chosen.bias,
        causal=chosen.causal,
        rngs=nnx.Rngs(seed),
    )


def train(
    tokens: Int[AnyArray, " time"],
    vocab_size: int,
    chosen: Settings,
    *,
    seed: int = 0,
    progress: bool = True,
    evaluate: Callable[[GPT], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
) -> Run:
    """Train a GPT with AdamW on windows of a text: clipped gradients, a warm-up, a cosine, decay of matrices alone.

    Args:
        tokens: The text to learn from, shape (time,), longer than the context.
        vocab_size: Number of different tokens.
        chosen: Hyperparameters.
        seed: Seed of the initial weights and the batches.
        progress: Show a progress bar.
        evaluate: Called with the model as it is so far; returns named numbers for the history.
        evaluate_every: Steps between evaluations; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The trained GPT and its history; its ``loss`` is in nats per token.

    Example:
        >>> tiny = Settings(context=8, width=8, layers=1, heads=2, batch_size=4, steps=2)
        >>> run = train(np.arange(100) % 5, 5, tiny, progress=False)
        >>> run.history.steps
        [2]
    """
    model = build(vocab_size, chosen, seed=seed)
    schedule = optax.warmup_cosine_decay_schedule(
        0.0,
        chosen.learning_rate,
        min(chosen.warmup_steps, chosen.steps // 10),
        chosen.steps,
        chosen.learning_rate / 10,
    )
    tx = optax.chain(
        optax.clip_by_global_norm(chosen.clip_norm),
        optax.adamw(schedule, b2=0.99, weight_decay=chosen.weight_decay, mask=_matrices),
    )
    step, state = gradient_step(model, next_token_loss, tx, ema_decay=chosen.ema_decay)
    state, history = fit(
        step,
        state,
        windows(np.asarray(tokens, np.int32), chosen.context + 1, chosen.stride),
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        progress=progress,
        description="GPT",
        evaluate=None if evaluate is None else lambda state: evaluate(trained_model(model, state)),
        evaluate_every=evaluate_every,
        checkpoint_dir=checkpoint_dir,
    )
    return Run(trained_model(model, state), history)


def _matrices(params: Any) -> Any:
    """True for each matrix: what only scales or shifts does not decay."""
    return jax.tree.map(lambda p: p.ndim > 1, params)


def text_metrics(model: GPT, tokenizer: Characters, text: str) -> dict[str, dict[str, Any]]:
    """Score a model on a text that it has not seen, with intervals over the windows that it reads.

    Args:
        model: The language model.
        tokenizer: What it was trained with: one token a character, so that nats per token are nats per character.
        text: The text, of at least four windows. A rest that fills no window is left out.

    Returns:
        ``val_loss`` in nats per character, ``perplexity`` per character and ``bits_per_byte``, each as a record holds
        it: ``{"value": …, "interval": [low, high]}``.

    Example:
        >>> letters = Characters("abcd")
        >>> model = GPT(letters.size, context=8, width=8, layers=1, heads=2, rngs=nnx.Rngs(0))
        >>> scores = text_metrics(model, letters, "abcd" * 50)
        >>> round(scores["bits_per_byte"]["value"])  # it has learned nothing, and four letters are two bits
        2
    """
    context = model.context
    nll = token_nll(model, tokenizer.encode(text))
    count = len(nll) // context
    nats = nll[: count * context].reshape(count, context).sum(axis=1)  # of each window
    predicted = text[1 : count * context + 1]
    sizes = np.array([len(predicted[i : i + context].encode()) for i in range(0, len(predicted), context)])

    def score(metric: Callable[[np.ndarray, np.ndarray], float]) -> dict[str, Any]:
        low, high = bootstrap_interval(metric, nats, sizes, together=True)
        return {"value": float(metric(nats, sizes)), "interval": [low, high]}

    return {
        "val_loss": score(lambda nats, _: nats.mean() / context),
        "perplexity": score(lambda nats, _: np.exp(nats.mean() / context)),
        "bits_per_byte": score(lambda nats, sizes: nats.sum() / sizes.sum() / np.log(2)),
    }


def record(
    profile: Profile | None = None,
    *,
    seed: int = 0,
    dataset: str | None = None,
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train on the first nine tenths of a text, character by character, score on the last, and return the run's record.

    Args:
        profile: ``"quick"`` or ``"full"``; None for :func:`gencore.profile.current_profile`.
        seed: Seed of the run.
        dataset: A name for :func:`load_corpus`; None for ``"python_topics"`` in the quick profile and
            ``"tiny_shakespeare"`` in the full one.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, with the scores of :func:`text_metrics` and the curves of both losses against training seconds.

    Raises:
        gencore.recipes.recording.DatasetError: No such text.

    Example:
        >>> record("full")  # doctest: +SKIP
    """
    profile = profile or current_profile()
    dataset = dataset or ("tiny_shakespeare" if profile == "full" else "python_topics")
    chosen, text = settings(profile), load_corpus(dataset)
    tokenizer = Characters(text)
    learned, held_out = split_text(text)
    tokens, unseen = tokenizer.encode(learned), tokenizer.encode(held_out)
    model, history = train(
        tokens,
        tokenizer.size,
        chosen,
        seed=seed,
        progress=progress,
        evaluate=lambda model: {"val_loss": token_nll(model, unseen).mean()},
        evaluate_every=max(1, chosen.steps // 10),
        checkpoint_dir=checkpoint_dir,
    )
    return Record(
        family="gpt",
        dataset=dataset,
        profile=profile,
        seed=seed,
        n_train=len(tokens),
        settings=asdict(chosen),
        train_seconds=history.total_seconds,
        metrics=text_metrics(model, tokenizer, held_out),
        history={
            "loss": [list(pair) for pair in zip(history.seconds, history.metrics["loss"], strict=True)],
            "val_loss": [[seconds, value] for _, seconds, value in history.evaluations["val_loss"]],
        },
        provenance=provenance([tokens]),
    )
