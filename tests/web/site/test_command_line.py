"""Commands called wrongly: one line on standard error that names what is wrong, exit 2."""

from pathlib import Path

import pytest
from flask import Flask

WRONG = [
    (["hours", "estimate"], "FILE"),
    (["hours", "estimate", "--fast", "-"], "--fast"),
    (["hours", "estimate", "-", "-"], "-"),
    (["hours", "guess"], "guess"),
    (["filing", "window"], "--opening"),
    (["filing", "window", "--opening"], "--opening"),
    (["filing", "window", "--opening", "2022-02-30"], "--opening"),
    (["filing", "window", "--opening", "2022-06-20", "--at", "noon"], "--at"),
    (["filing", "window", "--opening", "0001-01-01"], "--opening"),
    (["filing", "window", "2022-06-20"], "--opening"),
    (["backup"], "PATH"),
    (["restore", "--yes"], "PATH"),
    (["ledger", "verify", "now"], "now"),
    (["ledger", "recompute"], "--year"),
    (["ledger", "recompute", "--year", "1999"], "--year"),
    (["demo", "load", "twice"], "twice"),
    (["demo", "accounts", "--xml"], "--xml"),
    (["account", "create", "--name", "x", "--role", "base"], "USERNAME"),
    (["account", "create", "x", "--name", "x", "--role", "king"], "--role"),
    (["holidays", "add", "1 May", "x"], "DAY"),
    (["outbox", "send", "--most", "x"], "--most"),
]


@pytest.mark.parametrize(("args", "named"), WRONG)
def test_one_line_names_what_is_wrong(app: Flask, args: list[str], named: str) -> None:
    result = app.test_cli_runner().invoke(args=args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert (result.stderr.count("\n"), named in result.stderr) == (1, True)
    assert "Usage" not in result.stderr


def test_help_and_a_group_alone_say_how_it_is_called(app: Flask, tmp_path: Path) -> None:
    helped = app.test_cli_runner().invoke(args=["hours", "estimate", "--help"])
    assert (helped.exit_code, "Usage: " in helped.stdout) == (0, True)
    alone = app.test_cli_runner().invoke(args=["hours"])
    assert "estimate" in alone.output
