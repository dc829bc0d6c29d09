"""What the files of the built site say: every link leads somewhere, every figure has its words, no solution is told."""

import tomllib
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page
from site_checks import Outline, dead_links, leaks, odd_addresses, poor_alts

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for folder in ("notebooks", "notebooks/exercises")
    for path in ROOT.glob(f"{folder}/*.ipynb")
)
CHAPTERS = [name for name in NOTEBOOKS if "exercises" not in name]


def test_the_front_door_leads_to_the_first_page(page: Page, home: str):
    page.goto(home)
    page.wait_for_url(f"{home}book/index.html")
    assert "The Creation Challenge" in page.title()


def test_every_internal_link_resolves(site: Path, outline: dict[str, Outline]):
    assert sum(len(page.links) for page in outline.values()) > 1000
    assert not dead_links(site, outline)


def test_links_to_other_sites_are_encrypted_and_well_formed(outline: dict[str, Outline]):
    assert not odd_addresses(outline)


def test_every_figure_has_an_alternative_text_of_its_own(outline: dict[str, Outline]):
    figures = [image for page in outline.values() for image in page.images if "_images" in str(image["src"])]
    assert len(figures) >= 10 * len(CHAPTERS) / 3
    assert not poor_alts(outline)


def colab_links(page: Outline) -> set[str]:
    return {link for link in page.links if "colab" in link and not link.endswith(".png")}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_colab_button_opens_this_notebook_of_this_repository(notebook: str, outline: dict[str, Outline]):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    branch = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["branch"]
    repository = project["urls"]["Repository"].removeprefix("https://github.com/")
    button = f"https://colab.research.google.com/github/{repository}/blob/{branch}/{notebook}.ipynb"
    assert colab_links(outline[f"{notebook}.html"]) == {button}


def test_no_other_page_sends_its_reader_to_colab(outline: dict[str, Outline]):
    others = outline.keys() - {f"{notebook}.html" for notebook in NOTEBOOKS}
    assert not [name for name in others if colab_links(outline[name])]


def test_no_solution_and_no_hidden_test_is_on_the_site(site: Path):
    """Solutions and hidden tests each carry a canary; ``tests/exercises`` sees to that."""
    assert list(site.glob("_sources/notebooks/exercises/ex*.ipynb"))
    assert not leaks(site)
