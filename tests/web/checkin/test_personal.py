"""One's own code: shown to the lecturer, read by camera, photograph or eye."""

import re
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import RefusedSign, SignEvent, SignKind, Way
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.checkin.conftest import Hall
from tests.web.client import PageClient


def own_code(client: PageClient, username: str = "learner") -> str:
    client.log_in(username)
    found = re.search(
        r"own-code__text[^>]*>([0-9A-Z]{4}-[0-9A-Z]{4})<", client.get("/me/code").text
    )
    assert found
    return found[1]


def send(client: PageClient, hall: Hall, code: str, **more: Any) -> Any:
    fields = {"event_id": str(uuid.uuid4()), "code": code, **more}
    return client.post(f"{hall.url}/scan", data=fields)


def test_typed_it_signs_in_and_shows_the_name_large(
    client: PageClient, world: World, hall: Hall
) -> None:
    code = own_code(client)
    client.log_in("lecturer")
    answer = send(client, hall, code)
    assert answer.status_code == 200
    assert re.search(r'answer__name">用户learner<', answer.text)
    assert "已签到 08:50" in answer.text
    with make_write_session() as session:
        event = session.scalars(select(SignEvent)).one()
        assert (event.way, event.kind, event.person_id, event.recorded_by) == (
            Way.PERSONAL_CODE,
            SignKind.IN,
            hall.person_id,
            world["lecturer"].account_id,
        )


@pytest.mark.parametrize("change", [str.lower, lambda t: t.replace("-", " "), lambda t: f"CE:{t}"])
def test_however_it_is_typed(client: PageClient, hall: Hall, change: Any) -> None:
    code = own_code(client)
    client.log_in("lecturer")
    assert send(client, hall, change(code)).status_code == 200


def test_a_photograph_of_it(client: PageClient, hall: Hall) -> None:
    code = own_code(client)
    out = BytesIO()
    segno.make(f"CE:{code.replace('-', '')}", error="m").save(out, kind="png", scale=6)
    client.log_in("lecturer")
    answer = send(client, hall, "", photo=(BytesIO(out.getvalue()), "IMG_0001.PNG"))
    assert "用户learner" in answer.text
    assert count(SignEvent) == 1


def test_the_qr_says_what_stands_beneath_it(client: PageClient, hall: Hall) -> None:
    import zxingcpp

    from tests.web.checkin.conftest import picture_of

    code = own_code(client)
    (found,) = zxingcpp.read_barcodes(picture_of(client.get("/me/code").text))
    assert found.text == f"CE:{code.replace('-', '')}"


def test_the_script_gets_what_came_of_it(client: PageClient, hall: Hall) -> None:
    code = own_code(client)
    client.log_in("lecturer")
    headers = {"Accept": "application/json"}
    sent = {"event_id": str(uuid.uuid4()), "code": code}
    first = client.post(f"{hall.url}/scan", data=sent, headers=headers)
    assert (first.status_code, "用户learner" in first.json["result"]) == (200, True)
    assert first.json["event_id"] != sent["event_id"]
    again = client.post(
        f"{hall.url}/scan", data={**sent, "event_id": first.json["event_id"]}, headers=headers
    )
    assert "早已签到 08:50" in again.json["result"]
    wrong = client.post(f"{hall.url}/scan", data={**sent, "code": "hello"}, headers=headers)
    assert (wrong.status_code, wrong.json["result"]) == (422, "")
    assert "这不是签到码" in wrong.json["said"]
    assert count(SignEvent) == 1


def test_undone_like_a_tap(client: PageClient, hall: Hall) -> None:
    code = own_code(client)
    client.log_in("lecturer")
    page = send(client, hall, code).text
    names = dict(
        re.findall(
            r'name="(event_id|annuls_id)" value="([0-9a-f-]{36})"',
            page[: page.index("</form>", page.index("annuls_id"))],
        )
    )
    assert client.post(f"{hall.url}/undo", data=names).status_code == 302
    assert "早已签到" not in send(client, hall, code).text


def test_another_day_s_code_and_a_stranger_s_are_refused_and_kept(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    clock.set(at(8, 50) - timedelta(days=1))
    yesterdays = own_code(client)
    clock.set(at(8, 50))
    strangers = own_code(client, "learner2")
    client.log_in("lecturer")
    for code in (yesterdays, strangers, "00000000"):
        answer = send(client, hall, code)
        assert answer.status_code == 422
        assert "不是本课次名单上的人今天的码" in answer.text
    with make_write_session() as session:
        kept = session.scalars(select(RefusedSign)).all()
        assert {(row.code, row.person_id) for row in kept} == {("personal_code_unknown", None)}
        assert len(kept) == 3
    assert count(SignEvent) == 0


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (at(8, 29, 59), "too_early"),
        (at(8, 30), ""),
        (at(9, 15), ""),
        (at(9, 15, 1), "too_early"),
        (at(11, 45), ""),
        (at(12, 30, 1), "too_late"),
    ],
)
def test_it_is_held_to_the_window(
    client: PageClient, hall: Hall, clock: FrozenClock, moment: Any, code: str
) -> None:
    clock.set(moment)
    own = own_code(client)
    client.log_in("lecturer")
    answer = send(client, hall, own)
    assert answer.status_code == (422 if code else 200)
    assert ("可以在点名页上点名" in answer.text) is bool(code)
    assert (count(SignEvent), count(RefusedSign)) == ((0, 1) if code else (1, 0))


def test_out_at_the_end(client: PageClient, hall: Hall, clock: FrozenClock) -> None:
    code = own_code(client)
    client.log_in("lecturer")
    send(client, hall, code)
    clock.set(at(12, 1))
    assert "已签退 12:01" in send(client, hall, code).text


@pytest.mark.parametrize(
    "fields",
    [
        {"code": ""},
        {"code": "K7F3"},
        {"code": "<script>alert(1)</script>"},
        {"code": "𠮷" * 8},
        {"code": "x" * 5000},
        {"event_id": "1", "code": "K7F39QXM"},
        {"code": "", "photo": b"no picture"},
        {"code": "", "photo": b"%PDF-1.4\n%%EOF"},
    ],
)
def test_what_is_no_code_changes_nothing(
    client: PageClient, hall: Hall, fields: dict[str, Any]
) -> None:
    client.log_in("lecturer")
    sent = {"event_id": str(uuid.uuid4()), **fields}
    if "photo" in fields:
        sent["photo"] = (BytesIO(fields["photo"]), "a.jpg")
    assert client.post(f"{hall.url}/scan", data=sent).status_code == 422
    assert count(SignEvent) == count(RefusedSign) == 0


@pytest.mark.parametrize(
    ("username", "status"),
    [("stranger", 404), ("officer", 404), ("city_officer", 404), ("learner", 403), ("admin", 403)],
)
def test_whose_door_it_is_not(client: PageClient, hall: Hall, username: str, status: int) -> None:
    code = own_code(client)
    client.log_in(username)
    assert client.get(f"{hall.url}/scan").status_code == status
    assert send(client, hall, code).status_code == status
    assert count(SignEvent) == count(RefusedSign) == 0


def test_one_code_a_day_for_every_class_of_that_day(
    client: PageClient, session: Session, world: World, hall: Hall
) -> None:
    other = filed_plan(session, world, now=NOON_1_JUNE, title="另一个班")
    enrol(session, other, [hall.person_id], now=NOON_1_JUNE)
    session.commit()
    code = own_code(client)
    page = client.get("/me/code").text
    assert "装配式建筑专题培训班" in page
    assert "另一个班" in page
    client.log_in("lecturer")
    for session_id in (hall.session_id, first_session_id(other)):
        assert send(client, Hall(session_id, 0, 0), code).status_code == 200


def test_codes_say_nothing_of_whose_they_are(client: PageClient, hall: Hall) -> None:
    mine, theirs = own_code(client), own_code(client, "learner2")
    assert mine != theirs
    client.log_in("clerk")
    assert client.get("/me/code").status_code == 403
