"""The site's configuration says what pyproject.toml says, and lists pages that exist."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))


def pages(entry: dict) -> list[str]:
    """Every page of a part of the table of contents."""
    below = [*entry.get("parts", []), *entry.get("chapters", []), *entry.get("sections", [])]
    own = [entry[key] for key in ("root", "file") if key in entry]
    return own + [page for child in below for page in pages(child)]


def test_names_and_addresses_agree():
    assert PROJECT["description"].startswith(CONFIG["title"])
    assert CONFIG["author"] == PROJECT["authors"][0]["name"]
    assert CONFIG["repository"]["url"] == PROJECT["urls"]["Repository"]
    assert CONFIG["html"]["baseurl"] == PROJECT["urls"]["Homepage"]
    branch = CONFIG["repository"]["branch"]
    edit = CONFIG["sphinx"]["config"]["html_context"]["edit_page_url_template"]
    assert edit.startswith(f"{PROJECT['urls']['Repository']}/edit/{branch}/")


def test_the_book_is_made_from_stored_outputs():
    assert CONFIG["execute"]["execute_notebooks"] == "off"


def test_every_page_of_the_contents_exists():
    for page in pages(TOC):
        assert list(ROOT.glob(f"{page}.md")) or list(ROOT.glob(f"{page}.ipynb")), page


def test_every_page_of_the_book_is_in_the_contents():
    written = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("book/**/*.md")}
    assert written <= set(pages(TOC))
    assert len(pages(TOC)) == len(set(pages(TOC)))
