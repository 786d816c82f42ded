"""The receipt of a submission (报送回执) and the proof of a filing (备案凭证) — 二(二)3."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ce_bases.documents.qr import qr_svg
from ce_bases.documents.render import render_pdf
from ce_bases.documents.shapes import FilingCertificate, Receipt
from ce_bases.documents.texts import clipped

# A line of the timetable never breaks over two pages, so it must not outgrow one.
_IN_TITLE, _IN_LINE, _IN_FACT = 200, 150, 1000


def receipt_pdf(receipt: Receipt, *, produced_at: datetime, font_path: str = "") -> bytes:
    """The PDF that a clerk shows to prove what was submitted, when, and to whom."""
    data = proof_data(receipt)
    return render_pdf("receipt.typ", data, produced_at=produced_at, font_path=font_path)


def filing_certificate_pdf(
    certificate: FilingCertificate, *, produced_at: datetime, font_path: str = ""
) -> bytes:
    """The PDF that proves a filing, with the filing number as a seal."""
    data = proof_data(certificate)
    return render_pdf("filing_certificate.typ", data, produced_at=produced_at, font_path=font_path)


def proof_data(proof: Receipt | FilingCertificate) -> dict[str, Any]:
    """What the template is given, as plain values."""
    return {
        **asdict(proof),
        "plan_title": clipped(proof.plan_title, _IN_TITLE),
        "sessions": [[clipped(text, _IN_LINE) for text in entry] for entry in proof.sessions],
        "facts": [(name, clipped(value, _IN_FACT)) for name, value in proof.facts],
        "qr": qr_svg(proof.url) if proof.url else "",
    }
