"""People who are on no list leave and are taken back where there is no network."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ce_bases.attendance.models import RefusedSign, WalkIn, WalkInState
from ce_bases.web.extensions import make_write_session
from tests.e2e.conftest import look
from tests.e2e.test_offline import Hall, Phone, city, hall, note_guest, phone

__all__ = ["city", "hall", "phone"]
pytestmark = pytest.mark.e2e


def kept(hall: Hall) -> list[tuple[str, WalkInState, bool]]:
    with hall.site.app.app_context(), make_write_session() as session:
        here = select(WalkIn).where(WalkIn.session_id == hall.session_id)
        rows = session.scalars(here.order_by(WalkIn.name))
        return [(row.name, row.state, row.left_at is not None) for row in rows]


def sent(phone: Phone) -> Any:
    return phone.page.locator("[data-guests-sent]")


def part_from_those_at_the_server(phone: Phone) -> None:
    """One leaves, after all not, and then does; the other should never have been noted."""
    phone.tap("记下 甲现场 离场")
    expect(phone.strip).to_contain_text("1 条待发送")
    phone.tap("撤销 甲现场 的离场")
    expect(phone.strip).to_contain_text("记录都已发送")
    phone.tap("记下 甲现场 离场")
    expect(sent(phone)).to_contain_text("离场")
    phone.tap("撤回 乙现场 的登记")
    expect(sent(phone)).to_contain_text("待核对 1 人")
    expect(phone.strip).to_contain_text("2 条待发送")


def part_from_those_in_the_queue(phone: Phone) -> None:
    """What never left the phone goes with its leaving."""
    for name in ("丙现场", "丁现场"):
        note_guest(phone, name, "1234")
        phone.tap(f"记下 {name} 离场")
    expect(phone.strip).to_contain_text("6 条待发送")
    phone.tap("撤回 丙现场 的登记")
    expect(phone.strip).to_contain_text("4 条待发送")
    expect(phone.page.locator("[data-guests-queued]")).not_to_contain_text("丙现场")


def part_without_network(hall: Hall, phone: Phone, gallery: Path) -> None:
    phone.log_in()
    phone.open(hall)
    for name in ("甲现场", "乙现场"):
        note_guest(phone, name, "1234")
        expect(sent(phone)).to_contain_text(name)

    phone.context.set_offline(True)
    phone.page.reload()
    expect(phone.strip).to_contain_text("没有网络")
    expect(sent(phone)).to_contain_text("待核对 2 人")
    part_from_those_at_the_server(phone)
    part_from_those_in_the_queue(phone)
    look(phone.page, gallery, "guests-leave-offline")
    assert [row[1:] for row in kept(hall)] == [(WalkInState.HELD, False)] * 2

    phone.switch_off()
    phone.switch_on(offline=True)
    phone.page.goto(hall.path)
    expect(phone.strip).to_contain_text("4 条待发送")


def test_guests_leave_and_are_taken_back_without_network(
    hall: Hall, phone: Phone, gallery: Path
) -> None:
    part_without_network(hall, phone, gallery)
    phone.context.set_offline(False)
    phone.log_in()
    phone.page.goto(hall.path)
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    expect(sent(phone)).to_contain_text("丁现场")
    expect(sent(phone)).to_contain_text("待核对 2 人")
    expect(sent(phone).get_by_role("button", name="离场")).to_have_count(0)
    assert kept(hall) == [
        ("丁现场", WalkInState.HELD, True),
        ("乙现场", WalkInState.WITHDRAWN, False),
        ("甲现场", WalkInState.HELD, True),
    ]
    assert hall.count(RefusedSign) == 0
    look(phone.page, gallery, "guests-left")
    # With a network it is the same, only at once.
    phone.tap("撤回 丁现场 的登记")
    expect(sent(phone)).to_contain_text("待核对 1 人")
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert [row[1] for row in kept(hall) if row[0] == "丁现场"] == [WalkInState.WITHDRAWN]
