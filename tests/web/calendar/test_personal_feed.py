"""Calendars of one's own: made, read without a login, changed, ended; never in a shared cache."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update
from werkzeug.test import Client

from ce_bases.accounts.models import Account
from ce_bases.accounts.service import token_hash
from ce_bases.audit.models import AuditEntry
from ce_bases.calendar.models import FeedLink
from ce_bases.calendar.personal import find_own_link
from ce_bases.calendar.service import make_feed_link
from ce_bases.core.clock import moment_at
from ce_bases.core.locks import lock
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.factory import make_page_cache
from ce_bases.organisers.models import OrganiserMember
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session, session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import (
    drafted_plan,
    filed_plan,
    make_details,
    make_session_details,
    submitted_plan,
)
from tests.factories.rosters import enrol
from tests.factories.world import World
from tests.unit.calendar.strict_ics import parse
from tests.web.client import PageClient

PAGES = {"learner": "/me/calendar", "clerk": "/filing/calendar"}
DAY = date(2022, 6, 20)


def make(client: PageClient, username: str) -> str:
    """Log in, make an address on the page; its path."""
    client.log_in(username)
    answer = client.post(PAGES[username], data={"do": "make"})
    assert (answer.status_code, answer.location) == (302, PAGES[username])
    page = BeautifulSoup(client.get(PAGES[username]).text, "html.parser")
    box = page.select_one("#address")
    assert box is not None
    return urlsplit(str(box["value"])).path


def summaries(body: bytes) -> list[str]:
    """What both readers find in a feed; they must agree."""
    strict = [c.value("SUMMARY") for c in parse(body).children if c.name == "VEVENT"]
    assert strict == [str(e["SUMMARY"]) for e in Calendar.from_ical(body).walk("VEVENT")]
    return strict


def enrolled_plan(world: World, *people: int, **changes: object) -> int:
    with make_write_session() as db:
        plan = filed_plan(db, world, make_session_details(world, on=DAY), now=NOW, **changes)
        enrol(db, plan, [world.person_ids[n] for n in people], now=NOW)
        db.commit()
        return plan.id


def test_a_professional_reads_own_classes_without_a_login(client: PageClient, world: World) -> None:
    enrolled_plan(world, 0, title="我的班")
    path = make(client, "learner")
    client.log_out()

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert summaries(answer.data) == ["我的班：装配式建筑施工技术"]
    assert parse(answer.data).value("NAME") == "我的继续教育课"


def test_only_seats_of_one_s_own_are_in_it_and_a_given_up_seat_leaves(
    client: PageClient, world: World
) -> None:
    enrolled_plan(world, 1)
    path = make(client, "learner")
    assert summaries(client.get(path).data) == []

    with make_write_session() as db:
        plan = db.scalars(select(Plan)).one()
        enrol(db, plan, [world.person_ids[0]], now=NOW)
        db.commit()
    assert len(summaries(client.get(path).data)) == 1

    with make_write_session() as db:
        db.execute(
            update(Enrolment)
            .where(Enrolment.person_id == world.person_ids[0])
            .values(place=Place.CANCELLED, cancelled_at=NOW)
        )
        db.commit()
    assert summaries(client.get(path).data) == []


def test_a_cancelled_class_stays_marked_and_equal_state_gives_equal_bytes(
    client: PageClient, world: World, clock: FrozenClock
) -> None:
    plan_id = enrolled_plan(world, 0)
    path = make(client, "learner")
    first = client.get(path)
    clock.forward(hours=3)
    again = client.get(path, headers={"Accept-Language": "en"})
    known = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.data == first.data
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["Cache-Control"] == "private, no-cache"

    with make_write_session() as db:
        plan = db.get_one(Plan, plan_id)
        service.cancel_plan(db, plan, "停办", actor=world["clerk"], now=clock())
        db.commit()
    [event] = [c for c in parse(client.get(path).data).children if c.name == "VEVENT"]

    assert (event.value("STATUS"), event.value("SEQUENCE")) == ("CANCELLED", "1")


def test_a_clerk_s_calendar_holds_the_base_s_deadlines(
    client: PageClient, world: World, clock: FrozenClock
) -> None:
    with make_write_session() as db:
        plans = {
            "草稿班": drafted_plan(
                db, world, make_session_details(world, on=DAY), now=NOW, title="草稿班"
            ),
            "没有日期": drafted_plan(db, world, now=NOW, title="没有日期"),
            "退回班": submitted_plan(
                db,
                world,
                make_session_details(world, on=date(2022, 7, 1)),
                now=NOW,
                title="退回班",
                enrol_closes_at=None,
            ),
            "上完的班": filed_plan(
                db,
                world,
                make_session_details(world, on=date(2022, 6, 13)),
                now=NOW,
                title="上完的班",
                enrol_closes_at=None,
            ),
            "别家的": drafted_plan(db, world, now=NOW, title="别家的", actor=world["stranger"]),
        }
        service.return_plan(
            db,
            plans["退回班"],
            "请补充收费依据",
            expected_version=plans["退回班"].version,
            actor=world["officer"],
            now=NOW,
        )
        db.commit()
        draft_id = plans["草稿班"].id
    clock.set(moment_at(date(2022, 6, 14), time(9)))

    body = client.get(make(client, "clerk")).data

    assert parse(body).value("NAME") == "报送与考勤期限 · 任城建筑继续教育基地"
    found = {
        str(event["SUMMARY"]).split("：")[1]: event
        for event in Calendar.from_ical(body).walk("VEVENT")
    }
    dues = {title: event["DTSTART"].dt for title, event in found.items()}
    # A class of 20 June is filed by the 10th; the day of return plus three; ten working days.
    assert dues["草稿班"] == date(2022, 6, 10)
    assert dues["退回班"] == date(2022, 6, 4)
    assert dues["上完的班"] == date(2022, 6, 27)
    assert "别家的" not in found
    draft = found["草稿班"]
    assert str(draft["SUMMARY"]) == "报送备案：草稿班"
    assert str(draft["URL"]) == f"http://localhost/filing/plans/{draft_id}"
    assert draft["DTEND"].dt == date(2022, 6, 11)
    [alarm] = draft.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(hours=-15)
    summaries(body)


def test_a_moved_deadline_keeps_its_event_and_its_sequence_rises(
    client: PageClient, world: World, clock: FrozenClock
) -> None:
    with make_write_session() as db:
        plan = drafted_plan(db, world, make_session_details(world, on=DAY), now=NOW)
        db.commit()
        plan_id = plan.id
    path = make(client, "clerk")
    [before] = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    assert client.get(path).data == client.get(path).data

    clock.forward(minutes=5)
    with make_write_session() as db:
        plan = db.get_one(Plan, plan_id)
        details = make_details(world, make_session_details(world, on=date(2022, 7, 20)))
        service.save_draft(
            db, plan, details, expected_version=plan.version, actor=world["clerk"], now=clock()
        )
        db.commit()
    [after] = Calendar.from_ical(client.get(path).data).walk("VEVENT")

    assert before["UID"] == after["UID"]
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (date(2022, 6, 10), date(2022, 7, 10))
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt


@pytest.mark.parametrize("username", PAGES)
def test_a_new_address_ends_the_old_one_and_switching_off_ends_both(
    client: PageClient, world: World, username: str
) -> None:
    old = make(client, username)
    new = make(client, username)
    assert old != new
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)

    assert client.post(PAGES[username], data={"do": "end"}).status_code == 302
    assert client.get(new).status_code == 404
    assert "生成订阅地址" in client.get(PAGES[username]).text
    acts = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    made = ["feed_link_make", "feed_link_end", "feed_link_make", "feed_link_end"]
    assert [act for act in acts if act.startswith("feed_link")] == made


def test_the_database_alone_opens_no_feed(client: PageClient, world: World) -> None:
    path = make(client, "learner")
    row = session().scalars(select(FeedLink)).one()
    token = path.removeprefix("/feeds/").removesuffix(".ics")

    assert row.token_hash == token_hash(token)
    kept = {str(getattr(row, column.name)) for column in FeedLink.__table__.columns}
    assert not [value for value in kept if token in value]
    assert client.get(f"/feeds/{row.nonce}.ics").status_code == 404
    assert client.get(f"/feeds/{row.token_hash}.ics").status_code == 404


def test_a_closed_account_and_a_lost_role_end_the_feed(client: PageClient, world: World) -> None:
    own, base = make(client, "learner"), make(client, "clerk")

    with make_write_session() as db:
        learner = db.get_one(Account, world["learner"].account_id)
        learner.is_active = False
        membership = db.scalars(
            select(OrganiserMember).where(OrganiserMember.account_id == world["clerk"].account_id)
        ).one()
        membership.until_on = date(2022, 5, 31)
        db.commit()

    assert (client.get(own).status_code, client.get(base).status_code) == (404, 404)


def test_an_address_of_before_the_site_s_key_was_changed_still_works_but_is_not_shown(
    client: PageClient, world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(client, "learner")
    monkeypatch.setitem(app.config, "SECRET_KEY", "another-secret-key-another-secret-key")
    client.log_in("learner")

    page = client.get("/me/calendar").text
    assert "以前的地址还能用" in page
    assert path not in page
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("do", ["", "drop", "make "])
def test_an_unknown_wish_is_refused(client: PageClient, world: World, do: str) -> None:
    client.log_in("learner")

    assert client.post("/me/calendar", data={"do": do}).status_code == 400
    assert session().scalars(select(FeedLink)).all() == []


def test_pressed_twice_it_is_made_once(client: PageClient, world: World) -> None:
    client.log_in("learner")
    form = {"do": "make", "idempotency_key": "6f1f2b8c-8a55-4a70-9d0e-0d8f7f1f1a11"}

    assert [client.post("/me/calendar", data=form).status_code for _ in range(2)] == [302, 302]
    assert len(session().scalars(select(FeedLink)).all()) == 1


def test_two_at_once_leave_one_live_address(world: World) -> None:
    """The unique index is what holds: the second finds the row that the first left."""
    with make_write_session() as db:
        make_feed_link(db, actor=world["learner"], secret="s" * 32, now=NOW)
        db.commit()
    with make_write_session() as db:
        row = find_own_link(db, world["learner"])
        assert row is not None
        lock(db, row)
        twin = FeedLink(
            account_id=row.account_id,
            hat=row.hat,
            nonce="0" * 32,
            token_hash="0" * 64,
            created_at=NOW,
        )
        db.add(twin)
        with pytest.raises(Exception, match=r"(?i)unique"):
            db.flush()


def test_the_page_cache_keeps_no_personal_feed(
    client: PageClient, world: World, app: Flask
) -> None:
    enrolled_plan(world, 0)
    path = make(client, "learner")
    cache = make_page_cache(app, 60)
    shared = Client(cache, use_cookies=False)

    def ask(address: str) -> tuple[int, bytes]:
        with app.app_context():
            answer = shared.get(address)
            return answer.status_code, answer.data

    assert len(summaries(ask(path)[1])) == 1
    assert len(summaries(ask("/calendar.ics")[1])) == 1
    assert [key[2] for key in cache.kept] == ["/calendar.ics"]  # the control: public ones are
    with make_write_session() as db:
        plan = db.scalars(select(Plan)).one()
        service.cancel_plan(db, plan, "停办", actor=world["clerk"], now=NOW)
        db.execute(update(FeedLink).values(ended_at=NOW))
        db.commit()

    assert ask(path)[0] == 404


def test_other_roles_are_offered_none(client: PageClient, world: World) -> None:
    for username, refused in (("learner", "/filing/calendar"), ("clerk", "/me/calendar")):
        client.log_in(username)
        assert client.get(refused).status_code == 403
    client.log_in("officer")
    assert {client.get(page).status_code for page in PAGES.values()} == {403}


def test_moments_are_whole_seconds(client: PageClient, world: World, clock: FrozenClock) -> None:
    clock.set(datetime.fromisoformat("2022-06-01T04:00:00.123456+00:00"))
    with make_write_session() as db:
        drafted_plan(db, world, make_session_details(world, on=DAY), now=clock())
        db.commit()

    [event] = Calendar.from_ical(client.get(make(client, "clerk")).data).walk("VEVENT")
    assert event["DTSTAMP"].to_ical() == b"20220601T040000Z"
