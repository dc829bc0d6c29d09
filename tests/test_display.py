from types import SimpleNamespace

import IPython
import IPython.display as ipython_display

from gencore.display import show_markdown


def test_in_a_terminal_it_prints(capsys, monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    show_markdown("**Holds.**")
    assert capsys.readouterr().out == "**Holds.**\n"


def test_without_ipython_it_prints(capsys, monkeypatch):
    monkeypatch.delitem(__import__("sys").modules, "IPython")
    show_markdown("**Holds.**")
    assert capsys.readouterr().out == "**Holds.**\n"


def test_in_a_notebook_it_displays_markdown(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    monkeypatch.setattr(ipython_display, "display", shown.append)
    show_markdown("**Holds.**")
    (markdown,) = shown
    assert isinstance(markdown, ipython_display.Markdown)
    assert markdown.data == "**Holds.**"
    assert (
        repr(markdown) == "<IPython.core.display.Markdown object>"
    )  # what nbval compares: the same everywhere
    assert not capsys.readouterr().out
