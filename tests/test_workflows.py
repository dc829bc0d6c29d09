"""The workflows of GitHub Actions, the issue forms and the commit hooks: valid, and no second source of anything."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*"))
SUPPORTED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))
ACTIONS = {
    "actions/checkout@v6",
    "actions/deploy-pages@v5",
    "actions/setup-python@v6",
    "actions/upload-artifact@v7",
    "actions/upload-pages-artifact@v5",
}
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-issue-forms": [path for path in FORMS if path.stem != "config"],
    "github-issue-config": [path for path in FORMS if path.stem == "config"],
    "dependabot": [ROOT / ".github/dependabot.yml"],
}


def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def jobs() -> Iterator[tuple[str, dict]]:
    """Every job of every workflow, under the name `workflow/job`."""
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items():
            yield f"{path.stem}/{name}", job


def commands(job: dict) -> Iterator[str]:
    """What the steps of a job run, once for each value that its matrix puts in."""
    matrix = job.get("strategy", {}).get("matrix", {})
    for step in job["steps"]:
        inserted = re.search(r"\$\{\{ matrix\.(\w+) \}\}", step.get("run", ""))
        if inserted:
            values = matrix.get(inserted[1]) or [row[inserted[1]] for row in matrix["include"]]
            yield from (step["run"].replace(inserted[0], value) for value in values)
        elif "run" in step:
            yield step["run"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_fit_the_schema_that_github_publishes(schema: str):
    assert SCHEMAS[schema]
    done = run("check_jsonschema", "--builtin-schema", f"vendor.{schema}", *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_step_runs_a_target_of_the_makefile():
    run_by = {name: list(commands(job)) for name, job in jobs()}
    known = {f"make {target}" for target in TARGETS}
    assert {command for ran in run_by.values() for command in ran} <= known
    assert run_by["ci/test"] == ["make sandbox", "make lint", "make book", "make test"]
    assert run_by["ci/other-versions"] == ["make lowest", "make colab"]
    assert run_by["weekly/weekly"] == ["make newest", "make reference", "make guards"]


def test_every_python_that_the_project_supports_is_tested():
    supported = [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in SpecifierSet(SUPPORTED)]
    assert dict(jobs())["ci/test"]["strategy"]["matrix"]["python"] == supported


def test_only_known_actions_are_used():
    assert {step["uses"] for _, job in jobs() for step in job["steps"] if "uses" in step} == ACTIONS


def test_a_job_may_do_no_more_than_it_needs():
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        assert workflow["concurrency"]["group"].startswith(path.stem)
    more = {name: job["permissions"] for name, job in jobs() if "permissions" in job}
    assert more == {"pages/deploy": {"pages": "write", "id-token": "write"}}
    for name, job in jobs():
        assert job["timeout-minutes"] <= 40, name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False, name


def test_a_bug_report_brings_what_the_doctor_says():
    assert "gencore doctor --json" in (ROOT / ".github/ISSUE_TEMPLATE/library.yml").read_text("utf-8")


def test_commit_hooks_are_valid_and_take_their_tools_from_the_environment():
    config = ROOT / ".pre-commit-config.yaml"
    done = run("pre_commit", "validate-config", config)
    assert done.returncode == 0, done.stdout + done.stderr
    hooks = [hook for repo in yaml.safe_load(config.read_text("utf-8"))["repos"] for hook in repo["hooks"]]
    assert all(hook["entry"].startswith((".venv/bin/", "make ")) for hook in hooks)
    for file in re.findall(r"tests/\S+\.py", config.read_text("utf-8")):
        assert (ROOT / file).is_file()
