"""The certificate on paper: a row and its words, always Chinese, always the same bytes."""

from typing import Any

from ce_bases.certificates.models import Certificate
from ce_bases.core.clock import local
from ce_bases.documents.fonts import missing_glyphs
from ce_bases.documents.qr import qr_svg
from ce_bases.documents.render import render_pdf

TEMPLATE = "year_certificate.typ"
#: Printed for a character no font has, as typesetters do.
GETA = "〓"


def certificate_pdf(certificate: Certificate, *, font_path: str = "") -> bytes:
    """One page; drawn from the frozen row alone, so it is the same whenever it is asked for."""
    return render_pdf(
        TEMPLATE,
        certificate_data(certificate, font_path=font_path),
        produced_at=certificate.issued_at,
        font_path=font_path,
    )


def certificate_data(certificate: Certificate, *, font_path: str = "") -> dict[str, Any]:
    """What the template is given."""
    missing = missing_glyphs(certificate.name, configured=font_path)
    name = certificate.name.translate(dict.fromkeys(map(ord, missing), GETA))
    issued = local(certificate.issued_at)
    day = f"{issued.year}年{issued.month}月{issued.day}日"
    address, _hash, _signed = certificate.url.partition("#")
    return {
        "name": name,
        "year": str(certificate.year),
        "day": day,
        "number": grouped(certificate.number),
        "is_complete": certificate.is_complete,
        "rows": [
            ["公需科目", _hours(certificate.public_halves), _hours(certificate.need_public_halves)],
            [
                "专业科目",
                _hours(certificate.professional_halves),
                _hours(certificate.need_professional_halves),
            ],
            [
                "合计",
                _hours(certificate.public_halves + certificate.professional_halves),
                _hours(certificate.need_total_halves),
            ],
        ],
        "has_geta": bool(missing),
        "url": address,
        "check_url": f"{address.rpartition('/')[0]}/check",
        "qr": qr_svg(certificate.url),
    }


def _hours(halves: int) -> str:
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def grouped(number: str) -> str:
    """A number in groups of four, as people read it out."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
