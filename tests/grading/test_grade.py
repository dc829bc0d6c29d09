"""A class in one command: honest ones get otter-grader's score, hostile ones what they deserve, and nothing is left."""

import csv
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread

import psutil
import pytest
from hostile import ATTACKS
from make_class import differences, make_class
from tiny_class import needs_sandbox, package, solved
from tiny_master import write

from gencore.cli import main
from gencore.grading import find_master, read_master

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

WRONG = {
    "q1": {"adds": "def double(x):\n    return x + 2"},
    "q2": {"doubles": "def halve(x):\n    return 2 * x"},
}
FAST = ["--cell-timeout", "2", "--test-timeout", "2", "--timeout", "12", "--jobs", "2"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def words(folder: Path, *more: str) -> list[str]:
    places = [str(folder / name) for name in ("ex99-autograder.zip", "submissions")]
    return ["grade", *places, "-o", str(folder / "scores.csv"), *FAST, *more]


def without_seconds(path: Path) -> list[dict[str, str]]:
    return [row | {"seconds": ""} for row in read(path)]


@needs_sandbox
def test_a_class_gets_its_right_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    expected = make_class(read_master(write(tmp_path)), WRONG, tmp_path, 14)
    assert main(words(tmp_path, "--feedback", str(tmp_path / "feedback"))) == 0
    assert differences(read(tmp_path / "scores.csv"), expected) == []
    assert len(list((tmp_path / "feedback").glob("*.html"))) == 14
    assert (tmp_path / "scores-answers.html").is_file()
    assert "14 submissions, 14 of them run now" in capsys.readouterr().out
    before = (tmp_path / "scores.csv").read_bytes()
    begun = time.monotonic()
    assert main(words(tmp_path)) == 0
    assert time.monotonic() - begun < 5 and (tmp_path / "scores.csv").read_bytes() == before
    assert "14 submissions, 0 of them run now" in capsys.readouterr().out


@needs_sandbox
def test_hostile_submissions_get_nothing_and_leave_nothing(tmp_path: Path):
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        expected = make_class(
            read_master(write(tmp_path)), WRONG, tmp_path, 1 + len(ATTACKS), attacks=len(ATTACKS), port=port
        )
        secret = tmp_path / "submissions" / "zoe.ipynb"
        secret.write_text("a secret of zoe")
        listed = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
        assert main(words(tmp_path)) == 0
        server.shutdown()
    rows = [row for row in read(tmp_path / "scores.csv") if row["student_id"] != "zoe"]
    assert differences(rows, expected) == []
    assert asked == [] and not list(tmp_path.rglob("was_here"))
    changed = {path for path in tmp_path.rglob("*") if listed.get(path) != path.lstat().st_mtime_ns}
    ours = {
        path for path in changed if path.name.startswith("scores") or path.parent.name == "scores-results"
    }
    assert changed - ours <= {tmp_path}
    assert not [path for path in ours if path.is_file() and "a secret of zoe" in path.read_text("utf-8")]
    left = psutil.Process().children(recursive=True)
    assert not [it for it in left if any("inside.py" in word for word in it.cmdline())]


@needs_sandbox
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path):
    make_class(read_master(write(tmp_path)), WRONG, tmp_path, 12)
    command = [sys.executable, "-m", "gencore.cli", *words(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    results = tmp_path / "scores-results"
    for _ in range(600):
        if results.is_dir() and len(list(results.glob("*.json"))) >= 3:
            break
        time.sleep(0.05)
    boxes = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(boxes, timeout=10)
    assert not alive and not (tmp_path / "scores.csv").exists()
    kept = {path: path.stat().st_mtime_ns for path in results.glob("*.json")}
    assert 3 <= len(kept) < 12
    assert main(words(tmp_path)) == 0
    after = without_seconds(tmp_path / "scores.csv")
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert main(words(tmp_path, "--again")) == 0
    assert without_seconds(tmp_path / "scores.csv") == after


def test_without_a_sandbox_only_who_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    make_class(read_master(write(tmp_path)), WRONG, tmp_path, 1)
    monkeypatch.setattr("gencore.grading.sandbox.shutil.which", lambda name: None)
    assert main(words(tmp_path)) == 1
    assert "--unsafe-no-sandbox" in capsys.readouterr().err and not (tmp_path / "scores.csv").exists()
    assert main(words(tmp_path, "--unsafe-no-sandbox")) == 0
    assert [row["score"] for row in read(tmp_path / "scores.csv")] == ["4"]


@needs_sandbox
def test_scores_go_into_an_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    make_class(read_master(write(tmp_path)), WRONG, tmp_path, 1)
    export = tmp_path / "export.csv"
    export.write_text("Identifier,Email address,Grade\nParticipant 1,student000,\n")
    assert main(words(tmp_path, "--into", str(export))) == 0
    assert export.read_text().endswith("student000,4\n") and "1 scores written" in capsys.readouterr().out


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert solved() and package(tmp_path)
    for arguments, said in (
        (["grade", "ex98", "x", "-o", "s.csv"], "Run: gencore pack ex98"),
        (["grade", str(tmp_path / "none.zip"), "x", "-o", "s.csv"], "cannot be read"),
        (words(tmp_path), "there is no folder"),
    ):
        assert main(arguments) == 1
        printed = capsys.readouterr()
        assert printed.err.startswith("gencore grade: ") and said in printed.err
    for arguments in (["--jobs", "0"], ["--timeout", "0"], ["--cell-timeout", "nan"]):
        with pytest.raises(SystemExit):
            main(words(tmp_path, *arguments))


@pytest.mark.slow
@needs_sandbox
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", ["ex01", "ex07"])
def test_a_real_exercise_gets_its_right_scores(
    exercise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[1] / "exercises")
    wrong = import_module(f"wrong_{exercise}").WRONG
    expected = make_class(read_master(find_master(exercise)), wrong, tmp_path, 12)
    places = [str(tmp_path / f"{exercise}-autograder.zip"), str(tmp_path / "submissions")]
    assert main(["grade", *places, "-o", str(tmp_path / "scores.csv")]) == 0
    assert differences(read(tmp_path / "scores.csv"), expected) == []
