"""Commands about certificates: `flask certificate …`."""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from ce_bases.certificates.keyring import site_keys
from ce_bases.certificates.signing import (
    ForgedCodeError,
    UnknownKeyError,
    UnreadableCodeError,
    key_lines,
    read_code,
    read_key_lines,
    verify,
)
from ce_bases.checkin.pictures import read_qr
from ce_bases.core.errors import InvalidInputError
from ce_bases.web.command_line import SiteGroup

certificate_cli = SiteGroup("certificate", help="Certificates: check a signature, show the keys.")


@certificate_cli.command("verify")
@click.argument("code")
@click.option("--keys", type=click.Path(path_type=Path), help="A published list (key.txt).")
def verify_code(code: str, keys: Path | None) -> None:
    """Check the signature of CODE: the text of a QR code, or a file with it or a picture of it.

    Nothing is asked of the database or the network: whether a certificate was corrected or
    revoked since, only the site knows. Exit 1: not signed by a key of ours; 2: unreadable.
    """
    try:
        known = read_key_lines(keys.read_text(encoding="utf-8")) if keys else site_keys()
        signed = read_code(_text_of(code))
    except UnreadableCodeError:
        _refuse("neither a QR code's text nor a file with one", 2)
    except (OSError, UnicodeDecodeError, ValueError, InvalidInputError) as error:
        _refuse(" ".join(str(error).split()) or "cannot be read", 2)
    if not signed.is_signed:
        _refuse("a mere number carries no signature: give the whole text of the QR code", 2)
    try:
        facts = verify(signed, known)
    except UnknownKeyError:
        _refuse(f"signed with an unknown key ({signed.key_id})", 1)
    except ForgedCodeError:
        _refuse("forged or altered: the signature does not fit", 1)
    told = {
        "number": signed.number,
        "name": facts.name,
        "year": facts.year,
        "public": _hours(facts.public_halves),
        "professional": _hours(facts.professional_halves),
        "complete": facts.is_complete,
        "issued_on": facts.issued_on.isoformat(),
        "key": signed.key_id,
    }
    click.echo(json.dumps(told, ensure_ascii=False).encode())


def _text_of(code: str) -> str:
    """The code itself, or what the file of that name holds."""
    if code == "-":
        return sys.stdin.read()
    if "/certificates/" in code or not Path(code).is_file():
        return code
    raw = Path(code).read_bytes()
    if raw[:3] == b"\xff\xd8\xff" or raw[:4] == b"\x89PNG":
        return next(iter(read_qr(code, raw)), "")
    return raw.decode("utf-8-sig")


def _hours(halves: int) -> int | float:
    return halves / 2 if halves % 2 else halves // 2


def _refuse(problem: str, code: int) -> NoReturn:
    click.echo(problem, err=True)
    raise SystemExit(code)


@certificate_cli.command("keys")
def keys() -> None:
    """Print the public keys, as `/certificates/key.txt` publishes them."""
    for line in key_lines(site_keys()):
        click.echo(line)
