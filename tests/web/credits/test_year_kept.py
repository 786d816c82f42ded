"""The year's body is kept, for its owner only, and whatever it shows takes it away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask, current_app, template_rendered
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.claims import review
from ce_bases.claims.models import Claim
from ce_bases.claims.review import Decision, Outcome
from ce_bases.core.clock import moment_at
from ce_bases.credits import objections, service, year_body
from ce_bases.credits.models import Kind, LedgerLine, Objection
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.people.models import Unit
from ce_bases.plans import service as plans
from ce_bases.plans.models import Plan, PublishedSession
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.web.extensions import db, make_write_session
from ce_bases.web.kept import kept_parts
from ce_bases.web.uploads import STORE_KEY
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.claims import sent_claim
from tests.factories.hours import enrol, held_plan, line_values, post
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words

AFTER = moment_at(date(2022, 6, 21), time(9, 0))
Change = Callable[[Session, World], object]


@contextmanager
def rendered_bodies(app: Flask) -> Iterator[list[str]]:
    """The language of every year body rendered meanwhile."""
    seen: list[str] = []

    def note(_app: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
        if template.name == "credits/_year.html":
            seen.append(context["lang"])

    with template_rendered.connected_to(note, app):
        yield seen


def year_of(client: PageClient, path: str = "/me") -> str:
    """The page as shown, which is the page as it would be without anything kept."""
    shown = words(client.get(path))
    kept_parts().clear()
    assert shown == words(client.get(path))
    return shown


@pytest.fixture
def learner(client: PageClient, world: World, clock: FrozenClock) -> PageClient:
    """With a line that may be objected to."""
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()
    clock.set(AFTER)
    client.log_in("learner")
    return client


def the(session: Session, entity: Any, *conditions: Any) -> Any:
    return session.scalars(select(entity).where(*conditions).order_by(entity.id.desc())).first()


def a_line_is_posted(session: Session, world: World) -> None:
    person_id = world["learner"].person_id
    assert person_id is not None
    post(session, line_values(person_id, "session:999", now=AFTER, title="后来的一课"))


def a_class_is_filed(session: Session, world: World) -> None:
    soon = make_session_details(world, on=date(2022, 7, 20))
    filed_plan(session, world, soon, now=NOW, title="七月的班")


def a_class_is_retitled(session: Session, _world: World) -> None:
    for row in session.scalars(
        select(PublishedSession).where(PublishedSession.held_on > AFTER.date())
    ):
        row.title = "改名的班"


def a_seat_is_taken(session: Session, world: World) -> None:
    plan_id = session.scalars(
        select(PublishedSession.plan_id).where(PublishedSession.held_on > AFTER.date())
    ).first()
    enrol(session, session.get_one(Plan, plan_id), [world["learner"].person_id or 0], now=AFTER)


def a_seat_is_given_up(session: Session, world: World) -> None:
    seat = the(session, Enrolment, Enrolment.person_id == world["learner"].person_id)
    seat.place, seat.cancelled_at = Place.CANCELLED, AFTER


def the_class_is_cancelled(session: Session, world: World) -> None:
    plan = the(session, Plan, Plan.state == "filed")
    plans.cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=AFTER)


def a_claim_is_sent(session: Session, world: World) -> None:
    files = current_app.extensions[STORE_KEY]
    sent_claim(session, world, Kind.PUBLICATION, now=AFTER, files=files)


def the_unit_is_renamed(session: Session, world: World) -> None:
    session.get_one(Unit, world.unit_id).name = "改名后的单位"


def the_unit_confirms(session: Session, world: World) -> None:
    claim = the(session, Claim)
    decision = Decision(Outcome.CONFIRM, claim.version)
    review.confirm(session, claim, decision, actor=world["unit_hr"], now=AFTER)


def the_bureau_credits(session: Session, world: World) -> None:
    claim = the(session, Claim)
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["officer"], now=AFTER)


def an_objection_is_raised(session: Session, world: World) -> None:
    line = the(session, LedgerLine, LedgerLine.plan_id.is_not(None))
    objections.raise_objection(session, line.id, "少记了", actor=world["learner"], now=AFTER)


def the_base_declines(session: Session, world: World) -> None:
    objections.answer(
        session,
        the(session, Objection),
        "签到为准",
        supports=False,
        actor=world["clerk"],
        now=AFTER,
    )


def the_base_corrects_its_words(session: Session, _world: World) -> None:
    the(session, Objection).base_answer = "以签到为准"


def the_line_is_corrected(session: Session, world: World) -> None:
    line = the(session, LedgerLine, LedgerLine.plan_id.is_not(None))
    service.reverse_line(session, line, "核实更正", actor=world["officer"], now=AFTER)


def another_year_has_hours(session: Session, world: World) -> None:
    person_id = world["learner"].person_id
    assert person_id is not None
    values = line_values(person_id, "session:998", now=AFTER, held_on=date(2023, 1, 5), year=2023)
    post(session, values)
    service.recompute_records(session, {(person_id, 2023)}, now=AFTER)


#: In this order each of them changes what the page says.
CHANGES: tuple[Change, ...] = (
    a_line_is_posted,
    a_class_is_filed,
    a_class_is_retitled,
    a_seat_is_taken,
    a_seat_is_given_up,
    the_class_is_cancelled,
    a_claim_is_sent,
    the_unit_is_renamed,
    the_unit_confirms,
    the_bureau_credits,
    an_objection_is_raised,
    the_base_declines,
    the_base_corrects_its_words,
    the_line_is_corrected,
    another_year_has_hours,
)


def test_every_change_of_what_it_shows_shows_at_once(learner: PageClient, world: World) -> None:
    before = year_of(learner)
    for change in CHANGES:
        with make_write_session() as session:
            change(session, world)
            session.commit()

        after = year_of(learner)

        assert after != before, change.__name__
        before = after


def test_what_has_not_changed_is_not_rendered_again(app: Flask, learner: PageClient) -> None:
    with rendered_bodies(app) as seen:
        first, second = words(learner.get("/me")), words(learner.get("/me"))

    assert first == second
    assert seen == ["zh-CN"]


def test_each_language_has_its_own(app: Flask, learner: PageClient) -> None:
    with rendered_bodies(app) as seen:
        pages = [
            words(learner.get("/me", headers={"Accept-Language": code}))
            for code in ("zh", "en") * 2
        ]

    assert (pages[0], pages[1]) == (pages[2], pages[3])
    assert pages[0] != pages[1]
    assert seen == ["zh-CN", "en"]


def test_each_person_and_each_year_has_its_own(learner: PageClient, clock: FrozenClock) -> None:
    clock.set(moment_at(date(2023, 1, 9), time(9)))
    learner.log_in("learner")
    own, last = year_of(learner), year_of(learner, "/me/years/2022")
    assert "装配式建筑施工技术" not in own
    assert "装配式建筑施工技术" in last

    learner.log_in("learner2")

    assert "装配式建筑施工技术" not in year_of(learner, "/me/years/2022")


@pytest.mark.parametrize("days", [14, 15, 60])
def test_a_new_day_shows_what_it_brings(learner: PageClient, clock: FrozenClock, days: int) -> None:
    assert "对这条学时有异议" in year_of(learner)

    clock.set(AFTER + timedelta(days=days))  # the tenth working day is the fourteenth
    learner.log_in("learner")

    assert ("对这条学时有异议" in year_of(learner)) == (days == 14)


def test_another_policy_shows(learner: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "还差86学时" in year_of(learner)
    need = replace(POLICY.requirement, total_halves=200, professional_halves=140)
    changed = replace(POLICY, requirement=need)
    monkeypatch.setattr("ce_bases.policy.registry._BY_YEAR", {2022: changed})

    assert "还差96学时" in year_of(learner)


def test_what_changes_while_it_is_rendered_is_not_kept(
    app: Flask, learner: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def and_a_line(*args: Any, **values: Any) -> Any:
        page = real(*args, **values)
        with make_write_session() as session:
            a_line_is_posted(session, world)
            session.commit()
        return page

    real = year_body.year_page
    monkeypatch.setattr(year_body, "year_page", and_a_line)
    db.session.rollback()
    learner.get("/me")
    monkeypatch.undo()

    assert "后来的一课" in words(learner.get("/me"))


def test_nothing_outlives_the_database_it_was_read_from(learner: PageClient) -> None:
    with learner.application.app_context():
        learner.get("/me")
        assert len(kept_parts()) == 1

        db.engine.dispose()

        assert len(kept_parts()) == 0
