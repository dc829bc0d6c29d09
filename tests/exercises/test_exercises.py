"""The exercises: solutions get every point, stubs none, wrong answers a message; and what students get is what is here.

Nothing starts a kernel but the one slow test: cells and tests run in this process, in namespaces of their own.
"""

import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest
from course import deck

from gencore.grading import assign, read_master
from gencore.grading.masters import Master, Question
from gencore.grading.packing import Views

# In a student's notebook a warning is a warning, too.
pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "notebooks" / "exercises"
MASTERS = sorted((EXERCISES / "source").glob("*.py"))
OTTERS = re.compile(r"^%pip|\bimport otter\b|^grader\.")  # cells that are otter's, or install it
SEEDS = (1, 2, 3)
WRONG = [
    pytest.param(path, question, code, id=f"{path.stem[:4]}-{question}-{what}")
    for path in MASTERS
    for question, answers in import_module(f"wrong_{path.stem[:4]}").WRONG.items()
    for what, code in answers.items()
]

each = pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem[:4])


@cache
def master(path: Path) -> Master:
    return read_master(path)


@cache
def views(path: Path) -> Views:
    return assign(master(path))


@cache
def solved(path: Path) -> dict:
    """The names that a run of the solutions leaves."""
    return run(views(path).solution, {})


def run(notebook: nbformat.NotebookNode, names: dict, *, errors: type[Exception] | tuple = ()) -> dict:
    """Run the cells of a notebook that are neither otter's nor prose; pass over the errors that are named."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and not OTTERS.search(cell.source):
            with suppress(errors):
                exec(compile(cell.source, cell.id, "exec"), names)
            plt.close("all")
    return names


def graded(test: str, names: dict) -> Any:
    """Run the tests of a question as otter-grader does, which warns while it is imported."""
    from otter.test_files.exception_test import ExceptionTestFile

    file = ExceptionTestFile.from_string(test)
    file.run(names)
    return file


def coding(path: Path) -> list[Question]:
    questions = master(path).questions.values()
    return [question for question in questions if not question.manual and question.name != "quiz"]


def test_every_exercise_belongs_to_a_chapter_and_the_first_nine_have_one():
    names = [path.stem.removeprefix("ex") for path in MASTERS]
    assert set(names) <= {path.stem for path in ROOT.glob("notebooks/[0-9]*.py")}
    assert {name[:2] for name in names} >= {f"{number:02d}" for number in range(1, 10)}
    assert {path.stem for path in EXERCISES.glob("*.ipynb")} == {path.stem for path in MASTERS}


@each
def test_a_master_has_three_questions_of_code_one_of_words_and_a_quiz(path: Path):
    questions = master(path).questions
    assert len(coding(path)) >= 3
    assert [question.name for question in questions.values() if question.manual]
    assert [test.hidden for test in questions["quiz"].tests].count(True) >= 3


@each
def test_the_first_cell_states_points_goal_and_slide_of_every_question(path: Path):
    number = int(path.stem[2:4])
    title = views(path).student.cells[0].source
    assert title.startswith(f"# Exercise {number:02d}: ")
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\|.*\|$", title, flags=re.M)
    ]
    stated = {row[0].lower().strip("`*"): row[1:] for row in rows}
    titles = {slide.number: slide.title for slide in deck.slides() if slide.chapter == number}
    for name, question in master(path).questions.items():
        points, goal, slide = stated[name]
        assert points == str(question.points), f"{name}: {points} points in the table"
        assert len(goal.split()) >= 4, f"{name}: say what one learns"
        found = re.match(r"\d+", slide)
        assert found and int(found[0]) in titles, f"{name}: {slide!r} is no slide of this chapter"
        if name != "quiz":
            assert deck.plain(titles[int(found[0])]) in deck.plain(slide), f"{name}: {slide!r}"


@each
def test_points_add_up_and_most_are_hidden(path: Path):
    for question in coding(path):
        where = f"{path.stem}, {question.name}"
        public, hidden = (
            [test for test in question.tests if test.hidden == is_hidden] for is_hidden in (False, True)
        )
        assert sum(test.points for test in public) == 1, f"{where}: public tests are worth 1 point together"
        assert sum(test.points for test in hidden) == question.points - 1, where
        assert 2 <= question.points - 1 <= 4, where
        names = [re.findall(r"^def (\w+)", test.code, flags=re.M)[0] for test in question.tests]
        assert len(set(names)) == len(names), f"{where}: two tests have one name, and only the last would run"
        assert [test for test in hidden if "seed = 0  # SECRET SEED\n" in test.code], (
            f"{where}: no secret seed"
        )
    quiz = master(path).questions["quiz"]
    assert sum(test.points for test in quiz.tests) == quiz.points


@each
def test_every_secret_carries_its_canary(path: Path):
    for question in master(path).questions.values():
        mark = f"{path.stem[:4]}-{question.name}"
        assert f"CANARY-SOLUTION-{mark}" in "".join(question.solution)
        for test in question.tests:
            assert (f"CANARY-HIDDEN-{mark}" in test.code) == test.hidden, f"{mark}: {test.code}"


@each
def test_messages_help(path: Path):
    for question in master(path).questions.values():
        for test in question.tests:
            assert len(test.message.split()) >= 6, f"{path.stem}, {question.name}: {test.message!r}"


@each
def test_solutions_get_every_point(path: Path):
    for name, test in views(path).tests.items():
        file = graded(test, solved(path))
        assert file.score == file.possible == master(path).questions[name].points, file.summary()


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_tests_hold_for_every_seed(path: Path, seed: int):
    for question in coding(path):
        test = views(path).tests[question.name].replace("seed = 0  # SECRET", f"seed = {seed}  # SECRET")
        file = graded(test, solved(path))
        assert file.score == file.possible, f"seed {seed}: {file.summary()}"


@each
def test_an_untouched_notebook_gets_nothing(path: Path):
    names = run(views(path).student, {}, errors=Exception)
    for test in views(path).tests.values():
        file = graded(test, names)
        assert file.score == 0, file.summary()


@each
def test_there_are_three_wrong_answers_to_every_question_of_code(path: Path):
    wrong = import_module(f"wrong_{path.stem[:4]}").WRONG
    assert {question.name for question in coding(path)} == wrong.keys()
    assert min(map(len, wrong.values())) >= 3


@pytest.mark.parametrize("path, question, code", WRONG)
def test_a_wrong_answer_loses_points_and_gets_a_message(path: Path, question: str, code: str):
    names = dict(solved(path))
    exec(code, names)
    file = graded(views(path).tests[question], names)
    assert file.score < file.possible
    failed = [result for result in file.test_case_results if not result.passed]
    for result in failed:
        assert f"message: {result.test_case.failure_message}" in file.summary()


@each
def test_students_get_what_the_builder_makes(path: Path):
    stored = nbformat.read(EXERCISES / f"{path.stem}.ipynb", as_version=4)
    made = views(path).student
    assert (stored.cells, stored.metadata) == (made.cells, made.metadata), (
        f"run: make exercises EXERCISES={path.stem[:4]}"
    )


@each
def test_no_secret_is_in_a_students_notebook(path: Path):
    text = (EXERCISES / f"{path.stem}.ipynb").read_text("utf-8")
    assert not re.search(r"CANARY-|SECRET|hidden=True", text)
    hidden = [
        test.message for question in master(path).questions.values() for test in question.tests if test.hidden
    ]
    assert not [message for message in hidden if message in text]


@pytest.mark.slow
def test_the_command_packs_an_exercise_whose_solutions_pass_in_a_kernel(tmp_path: Path):
    """In a process of its own: otter-grader leaves a socket open. A second build, in this one, gives the same bytes."""
    (tmp_path / "seed.txt").write_text("words")
    words = ["pack", "ex01", "--seed-file", str(tmp_path / "seed.txt"), "-o", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "gencore.cli", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    package = (tmp_path / "ex01-autograder.zip").read_bytes()
    assert package == assign(master(MASTERS[0]), secret=b"words").package
