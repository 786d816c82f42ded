"""Large documents are set in a process of their own.

typst keeps what it laid out for later calls: a hall of 2,000 people would take a third of a
gigabyte of the server's process and never give it back. A process that ends gives back everything.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ce_bases.documents.render import TEMPLATES, render_pdf

SECONDS = 240


def render_pdf_apart(
    template: str, data: Mapping[str, Any], *, produced_at: datetime, font_path: str = ""
) -> bytes:
    """The bytes `render_pdf` would give, made by a process that ends with them."""
    order = {
        "template": template,
        "data": data,
        "produced_at": produced_at.isoformat(),
        "font_path": font_path,
    }
    done = subprocess.run(
        [sys.executable, "-m", "ce_bases.documents.apart"],
        input=json.dumps(order, ensure_ascii=False).encode("utf-8", "replace"),
        capture_output=True,
        cwd=TEMPLATES.parent.parent,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{template} was not set: {done.stderr.decode(errors='replace')[-2000:]}"
        )
    return done.stdout


def main() -> None:
    """Read one order from standard input and write its PDF to standard output."""
    order = json.loads(sys.stdin.buffer.read())
    produced_at = datetime.fromisoformat(order.pop("produced_at"))
    sys.stdout.buffer.write(render_pdf(**order, produced_at=produced_at))


if __name__ == "__main__":
    main()
