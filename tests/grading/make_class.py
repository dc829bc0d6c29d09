"""Makes a class: a folder of submissions, and what has to become of each.

    python tests/grading/make_class.py ex01 _build/class --count 200
    gencore grade _build/class/ex01-autograder.zip _build/class/submissions -o _build/class/scores.csv
    python tests/grading/make_class.py ex01 _build/class --check _build/class/scores.csv

Honest ones answer each question rightly, not at all, or with a typical wrong answer. What they should get comes from
otter-grader, in this process and without a sandbox.
"""

import argparse
import csv
import json
import random
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from hostile import ATTACKS, write_attack

from gencore.grading import Master, Views, assign, find_master, read_master
from gencore.grading.student import ANSWER


class Expected(NamedTuple):
    """What has to become of a submission: one of these statuses, one of these flags, this score."""

    statuses: list[str]
    flags: list[str]
    score: float | None


def solve(views: Views) -> dict[str, Any]:
    """The student's notebook with every answer filled in."""
    notebook = json.loads(json.dumps(views.student))
    code = [cell.source for cell in views.solution.cells if cell.cell_type == "code"]
    code = [source for source in code if not source.startswith("%pip") and "import otter" not in source]
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell, source in zip(cells[1:], code, strict=True):  # the first one installs the checker
        cell["source"] = source
    for cell in notebook["cells"]:
        if cell["source"] == ANSWER:
            cell["source"] = "Because of <b>that</b>."
    return notebook


def answer_cells(notebook: dict, name: str) -> list[dict]:
    """The cells of code that answer a question."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and cell["id"].startswith(f"{name}-")
        and "otter_answer_cell" in cell["metadata"].get("tags", ())
    ]


def otters_points(test: str, names: dict[str, Any]) -> float:
    """The points that otter-grader gives."""
    from otter.test_files.exception_test import ExceptionTestFile

    file = ExceptionTestFile.from_string(test)
    file.run(names)
    return file.score


def run(notebook: dict) -> dict[str, Any]:
    """The names that a notebook leaves, without its checks."""
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "otter" not in source and not source.startswith("grader."):
            with suppress(Exception):
                exec(compile(source, cell["id"], "exec"), names)
    return names


# What happens to honest notebooks on their way, and what is to be said of it.
def lose_metadata(notebook: dict) -> None:
    notebook["metadata"] = {}


def through_colab(notebook: dict) -> None:
    notebook |= {"nbformat_minor": 0, "metadata": {"colab": {"provenance": []}, **notebook["metadata"]}}
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
        cell["source"] = cell["source"].splitlines(keepends=True)


def lose_ids(notebook: dict) -> None:
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def install_things(notebook: dict) -> None:
    for number, code in enumerate(
        ("%pip install torch", "!pip install -q torch\nimport math", "%matplotlib inline")
    ):
        cell = {"cell_type": "code", "id": f"new{number}", "metadata": {}, "source": code, "outputs": []}
        notebook["cells"].insert(1, cell | {"execution_count": None})


def duplicate_stub(notebook: dict) -> None:
    place = next(i for i, cell in enumerate(notebook["cells"]) if cell.get("stub") is not None)
    cell = notebook["cells"][place]
    notebook["cells"].insert(place + 1, cell | {"id": "pasted", "source": cell["stub"]})


def delete_checks(notebook: dict) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["source"].startswith("grader.")]


def delete_setup(notebook: dict) -> None:
    del notebook["cells"][1]


class Way(NamedTuple):
    """How a notebook gets here: what happens to it, its status, its flag."""

    change: Callable[[dict], None]
    status: str = "ok"
    flag: str = ""


WAYS = {
    "plain": Way(lambda notebook: None),
    "no_metadata": Way(lose_metadata, flag="no_metadata"),
    "colab": Way(through_colab),
    "no_ids": Way(lose_ids),
    "installs": Way(install_things),
    "duplicate": Way(duplicate_stub, "review", "duplicate_cells"),
    "no_checks": Way(delete_checks),
    "no_setup": Way(delete_setup),
}


def make_class(
    master: Master,
    wrong: dict[str, dict[str, str]],
    folder: Path,
    count: int,
    *,
    attacks: int = 20,
    port: int = 9,
) -> dict[str, Expected]:
    """Write the class's submissions and its package; return what has to become of each."""
    views = assign(master, secret=b"words nobody guesses")
    submissions = folder / "submissions"
    submissions.mkdir(parents=True, exist_ok=True)
    (folder / f"{master.name}-autograder.zip").write_bytes(views.package)
    solved = solve(views)
    rng = random.Random(0)
    names, stub_names = run(solved), run(views.student)
    known: dict[tuple[str, str], float] = {}

    def points(question: str, what: str) -> float:
        if (question, what) not in known:
            here = dict(names) if what != "stub" else stub_names
            if what in wrong.get(question, {}):
                exec(wrong[question][what], here)
            known[question, what] = otters_points(views.tests[question], here)
        return known[question, what]

    expected: dict[str, Expected] = {}
    full = sum(points(question, "solution") for question in views.tests)
    hostile = list(ATTACKS)[:attacks] if count > attacks else []
    for number in range(count - len(hostile)):
        notebook = json.loads(json.dumps(solved))
        notebook["cells"][0]["source"] += f"\n\nStudent {number}"
        score, changed = 0.0, 0
        for question in views.tests:
            choices = ["solution", "solution", "stub", *wrong.get(question, {})]
            what = (
                "solution" if number < len(WAYS) else "stub" if number == len(WAYS) else rng.choice(choices)
            )
            score += points(question, what)
            cells = answer_cells(notebook, f"{master.name}-{question}")
            stubs = answer_cells(json.loads(json.dumps(views.student)), f"{master.name}-{question}")
            changed += what != "stub"
            for cell, stub in zip(cells, stubs, strict=True):
                cell["stub"] = stub["source"]
                if what == "stub":
                    cell["source"] = stub["source"]
            if what in wrong.get(question, {}):
                cells[0]["source"] = wrong[question][what].strip()
        name, way = list(WAYS.items())[number] if number < len(WAYS) else ("plain", WAYS["plain"])
        way.change(notebook)
        for cell in notebook["cells"]:
            cell.pop("stub", None)
        student = f"student{number:03d}"
        file = f"Copy of {student}" if name == "colab" else student
        (submissions / f"{file}.ipynb").write_text(json.dumps(notebook), "utf-8")
        flag = way.flag or ("" if changed else "unchanged")
        expected[student] = Expected([way.status], [flag] if flag else [], score)
    for name in hostile:
        write_attack(name, solved, submissions, port)
        attack = ATTACKS[name]
        score = full if attack.statuses == {"review"} else None
        expected[name] = Expected(sorted(attack.statuses), sorted(attack.flags), score)
    text = json.dumps({name: it._asdict() for name, it in expected.items()}, indent=1)
    (folder / "expected.json").write_text(text)
    return expected


def differences(rows: list[dict[str, str]], expected: dict[str, Expected]) -> list[str]:
    """What is not as it has to be."""
    wrong = []
    if sorted(row["student_id"] for row in rows) != sorted(expected):
        wrong.append("other students than those of the class")
    for row in rows:
        it = expected.get(row["student_id"], Expected([], [], None))
        said = f"{row['student_id']}: {row['status']} {row['score']} {row['flags']} ({row['message']})"
        failed = row["status"] not in ("ok", "review")
        if (
            row["status"] not in it.statuses
            or (it.flags and not set(it.flags) & set(row["flags"].split()))
            or (failed and row["score"])
            or (not failed and not row["score"])
            or (not failed and it.score is not None and float(row["score"]) != it.score)
        ):
            wrong.append(f"{said}, not {it}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a class of submissions, or check its scores.")
    parser.add_argument("exercise")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--check", type=Path, metavar="CSV")
    chosen = parser.parse_args()
    if chosen.check:
        listed = json.loads((chosen.folder / "expected.json").read_text())
        with chosen.check.open(newline="", encoding="utf-8") as file:
            wrong = differences(
                list(csv.DictReader(file)), {name: Expected(**it) for name, it in listed.items()}
            )
        print("\n".join([*wrong, f"{len(wrong)} of {len(listed)} are not as they have to be"]))
        return bool(wrong)
    warnings.simplefilter("ignore")
    sys.path.append(str(Path(__file__).parents[1] / "exercises"))
    wrong = import_module(f"wrong_{chosen.exercise}").WRONG
    made = make_class(
        read_master(find_master(chosen.exercise)), wrong, chosen.folder, chosen.count, attacks=len(ATTACKS)
    )
    print(f"{len(made)} submissions in {chosen.folder / 'submissions'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
