"""Make a chapter that passes every check: its notebook from chapter.py.jinja, its place in the contents and the README.

The text asks the author's questions, slide by slide; the example cells measure and draw something real.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from jinja2 import Template

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from course import deck  # noqa: E402

from gencore.claims import load_claims  # noqa: E402

COUNT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
COUNT += ["Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen"]


def span(slides: list[deck.Slide]) -> str:
    """Return the numbers of the slides: 12; 7 to 11; 17, 18, 22."""
    numbers = [slide.number for slide in slides]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))


def write(number: str, slides: list[deck.Slide]) -> str:
    """Return the chapter in its text form."""
    template = Template((ROOT / ".ci" / "chapter.py.jinja").read_text("utf-8"), keep_trailing_newline=True)
    return template.render(
        number=number,
        title=deck.chapter_titles()[int(number)],
        slides=slides,
        span=span(slides),
        setup=(ROOT / "tests" / "notebooks" / "setup_cell.py").read_text("utf-8").strip(),
        claims=[claim for claim in load_claims() if claim.chapter == number],
    )


def insert(file: str, entries: str, entry: str, number: str) -> None:
    """Put an entry among those of a file, by the numbers that the pattern ``entries`` finds in them."""
    text = (ROOT / file).read_text("utf-8")
    found = list(re.finditer(entries, text, flags=re.DOTALL))
    place = next((match.start() for match in found if match[1] > number), found[-1].end())
    (ROOT / file).write_text(text[:place] + entry + text[place:], "utf-8")


def register(name: str, slides: list[deck.Slide]) -> None:
    """Give the chapter its place in the contents, the README and the front page, and count the chapters again."""
    number, course = name[:2], slides[0].course
    title = deck.chapter_titles()[int(number)]
    row = f"[{number} {title}](notebooks/{name}.ipynb) | {span(slides)} | {course[0].lower()}{course[1:-1]}"
    head = f"{{grid-item-card}} {number} · {title}\n:link: /notebooks/{name}\n:link-type: doc"
    insert("_toc.yml", r"      - file: notebooks/(\d\d)_\w+\n", f"      - file: notebooks/{name}\n", number)
    insert("README.md", r"\| \[(\d\d) [^\n]*\n", f"| {row} |\n", number)
    insert(
        "book/index.md",
        r"\n:::\{grid-item-card\} (\d\d) .*?\n:::\n",
        f"\n:::{head}\n\n{course}\n:::\n",
        number,
    )
    here = len(list(ROOT.glob("notebooks/[0-9]*.ipynb")))
    for file in (ROOT / "README.md", ROOT / "book" / "index.md"):
        text = re.sub(r"\w+(?= of (its|the)\sfifteen\s+chapters)", COUNT[here], file.read_text("utf-8"))
        file.write_text(re.sub(r"\w+(?= more are to come)", COUNT[15 - here], text), "utf-8")


def checked(name: str) -> str:
    """Return the name if it can be a new chapter's; leave with what to do otherwise."""
    titles = deck.chapter_titles()
    here = {int(path.stem[:2]): path for path in ROOT.glob("notebooks/[0-9]*.py")}
    to_come = [number for number in titles if number not in here]
    if not to_come:
        raise SystemExit("Every chapter of book/slides.toml is here; add one there first.")
    example = f"NAME={to_come[0]:02d}_{deck.plain(titles[to_come[0]]).replace(' ', '_')}"
    if not name:
        raise SystemExit(f"Which chapter? Run: make new-chapter {example}")
    if not re.fullmatch(r"[0-9]{2}(_[a-z0-9]+)+", name):
        raise SystemExit(f"NAME={name}: write two digits and words in small letters, as in {example}")
    number = int(name[:2])
    if number in here:
        place = here[number].relative_to(ROOT)
        raise SystemExit(f"NAME={name}: chapter {number:02d} is here; edit {place} and run: make notebooks")
    if number not in to_come:
        numbers = ", ".join(f"{number:02d}" for number in to_come)
        raise SystemExit(f"NAME={name}: book/slides.toml has no chapter {number:02d}; to come are {numbers}")
    return name


def main() -> int:
    """Make the chapter that is named; return 1 if one of its cells failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="", help="as in 05_two_revolutions")
    name = checked(parser.parse_args().name.strip())
    slides = [slide for slide in deck.slides() if slide.chapter == int(name[:2])]
    source = ROOT / "notebooks" / f"{name}.py"
    source.write_text(write(name[:2], slides), "utf-8")
    if subprocess.run([sys.executable, ROOT / ".ci" / "notebooks.py", source]).returncode:
        source.unlink()
        return 1
    register(name, slides)
    print(f"Now write notebooks/{name}.py, then run: make notebooks")
    print(
        "The verdicts go into gencore/claims.toml, the chapter's own words into README.md and book/index.md."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
