"""What the book knows about the deck and the chapters: read from ``slides.toml`` and the notebooks themselves."""

import json
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from mdit_py_plugins.anchors.index import slugify

ROOT = Path(__file__).resolve().parents[3]
SLIDES = ROOT / "book" / "slides.toml"
CLAIMS = ROOT / "gencore" / "claims.toml"


class Slide(NamedTuple):
    """One slide of the deck, and what the course does with it."""

    number: int
    title: str
    chapter: int
    course: str
    section: str | None = None


class Section(NamedTuple):
    """One section of a chapter: its heading, its anchor on the page, and the code of its cells."""

    heading: str
    anchor: str
    code: str


def chapter_titles() -> dict[int, str]:
    """Return the titles of all fifteen chapters by their number."""
    return {
        int(number): title for number, title in tomllib.loads(SLIDES.read_text("utf-8"))["chapters"].items()
    }


def slides() -> list[Slide]:
    """Return every slide of the deck in its order."""
    return [Slide(**slide) for slide in tomllib.loads(SLIDES.read_text("utf-8"))["slides"]]


def notebook_of(chapter: int) -> Path | None:
    """Return the chapter's notebook, or None for a chapter that is still to come."""
    return next(iter((ROOT / "notebooks").glob(f"{chapter:02d}_*.ipynb")), None)


def plain(text: str) -> str:
    """Reduce a heading to its words: no case, no punctuation, no markup."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def anchor(heading: str) -> str:
    """Return the anchor that MyST gives to a heading: made of its text, without markup and without formulas."""
    return slugify(re.sub(r"\$[^$]*\$|[`*]", "", heading))


def sections(notebook: Path) -> list[Section]:
    """Cut a notebook at its headings, down to the third level."""
    found: list[Section] = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and found:
            found[-1] = found[-1]._replace(code=found[-1].code + source + "\n")
        elif cell["cell_type"] == "markdown":
            prose = re.sub(r"^(```|~~~|:::).*?^\1", "", source, flags=re.MULTILINE | re.DOTALL)
            for heading in re.findall(r"^#{1,3}[ \t]+(.+?)[ \t]*$", prose, flags=re.MULTILINE):
                found.append(Section(heading, anchor(heading), ""))
    return found


def section_of(slide: Slide, notebook: Path) -> Section | None:
    """Return the section that carries a slide: its heading holds the slide's title, or is the one that it names."""
    wanted = plain(slide.section or slide.title)
    return next((section for section in sections(notebook) if wanted in plain(section.heading)), None)


def link(slide: Slide) -> str:
    """Return the slide's title as Markdown, linked to its section if its chapter exists.

    Raises:
        LookupError: The chapter exists, and none of its headings carries the slide.
    """
    notebook = notebook_of(slide.chapter)
    if notebook is None:
        return slide.title
    section = section_of(slide, notebook)
    if section is None:
        raise LookupError(f"{notebook.name} has no heading for slide {slide.number}, {slide.title!r}")
    return f"[{slide.title}](/notebooks/{notebook.name}#{section.anchor})"


def measured_in(claim: str) -> str:
    """Return a Markdown link to the section whose cell checks a claim.

    Raises:
        LookupError: No cell of any chapter checks it.
    """
    call = re.compile(rf"check_claim\(\s*[\"']{re.escape(claim)}[\"']")
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for section in sections(notebook):
            if call.search(section.code):
                return f"[{section.heading}](/notebooks/{notebook.name}#{section.anchor})"
    raise LookupError(f"the ledger has a verdict for {claim}, but no cell of a chapter checks it")
