"""Somebody who is not on the roster: held at the door, matched by the ID card, or closed."""

import uuid
from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.attendance import settling
from ce_bases.attendance.models import AttendanceRecord, SignEvent, WalkIn, WalkInState
from ce_bases.audit.models import AuditEntry
from ce_bases.core.access import Action
from ce_bases.core.errors import WrongStateError
from ce_bases.credits.models import LedgerLine
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.organisers.models import Venue
from ce_bases.people.models import Person
from ce_bases.plans.queries import get_session_in_force
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.factories.world import VAULT, World, make_person, resident_id
from tests.web.attendance.test_door_links import browser, lend
from tests.web.attendance.test_register import Door, count, door, forms_of, tap
from tests.web.client import PageClient

__all__ = ["door"]
NAME, CARD = "孙建国", resident_id(77)


@pytest.fixture
def known_id(session: Session, door: Door) -> int:
    """Somebody the city knows, who is not on this roster."""
    person = make_person(session, NAME, 77, now=at(8))
    session.commit()
    return person.id


def typed(**changes: Any) -> dict[str, Any]:
    fields = {"idempotency_key": str(uuid.uuid4()), "name": NAME, "last4": CARD[-4:]}
    return {**fields, **changes}


def note(client: PageClient, door: Door, who: str = "lecturer", **changes: Any) -> int:
    """Noted through the page; the id of the walk-in."""
    client.log_in(who)
    assert client.post(f"{door.url}/walk-ins", data=typed(**changes)).status_code == 302
    with make_write_session() as session:
        return session.scalars(select(func.max(WalkIn.id))).one()


def desk(door: Door, walk_in_id: int | None = None, verb: str = "") -> str:
    url = f"/filing/sessions/{door.session_id}/walk-ins"
    return f"{url}/{walk_in_id}/{verb}" if walk_in_id is not None else url


def card(number: str = CARD, **changes: Any) -> dict[str, Any]:
    return {"idempotency_key": str(uuid.uuid4()), "number": number, "over_reason": "", **changes}


def reason(words: str = "走错教室") -> dict[str, Any]:
    return {"idempotency_key": str(uuid.uuid4()), "reason": words}


def states() -> list[tuple[WalkInState, int | None, str]]:
    with make_write_session() as session:
        rows = session.scalars(select(WalkIn).order_by(WalkIn.id))
        return [(row.state, row.person_id, row.reason) for row in rows]


def record_of(door: Door, person_id: int) -> tuple[Any, Any, bool] | None:
    with make_write_session() as session:
        found = session.get(AttendanceRecord, (door.session_id, person_id))
        return (found.signed_in_at, found.signed_out_at, found.attended) if found else None


def place_of(door: Door, person_id: int) -> tuple[Place, Via] | None:
    with make_write_session() as session:
        row = session.scalars(
            select(Enrolment).where(
                Enrolment.plan_id == door.plan_id, Enrolment.person_id == person_id
            )
        ).one_or_none()
        return (row.place, row.via) if row else None


def acts() -> list[str]:
    with make_write_session() as session:
        rows = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
        return [action for action in rows if "walk_in" in action]


def test_noted_gone_matched_and_counted(
    client: PageClient, door: Door, known_id: int, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    (fields,) = forms_of(client.get(door.url).text, f"{door.url}/walk-ins")
    sent = {**fields, "name": NAME, "last4": CARD[-4:]}
    for _ in range(2):
        answer = client.post(f"{door.url}/walk-ins", data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{door.url}#walk-ins")
    page = client.get(door.url).text
    assert all(
        words in page for words in ("待核对 1 人", NAME, f"末四位 {CARD[-4:]}", "08:50 到场")
    )
    (walk_in_id,) = _ids()
    clock.set(at(12, 5))
    for _ in range(2):
        assert client.post(f"{door.url}/walk-ins/{walk_in_id}/leave").status_code == 302
        clock.forward(minutes=1)
    assert (count(WalkIn), count(SignEvent), record_of(door, known_id)) == (1, 0, None)

    client.log_in("clerk")
    assert (
        "有 1 位不在名单上的人待核对"
        in client.get(desk(door)[: -len("walk-ins")] + "attendance").text
    )
    (fields,) = forms_of(client.get(desk(door)).text, desk(door, walk_in_id, "match"))
    for _ in range(2):
        sent = {**fields, "number": f" {CARD} "}
        assert client.post(desk(door, walk_in_id, "match"), data=sent).status_code == 302
    assert record_of(door, known_id) == (at(8, 50), at(12, 5), True)
    assert place_of(door, known_id) == (Place.ENROLLED, Via.WALK_IN)
    assert states() == [(WalkInState.MATCHED, known_id, "")]
    assert count(SignEvent) == 2
    assert acts() == ["note_walk_in", "note_walk_in_leaving", "seat_walk_in", "match_walk_in"]
    page = BeautifulSoup(client.get(door.url).text, "html.parser")
    assert "待核对" not in page.select_one("#walk-ins").get_text()  # type: ignore[union-attr]


def _ids() -> list[int]:
    with make_write_session() as session:
        return list(session.scalars(select(WalkIn.id).order_by(WalkIn.id)))


def test_somebody_the_city_does_not_know_yet_is_added(client: PageClient, door: Door) -> None:
    walk_in_id = note(client, door)
    client.log_in("clerk")
    assert client.post(desk(door, walk_in_id, "match"), data=card()).status_code == 302
    with make_write_session() as session:
        person = session.scalars(select(Person).where(Person.name == NAME)).one()
    assert record_of(door, person.id) == (at(8, 50), None, False)
    assert "名额已满" not in client.get(desk(door)).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写姓名。"),
        ({"name": "张3"}, "不能识别的字符"),
        ({"last4": "12"}, "应为四位"),
        ({"last4": "１２３４"}, "应为四位"),
        ({"last4": "X123"}, "应为四位"),
        ({"last4": "1234\n"}, None),
        ({"last4": "123x"}, None),
    ],
)
def test_what_may_be_noted(
    client: PageClient, door: Door, changes: dict[str, str], words: str | None
) -> None:
    client.log_in("lecturer")
    answer = client.post(f"{door.url}/walk-ins", data=typed(**changes))
    assert (answer.status_code, count(WalkIn)) == ((422, 0) if words else (302, 1))
    assert words is None or words in answer.text


def test_nobody_is_noted_twice_nor_from_the_roster(
    client: PageClient, session: Session, door: Door
) -> None:
    make = session.get_one(Person, door.person_ids[0])
    make.name = "周在册"
    last4 = make.id_last4
    session.commit()
    note(client, door)
    again = client.post(f"{door.url}/walk-ins", data=typed())
    listed = client.post(f"{door.url}/walk-ins", data=typed(name="周在册", last4=last4))
    assert (again.status_code, listed.status_code, count(WalkIn)) == (422, 422, 1)
    assert "这个人已经记下" in again.text
    assert "这个人在名单上" in listed.text


def test_the_same_key_with_another_content_adds_nobody(client: PageClient, door: Door) -> None:
    key = str(uuid.uuid4())
    note(client, door, idempotency_key=key)
    for who in ("lecturer", "clerk"):
        client.log_in(who)
        sent = typed(idempotency_key=key, name="李另名")
        assert client.post(f"{door.url}/walk-ins", data=sent).status_code >= 400
    assert count(WalkIn) == 1


@pytest.mark.parametrize(
    "moment", [at(8, day=at(8).date().replace(day=19)), at(8, day=at(8).date().replace(day=21))]
)
def test_only_on_the_day(client: PageClient, door: Door, clock: FrozenClock, moment: Any) -> None:
    clock.set(moment)
    client.log_in("lecturer")
    assert f"{door.url}/walk-ins" not in client.get(door.url).text
    assert client.post(f"{door.url}/walk-ins", data=typed()).status_code == 409
    assert count(WalkIn) == 0


def test_who_noted_takes_it_back_within_fifteen_minutes(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    walk_in_id = note(client, door)
    url = f"{door.url}/walk-ins/{walk_in_id}/withdraw"
    client.log_in("clerk")
    assert url not in client.get(door.url).text
    assert client.post(url).status_code == 409
    client.log_in("lecturer")
    clock.set(at(9, 5, 1))
    assert url not in client.get(door.url).text
    assert (client.post(url).status_code, states()) == (409, [(WalkInState.HELD, None, "")])
    clock.set(at(9, 5))
    assert url in client.get(door.url).text
    assert [client.post(url).status_code for _ in range(2)] == [302, 302]
    assert states() == [(WalkInState.WITHDRAWN, None, "")]
    client.log_in("clerk")
    assert client.post(desk(door, walk_in_id, "match"), data=card()).status_code == 409
    assert acts() == ["note_walk_in", "withdraw_walk_in"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "请填写身份证号。"),
        (CARD[:-1], "与现场登记的证件末四位不一致"),
        (resident_id(78), "与现场登记的证件末四位不一致"),
        (f"37081119850230{CARD[-4:]}", "身份证号"),
    ],
)
def test_a_wrong_card_keeps_nothing(
    client: PageClient, door: Door, known_id: int, number: str, words: str
) -> None:
    walk_in_id = note(client, door)
    client.log_in("clerk")
    answer = client.post(desk(door, walk_in_id, "match"), data=card(number))
    assert answer.status_code == 422
    assert words in answer.text
    assert (states(), count(SignEvent)) == ([(WalkInState.HELD, None, "")], 0)
    assert place_of(door, known_id) is None


def test_another_name_than_the_registered_one_is_refused(
    client: PageClient, door: Door, known_id: int
) -> None:
    walk_in_id = note(client, door, name="孙建囯")
    client.log_in("clerk")
    answer = client.post(desk(door, walk_in_id, "match"), data=card())
    assert (answer.status_code, count(SignEvent)) == (422, 0)
    assert "已登记的姓名与所填姓名不一致" in answer.text
    assert NAME not in answer.text


def test_the_same_person_is_matched_once(client: PageClient, door: Door, known_id: int) -> None:
    first = note(client, door)
    client.log_in("clerk")
    assert client.post(desk(door, first, "match"), data=card()).status_code == 302
    assert client.post(desk(door, first, "match"), data=card()).status_code == 409
    with make_write_session() as session:
        session.add(
            WalkIn(
                client_id=str(uuid.uuid4()),
                session_id=door.session_id,
                name=NAME,
                last4=CARD[-4:],
                came_at=at(8, 55),
                noted_by=session.scalars(select(WalkIn.noted_by)).one(),
                state=WalkInState.HELD,
            )
        )
        session.commit()
    second = _ids()[1]
    answer = client.post(desk(door, second, "match"), data=card())
    assert answer.status_code == 422
    assert "这个人在这个课次已经签到" in answer.text
    assert client.post(desk(door, second, "dismiss"), data=reason("重复登记")).status_code == 302
    assert states() == [
        (WalkInState.MATCHED, known_id, ""),
        (WalkInState.DISMISSED, None, "重复登记"),
    ]
    assert (count(SignEvent), record_of(door, known_id)) == (1, (at(8, 50), None, False))


def test_dismissing_wants_a_reason_and_earns_nothing(client: PageClient, door: Door) -> None:
    walk_in_id = note(client, door)
    client.log_in("clerk")
    url = desk(door, walk_in_id, "dismiss")
    assert client.post(url, data=reason("")).status_code == 422
    assert states() == [(WalkInState.HELD, None, "")]
    sent = reason()
    assert [client.post(url, data=sent).status_code for _ in range(2)] == [302, 302]
    assert states() == [(WalkInState.DISMISSED, None, "走错教室")]
    assert "已核销：走错教室" in client.get(desk(door)).text
    assert client.post(desk(door, walk_in_id, "match"), data=card()).status_code == 409
    assert (count(SignEvent), count(AttendanceRecord)) == (0, 0)


def test_a_full_class_wants_a_reason(
    client: PageClient, session: Session, door: Door, world: World, known_id: int
) -> None:
    session.get_one(Venue, world.venue_id).capacity = 3
    session.commit()
    walk_in_id = note(client, door)
    client.log_in("clerk")
    assert "名额已满仍要加入的原因" in client.get(desk(door)).text
    answer = client.post(desk(door, walk_in_id, "match"), data=card())
    assert answer.status_code == 422
    assert "名额 3 个已满，名单上已有 3 人" in answer.text
    assert place_of(door, known_id) is None
    sent = card(over_reason="教室还有空位")
    assert client.post(desk(door, walk_in_id, "match"), data=sent).status_code == 302
    assert place_of(door, known_id) == (Place.ENROLLED, Via.WALK_IN)
    with make_write_session() as db:
        kept = db.scalars(select(AuditEntry).where(AuditEntry.action == "seat_walk_in")).one()
    assert (kept.reason, kept.after) == ("教室还有空位", {"person": known_id, "over": 1})


def test_a_wrong_match_is_annulled_and_matched_again(
    client: PageClient, session: Session, door: Door, known_id: int, clock: FrozenClock
) -> None:
    """Two people of one name and one last four: the first match was the wrong one."""
    other_card = next(
        number
        for day in range(1, 29)
        if (number := resident_id(77, born=f"199003{day:02d}"))[-4:] == CARD[-4:]
    )
    walk_in_id = note(client, door)
    clock.set(at(11))
    client.log_in("clerk")
    url = desk(door, walk_in_id, "match")
    assert client.post(url, data=card(other_card)).status_code == 302
    wrong_id = states()[0][1]
    assert wrong_id not in (None, known_id)
    person_url = f"/filing/sessions/{door.session_id}/attendance/{wrong_id}"
    clock.set(at(12))
    (fields,) = forms_of(client.get(person_url).text, f"{person_url}/annul")
    typed_reason = {**fields, "reason": "认错了人"}
    assert client.post(f"{person_url}/annul", data=typed_reason).status_code == 302
    assert "上次核对的签到已撤销" in client.get(desk(door)).text
    assert client.post(url, data=card()).status_code == 302
    assert states() == [(WalkInState.MATCHED, known_id, "")]
    assert record_of(door, known_id) == (at(8, 50), None, False)
    assert record_of(door, wrong_id or 0) == (None, None, False)


def test_the_confirmation_warns_and_afterwards_nothing_moves(
    client: PageClient, door: Door, known_id: int, clock: FrozenClock
) -> None:
    walk_in_id = note(client, door)
    clock.set(at(9, day=at(9).date().replace(day=21)))
    client.log_in("clerk")
    url = f"/filing/plans/{door.plan_id}/confirm"
    page = client.get(url).text
    assert "还有 1 位未核对的现场人员，确认后不再计入" in page
    assert f'href="{desk(door)}"' in page
    (fields,) = forms_of(page, url)
    assert client.post(url, data=fields).status_code == 302
    assert "未核对的现场人员" not in client.get(url).text
    for verb, data in (("match", card()), ("dismiss", reason())):
        answer = client.post(desk(door, walk_in_id, verb), data=data)
        assert answer.status_code == 409
        assert "受理备案的人社部门" in answer.text
    assert client.post(f"{door.url}/walk-ins", data=typed(name="李晚到")).status_code == 409
    assert desk(door, walk_in_id, "match") not in client.get(desk(door)).text
    assert (states(), count(SignEvent)) == ([(WalkInState.HELD, None, "")], 0)
    assert (count(LedgerLine), place_of(door, known_id)) == (0, None)


@pytest.mark.concurrency
def test_two_clerks_at_once_settle_one_walk_in_once(
    client: PageClient, app: Flask, door: Door, world: World, known_id: int
) -> None:
    walk_in_id = note(client, door)

    def settle(number: int) -> str:
        actor = world[("clerk", "clerk2")[number % 2]]

        def work(session: Session) -> str:
            held = get_session_in_force(
                session, door.session_id, actor=actor, action=Action.IMPORT_ROSTER
            )
            if number < 2:
                settling.dismiss(session, held, walk_in_id, "走错教室", actor=actor, now=at(9))
                return "dismissed"
            typed_card = settling.Card(walk_in_id, str(uuid.uuid4()), CARD)
            settling.match(session, held, typed_card, vault=VAULT, actor=actor, now=at(9))
            return "matched"

        try:
            return in_transaction(work)
        except WrongStateError:
            return "told"

    answers = Counter(together(app, 4, settle))

    matched = answers["matched"]
    assert (answers["told"], matched + answers["dismissed"]) == (3, 1)
    assert count(SignEvent) == matched
    assert (place_of(door, known_id) is not None) is bool(matched)


@pytest.mark.parametrize(
    ("username", "door_code", "read", "settle"),
    [
        ("stranger", 404, 404, 404),
        ("officer", 404, 200, 404),
        ("other_officer", 404, 404, 404),
        ("lecturer", 302, 200, 403),
        ("learner", 403, 404, 403),
        ("unit_hr", 403, 403, 403),
        ("admin", 403, 403, 403),
    ],
)
def test_who_notes_who_reads_and_who_settles(
    client: PageClient, door: Door, username: str, door_code: int, read: int, settle: int
) -> None:
    walk_in_id = note(client, door, "clerk")
    client.log_in(username)
    sent = typed(name="李另名")
    assert client.post(f"{door.url}/walk-ins", data=sent).status_code == door_code
    leave = client.post(f"{door.url}/walk-ins/{walk_in_id}/leave").status_code
    back = client.post(f"{door.url}/walk-ins/{walk_in_id}/withdraw").status_code
    assert (leave, back) == ((302, 409) if door_code == 302 else (door_code, door_code))
    assert client.get(desk(door)).status_code == read
    for verb, data in (("match", card()), ("dismiss", reason())):
        assert client.post(desk(door, walk_in_id, verb), data=data).status_code == settle
    assert states()[0] == (WalkInState.HELD, None, "")
    assert count(WalkIn) == (2 if door_code == 302 else 1)


def test_a_walk_in_of_another_session_is_not_found(
    client: PageClient, door: Door, world: World
) -> None:
    walk_in_id = note(client, door)
    client.log_in("clerk")
    for verb, data in (("match", card()), ("dismiss", reason())):
        assert client.post(desk(door, walk_in_id + 1, verb), data=data).status_code == 404
    for verb in ("leave", "withdraw"):
        url = f"{door.url}/walk-ins/{walk_in_id + 1}/{verb}"
        assert client.post(url).status_code == 404


def test_a_matched_walk_in_is_tapped_out_like_everybody(
    client: PageClient, door: Door, known_id: int, clock: FrozenClock
) -> None:
    walk_in_id = note(client, door)
    client.log_in("clerk")
    assert client.post(desk(door, walk_in_id, "match"), data=card()).status_code == 302
    client.log_in("lecturer")
    clock.set(at(12))
    sent = tap(door, kind="out", person_id=known_id)
    assert client.post(f"{door.url}/sign", data=sent).status_code == 302
    assert record_of(door, known_id) == (at(8, 50), at(12), True)


def test_a_substitute_notes_and_settles_nothing(client: PageClient, door: Door, app: Flask) -> None:
    link = lend(client, door)
    phone = browser(app)
    phone.post(link)
    assert phone.post(f"{door.url}/walk-ins", data=typed()).status_code == 302
    (walk_in_id,) = _ids()
    page = phone.get(door.url).text
    assert "待核对 1 人" in page
    assert f"{door.url}/walk-ins/{walk_in_id}/withdraw" in page
    assert phone.get(desk(door)).status_code == 403
    assert phone.post(desk(door, walk_in_id, "match"), data=card()).status_code == 403
    assert phone.post(f"{door.url}/walk-ins/{walk_in_id}/withdraw").status_code == 302
    assert states() == [(WalkInState.WITHDRAWN, None, "")]
