"""`make new-chapter`: in a copy of the course, the next chapter is made and passes every check as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course import deck

ROOT = Path(__file__).resolve().parents[2]
MISSING = [number for number in deck.chapter_titles() if deck.notebook_of(number) is None]
NAME = f"{MISSING[0]:02d}_a_first_try" if MISSING else ""

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")

pytestmark = pytest.mark.skipif(not MISSING, reason="every chapter of the deck is here")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a copy of the course, with the library of that copy."""
    environment = os.environ | {"PYTHONPATH": str(folder), "JAX_PLATFORMS": "cpu", "GENCORE_PROFILE": "quick"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def passes(folder: Path, *arguments: str) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which the next chapter was made."""
    folder = tmp_path_factory.mktemp("new") / "course"
    others = shutil.ignore_patterns(".git", ".venv*", "_build", "build", "dist", "*.egg-info", "*cache*")
    shutil.copytree(ROOT, folder, ignore=others)
    passes(folder, ".ci/new_chapter.py", NAME)
    return folder


def test_it_passes_lint(course: Path):
    passes(course, "-m", "ruff", "check")
    passes(course, "-m", "ruff", "format", "--check")


def test_it_keeps_the_rules_of_chapters_and_pages(course: Path):
    others = " and ".join(f"not {path.stem}" for path in ROOT.glob("notebooks/**/[0-9]*.ipynb"))
    files = ["notebooks/test_notebooks", "notebooks/test_chapters", "notebooks/test_stored_outputs"]
    files += ["test_project", "book/test_config", "book/test_pages", "book/test_slides"]
    passes(course, *PYTEST, "-k", others, *(f"tests/{file}.py" for file in files))


def test_its_stored_outputs_are_true(course: Path):
    passes(course, *PYTEST, "-p", "no:randomly", "--nbval", "--nbval-current-env", f"notebooks/{NAME}.ipynb")


@pytest.mark.slow
def test_the_book_shows_it(course: Path):
    build = "from jupyter_book.cli.main import main; main()"
    passes(course, "-c", build, "build", ".", "--warningiserror", "--keep-going", "--nitpick")
    title = f"{NAME[:2]} · {deck.chapter_titles()[MISSING[0]]}"
    for page in ("book/index.html", f"notebooks/{NAME}.html"):
        assert title in (course / "_build" / "html" / page).read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Run: make new-chapter NAME="),
        ("Two Revolutions", "two digits and words in small letters, as in NAME="),
        ("05-two-revolutions", "two digits and words in small letters"),
        ("16_more", "book/slides.toml has no chapter 16; to come are"),
        (
            "03_autoencoders_again",
            "chapter 03 is here; edit notebooks/03_autoencoders.py and run: make notebooks",
        ),
    ],
)
def test_it_refuses_with_what_to_do(name: str, words: str, course: Path):
    before = sorted((course / "notebooks").iterdir())
    done = run(course, ".ci/new_chapter.py", name)
    assert done.returncode == 1
    assert words in done.stderr
    assert sorted((course / "notebooks").iterdir()) == before
