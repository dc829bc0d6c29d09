"""The repository: what lies at its top, and that every fact that is written twice is written the same."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Repository"]
TOP_LEVEL = {
    *(
        "book",
        "gencore",
        "notebooks",
        "tests",
        "_config.yml",
        "_toc.yml",
        "environment.yml",
        "pyproject.toml",
    ),
    *(
        "Makefile",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        ".ci",
        ".github",
        ".gitignore",
        ".pre-commit-config.yaml",
    ),
}
PYTHONS = ["3.11", "3.12", "3.13"]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tracked() -> list[str]:
    return subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def pins() -> dict[str, str]:
    """Every version in the lock file, by its package."""
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^(\S+?)==(\S+)", text(LOCK), flags=re.M)
    }


LOCK = ".ci/requirements.lock"
needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")


@needs_git
def test_top_level_is_fixed():
    assert {name.partition("/")[0] for name in tracked()} == TOP_LEVEL


@needs_git
def test_nothing_is_left_for_later():
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    found = [name for name in tracked() if name != LOCK and re.search(rf"\b({words})\b", read_if_text(name))]
    assert not found


def read_if_text(name: str) -> str:
    try:
        return text(name)
    except UnicodeDecodeError:
        return ""


def test_python_versions_agree():
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported] == PYTHONS
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in text("Makefile")
    for page in ("README.md", "CONTRIBUTING.md", "book/how_to_use.md"):
        assert "3.11, 3.12 or 3.13" in text(page)


@pytest.mark.parametrize("version", [(3, 10), (3, 11), (3, 13), (3, 14)])
def test_make_refuses_other_pythons(version: tuple[int, int], tmp_path: Path):
    """A stand-in for Python answers make's question as that version would."""
    check = re.search(r"^SUPPORTED := (.*)$", text("Makefile"), flags=re.M)
    assert check
    code = check[1].replace("sys.version_info", f"({version[0]}, {version[1]})")
    with pytest.raises(SystemExit) as stop:
        exec(code)
    assert bool(stop.value.code) == (f"{version[0]}.{version[1]}" not in PYTHONS)


def test_conda_wraps_the_lock_file():
    environment = yaml.safe_load(text("environment.yml"))
    python, *rest = environment["dependencies"]
    name, _, versions = python.partition(" ")
    assert (name, SpecifierSet(versions)) == ("python", SpecifierSet(PROJECT["requires-python"]))
    assert rest == ["pip", "make", {"pip": [f"-r {LOCK}"]}]
    assert f"conda activate {environment['name']}" in text("book/how_to_use.md")


def test_lock_file_pins_what_the_project_asks_for():
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["book"], *extras["test"]]:
        asked = Requirement(line)
        assert asked.specifier.contains(pins()[canonicalize_name(asked.name)]), line


def test_colab_meets_every_lower_bound():
    """Or the set-up cell, which moves nothing there, could not install the library."""
    colab = dict(re.findall(r"^([\w-]+)==(\S+)", text(".ci/colab.txt"), flags=re.M))
    asked = {canonicalize_name(Requirement(line).name): Requirement(line) for line in PROJECT["dependencies"]}
    assert asked.keys() - colab.keys() == {"jaxtyping"}, "Colab lacks it, and the set-up cell installs it"
    assert not [str(asked[name]) for name in asked.keys() & colab if colab[name] not in asked[name].specifier]


def test_every_pin_has_its_hashes():
    blocks = re.split(r"^(?=\S)", text(LOCK), flags=re.M)
    assert len(pins()) > 100
    assert all("--hash=sha256:" in block for block in blocks if "==" in block.partition("\n")[0])


def test_make_lock_is_how_the_lock_file_was_made():
    command = re.search(r"^#\s+(uv pip compile .*)$", text(LOCK), flags=re.M)
    assert command
    recipe = text("Makefile").replace("\\\n", " ").replace("$(LOCK)", LOCK).replace("$(UV)", "uv")
    assert command[1].split() in [line.split() for line in recipe.splitlines()]


def test_citation_agrees():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert citation["repository-code"] == REPOSITORY
    assert citation["url"] == PROJECT["urls"]["Homepage"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in PROJECT["authors"]
    ]


def test_changelog_starts_with_this_version():
    assert re.findall(r"^## (\S+?),? ", text("CHANGELOG.md"), flags=re.M)[0] == PROJECT["version"]


def test_license_holds_both_parts():
    assert "Apache License\n" in text("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text("LICENSE")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text("LICENSE")


def test_readme_lists_every_chapter():
    chapters = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("notebooks/[0-9]*.ipynb"))
    assert re.findall(r"\((notebooks/\d\d_\w+\.ipynb)\)", text("README.md")) == chapters


def test_readme_example_is_true():
    code = re.search(r"```python\n(.*?)```", text("README.md"), flags=re.S)
    assert code
    *lines, last = code[1].strip().splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    assert eval(last, names) == pytest.approx(16 * 0.5**2, rel=0.15)


@needs_git
def test_addresses_of_the_repository_are_one():
    for name in tracked():
        for address in re.findall(r"https://github\.com/creation-challenge/[\w-]+", read_if_text(name)):
            assert address == REPOSITORY, name
