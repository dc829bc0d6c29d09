"""gencore doctor: each fault is planted, and has to be found, named, and answered with advice."""

import json
import os
import subprocess
import sys

import pytest

from gencore.cli import main
from gencore.doctor import Check, examine, run
from gencore.doctor.course import COURSE_CHECKS
from gencore.doctor.machine import MACHINE_CHECKS

EVERY_CHECK = [*MACHINE_CHECKS, *COURSE_CHECKS]


# The whole


def test_a_healthy_machine_has_no_trouble(healthy, capsys):
    assert main(["doctor", "--offline"]) == 0
    *lines, empty, last = capsys.readouterr().out.splitlines()
    assert last == "0 problems, 0 warnings"
    assert empty == ""
    assert {line[:9] for line in lines} == {"ok       ", " " * 9}
    assert all(line[23] == " " != line[24] for line in lines)  # what was found stands in one column


def test_every_check_is_reported_under_its_functions_name(healthy, use_mirror, url_nobody_answers):
    use_mirror(url_nobody_answers)
    assert [check.name for check in examine()] == [look.__name__.replace("_", " ") for look in EVERY_CHECK]
    assert "network" not in {check.name for check in examine(offline=True)}


def test_scripts_get_one_json_object(healthy, capsys):
    assert main(["doctor", "--offline", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["status", "checks"]
    assert answer["status"] == "ok"
    for check in answer["checks"]:
        assert list(check) == ["name", "status", "found", "advice"]
        assert all(isinstance(value, str) for value in check.values())


WORST = [
    (["ok", "ok"], "ok", 0),
    (["ok", "warning", "ok"], "warning", 0),
    (["problem", "warning", "ok"], "problem", 1),
]


@pytest.mark.parametrize(("statuses", "worst", "exit_status"), WORST)
def test_the_exit_status_tells_problems_from_warnings(monkeypatch, capsys, statuses, worst, exit_status):
    looks = [lambda status=status: Check("it", status, "found", "do this") for status in statuses]
    monkeypatch.setattr(run, "MACHINE_CHECKS", looks)
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    assert main(["doctor"]) == exit_status
    shown = capsys.readouterr().out
    assert f"{statuses.count('problem')} problems, {statuses.count('warning')} warnings" in shown
    assert main(["doctor", "--json"]) == exit_status
    assert json.loads(capsys.readouterr().out)["status"] == worst


def test_a_check_that_fails_itself_is_a_problem(monkeypatch, capsys):
    def broken_check():
        raise RuntimeError("no such luck")

    monkeypatch.setattr(run, "MACHINE_CHECKS", (broken_check, lambda: Check("next", "ok", "still runs")))
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "problem  broken check   cannot be checked: RuntimeError: no such luck" in shown
    assert "> If no line above explains it" in shown
    assert "still runs" in shown


def test_long_findings_are_folded_in_their_column(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(run, "MACHINE_CHECKS", (lambda: Check("it", "problem", "found " * 30, "do " * 60),))
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    main(["doctor"])
    first, *others = capsys.readouterr().out.splitlines()[:-2]
    assert first.startswith("problem  it             found")
    assert all(len(line) <= 80 for line in others)
    assert {len(line) - len(line.lstrip()) for line in others} == {24, 26}


def test_the_exit_status_is_documented(capsys):
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])
    assert "Exit status: 1 if there is a problem, 0 if there is none" in capsys.readouterr().out


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1].split(","), None))
from gencore.cli import main
sys.exit(main(["doctor", "--offline", "--json"]))
"""


@pytest.mark.parametrize("broken", ["jax", "mlxtend", "numpy", "packaging,psutil,pooch,requests"])
def test_packages_that_cannot_be_imported_do_not_stop_it(broken, tmp_path):
    env = {**os.environ, "GENCORE_DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", WITHOUT, broken], env=env, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) == len(EVERY_CHECK) - 1
    assert any(check["status"] == "problem" and broken[:3] in check["found"] for check in checks)
