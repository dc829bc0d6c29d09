"""Every check of the site reports its fault, planted in a small page, and nothing in the same page without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page
from site_checks import (
    Watch,
    barriers,
    dead_links,
    leaks,
    load,
    lost_focus,
    odd_addresses,
    outlines,
    overflow,
    poor_alts,
    serve,
    undrawn,
)

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
GOOD = """\
<h1 id="top">One page</h1>
<p><a href="#top">up</a> <a href="other.html#end">on</a> <a href="https://arxiv.org/abs/1312.6114">a paper</a></p>
<img src="_images/one.svg" alt="A small black square">
<span class="math"><mjx-container>x</mjx-container></span>
<button>press</button>
"""


def write(folder: Path, body: str) -> Path:
    """Write a site of two pages and one picture; ``body`` is the first page."""
    (folder / "_images").mkdir()
    (folder / "_images" / "one.svg").write_text(PICTURE)
    icon = '<link rel="icon" href="_images/one.svg">'
    frame = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>{icon}<main>{{}}</main>'
    (folder / "page.html").write_text(frame.format(body))
    (folder / "other.html").write_text(frame.format('<h1 id="end">Another page</h1>'))
    return folder


@contextmanager
def opened(page: Page, folder: Path, body: str) -> Iterator[Watch]:
    """Open the first page of the small site, and tell what was heard on the way."""
    page.set_viewport_size({"width": 390, "height": 844})
    with serve(write(folder, body)) as home:
        watch = Watch(page, home)
        load(page, f"{home}page.html")
        yield watch


READ = {
    "a page that is not there": (dead_links, '<a href="gone.html">x</a>', "gone.html leads to no file"),
    "a page outside of the site": (dead_links, '<a href="../../x.html">x</a>', "leads to no file"),
    "a picture that is not there": (dead_links, '<img src="_images/two.svg" alt="x">', "leads to no file"),
    "an anchor that is not here": (dead_links, '<a href="#here">x</a>', "#here leads to no anchor"),
    "an anchor that is not there": (
        dead_links,
        '<a href="other.html#middle">x</a>',
        "other.html#middle leads to no anchor",
    ),
    "an address without encryption": (odd_addresses, '<a href="http://arxiv.org">x</a>', "http://arxiv.org"),
    "an address with a space": (odd_addresses, '<a href="https://arxiv.org/a b">x</a>', "a b"),
    "an address of one machine": (odd_addresses, '<a href="https://localhost/x">x</a>', "localhost"),
    "a script": (odd_addresses, '<a href="javascript:alert(1)">x</a>', "javascript"),
    "no alternative text": (poor_alts, '<img src="_images/one.svg">', "has the alternative text ''"),
    "an empty alternative text": (poor_alts, '<img src="_images/one.svg" alt=" ">', "text ''"),
    "the name of a file": (poor_alts, '<img src="_images/one.svg" alt="one.svg">', "text 'one.svg'"),
    "one word": (poor_alts, '<img src="_images/one.svg" alt="Square">', "more words than 'Square'"),
    "another picture's text": (
        poor_alts,
        '<img src="_images/one.svg" alt="A small black square">',
        "2 figures share",
    ),
}


@pytest.mark.parametrize(("check", "fault", "words"), READ.values(), ids=list(READ))
def test_a_check_of_the_files_reports(check: Callable, fault: str, words: str, tmp_path: Path):
    folder = write(tmp_path, GOOD + fault)
    found = check(folder, outlines(folder)) if check is dead_links else check(outlines(folder))
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("page.html", "<pre># CANARY-SOLUTION-ex05-q1</pre>", "page.html holds a canary"),
        ("_sources/ex05.ipynb.txt", '"    # CANARY-HIDDEN-ex05-q1"', "ex05.ipynb.txt holds a canary"),
        ("searchindex.js", '{"canary-solution-ex05-q4":7}', "searchindex.js holds a canary"),
        ("_sources/notebooks/exercises/source/ex05.py", "", "source/ex05.py lies among the masters"),
    ],
)
def test_the_check_for_leaks_reports(name: str, text: str, words: str, tmp_path: Path):
    path = write(tmp_path, GOOD) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    (found,) = leaks(tmp_path)
    assert words in found


def test_the_checks_of_the_files_pass_a_good_page(tmp_path: Path):
    outline = outlines(write(tmp_path, GOOD))
    assert list(outline) == ["other.html", "page.html"]
    assert not dead_links(tmp_path, outline) + odd_addresses(outline) + poor_alts(outline) + leaks(tmp_path)


HEARD = {
    "an error in the console": ("<script>console.error('ouch')</script>", "console error: ouch"),
    "a warning in the console": ("<script>console.warn('hm')</script>", "console warning: hm"),
    "a script that stops": ("<script>nothing.here</script>", "script error: nothing is not defined"),
    "a script that is not there": ('<script src="gone.js"></script>', "status 404"),
    "a script from another host": (
        '<script src="https://cdn.invalid/x.js"></script>',
        "asks another host: https://cdn.invalid/x.js",
    ),
}


@pytest.mark.parametrize(("fault", "words"), HEARD.values(), ids=list(HEARD))
def test_the_watch_reports(fault: str, words: str, page: Page, tmp_path: Path):
    with opened(page, tmp_path, GOOD + fault) as watch:
        assert any(words in fault for fault in watch.faults)


SEEN = {
    "a picture without pixels": (undrawn, '<img src="other.html" alt="x">', "no picture"),
    "a formula that is not set": (undrawn, '<span class="math">\\(x\\)</span>', "not set: \\(x\\)"),
    "a formula that cannot be read": (undrawn, "<mjx-merror>\\oops</mjx-merror>", "not understood: \\oops"),
    "a page that is too wide": (overflow, '<p style="width: 600px">x</p>', "too wide"),
    "gray on gray": (barriers, '<p style="color: #999">faint words</p>', "color-contrast"),
    "a faint word of code": (
        barriers,
        '<pre><span class="n">one</span> <span class="n" style="color: #999">two</span></pre>',
        "color-contrast",
    ),
    "a faint word in a darker place": (
        barriers,
        '<div><p>one</p></div><div style="background: #555"><p>two</p></div>',
        "color-contrast",
    ),
    "a field without a name": (barriers, "<input>", "label"),
    "a focus that nobody sees": (
        lambda page: lost_focus(page, 6),
        '<button style="outline: none">x</button>',
        'nothing marks the focus on <button style="outline: none">',
    ),
}


@pytest.mark.parametrize(("check", "fault", "words"), SEEN.values(), ids=list(SEEN))
def test_a_check_in_the_browser_reports(check: Callable, fault: str, words: str, page: Page, tmp_path: Path):
    with opened(page, tmp_path, GOOD + fault):
        found = check(page)
    assert any(words in fault for fault in found)


def test_the_checks_in_the_browser_pass_a_good_page(page: Page, tmp_path: Path):
    with opened(page, tmp_path, GOOD) as watch:
        assert not watch.faults + undrawn(page) + overflow(page) + barriers(page) + lost_focus(page, 6)


def test_one_rule_can_be_asked_for(page: Page, tmp_path: Path):
    with opened(page, tmp_path, GOOD + '<p style="color: #999">faint words</p><input>'):
        assert {fault.partition(":")[0] for fault in barriers(page, "label")} == {"label"}
