"""What becomes of a master: same bytes every time, secret seeds, and nothing that gives itself away.

The solutions are not run here: tests/exercises does that, once with otter-grader's own kernel.
"""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from tiny_master import MASTER, write

from gencore.cli import main
from gencore.grading import PackingError, assign, pack, read_master
from gencore.grading.packing import Views

# What otter-grader's own packages warn of while they are imported is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def built(folder: Path, text: str = MASTER, secret: bytes = b"") -> Views:
    return assign(read_master(write(folder, text)), secret=secret)


def files(package: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def seeds(views: Views) -> list[int]:
    return [int(re.findall(r"seed = (\d+)", test)[0]) for test in views.tests.values()]


def test_two_builds_are_the_same_bytes(tmp_path: Path):
    first, second = built(tmp_path, secret=b"words"), built(tmp_path, secret=b"words")
    assert first.package == second.package
    assert first.student == second.student


def test_seeds_come_from_the_secret_and_the_question(tmp_path: Path):
    mine, yours, nobodys = (built(tmp_path, secret=secret) for secret in (b"mine", b"yours", b""))
    assert seeds(nobodys) == [0, 0]
    every = seeds(mine) + seeds(yours)
    assert len(set(every)) == 4 and all(0 < seed < 2**31 for seed in every)
    assert mine.student == yours.student == nobodys.student


def test_a_package_holds_all_tests_the_canary_and_the_list_of_questions(tmp_path: Path):
    views = built(tmp_path, secret=b"words")
    inside = files(views.package)
    assert {name for name in inside if name.startswith("tests/")} == {
        *("tests/q1.py", "tests/q2.py", "tests/zz_canary.py")
    }
    assert inside["tests/q1.py"] == views.tests["q1"]
    assert "hidden=True" in views.tests["q1"] and "raise AssertionError" in inside["tests/zz_canary.py"]
    assert {"run_autograder", "setup.sh", "otter_config.json"} <= inside.keys()
    listed = json.loads(inside["exercise.json"])
    assert listed["exercise"] == "ex99"
    assert listed["questions"]["q1"] == {"points": 3, "manual": False}
    why = listed["questions"]["why"]
    assert (why["points"], why["manual"], why["cell"]) == (2, True, "ex99-why-01")
    assert "Why twice?" in why["text"] and "Once is not enough." in why["solution"]


def test_tests_run_as_otter_runs_them(tmp_path: Path):
    from otter.test_files.exception_test import ExceptionTestFile

    views = built(tmp_path, secret=b"words")
    for double, score in ((lambda x: 2 * x, 3), (lambda x: x + 2, 1), (lambda x: None, 0)):
        file = ExceptionTestFile.from_string(views.tests["q1"])
        file.run({"double": double})
        assert (file.score, file.possible) == (score, 3)
    file.run({"double": lambda x: None})
    assert "message: Twice 2 is 4." in file.summary()


def test_the_secret_is_asked_for(tmp_path: Path):
    with pytest.raises(PackingError, match="the secret is empty"):
        pack(write(tmp_path), b" \n", tmp_path)


def test_what_otter_refuses_is_said_with_the_exercise(tmp_path: Path):
    broken = MASTER.replace("# # END TESTS\n\n# %% [raw]\n# # END QUESTION", "# # END QUESTION", 1)
    with pytest.raises(PackingError, match="ex99: "):
        built(tmp_path, broken)


@pytest.mark.parametrize(
    "content, said",
    [("words", "there is no exercise 'ex0'"), ("", "there is no exercise 'ex0'"), (None, "seed.txt")],
    ids=["words", "empty", "missing"],
)
def test_the_command_says_what_is_wrong(content: str | None, said: str, tmp_path: Path, capsys):
    file = tmp_path / "seed.txt"
    if content is not None:
        file.write_text(content)
    exercise = "ex0" if content is not None else "ex01"
    assert main(["pack", exercise, "--seed-file", str(file), "-o", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("gencore pack: ") and said in printed.err
    assert printed.out == "" and not list(tmp_path.glob("*.zip"))


def test_the_command_refuses_an_empty_secret(tmp_path: Path, capsys):
    file = tmp_path / "seed.txt"
    file.write_text("\n")
    assert main(["pack", "ex01", "--seed-file", str(file)]) == 1
    assert "the secret is empty" in capsys.readouterr().err
