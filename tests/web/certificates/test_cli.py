"""`flask certificate`: checking without the site's database."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from ce_bases.certificates.models import Certificate
from ce_bases.certificates.paper import TEMPLATE, certificate_data
from ce_bases.certificates.signing import Facts, sign
from ce_bases.documents.render import render_png
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.world import World


def run(app: Flask, *args: str, typed: str = "") -> tuple[int, str, str]:
    result = app.test_cli_runner().invoke(args=["certificate", *args], input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_a_code_is_verified_from_text_file_picture_and_input(
    app: Flask, issued: Certificate, tmp_path: Path
) -> None:
    told = {
        "number": issued.number,
        "name": "用户learner",
        "year": 2022,
        "public": 4,
        "professional": 8,
        "complete": False,
        "issued_on": "2022-06-01",
        "key": issued.url.split("#")[1].split(".")[1],
    }
    text, picture, keys = tmp_path / "code.txt", tmp_path / "code.png", tmp_path / "key.txt"
    text.write_text(issued.url + "\n")
    (png,) = render_png(TEMPLATE, certificate_data(issued), produced_at=NOW, ppi=150)
    Image.open(io.BytesIO(png)).save(picture)
    keys.write_text(run(app, "keys")[1])

    for args in (
        [issued.url],
        [str(text)],
        [str(picture)],
        [issued.url, "--keys", str(keys)],
    ):
        code, out, err = run(app, "verify", *args)
        assert (code, json.loads(out), err) == (0, told, ""), args
    assert json.loads(run(app, "verify", "-", typed=issued.url)[1]) == told


def test_what_is_not_ours_is_refused(app: Flask, issued: Certificate) -> None:
    facts = Facts("王伟", 2022, 60, 120, True, NOW.date())
    address, _hash, payload = issued.url.partition("#")
    foreign = f"{address}#{sign(issued.number, facts, b'x' * 32)}"
    body = foreign.split(".")[-2]
    version, key_id, _body, signature = payload.split(".")
    altered = f"{address}#{version}.{key_id}.{body}.{signature}"

    assert run(app, "verify", altered) == (
        1,
        "",
        "forged or altered: the signature does not fit\n",
    )
    code, out, err = run(app, "verify", foreign)
    assert (code, out) == (1, "")
    assert err.startswith("signed with an unknown key (")


@pytest.mark.parametrize("text", ["", "words", "0" * 32, "/nowhere/file.txt"])
def test_what_carries_no_signature_is_unreadable(app: Flask, world: World, text: str) -> None:
    code, out, err = run(app, "verify", text)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_keys_that_cannot_be_read_are_named(
    app: Flask, issued: Certificate, tmp_path: Path
) -> None:
    code, out, err = run(app, "verify", issued.url, "--keys", str(tmp_path / "none.txt"))

    assert (code, out) == (2, "")
    assert "none.txt" in err
