"""`flask hours estimate`: what stands on standard output, on standard error, and the exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ce_bases.config import PROJECT_ROOT
from ce_bases.credits.cli import hours_cli

CASES = json.loads((PROJECT_ROOT / "tests/unit/policy/cases/hours.json").read_text())
#: The case that contract.md prints, and its result as it stands there.
PRINTED_CASE = """
{"year": 2022, "activities": [
  {"id": "a1", "kind": "training", "subject": "professional", "date": "2022-06-20", "starts_at": "09:00", "hours": 4, "filed": true, "key": "p7s1"},
  {"id": "a2", "kind": "expert_service", "date": "2022-06-20", "starts_at": "14:00", "minutes": 300},
  {"id": "a3", "kind": "self_study", "date": "2022-08-01", "hours": 50, "archive": true},
  {"id": "a4", "kind": "publication", "date": "2022-03-01", "key": "issn-1000-0001:12"},
  {"id": "a5", "kind": "posting", "from": "2022-03-01", "to": "2022-08-31"},
  {"id": "a6", "kind": "competition", "level": "city", "subject": "public", "date": "2022-09-09", "key": "skills-2022"}]}
"""
PRINTED_RESULT = """
{"year": 2022,
 "entries": [{"id": "a1", "clause": "二(二)4(1)", "claimed": {"public": 0, "professional": 4}, "credited": {"public": 0, "professional": 4}, "limits": []},
             {"id": "a2", "clause": "二(二)4(4)", "claimed": {"public": 0, "professional": 6.5}, "credited": {"public": 0, "professional": 4}, "limits": ["daily_cap"]},
             {"id": "a3", "clause": "二(二)4(2)", "claimed": {"public": 0, "professional": 50}, "credited": {"public": 0, "professional": 40}, "limits": ["self_study_cap"]},
             {"id": "a4", "clause": "二(二)4(3)", "claimed": {"public": 0, "professional": 10}, "credited": {"public": 0, "professional": 10}, "limits": []},
             {"id": "a5", "clause": "二(二)4(5)", "claimed": {"public": 15, "professional": 30}, "credited": {"public": 15, "professional": 30}, "limits": []},
             {"id": "a6", "clause": "二(二)4(7)", "claimed": {"public": 3, "professional": 0}, "credited": {"public": 3, "professional": 0}, "limits": []}],
 "totals": {"public": {"credited": 18, "required": 30, "complete": false},
            "professional": {"credited": 88, "required": 60, "complete": true},
            "all": {"credited": 106, "required": 90, "complete": true}},
 "complete": false}
"""
TRAINING: dict[str, Any] = {
    "id": "a1",
    "kind": "training",
    "subject": "public",
    "date": "2022-06-20",
    "hours": 4,
}


@pytest.fixture(scope="module")
def app() -> Flask:
    """Nothing but the command: it needs neither a database nor settings."""
    app = Flask(__name__)
    app.cli.add_command(hours_cli)
    return app


def run(app: Flask, text: str | bytes, *, file: str = "-") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one run; `text` comes in by `-`."""
    result = app.test_cli_runner().invoke(args=["hours", "estimate", file], input=text)
    return result.exit_code, result.stdout, result.stderr


def one_line(document: Any) -> str:
    """How Python writes it: the same separators and the same order of fields as contract.md."""
    return json.dumps(document, ensure_ascii=False) + "\n"


def test_the_printed_case_yields_the_printed_result(app: Flask) -> None:
    assert run(app, PRINTED_CASE) == (0, one_line(json.loads(PRINTED_RESULT)), "")


def test_the_worked_cases_one_by_one_and_as_a_list(app: Flask) -> None:
    for case in CASES:
        assert run(app, json.dumps(case["case"])) == (0, one_line(case["result"]), "")
    every = json.dumps([case["case"] for case in CASES])
    assert run(app, every) == (0, one_line([case["result"] for case in CASES]), "")


def test_a_file_is_read_like_standard_input(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "一年.json"
    file.write_bytes(b"\xef\xbb\xbf" + PRINTED_CASE.encode())  # as some editors save it

    assert run(app, "", file=str(file)) == (0, one_line(json.loads(PRINTED_RESULT)), "")


def test_nothing_in_nothing_out(app: Flask) -> None:
    assert run(app, "[]") == (0, "[]\n", "")
    code, out, err = run(app, '{"year": 2022, "activities": []}')
    assert (code, err) == (0, "")
    assert json.loads(out)["entries"] == []


def test_whole_numbers_have_no_decimal_point(app: Flask) -> None:
    halves = {**TRAINING, "hours": 3.5}
    whole = {**TRAINING, "id": "a2", "date": "2022-06-21", "hours": 4.0}

    code, out, _ = run(app, json.dumps({"year": 2022, "activities": [halves, whole]}))

    assert code == 0
    assert re.findall(r"[0-9]+\.[0-9]+", out) == ["3.5", "3.5", "7.5", "7.5"]
    assert '"claimed": {"public": 4, "professional": 0}' in out


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in TRAINING.items() if key != name}


BAD_ACTIVITIES: dict[str, tuple[Any, str]] = {
    "no id": (without("id"), "id"),
    "id is no text": ({**TRAINING, "id": 7}, "id"),
    "half a character": ({**TRAINING, "id": "\ud800"}, "id"),
    "no kind": (without("kind"), "kind"),
    "unknown kind": ({**TRAINING, "kind": "yoga"}, "kind"),
    "kind is a list": ({**TRAINING, "kind": ["training"]}, "kind"),
    "unknown field": ({**TRAINING, "hour": 4}, "hour"),
    "another kind's field": ({**TRAINING, "level": "city"}, "level"),
    "no subject": (without("subject"), "subject"),
    "unknown subject": ({**TRAINING, "subject": "both"}, "subject"),
    "no date": (without("date"), "date"),
    "no such day": ({**TRAINING, "date": "2022-02-29"}, "date"),
    "short date": ({**TRAINING, "date": "2022-6-20"}, "date"),
    "date with a time": ({**TRAINING, "date": "2022-06-20T09:00"}, "date"),
    "week date": ({**TRAINING, "date": "2022-W25-1"}, "date"),
    "date is a number": ({**TRAINING, "date": 20220620}, "date"),
    "null": ({**TRAINING, "date": None}, "date"),
    "short time": ({**TRAINING, "starts_at": "9:00"}, "starts_at"),
    "end of day": ({**TRAINING, "starts_at": "24:00"}, "starts_at"),
    "seconds": ({**TRAINING, "starts_at": "09:00:00"}, "starts_at"),
    "hours below nothing": ({**TRAINING, "hours": -0.5}, "hours"),
    "a quarter": ({**TRAINING, "hours": 0.25}, "hours"),
    "hours as text": ({**TRAINING, "hours": "4"}, "hours"),
    "hours are true": ({**TRAINING, "hours": True}, "hours"),
    "endless hours": ({**TRAINING, "hours": float("inf")}, "hours"),
    "no number": ({**TRAINING, "hours": float("nan")}, "hours"),
    "neither": (without("hours"), "hours"),
    "both": ({**TRAINING, "minutes": 45}, "hours"),
    "half a minute": ({**without("hours"), "minutes": 0.5}, "minutes"),
    "minutes below nothing": ({**without("hours"), "minutes": -1}, "minutes"),
    "filed is a word": ({**TRAINING, "filed": "true"}, "filed"),
    "exception is a number": ({**TRAINING, "exception": 1}, "exception"),
    "unknown source": ({**TRAINING, "source": "bureau"}, "source"),
    "key is a number": ({**TRAINING, "key": 5}, "key"),
    "key is null": ({**TRAINING, "key": None}, "key"),
    "professional lecture": (
        {
            "id": "a1",
            "kind": "lecture",
            "subject": "professional",
            "date": "2022-06-20",
            "hours": 2,
        },
        "subject",
    ),
    "no start": (
        {"id": "a1", "kind": "expert_service", "date": "2022-06-20", "minutes": 60},
        "starts_at",
    ),
    "service in hours": (
        {
            "id": "a1",
            "kind": "expert_service",
            "date": "2022-06-20",
            "starts_at": "09:00",
            "hours": 1,
        },
        "minutes",
    ),
    "study in minutes": (
        {"id": "a1", "kind": "self_study", "date": "2022-06-20", "minutes": 90},
        "hours",
    ),
    "study with a key": (
        {"id": "a1", "kind": "self_study", "date": "2022-06-20", "hours": 2, "key": "k"},
        "key",
    ),
    "exam with a subject": (
        {"id": "a1", "kind": "exam", "date": "2022-06-20", "subject": "professional"},
        "subject",
    ),
    "unknown level": (
        {
            "id": "a1",
            "kind": "competition",
            "level": "world",
            "subject": "public",
            "date": "2022-06-20",
        },
        "level",
    ),
    "competition without subject": (
        {"id": "a1", "kind": "competition", "level": "city", "date": "2022-06-20"},
        "subject",
    ),
    "backwards": (
        {"id": "a1", "kind": "posting", "from": "2022-02-01", "to": "2022-01-31"},
        "to",
    ),
    "no end": ({"id": "a1", "kind": "posting", "from": "2022-02-01"}, "to"),
    "posting with a reason": (
        {
            "id": "a1",
            "kind": "posting",
            "from": "2022-02-01",
            "to": "2022-03-01",
            "reason": "abroad",
        },
        "reason",
    ),
    "absence without reason": (
        {"id": "a1", "kind": "absence", "from": "2022-02-01", "to": "2022-03-01"},
        "reason",
    ),
    "unknown reason": (
        {
            "id": "a1",
            "kind": "absence",
            "from": "2022-02-01",
            "to": "2022-03-01",
            "reason": "leave",
        },
        "reason",
    ),
    "course with a subject": (
        {
            "id": "a1",
            "kind": "online_course",
            "date": "2022-06-20",
            "hours": 1,
            "subject": "public",
        },
        "subject",
    ),
}


@pytest.mark.parametrize("name", BAD_ACTIVITIES)
def test_a_bad_activity_is_named_with_its_field(app: Flask, name: str) -> None:
    activity, field = BAD_ACTIVITIES[name]

    code, out, err = run(app, json.dumps({"year": 2022, "activities": [activity]}))

    assert (code, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
    # An activity whose id cannot be said goes by its place.
    who = '"a1"' if field != "id" else '"#1"'
    assert f"activity {who}" in err
    assert f'field "{field}"' in err


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"year": 2021, "activities": []}, '"year"'),
        ({"year": "2022", "activities": []}, '"year"'),
        ({"year": 2022.5, "activities": []}, '"year"'),
        ({"year": None, "activities": []}, '"year"'),
        ({"activities": []}, '"year"'),
        ({"year": 2022}, '"activities"'),
        ({"year": 2022, "activities": {}}, '"activities"'),
        ({"year": 2022, "activities": [], "name": "x"}, '"name"'),
        ({"year": 2022, "activities": [TRAINING, TRAINING]}, 'activity "a1": field "id"'),
        ({"year": 2022, "activities": ["x"]}, 'activity "#1"'),
        ({"year": 2022, "activities": [[TRAINING]]}, 'activity "#1"'),
        ([{"year": 2022, "activities": []}, {"year": 2000, "activities": []}], "case 2"),
        ("x", "standard input"),
        (None, "standard input"),
        (7, "standard input"),
        ([[]], "case 1"),
    ],
    ids=repr,
)
def test_a_bad_case_is_named(app: Flask, document: Any, told: str) -> None:
    code, out, err = run(app, json.dumps(document))

    assert (code, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
    assert told in err


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{}{}", "not JSON"),
        (b"{'year': 2022}", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ('{"year": 2022}'.encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "nested"),
        (b'{"year": 2022, "year": 2023, "activities": []}', '"year"'),
        (b'{"year": NaN, "activities": []}', '"year"'),
        (b'{"year": ' + b"9" * 5000 + b', "activities": []}', '"year"'),
        (b'{"year": 2022, "activities": [], "a\\nb": 1}', '"a\\nb"'),
    ],
    ids=[
        "empty",
        "cut",
        "two",
        "quotes",
        "bytes",
        "utf-16",
        "deep",
        "twice",
        "nan",
        "long",
        "line",
    ],
)
def test_bytes_that_are_no_case_are_refused_on_one_line(app: Flask, data: bytes, told: str) -> None:
    code, out, err = run(app, data)

    assert (code, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
    assert told in err


def test_files_that_cannot_be_read_are_named(app: Flask, tmp_path: Path) -> None:
    for file in (tmp_path / "no\nsuch.json", tmp_path):
        code, out, err = run(app, "", file=str(file))

        assert (code, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
        assert file.name.replace("\n", "\\n") in err


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_command_itself_in_any_locale(locale: str, tmp_path: Path) -> None:
    """A process of its own, found through wsgi.py, in a place that holds no settings."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("CE_BASES_")}
    environment |= {
        "LC_ALL": locale,
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "CE_BASES_INSTANCE_DIR": str(tmp_path),
    }

    def flask(data: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "hours", "estimate", "-"],
            input=data.encode(),
            capture_output=True,
            cwd=PROJECT_ROOT,
            env=environment,
            check=False,
        )

    good = flask(PRINTED_CASE)
    assert (good.returncode, good.stderr) == (0, b"")
    assert good.stdout.decode() == one_line(json.loads(PRINTED_RESULT))
    bad = flask(PRINTED_CASE.replace("p7s1", "课").replace("2022-06-20", "六月"))
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert b'activity "a1": field "date"' in bad.stderr
    assert bad.stderr.count(b"\n") == 1
