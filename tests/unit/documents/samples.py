"""Documents to print in tests, and how to read them back."""

import io
from datetime import UTC, datetime

from pypdf import PdfReader

from ce_bases.documents.shapes import FilingCertificate, Receipt, SheetRow, SignInSheet

NOW = datetime(2022, 6, 1, 4, 0, tzinfo=UTC)
URL = "https://ce.example/teach/sessions/17"
RARE = ("张𬭎", "李䶮", "王𫖮", "𠮷田", "刘㛃", "阿不都热依木·买买提", "司马犇堃")
FACTS = (("收到时间", "2022年6月10日 08:52:03"), ("受理部门", "任城区人力资源和社会保障局"))
COLUMNS = ("日期", "时间", "课题", "授课人", "地点", "学时")
SESSION = ("6月20日 周一", "09:00–12:00", "装配式建筑节点构造", "王高工", "第一教室", "4")


def make_rows(count: int) -> tuple[SheetRow, ...]:
    return tuple(
        SheetRow(RARE[i % len(RARE)], "济宁市第一建筑公司", "工程师", f"{i:04d}")
        for i in range(count)
    )


def make_sheet(count: int, **changes: object) -> SignInSheet:
    values: dict[str, object] = {
        "title": "装配式建筑专题培训班",
        "filing_number": "2022-370811-0007",
        "organiser": "任城建筑继续教育基地",
        "date_text": "2022年6月20日 周一",
        "half_day": "上午",
        "time_text": "09:00–12:00",
        "topic": "节点构造",
        "lecturer": "王高工",
        "venue": "第一教室",
        "session_url": URL,
        "rows": make_rows(count),
        "expected": count,
    }
    return SignInSheet(**{**values, **changes})


def make_receipt(**changes: object) -> Receipt:
    values: dict[str, object] = {
        "heading": "培训计划报送回执",
        "plan_title": "装配式建筑专题培训班",
        "facts": FACTS,
        "sessions": (SESSION,),
        "session_columns": COLUMNS,
        "content_hash": "ab12cd34" * 8,
        "notes": ("本回执证明材料已经收到，不表示已经备案。",),
        "url": URL,
    }
    return Receipt(**{**values, **changes})


def make_certificate(**changes: object) -> FilingCertificate:
    values: dict[str, object] = {
        "filing_number": "2022-370811-0007",
        "plan_title": "装配式建筑专题培训班",
        "facts": FACTS,
        "sessions": (SESSION,),
        "session_columns": COLUMNS,
        "content_hash": "ab12cd34" * 8,
        "bureau": "任城区人力资源和社会保障局",
        "filed_on": "2022年6月11日",
        "url": URL,
    }
    return FilingCertificate(**{**values, **changes})


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, without blanks: a wrapped name reads as one."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in pages]
