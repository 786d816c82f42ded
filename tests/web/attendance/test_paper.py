"""The page on which a signed sheet is typed in, and the photos entries by hand rest on."""

import io
import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from ce_bases.attendance.models import SessionEvidence, SignEvent
from ce_bases.web.extensions import make_write_session
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.web.attendance.test_register import Door, count, door, tap
from tests.web.client import PageClient

__all__ = ["door"]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


def url_of(door: Door) -> str:
    return f"/filing/sessions/{door.session_id}/paper"


def proof_url(door: Door) -> str:
    """The address of the one piece of evidence there is."""
    with make_write_session() as session:
        evidence_id = session.scalars(select(SessionEvidence.id)).one()
    return f"/filing/sessions/{door.session_id}/evidence/{evidence_id}"


def fields(door: Door, **changes: Any) -> dict[str, Any]:
    given = {
        "idempotency_key": str(uuid.uuid4()),
        "in": door.person_ids[:2],
        "out": door.person_ids[:1],
        "sheet": (io.BytesIO(PNG), "签到表.png"),
    }
    return {**given, **changes}


def test_the_sheet_is_typed_in_once_and_kept(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    client.post(f"{door.url}/sign", data=tap(door, 2))
    clock.set(at(14))
    client.log_in("clerk")
    overview = f"/filing/sessions/{door.session_id}/attendance"
    assert url_of(door) in client.get(overview).text
    page = BeautifulSoup(client.get(url_of(door)).text, "html.parser")
    ticks = [box["name"] for box in page.find_all("input", {"data-tick": True})]
    assert sorted(ticks) == ["in"] * 2 + ["out"] * 3
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = client.post(url_of(door), data=fields(door, idempotency_key=key))
        assert answer.headers["Location"] == overview
    assert (count(SignEvent), count(SessionEvidence)) == (4, 1)
    page = client.get(overview)
    assert "签到表.png" in page.text
    file = client.get(proof_url(door))
    assert (file.data, file.headers["Content-Type"]) == (PNG, "image/png")
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": (b"", "")},
        {"sheet": (b"<script>alert(1)</script>", "x.png")},
        {"in": [], "out": []},
        {"in": ["x", "-1"], "out": []},
        {"in": ["99999"]},
    ],
)
def test_what_is_wrong_is_said_and_the_ticks_are_kept(
    client: PageClient, door: Door, clock: FrozenClock, wrong: dict[str, Any]
) -> None:
    clock.set(at(14))
    client.log_in("clerk")
    if "sheet" in wrong:
        content, name = wrong["sheet"]
        wrong = {**wrong, "sheet": (io.BytesIO(content), name)}
    answer = client.post(url_of(door), data=fields(door, **wrong))
    assert answer.status_code == 422
    assert (count(SignEvent), count(SessionEvidence)) == (0, 0)
    page = BeautifulSoup(answer.text, "html.parser")
    ticked = [
        (box["name"], int(box["value"]))
        for box in page.find_all("input", {"data-tick": True, "checked": True})
    ]
    sent = fields(door, **wrong)
    assert set(ticked) == {
        (name, i) for name in ("in", "out") for i in sent[name] if i in door.person_ids
    }


@pytest.mark.parametrize(
    ("username", "statuses"),
    [
        ("stranger", (404, 404)),
        ("officer", (403, 200)),
        ("city_officer", (403, 200)),
        ("other_officer", (403, 404)),
        ("lecturer", (403, 200)),
        ("learner", (403, 404)),
    ],
)
def test_who_types_it_in_and_who_reads_the_proof(
    client: PageClient,
    door: Door,
    clock: FrozenClock,
    username: str,
    statuses: tuple[int, int],
) -> None:
    paper, proof = statuses
    clock.set(at(14))
    client.log_in("clerk")
    assert client.post(url_of(door), data=fields(door)).status_code == 302
    events = count(SignEvent)
    client.log_in(username)
    assert client.get(url_of(door)).status_code == paper
    assert client.post(url_of(door), data=fields(door)).status_code == paper
    address = proof_url(door)
    assert client.get(address).status_code == proof
    assert client.get(f"{address}99").status_code == 404
    assert count(SignEvent) == events


def test_out_of_time_the_page_says_so(client: PageClient, door: Door, clock: FrozenClock) -> None:
    client.log_in("clerk")
    assert "课次结束后才能录入" in client.get(url_of(door)).text
    assert client.post(url_of(door), data=fields(door)).status_code == 409
    clock.set(at(12, 0, 1, day=at(12).date().replace(day=22)))
    client.log_in("clerk")
    assert "已超过课后 48 小时" in client.get(url_of(door)).text


def test_a_make_up_may_bring_its_photo(client: PageClient, door: Door, clock: FrozenClock) -> None:
    clock.set(at(14))
    client.log_in("clerk")
    url = f"/filing/sessions/{door.session_id}/attendance/{door.person_ids[0]}"
    data = {
        "idempotency_key": str(uuid.uuid4()),
        "reason": "手机没电",
        "evidence": "课堂照片",
    }
    for _ in range(2):
        sent = {**data, "proof": (io.BytesIO(PNG), "照片.png")}
        assert client.post(f"{url}/make-up", data=sent).status_code == 302
    assert count(SessionEvidence) == 1
    assert "依据：照片.png" in client.get(url).text
