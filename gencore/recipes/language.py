"""Chapter 09: its settings, its text, the same text in other units, a leak of the future, and texts judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax.numpy as jnp

from gencore.data import letters_only, load_text, split_text
from gencore.metrics import distinct_n, overlap_n, perplexity
from gencore.models import NGram
from gencore.profile import Profile, current_profile
from gencore.recipes import gan, gpt, vae
from gencore.types import Tokenizer, Tokens

__all__ = ["Corpus", "Settings", "Unit", "Writing", "corpus", "future_leak", "judge", "settings", "units"]


@dataclass(frozen=True)
class Settings:
    """Sizes of chapter 09.

    Attributes:
        gpt: The transformer of the chapter.
        vae: The VAE beside it.
        gan: The GAN beside it.
        subwords: Sizes of the vocabularies of subwords that a text is counted in; on the first a
            transformer is trained.
        subword_steps: Training steps of that transformer.
        orders: Orders of the n-gram models of letters.
        judge_order: Order of the n-gram model that judges what is written.
        held_out: Characters of the held-out text that models are tested on.
        widths: Widths of the transformers whose losses are compared, the last that of ``gpt``.
        steps: Training steps of shorter runs of ``gpt``; the widths, and a model without a mask, take the most of them.
        temperatures: Temperatures at which texts are written.
        nuclei: Values of top-p at which texts are written.
        copies: Texts written at each setting.
        length: Characters of each.
    """

    gpt: gpt.Settings
    vae: vae.Settings
    gan: gan.Settings
    subwords: tuple[int, ...] = (512, 1024, 4096)
    subword_steps: int = 200
    orders: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    judge_order: int = 5
    held_out: int = 20_000
    widths: tuple[int, ...] = (8, 16, 32, 64)
    steps: tuple[int, ...] = (40, 75, 200)
    temperatures: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5)
    nuclei: tuple[float, ...] = (0.5, 0.7, 0.9, 1.0)
    copies: int = 32
    length: int = 200


QUICK = Settings(
    gpt=replace(gpt.QUICK, width=64, layers=3, learning_rate=1e-2, warmup_steps=100, steps=1300),
    vae=replace(vae.QUICK, steps=450),
    gan=replace(gan.QUICK, steps=600),
)

FULL = Settings(
    gpt=gpt.FULL,
    vae=vae.FULL,
    gan=gan.FULL,
    subword_steps=1200,
    held_out=100_000,
    widths=(16, 32, 64, 128),
    steps=(300, 600, 1200),
    copies=200,
)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").copies, settings("full").copies
        (32, 200)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


class Corpus(NamedTuple):
    """A text in two parts.

    Attributes:
        train: What models learn from.
        test: The last tenth, which none of them has seen.
    """

    train: str
    test: str


def corpus(source: str | None = None) -> Corpus:
    """Load the text of a profile in Shannon's 27 symbols, and cut off the last tenth.

    Args:
        source: As for :func:`gencore.data.load_text`.

    Returns:
        Both parts.

    Example:
        >>> parts = corpus("embedded")
        >>> sorted(set(parts.train))[:3], len(parts.train) > 8 * len(parts.test)
        ([' ', 'a', 'b'], True)
    """
    return Corpus(*split_text(letters_only(load_text(source))))


class Unit(NamedTuple):
    """A text counted in one kind of tokens.

    Attributes:
        vocabulary: How many different tokens there are.
        tokens: How many the text has.
        perplexity: What a total of nats comes to, per token.
    """

    vocabulary: int
    tokens: int
    perplexity: float


def units(nats: float, text: str, tokenizers: Mapping[str, Tokenizer]) -> dict[str, Unit]:
    r"""Write the probability that a model gives to a text as a perplexity per token, for several kinds of tokens.

    .. math:: \mathrm{PPL}_u = \exp \Bigl( \frac{- \log p(\text{text})}{T_u} \Bigr)

    The probability of the text is one number; only the number of tokens :math:`T_u` that it is shared among depends on
    the unit.

    Args:
        nats: Negative log-likelihood of the text, all of it together, 0 or more.
        text: The text.
        tokenizers: What cuts it into tokens, by name.

    Returns:
        For each name, the unit; and ``"words"``, what stands between spaces.

    Example:
        >>> from math import log
        >>> from gencore.data import Characters
        >>> found = units(2 * log(4), "a cab", {"characters": Characters("abc ")})
        >>> round(found["words"].perplexity, 6), round(found["characters"].perplexity, 2)
        (4.0, 1.74)
    """
    words = text.split()
    counts = {name: (cut.size, len(cut.encode(text))) for name, cut in tokenizers.items()}
    counts["words"] = (len(set(words)), len(words))
    return {name: Unit(size, n, perplexity(nats, n)) for name, (size, n) in counts.items()}


def future_leak(model: Any, tokens: Tokens, at: int) -> float:
    """Change what comes from a position on, and look whether the logits before it move.

    A model that only looks back gives exactly 0, whatever its weights are.

    Args:
        model: From tokens (batch, time) to logits (batch, time, vocabulary): a :class:`gencore.models.GPT`.
        tokens: Texts, shape (batch, time).
        at: The first position that is changed, from 1 to time - 1. Each token there becomes the next of the vocabulary.

    Returns:
        The largest change of a logit at the positions before ``at``.

    Raises:
        ValueError: ``at`` is out of its range.

    Example:
        >>> from flax import nnx
        >>> from gencore.models import GPT
        >>> tokens = jnp.arange(12).reshape(2, 6) % 5
        >>> sizes = {"vocab_size": 5, "context": 6, "width": 8, "layers": 1, "heads": 2}
        >>> future_leak(GPT(**sizes, rngs=nnx.Rngs(0)), tokens, at=3)
        0.0
        >>> future_leak(GPT(**sizes, causal=False, rngs=nnx.Rngs(0)), tokens, at=3) > 0
        True
    """
    seen = jnp.asarray(tokens)
    if not 1 <= at < seen.shape[1]:
        raise ValueError(
            f"at is {at}; choose a position from 1 to {seen.shape[1] - 1}, the last of the tokens"
        )
    before = model(seen)
    changed = seen.at[:, at:].set((seen[:, at:] + 1) % before.shape[-1])
    return float(jnp.abs(model(changed) - before)[:, :at].max())


class Writing(NamedTuple):
    """What texts are like, by a judge that did not write them.

    Attributes:
        perplexity: How hard they are to guess for the judge, per character: low for text like that it knows.
        distinct: Share of different ones among their runs of six characters: low for texts that repeat themselves.
        words: Share of their words that are words of the text it knows.
    """

    perplexity: float
    distinct: float
    words: float


def judge(texts: Sequence[str], model: NGram, known: str) -> Writing:
    """Judge texts by an n-gram model of characters, by their repetitions and by their words.

    The first and the last word of each text are not counted: they may be cut.

    Args:
        texts: Texts in the characters of the judge.
        model: The judge, an n-gram model of characters.
        known: The text whose words are words.

    Returns:
        The three numbers.

    Example:
        >>> model = NGram("the cat sat. " * 9, order=3, vocabulary="acehst. ")
        >>> judge(["e cat zap the c".replace("z", "t").replace("p", "c")], model, "the cat sat").words
        0.6666666666666666
    """
    nats = sum(float(model.nll(text).sum()) for text in texts)
    words = [text.split()[1:-1] for text in texts]
    return Writing(
        perplexity=perplexity(nats, sum(map(len, texts))),
        distinct=distinct_n(texts, 6),
        words=overlap_n(words, [known.split()], 1),
    )
