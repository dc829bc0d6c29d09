"""Tokenizers: from a text to the whole numbers that a model reads, and back.

The choice decides what a model's perplexity counts: a guess among 65 characters is another game than a guess among
thousands of pieces of words.
"""

from collections.abc import Sequence
from typing import Any, SupportsInt

import numpy as np
from jaxtyping import Int
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from gencore.types import AnyArray

__all__ = ["BPE", "Bytes", "Characters", "split_text", "windows"]


def _checked(tokens: Any, size: int) -> np.ndarray:
    """Token numbers as one row; an error names the one that there is not."""
    found = np.asarray(tokens)
    if found.size == 0:
        return np.zeros(0, np.int32)
    if found.ndim != 1 or not np.issubdtype(found.dtype, np.integer):
        raise ValueError(
            f"tokens has shape {found.shape} and type {found.dtype}; give one row of whole numbers"
        )
    if found.min() < 0 or found.max() >= size:
        raise ValueError(
            f"tokens holds numbers from {found.min()} to {found.max()}; this tokenizer's are 0 to {size - 1}"
        )
    return found


def _utf8(text: str) -> bytes:
    """The bytes of a text; an error names what has none."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the character {text[error.start]!r} at {error.start} is half of a pair and has no bytes; leave it out"
        ) from None


class Characters:
    """One token for each character that a text uses, in the order of their code points.

    Args:
        text: A text with every character that will be needed.

    Attributes:
        alphabet: The characters; a token is a place in it.

    Raises:
        ValueError: ``text`` is empty.

    Example:
        >>> letters = Characters("hello")
        >>> letters.alphabet, letters.encode("hole").tolist()
        ('ehlo', [1, 3, 2, 0])
        >>> letters.decode([1, 3, 2, 0])
        'hole'
    """

    def __init__(self, text: str):
        if not text:
            raise ValueError("text is empty; give a text with every character that will be needed")
        self.alphabet = "".join(sorted(set(text)))
        self._places = {character: place for place, character in enumerate(self.alphabet)}

    @property
    def size(self) -> int:
        """Number of characters."""
        return len(self.alphabet)

    def encode(self, text: str) -> Int[np.ndarray, " tokens"]:
        """Places of the characters, int32; a character that is not in the alphabet is an error."""
        try:
            return np.array([self._places[character] for character in text], np.int32)
        except KeyError as error:
            raise ValueError(
                f"the character {error.args[0]!r} is not in the alphabet {self.alphabet!r}; make Characters of a text "
                "that has it, or use Bytes, which knows every text"
            ) from None

    def decode(self, tokens: Sequence[SupportsInt] | AnyArray) -> str:
        """The text of the characters at these places."""
        return "".join(self.alphabet[token] for token in _checked(tokens, self.size))


class Bytes:
    """One token for each byte of the text in UTF-8: 256 of them, for any text in any script.

    Example:
        >>> Bytes().encode("né").tolist()
        [110, 195, 169]
        >>> Bytes().decode([110, 195, 169])
        'né'
    """

    size = 256

    def encode(self, text: str) -> Int[np.ndarray, " tokens"]:
        """The bytes, int32."""
        return np.frombuffer(_utf8(text), np.uint8).astype(np.int32)

    def decode(self, tokens: Sequence[SupportsInt] | AnyArray) -> str:
        """The text of these bytes; where a model has written half a character, a � stands."""
        return _checked(tokens, self.size).astype(np.uint8).tobytes().decode("utf-8", errors="replace")


class BPE:
    """Byte-pair encoding: start from bytes, and merge the most frequent pair of neighbors, again and again.

    Words are told apart first, each with the space before it, so that no token spans two words. Any text can be
    encoded: at worst, byte by byte. The merges are learned by the ``tokenizers`` package.

    Args:
        text: What the merges are learned from.
        size: Number of tokens wanted, at least 256. A short text may not have as many pairs that occur twice.

    Raises:
        ValueError: ``size`` is below 256.

    Example:
        >>> pieces = BPE("low lower lowest " * 10, size=262)
        >>> [pieces.decode([token]) for token in pieces.encode("lower slow")]
        ['low', 'e', 'r', ' ', 's', 'low']

    Reference:
        Sennrich et al. 2016, section 3.2; Radford et al. 2019, section 2.2, for bytes.
    """

    def __init__(self, text: str, size: int):
        if size < 256:
            raise ValueError(f"size is {size}; there are 256 bytes to begin with, so choose 256 or more")
        _utf8(text)
        self._tokenizer = Tokenizer(models.BPE())
        self._tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        self._tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        # Line by line, as from a file: the package counts words faster in pieces.
        self._tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)

    @property
    def size(self) -> int:
        """Number of tokens: 256 bytes and the merges."""
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> Int[np.ndarray, " tokens"]:
        """Token numbers, int32."""
        _utf8(text)
        return np.array(self._tokenizer.encode(text).ids, np.int32)

    def decode(self, tokens: Sequence[SupportsInt] | AnyArray) -> str:
        """The text of these tokens; where a model has written half a character, a � stands."""
        return self._tokenizer.decode(_checked(tokens, self.size).tolist())


def split_text(text: str, validation: float = 0.1) -> tuple[str, str]:
    """Cut a text in two: what a model learns from, and the end of it, which it must not see.

    Args:
        text: The text.
        validation: Share of the characters that is held back, between 0 and 1.

    Returns:
        The beginning and the end.

    Raises:
        ValueError: ``validation`` is not between 0 and 1.

    Example:
        >>> split_text("abcdefghij")
        ('abcdefghi', 'j')
    """
    if not 0 < validation < 1:
        raise ValueError(f"validation is {validation}; choose a share between 0 and 1, such as 0.1")
    cut = int(len(text) * (1 - validation))
    return text[:cut], text[cut:]


def windows(
    tokens: Int[AnyArray, " time"], length: int, stride: int | None = None
) -> Int[np.ndarray, "windows length"]:
    """Cut a row of tokens into windows: the examples that a training step takes.

    Args:
        tokens: Shape (time,).
        length: Tokens in a window, from 1 to ``time``. To predict ``context`` tokens takes one more.
        stride: How far apart windows begin; None for ``length``, so that none overlap.

    Returns:
        Shape (windows, length), of the type of ``tokens``. Tokens at the end that fill no window are left out.

    Raises:
        ValueError: ``length`` or ``stride`` does not fit.

    Example:
        >>> windows(np.arange(7), 3, stride=2).tolist()
        [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    """
    tokens = np.asarray(tokens)
    if not 1 <= length <= len(tokens):
        raise ValueError(
            f"length is {length}; with {len(tokens)} tokens choose a number from 1 to {len(tokens)}"
        )
    stride = length if stride is None else stride
    if stride < 1:
        raise ValueError(f"stride is {stride}; choose 1 or more")
    return np.lib.stride_tricks.sliding_window_view(tokens, length)[::stride].copy()
