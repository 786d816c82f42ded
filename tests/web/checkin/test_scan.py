"""A scan: judged at once, before the login; ten minutes to say who it was; one big answer."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account, LoginFailure
from ce_bases.accounts.service import FAILURES_PER_ADDRESS, failure_key, hash_password
from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent, SignKind, Way
from ce_bases.checkin.limits import FAILURES_PER_ACCOUNT
from ce_bases.checkin.limits import FAILURES_PER_ADDRESS as GUESSES
from ce_bases.checkin.models import CodeFailure
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.models import Plan
from ce_bases.plans.service import cancel_plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.checkin.conftest import Hall
from tests.web.client import PageClient

PASSWORD = "correct horse battery"


@pytest.fixture
def password(hall: Hall) -> str:
    with make_write_session() as session:
        stored = hash_password(PASSWORD)
        session.execute(update(Account).values(password_hash=stored))
        session.commit()
    return PASSWORD


def events() -> list[SignEvent]:
    with make_write_session() as session:
        return list(session.scalars(select(SignEvent).order_by(SignEvent.id)))


def refused() -> list[tuple[str, int | None, int | None]]:
    with make_write_session() as session:
        rows = session.scalars(select(RefusedSign).order_by(RefusedSign.id))
        return [(row.code, row.session_id, row.person_id) for row in rows]


def code_of(page: str) -> str:
    found = re.search(r'data-code="(\w+)"', page)
    return found[1] if found else ""


def test_logged_in_already_it_is_one_button(
    client: PageClient, world: World, hall: Hall, clock: FrozenClock
) -> None:
    address, _ = hall.shown(client)
    client.log_in("learner")
    clock.set(at(8, 50, 15))
    page = client.get(address)
    assert (page.status_code, count(SignEvent)) == (200, 0)
    assert "08:50 已扫码" in page.text
    assert "用户learner" in page.text
    clock.set(at(8, 50, 40))
    done = client.post("/s/here")
    assert (done.status_code, done.location) == (303, f"/s/signed/{hall.session_id}")
    answer = client.get(done.location)
    assert "已签到 08:50" in answer.text
    assert "别忘了签退：11:45–12:30" in answer.text
    (event,) = events()
    assert (event.kind, event.way, event.person_id) == (
        SignKind.IN,
        Way.ROTATING_CODE,
        hall.person_id,
    )
    assert (event.occurred_at, event.received_at) == (at(8, 50, 15), at(8, 50, 40))
    assert event.recorded_by == world["learner"].account_id
    assert re.fullmatch(r"[0-9a-f]{32}", event.device)


def test_a_login_of_five_minutes_still_counts_for_the_moment_of_the_scan(
    client: PageClient, hall: Hall, clock: FrozenClock, password: str
) -> None:
    """Scanned at 09:14:50, in time; said who it was at 09:19:50, when the window had closed."""
    clock.set(at(9, 14, 50))
    address, _ = hall.shown(client)
    page = client.get(address).text
    assert "请在 09:24 前登录" in page
    (login,) = re.findall(r'href="(/login[^"]+)"', page)
    clock.set(at(9, 19, 50))
    assert client.get(login).status_code == 200
    fields = {"username": "learner", "password": password, "next": "/s/here"}
    answer = client.post("/login", data=fields)
    assert (answer.status_code, answer.location) == (302, "/s/here")
    assert "是我，签到" in client.get("/s/here").text
    assert client.post("/s/here").status_code == 303
    (event,) = events()
    assert (event.occurred_at, event.off_hours) == (at(9, 14, 50), False)


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(minutes=10), True), (timedelta(minutes=10, milliseconds=1), False)],
)
def test_ten_minutes_to_say_who_it_was(
    client: PageClient, hall: Hall, clock: FrozenClock, after: timedelta, counts: bool
) -> None:
    address, _ = hall.shown(client)
    client.get(address)
    with client.session_transaction() as kept:
        kept.clear()
    clock.set(at(8, 50) + after)
    client_log_in_keeping_cookies(client, "learner")
    here = client.get("/s/here")
    answer = client.post("/s/here")
    assert (here.status_code, answer.status_code) == ((200, 303) if counts else (422, 422))
    assert count(SignEvent) == int(counts)
    if not counts:
        assert code_of(answer.text) == "scan_expired"


def client_log_in_keeping_cookies(client: PageClient, username: str) -> None:
    client.log_in(username)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, ""), (39, ""), (40, "code_expired"), (3600, "too_late"), (-1, "code_expired")],
)
def test_the_current_and_the_previous_code_are_good(
    client: PageClient, hall: Hall, clock: FrozenClock, seconds: int, code: str
) -> None:
    address, _ = hall.shown(client)
    clock.forward(seconds=seconds)
    answer = client.get(address)
    assert (answer.status_code, code_of(answer.text)) == (422 if code else 200, code)
    assert refused() == ([(code, hall.session_id, None)] if code else [])


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (at(8, 29, 59), "too_early"),
        (at(8, 30), ""),
        (at(9, 15), ""),
        (at(9, 15, 1), "too_late"),
        (at(10, 30), "too_late"),
        (at(10, 30, 1), "too_early"),
        (at(11, 44, 59), "too_early"),
        (at(11, 45), ""),
        (at(12, 30), ""),
        (at(12, 30, 1), "too_late"),
    ],
)
def test_the_window_is_judged_at_the_scan(
    app: Flask, client: PageClient, hall: Hall, clock: FrozenClock, moment: datetime, code: str
) -> None:
    from ce_bases.checkin.codes import DoorCode, door_text, make_key

    clock.set(moment)
    shown = DoorCode(hall.session_id, int(moment.timestamp()) // 20)
    answer = client.get("/s/" + door_text(shown, make_key(app.secret_key, "door code")))
    assert code_of(answer.text) == code
    assert [row[0] for row in refused()] == ([code] if code else [])


def test_a_refused_scan_loaded_again_is_kept_once_and_says_when(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    address, _ = hall.shown(client)
    clock.set(at(8, 55))
    client.log_in("learner")
    for _ in range(3):
        page = client.get(address).text
    assert "这个码已经换新" in page
    assert "0537-2200000" in page
    assert refused() == [("code_expired", hall.session_id, hall.person_id)]


def test_a_good_scan_loaded_again_later_keeps_its_moment(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    address, _ = hall.shown(client)
    client.log_in("learner")
    client.get(address)
    clock.set(at(8, 53))
    assert "08:50 已扫码" in client.get(address).text
    assert refused() == []


@pytest.mark.parametrize("code", ["x", "1-1-000000000000", "%20", "a" * 200, "1-1-<script>", "𠮷"])
def test_what_is_no_code_of_ours_changes_nothing(client: PageClient, hall: Hall, code: str) -> None:
    answer = client.get(f"/s/{code}")
    assert (answer.status_code, code_of(answer.text)) == (422, "code_unknown")
    assert "Set-Cookie" not in answer.headers or "ce_scan" not in answer.headers["Set-Cookie"]
    assert refused() == []


def test_who_is_not_on_the_roster_is_told_whom_to_see(
    client: PageClient, world: World, hall: Hall
) -> None:
    address, _ = hall.shown(client)
    client.log_in("learner2")
    client.get(address)
    answer = client.post("/s/here")
    assert (answer.status_code, code_of(answer.text)) == (422, "not_on_roster")
    assert "班主任" in answer.text
    assert refused() == [("not_on_roster", hall.session_id, world["learner2"].person_id)]
    assert client.get(f"/s/signed/{hall.session_id}").status_code == 404


def test_pressing_twice_is_one_event(client: PageClient, hall: Hall) -> None:
    address, _ = hall.shown(client)
    client.log_in("learner")
    client.get(address)
    cookie = client.get_cookie("ce_scan")
    assert cookie
    assert client.post("/s/here").status_code == 303
    client.set_cookie("ce_scan", cookie.value)  # the answer was lost: the phone sends it again
    assert client.post("/s/here").status_code == 303
    assert count(SignEvent) == 1


def test_a_used_scan_is_no_second_person_s(
    client: PageClient, session: Session, hall: Hall, world: World
) -> None:
    enrol(session, session.get_one(Plan, hall.plan_id), [world.person_ids[1]], now=NOON_1_JUNE)
    session.commit()
    address, _ = hall.shown(client)
    client.log_in("learner")
    client.get(address)
    cookie = client.get_cookie("ce_scan")
    assert cookie
    client.post("/s/here")
    client.log_in("learner2")
    answer = client.post("/s/here")
    assert (answer.status_code, code_of(answer.text)) == (422, "scan_missing")
    client.set_cookie("ce_scan", cookie.value)
    assert client.post("/s/here").status_code == 422
    assert count(SignEvent) == 1


def test_a_cookie_of_one_s_own_making_is_none(client: PageClient, hall: Hall) -> None:
    client.log_in("learner")
    for forged in ("", "x", "bnVsbA.AAAA", "eyJhIjoxfQ.c2ln"):
        client.set_cookie("ce_scan", forged)
        assert client.post("/s/here").status_code == 422
        assert client.get("/s/here").status_code == 422
    assert count(SignEvent) == 0


def test_one_phone_keeps_its_name_through_two_people(
    client: PageClient, session: Session, hall: Hall, world: World
) -> None:
    """What the flag "one phone for two people" rests on."""
    enrol(session, session.get_one(Plan, hall.plan_id), [world.person_ids[1]], now=NOON_1_JUNE)
    session.commit()
    address, _ = hall.shown(client)
    for username in ("learner", "learner2"):
        client.log_in(username)
        client.get(address)
        assert client.post("/s/here").status_code == 303
    first, second = events()
    assert (first.device == second.device, first.person_id == second.person_id) == (True, False)


def test_out_at_the_end_makes_attendance(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    for moment in (at(8, 50), at(12, 1)):
        clock.set(moment)
        address, _ = hall.shown(client)
        client.log_in("learner")
        client.get(address)
        answer = client.get(client.post("/s/here").location).text
    assert "已签退 12:01" in answer
    assert "4 学时" in answer
    with make_write_session() as session:
        record = session.scalars(select(AttendanceRecord)).one()
        assert (record.attended, record.off_hours, record.by_hand) == (True, False, False)


def test_somebody_in_another_role_changes_it_and_comes_back(
    client: PageClient, session: Session, world: World, hall: Hall
) -> None:
    lecturer = session.get_one(Lecturer, world.other_lecturer_id)
    lecturer.account_id = world["learner"].account_id
    session.commit()
    address, _ = hall.shown(client)
    client.log_in("learner")
    page = client.get(address).text
    assert "您现在的身份不是学员" in page
    hat = re.search(r'name="hat" value="(professional:\d+)"', page)
    assert hat
    answer = client.post("/account/role", data={"hat": hat[1], "next": "/s/here"})
    assert answer.location == "/s/here"
    assert client.post("/s/here").status_code == 303
    away = client.post("/account/role", data={"hat": hat[1], "next": "https://elsewhere.example/"})
    assert away.location.startswith("/")


def test_a_lecturer_without_a_learner_s_role_is_told(client: PageClient, hall: Hall) -> None:
    address, _ = hall.shown(client)
    client.log_in("clerk")
    assert "没有学员身份" in client.get(address).text
    assert client.post("/s/here").status_code == 403


def test_a_cancelled_class_signs_nobody_in(
    client: PageClient, session: Session, world: World, hall: Hall
) -> None:
    address, _ = hall.shown(client)
    plan = session.get_one(Plan, hall.plan_id)
    cancel_plan(session, plan, reason="讲师生病", actor=world["clerk"], now=NOON_1_JUNE)
    session.commit()
    assert code_of(client.get(address).text) == "cancelled"


def test_typing_the_digits(client: PageClient, hall: Hall, clock: FrozenClock) -> None:
    _, digits = hall.shown(client)
    client.log_in("learner")
    clock.forward(seconds=39)
    page = client.post("/s", data={"digits": f" {digits[:3]} {digits[3:]} "})
    assert "08:50 已扫码" in page.text
    assert client.post("/s/here").status_code == 303
    (event,) = events()
    assert event.occurred_at == at(8, 50, 39)


def test_old_digits_wrong_digits_and_no_digits(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    _, digits = hall.shown(client)
    clock.forward(seconds=40)
    wrong = "000000" if digits != "000000" else "111111"
    for typed, counted in ((digits, 1), (wrong, 2), ("12345", 2), ("", 2), ("<b>", 2)):
        assert client.post("/s", data={"digits": typed}).status_code == 422
        assert count(CodeFailure) == counted, typed


def test_six_digits_of_two_classes_mean_the_one_whose_roster_one_is_on(
    client: PageClient,
    session: Session,
    world: World,
    hall: Hall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = filed_plan(session, world, now=NOON_1_JUNE, title="另一个班")
    enrol(session, other, [world.person_ids[1]], now=NOON_1_JUNE)
    session.commit()
    monkeypatch.setattr("ce_bases.checkin.views.door_digits", lambda *_args: "123456")
    for username, session_id in (
        ("learner", hall.session_id),
        ("learner2", first_session_id(other)),
    ):
        client.log_in(username)
        client.post("/s", data={"digits": "123456"})
        assert client.post("/s/here").location == f"/s/signed/{session_id}"


def test_guessing_is_limited_for_an_account_and_a_hall_is_let_through(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    _, digits = hall.shown(client)
    wrong = "000000" if digits != "000000" else "111111"
    client.log_in("learner")
    for _ in range(FAILURES_PER_ACCOUNT):
        assert client.post("/s", data={"digits": wrong}).status_code == 422
    refusal = client.post("/s", data={"digits": digits})
    assert refusal.status_code == 429
    assert 0 < int(refusal.headers["Retry-After"]) <= 901
    client.log_out()
    assert client.post("/s", data={"digits": digits}).status_code == 200
    clock.forward(minutes=15, seconds=1)
    _, digits = hall.shown(client)
    client.log_in("learner")
    assert client.post("/s", data={"digits": digits}).status_code == 200


def test_an_address_that_guesses_on_is_stopped_but_not_who_logs_in_or_scans(
    app: Flask, client: PageClient, hall: Hall
) -> None:
    address, digits = hall.shown(client)
    client.post("/s", data={"digits": "000000" if digits != "000000" else "111111"})
    with make_write_session() as session:
        key = session.scalars(select(CodeFailure.key)).one()
        session.add_all(CodeFailure(key=key, at=at(8, 50)) for _ in range(GUESSES - 1))
        session.commit()
    assert client.post("/s", data={"digits": digits}).status_code == 429
    assert client.get(address).status_code == 200
    client.log_in("learner")
    assert client.post("/s", data={"digits": digits}).status_code == 200


def test_who_has_scanned_may_log_in_from_an_address_that_failed_too_often(
    app: Flask, client: PageClient, hall: Hall, password: str
) -> None:
    address, _ = hall.shown(client)
    with make_write_session() as session:
        key = failure_key(str(app.secret_key), "ip:127.0.0.1")
        session.add_all(
            LoginFailure(account_key="x", address_key=key, at=at(8, 49))
            for _ in range(FAILURES_PER_ADDRESS)
        )
        session.commit()
    fields = {"username": "learner", "password": password, "next": "/s/here"}
    assert client.post("/login", data=fields).status_code == 429
    client.get(address)
    assert client.post("/login", data=fields).status_code == 302
    assert client.post("/s/here").status_code == 303


def test_somebody_else_s_answer_is_a_404(client: PageClient, hall: Hall) -> None:
    client.log_in("learner2")
    assert client.get(f"/s/signed/{hall.session_id}").status_code == 404
    assert client.get("/s/signed/987654").status_code == 404
