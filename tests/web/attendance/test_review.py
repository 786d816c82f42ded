"""After the class: the overview, the log of one person, make-up, correction, one's own record."""

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ce_bases.attendance.models import RefusedSign, SignEvent
from ce_bases.audit.models import AuditEntry
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.factories.world import World
from tests.web.attendance.test_register import Door, count, door, forms_of, tap
from tests.web.client import PageClient

__all__ = ["door"]


def person_url(door: Door, number: int = 0) -> str:
    return f"/filing/sessions/{door.session_id}/attendance/{door.person_ids[number]}"


def make_up_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "idempotency_key": str(uuid.uuid4()),
        "reason": "手机没电",
        "evidence": "纸质表第 3 行",
    }
    return {**fields, **changes}


def test_a_make_up_is_done_once_and_marked(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("clerk")
    clock.set(at(14))
    url = person_url(door)
    (fields,) = forms_of(client.get(url).text, f"{url}/make-up")
    typed = {**fields, "reason": "手机没电", "evidence": "纸质表第 3 行"}
    for _ in range(2):
        assert client.post(f"{url}/make-up", data=typed).status_code == 302
    assert (count(SignEvent), count(AuditEntry) > 0) == (2, True)
    page = client.get(url).text
    assert all(words in page for words in ("✓ 出勤", "补签", "手机没电（依据：纸质表第 3 行）"))
    assert "补签" in client.get(f"/filing/sessions/{door.session_id}/attendance").text


@pytest.mark.parametrize("missing", ["reason", "evidence"])
def test_a_make_up_wants_reason_and_evidence_and_keeps_what_was_typed(
    client: PageClient, door: Door, clock: FrozenClock, missing: str
) -> None:
    client.log_in("clerk")
    clock.set(at(14))
    answer = client.post(f"{person_url(door)}/make-up", data=make_up_fields(**{missing: ""}))
    assert answer.status_code == 422
    assert ("手机没电" if missing == "evidence" else "纸质表第 3 行") in answer.text
    assert count(SignEvent) == 0


def test_a_late_make_up_is_refused_with_its_reason(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    clock.set(at(12, 0, 1, day=at(12).date().replace(day=22)))
    client.log_in("clerk")
    url = person_url(door)
    assert f"{url}/make-up" not in client.get(url).text
    answer = client.post(f"{url}/make-up", data=make_up_fields())
    assert answer.status_code == 422
    assert "已超过课后 48 小时" in answer.text
    assert (count(SignEvent), count(RefusedSign)) == (0, 1)


def test_the_base_corrects_with_a_reason(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    client.post(f"{door.url}/sign", data=tap(door))
    client.log_in("clerk")
    clock.set(at(18))
    url = person_url(door)
    (fields,) = forms_of(client.get(url).text, f"{url}/annul")
    assert client.post(f"{url}/annul", data={**fields, "reason": ""}).status_code == 422
    typed = {**fields, "reason": "点错了人"}
    for _ in range(2):
        assert client.post(f"{url}/annul", data=typed).status_code == 302
    page = client.get(url).text
    assert all(words in page for words in ("已撤销", "点错了人", "✕ 未到"))
    assert count(SignEvent) == 2


@pytest.mark.parametrize(
    ("username", "read", "write"),
    [
        ("stranger", 404, 404),
        ("officer", 200, 403),
        ("city_officer", 200, 403),
        ("other_officer", 404, 403),
        ("lecturer", 200, 403),
        ("learner", 404, 403),
        ("unit_hr", 403, 403),
    ],
)
def test_who_reads_and_who_corrects(
    client: PageClient, door: Door, username: str, read: int, write: int
) -> None:
    client.log_in(username)
    overview = f"/filing/sessions/{door.session_id}/attendance"
    assert client.get(overview).status_code == read
    assert client.get(person_url(door)).status_code == read
    for verb in ("make-up", "annul"):
        data = make_up_fields(annuls_id=str(uuid.uuid4()))
        assert client.post(f"{person_url(door)}/{verb}", data=data).status_code == write
    assert count(SignEvent) == 0


def test_somebody_not_on_the_roster_is_not_found(
    client: PageClient, door: Door, world: World
) -> None:
    client.log_in("clerk")
    url = f"/filing/sessions/{door.session_id}/attendance/{world.person_ids[3]}"
    assert client.get(url).status_code == 404


def test_a_professional_sees_the_own_classes_only(
    client: PageClient, session: Session, door: Door
) -> None:
    client.log_in("learner")
    assert "装配式建筑施工技术" in client.get("/me/classes").text
    client.log_in("clerk")
    assert client.get("/me/classes").status_code == 403
