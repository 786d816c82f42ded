"""What the public sees of a filed plan, row by row and byte by byte."""

from dataclasses import replace
from datetime import timedelta

from icalendar import Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import SHANGHAI
from ce_bases.plans import service
from ce_bases.plans.models import Form, Plan, PublishedSession
from ce_bases.plans.publication import publish
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World


def rows_of(session: Session, plan: Plan) -> list[PublishedSession]:
    return list(
        session.scalars(select(PublishedSession).where(PublishedSession.plan_id == plan.id))
    )


def test_a_session_in_a_feed(session: Session, world: World) -> None:
    row = make_session_details(world, topic="逗号,分号;反斜\\杠\x0b与\x07换行")
    plan = filed_plan(
        session, world, row, now=NOON_1_JUNE, form=Form.LIVE, live_address="https://live.example/1"
    )
    (published,) = rows_of(session, plan)

    event = Event.from_ical(published.vevent)

    uid = plan.revisions[0].entries[0].session.uid
    assert str(event["UID"]).startswith(f"{uid}@")
    assert event.start.isoformat() == "2022-06-20T09:00:00+08:00"
    assert event.end.isoformat() == "2022-06-20T12:00:00+08:00"
    assert event.start.tzinfo == SHANGHAI
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOON_1_JUNE
    assert str(event["SUMMARY"]) == "装配式建筑专题培训班：逗号,分号;反斜\\杠与换行"
    assert str(event["LOCATION"]) == "第一教室，任城区建设路 8 号"
    assert str(event["CONTACT"]) == "王老师 0537-2200000"
    assert str(event["CONFERENCE"]) == "https://live.example/1"
    assert event["CONFERENCE"].params["VALUE"] == "URI"
    assert "2022-370811-0001" in event["DESCRIPTION"]
    assert all(len(line.encode()) <= 75 for line in published.vevent.split("\r\n"))


def test_every_published_change_raises_the_sequence(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    first = rows_of(session, plan)[0].vevent
    later = NOON_1_JUNE + timedelta(hours=1)

    publish(session, plan, now=later)
    second = rows_of(session, plan)[0]
    service.cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=later)
    third = rows_of(session, plan)[0]

    assert first != second.vevent
    assert (third.sequence, third.is_cancelled, third.title) == (2, True, "装配式建筑专题培训班")
    assert "STATUS:CANCELLED" in third.vevent


def test_it_is_found_by_what_people_remember(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE, title="BIM 应用班")

    (published,) = rows_of(session, plan)

    for word in ("bim 应用", "装配式", "用户lecturer", "任城建筑", "第一教室", "2022-370811-0001"):
        assert word in published.search_text


def test_a_room_off_the_list_lies_where_it_was_said_to(session: Session, world: World) -> None:
    row = replace(
        make_session_details(world),
        venue_id=None,
        venue_name="礼堂",
        venue_address="曲阜市",
        venue_area="370881",
    )

    (published,) = rows_of(session, filed_plan(session, world, row, now=NOON_1_JUNE))

    assert (published.area_code, published.venue_name) == ("370881", "礼堂")
