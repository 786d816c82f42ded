"""The filter for free seats, and the list of organisers beside it."""

from collections.abc import Callable
from datetime import date, time

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.enrolment.queries import public_seats
from ce_bases.organisers.models import Venue
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.rosters import enrol
from tests.factories.world import World, make_person
from tests.web.calendar.conftest import File
from tests.web.client import PageClient

JUNE = "/calendar?month=2022-06"
DAY = date(2022, 6, 20)
Change = Callable[[Session, Plan, World], None]


def titles(html: str) -> list[str]:
    page = BeautifulSoup(html, "html.parser")
    return [found.get_text() for found in page.select(".month .title, .class-item h3")]


def chip(html: str, words: str) -> int | None:
    """The count on the chip of these words; None where there is no such chip."""
    page = BeautifulSoup(html, "html.parser")
    for link in page.select(".chips a"):
        if link.get_text(" ", strip=True).startswith(words):
            count = link.find("small")
            return int(count.get_text()) if count else 0
    return None


def seat(session: Session, plan: Plan, *, serial: int, place: Place = Place.ENROLLED) -> None:
    person = make_person(session, f"学员{serial}", serial, now=NOW)
    session.add(
        Enrolment(
            plan_id=plan.id,
            person_id=person.id,
            place=place,
            via=Via.ROSTER,
            created_at=NOW,
            cancelled_at=NOW if place is Place.CANCELLED else None,
        )
    )


def fill(session: Session, plan: Plan, world: World) -> None:
    enrol(session, plan, world.person_ids[:2], now=NOW)


def half_fill(session: Session, plan: Plan, world: World) -> None:
    enrol(session, plan, world.person_ids[:1], now=NOW)


def shrink_the_room(session: Session, plan: Plan, world: World) -> None:
    session.get_one(Venue, world.venue_id).capacity = 1
    half_fill(session, plan, world)


def give_one_up(session: Session, plan: Plan, world: World) -> None:
    half_fill(session, plan, world)
    seat(session, plan, serial=101, place=Place.CANCELLED)


@pytest.mark.parametrize(
    ("change", "free"),
    [(half_fill, 1), (fill, 0), (shrink_the_room, 0), (give_one_up, 1)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_class_is_shown_while_it_has_a_seat(
    client: PageClient, file: File, world: World, change: Change, free: int
) -> None:
    number = file(DAY, planned_number=2)
    with make_write_session() as session:
        plan = session.query(Plan).filter_by(filing_number=number).one()
        change(session, plan, world)
        session.flush()
        left = public_seats(session, [plan.id])[plan.id].left
        session.commit()

    assert bool(left) == bool(free), "the filter and the number on the page agree"
    page = client.get(JUNE).text
    assert len(titles(page)) == 1
    assert chip(page, "还有名额") == (free or None)
    said = f"还有 {left} 个名额" if left else "名额已满"
    for address in (f"{JUNE}&view=list", f"/bases/{world.base_id}", "/"):
        assert said in client.get(address).text
    for view in ("", "&view=list", "&view=week&day=2022-06-20"):
        assert len(titles(client.get(f"{JUNE}{view}&free=1").text)) == free, view


def test_what_is_cancelled_waited_for_or_past_is_not_free(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    numbers = [file(date(2022, 6, day), title=f"班{day}") for day in (13, 20, 21, 22)]
    with make_write_session() as session:
        plans = {
            plan.filing_number: plan for plan in session.query(Plan).all() if plan.filing_number
        }
        service.cancel_plan(session, plans[numbers[1]], "停办", actor=world["clerk"], now=NOW)
        enrol(session, plans[numbers[2]], world.person_ids[:1], now=NOW)
        waiting = session.query(Enrolment).one()
        waiting.place, waiting.waiting_since = Place.WAITING, NOW
        session.commit()
    assert titles(client.get(f"{JUNE}&free=1").text) == ["班13", "班22"]
    clock.forward(days=13)

    assert titles(client.get(f"{JUNE}&free=1").text) == ["班22"]
    assert len(titles(client.get(JUNE).text)) == 4


@pytest.mark.parametrize(
    ("closes_at", "hours", "free"),
    [
        (moment_at(date(2022, 6, 18), time(17)), 413 - 1 / 3600, 1),  # a second before
        (moment_at(date(2022, 6, 18), time(17)), 413, 0),
        (None, 453 - 1 / 60, 1),  # until the first session begins
        (None, 453, 0),
    ],
)
def test_a_seat_can_be_had_until_enrolment_closes(
    client: PageClient, file: File, clock: FrozenClock, closes_at: object, hours: float, free: int
) -> None:
    file(DAY, enrol_closes_at=closes_at)
    clock.forward(hours=hours)

    assert len(titles(client.get(f"{JUNE}&free=1").text)) == free
    assert ("还有 50 个名额" in client.get(f"{JUNE}&view=list").text) == bool(free)


def test_feeds_and_subscriptions_never_depend_on_seats(client: PageClient, file: File) -> None:
    number = file(DAY, planned_number=1)
    with make_write_session() as session:
        plan = session.query(Plan).filter_by(filing_number=number).one()
        seat(session, plan, serial=101)
        session.commit()

    page = client.get(f"{JUNE}&free=1&subject=professional").text
    links = [str(a["href"]) for a in BeautifulSoup(page, "html.parser").select("[href]")]
    assert "/calendar.ics?subject=professional" in links
    assert "/subscribe?subject=professional" in links
    assert client.get("/calendar.ics?free=1").data.count(b"BEGIN:VEVENT") == 1


def test_the_organisers_of_the_month_can_be_chosen(
    client: PageClient, file: File, world: World
) -> None:
    file(DAY)
    page = BeautifulSoup(client.get(f"{JUNE}&subject=professional").text, "html.parser")

    options = {str(o["value"]): o.get_text() for o in page.select("#f-organiser option")}
    assert options == {"": "全部", str(world.base_id): "任城建筑继续教育基地（1）"}
    hidden = {str(i["name"]): str(i["value"]) for i in page.select(".filters input[type=hidden]")}
    assert hidden == {"month": "2022-06", "subject": "professional"}
    chosen = client.get(f"{JUNE}&organiser={world.other_base_id}").text
    assert titles(chosen) == []
    assert "曲阜教师继续教育基地（0）" in chosen
