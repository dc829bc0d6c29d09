import pytest

from gencore.data import LETTERS, data_dir, letters_only, load_text
from gencore.data.text import TINY_SHAKESPEARE


def test_embedded_text_is_long_printable_english():
    text = load_text("embedded")
    assert len(text) > 300_000
    assert all(char.isprintable() or char == "\n" for char in text)
    words = text.split()
    assert words.count("the") > 1000
    assert len(text) / len(words) < 12
    assert sum(char.isascii() for char in text) > 0.99 * len(text)


def test_embedded_text_is_the_same_each_time():
    assert load_text("embedded") == load_text("embedded")


def test_the_quick_profile_takes_the_embedded_text(monkeypatch):
    monkeypatch.setenv("GENCORE_PROFILE", "quick")
    assert load_text() == load_text("embedded")


def test_an_unknown_source_is_named():
    with pytest.raises(ValueError, match="source is 'shakespeare'; use 'embedded'"):
        load_text("shakespeare")


def test_letters_only_leaves_27_symbols_and_no_double_space():
    assert letters_only("  The 2nd cat's\n\nÜBER-hat!  ") == "the nd cat s ber hat"
    assert letters_only("1234") == ""
    letters = letters_only(load_text("embedded"))
    assert sorted(set(letters)) == sorted(LETTERS)
    assert "  " not in letters


@pytest.mark.skipif(
    not (data_dir() / TINY_SHAKESPEARE.path).is_file(),
    reason=f"set GENCORE_DATA_DIR to a folder that has {TINY_SHAKESPEARE.path}",
)
def test_full_text():
    text = load_text("full")
    assert len(text) == 1_115_394
    assert len(set(text)) == 65
    assert text.startswith("First Citizen:\nBefore we proceed any further, hear me speak.\n")
