"""English text to learn a language model from."""

import re
import string
from pydoc_data.topics import topics

from gencore.data.download import RemoteFile, choose_source, fetch

LETTERS = " " + string.ascii_lowercase
"""The 27 symbols of :func:`letters_only`: the space and the letters a to z."""

TINY_SHAKESPEARE = RemoteFile(
    path="text/tinyshakespeare.txt",
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    mirrors=(
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "https://cdn.jsdelivr.net/gh/karpathy/char-rnn@master/data/tinyshakespeare/input.txt",
        "https://storage.googleapis.com/download.tensorflow.org/data/shakespeare.txt",
    ),
)


def load_text(source: str | None = None) -> str:
    """Load a text.

    Args:
        source: ``"embedded"``: no download; the help pages that every Python ships, about half a million
            characters, which differ a little between Python versions. ``"full"``: Tiny Shakespeare, 1,115,394
            characters of his plays, downloaded once (1 MB). None: embedded in the quick profile, full in the
            full one.

    Returns:
        The text.

    Raises:
        ValueError: ``source`` is none of the above.
        DownloadError: the full file is neither in the data folder nor to be had from a mirror.

    Example:
        >>> len(load_text("embedded")) > 300_000
        True

    Reference:
        Tiny Shakespeare is from Karpathy 2015, *The unreasonable effectiveness of recurrent neural networks*.
    """
    if choose_source(source) == "full":
        return fetch(TINY_SHAKESPEARE).decode("utf-8")
    return "\n".join(topics[name].strip() + "\n" for name in sorted(topics))


def letters_only(text: str) -> str:
    """Reduce a text to 27 symbols: lowercase letters, and one space for all that stands between them.

    Shannon's alphabet. It does not depend on which signs a text happens to use, so numbers compare.

    Args:
        text: any text.

    Returns:
        The letters a to z and single spaces, with none at the start and the end.

    Example:
        >>> letters_only("Don't panic: 42!")
        'don t panic'

    Reference:
        Shannon 1948, sec. 3.
    """
    return re.sub("[^a-z]+", " ", text.lower()).strip()
