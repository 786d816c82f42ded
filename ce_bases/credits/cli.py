"""Commands about hours: `flask hours …`."""

import json
import sys
from pathlib import Path

import click

from ce_bases.policy.case_input import EstimateInputError, parse_json, quoted
from ce_bases.policy.estimate import estimate_all
from ce_bases.web.command_line import SiteGroup

hours_cli = SiteGroup("hours", help="What activities are worth.")


@hours_cli.command("estimate")
@click.argument("file")
def estimate(file: str) -> None:
    """Print what the activities of FILE ('-': standard input) are worth, as JSON.

    Bad input: exit 2, one line on standard error, nothing on standard output.
    """
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        result = estimate_all(parse_json(raw.decode("utf-8-sig")))
    except OSError as error:
        _refuse(file, error.strerror or "cannot be read")
    except UnicodeDecodeError:
        _refuse(file, "is not UTF-8 text")
    except EstimateInputError as error:
        _refuse(file, str(error))
    else:
        # JSON is UTF-8 whatever the terminal's locale.
        click.echo(json.dumps(result, ensure_ascii=False).encode())


def _refuse(file: str, problem: str) -> None:
    click.echo(f"{'standard input' if file == '-' else quoted(file)}: {problem}", err=True)
    sys.exit(2)
