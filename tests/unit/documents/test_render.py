"""The renderer itself: confinement, injection, determinism."""

from datetime import UTC, datetime

import pytest
import typst

from ce_bases.documents import render
from ce_bases.documents.render import render_pdf

NOW = datetime(2022, 6, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["../base.typ", "/etc/passwd", "a/b.typ"])
def test_a_template_is_named_by_its_file_name_alone(name: str) -> None:
    with pytest.raises(ValueError, match="file name alone"):
        render_pdf(name, {}, produced_at=NOW)


def test_a_template_reads_nothing_outside_its_folder(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "documents"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "curious.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(render, "TEMPLATES", inside)

    with pytest.raises(typst.TypstError, match=r"outside|denied|escape"):
        render_pdf("curious.typ", {}, produced_at=NOW)
