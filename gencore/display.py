"""Show Markdown wherever the code runs: the book, Jupyter, Colab or a terminal."""

import sys

__all__ = ["show_markdown"]


def show_markdown(text: str) -> None:
    """Display text as Markdown inside IPython, and print it anywhere else.

    Args:
        text: CommonMark, with tables as on GitHub.

    Example:
        >>> show_markdown("**Real** digits.")
        **Real** digits.
    """
    ipython = sys.modules.get("IPython")  # never imported for this alone: whoever runs under IPython has it
    if ipython is None or ipython.get_ipython() is None:
        print(text)
        return
    from IPython.display import Markdown, display

    display(Markdown(text))
