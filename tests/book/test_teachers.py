"""The page for teachers explains every option, status, flag and column that there is."""

import re
from pathlib import Path

import pytest

from gencore.cli import main
from gencore.grading.pages import _STATUS
from gencore.grading.results import _LIMITS
from gencore.grading.screening import _SUSPECT

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book" / "teachers.md").read_text("utf-8")


def test_options(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["grade", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--output"}
    assert {"--into", "--feedback", "--unsafe-no-sandbox"} <= options
    assert not [option for option in options if option not in PAGE]


def test_statuses_and_flags():
    rows = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", PAGE, flags=re.M))))
    assert {"ok", *_STATUS} <= rows
    assert {*_LIMITS, *(f"uses_{kind}" for kind in _SUSPECT)} <= rows


def test_columns():
    source = (ROOT / "gencore" / "grading" / "scores.py").read_text("utf-8")
    (header,) = re.findall(r"writer\.writerow\(\s*\[(.*?)\]\s*\)", source, flags=re.S)[:1]
    columns = set(re.findall(r'"(\w+)"', header)) - {"submission_sha256", "package_sha256"}
    assert len(columns) == 9 and not [column for column in columns if f"`{column}`" not in PAGE]
