"""The deck's data: thirty-one slides, fifteen chapters, one chapter for each slide."""

from course import deck


def test_every_slide_is_listed_once_and_in_order():
    assert [slide.number for slide in deck.slides()] == list(range(1, 32))


def test_every_slide_has_a_chapter_and_every_chapter_a_slide():
    assert sorted(deck.chapter_titles()) == list(range(1, 16))
    assert {slide.chapter for slide in deck.slides()} == set(deck.chapter_titles())


def test_every_slide_says_what_the_course_does_with_it():
    sentences = [slide.course for slide in deck.slides()]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


def test_titles_are_told_apart_by_their_words():
    titles = [deck.plain(slide.title) for slide in deck.slides()]
    assert len(set(titles)) == len(titles)
