"""typst templates of `templates/documents` to bytes; data goes in as JSON, never as markup."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from ce_bases.core.clock import local
from ce_bases.documents.fonts import font_set
from ce_bases.documents.texts import tidied

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "documents"


def render_pdf(
    template: str, data: Mapping[str, Any], *, produced_at: datetime, font_path: str = ""
) -> bytes:
    """The PDF of `template` (a file name) over `data` (plain JSON values).

    The same data and moment give the same bytes. The template sees nothing outside its folder.
    """
    given = _arguments(template, data, produced_at, font_path)
    return bytes(typst.compile(**given, timestamp=int(produced_at.timestamp())))


def render_png(
    template: str,
    data: Mapping[str, Any],
    *,
    produced_at: datetime,
    ppi: int = 150,
    font_path: str = "",
) -> list[bytes]:
    """The pages of the same document as pictures of `ppi` dots an inch."""
    given = _arguments(template, data, produced_at, font_path)
    pages = typst.compile(**given, format="png", ppi=float(ppi))
    return [bytes(page) for page in pages] if isinstance(pages, list) else [bytes(pages)]


def _arguments(
    template: str, data: Mapping[str, Any], produced_at: datetime, font_path: str
) -> dict[str, Any]:
    if Path(template).name != template:
        raise ValueError(f"a document template is named by its file name alone: {template!r}")
    found = font_set(font_path)
    told = {
        **tidied(data),
        "fonts": found.families,
        "produced": f"{local(produced_at):%Y-%m-%d %H:%M}",
    }
    return {
        "input": str(TEMPLATES / template),
        "root": str(TEMPLATES),
        "font_paths": found.fonts,
        "sys_inputs": {"data": json.dumps(told, ensure_ascii=False)},
    }
