"""A chapter carries its slides."""

from pathlib import Path

from course import deck


def test_the_title_is_the_decks(chapter: Path):
    number = int(chapter.stem[:2])
    assert deck.sections(chapter)[0].heading == f"{number:02d} · {deck.chapter_titles()[number]}"


def test_every_slide_has_a_section_that_carries_its_title(chapter: Path):
    slides = [slide for slide in deck.slides() if slide.chapter == int(chapter.stem[:2])]
    assert slides
    for slide in slides:
        assert deck.section_of(slide, chapter), f"no heading of {chapter.name} holds {slide.title!r}"
