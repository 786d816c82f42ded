"""House rules a linter cannot express."""

import ast
import io
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import meta

from ce_bases.web.i18n import SOURCES, read_catalogue

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "ce_bases").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "msg": None,
    "ngettext": (1, 2),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_parses_and_what_it_uses_exists(shared_app: Flask, path: Path) -> None:
    used = meta.find_referenced_templates(shared_app.jinja_env.parse(path.read_text()))

    assert [name for name in used if name and not (ROOT / "templates" / name).exists()] == []


def test_post_forms_come_from_the_component() -> None:
    by_hand = [
        name_of(p) for p in TEMPLATES if 'method="post"' in p.read_text() and p.name != "form.html"
    ]

    assert by_hand == []


def test_nothing_inline_that_the_security_policy_would_refuse() -> None:
    refused = [
        name_of(p)
        for p in TEMPLATES
        if " style=" in p.read_text() or "<style" in p.read_text() or " onclick=" in p.read_text()
    ]

    assert refused == []


def test_only_views_and_commands_and_the_unit_of_work_commit() -> None:
    committing = {name_of(p) for p in MODULES if ".commit()" in p.read_text()}

    assert committing == {"ce_bases/core/transactions.py"}


def test_only_the_clock_reads_the_clock() -> None:
    reading = {
        name_of(p)
        for p in MODULES
        if any(
            word in p.read_text()
            for word in ("datetime.now(", "date.today(", "utcnow(", "time.time(")
        )
    }

    assert reading == {"ce_bases/core/clock.py"}


def _called_with_sql(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"select", "update"}
        for node in ast.walk(tree)
    )


def test_views_and_forms_hold_no_sql() -> None:
    guilty = [
        name_of(p)
        for p in MODULES
        if (p.stem.endswith("views") or p.stem == "forms")
        and _called_with_sql(ast.parse(p.read_text()))
    ]

    assert guilty == []


def _messages() -> dict[str, str]:
    """Every message id of the sources with the place it stands at."""
    found: dict[str, str] = {}
    for path in (*MODULES, *TEMPLATES):
        method = "python" if path.suffix == ".py" else "jinja2"
        options = {"silent": "false", "trimmed": "true"} if method == "jinja2" else {}
        source = io.BytesIO(path.read_bytes())
        for line, message, _comments, _context in extract(
            method, source, KEYWORDS, options=options
        ):
            for text in (message,) if isinstance(message, str) else message:
                if text:
                    found.setdefault(text, f"{name_of(path)}:{line}")
    return found


def _english() -> dict[str, str]:
    """Every message id of the English catalogue with its English."""
    return {m.id: str(m.string) for m in read_catalogue(SOURCES, "en") if m.id and m.string}


def test_no_message_without_its_english() -> None:
    english = _english()

    assert {text: at for text, at in _messages().items() if text not in english} == {}


def test_the_english_keeps_every_placeholder() -> None:
    names = re.compile(r"%\((\w+)\)")

    wrong = [
        msgid
        for msgid, english in _english().items()
        if set(names.findall(msgid)) != set(names.findall(english))
    ]
    assert wrong == []


def test_no_catalogue_entry_is_dead_or_stands_in_two_files() -> None:
    entries: list[str] = []
    for po in (SOURCES / "en").glob("*.po"):
        with po.open("rb") as file:
            entries += [str(m.id) for m in read_po(file, locale="en") if m.id]

    assert set(entries) - set(_messages()) == set()
    assert [text for text, times in Counter(entries).items() if times > 1] == []
