"""What a personal calendar shows, and whose address it is read under."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta

from icalendar import Alarm, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.accounts.service import token_hash
from ce_bases.calendar.models import FeedLink
from ce_bases.calendar.queries import FEED_DAYS_BACK, Events, published_events
from ce_bases.core.actors import Actor
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.ical import UID_DOMAIN, clean
from ce_bases.plans.models import PublishedSession, Standing
from ce_bases.plans.today import Todo
from ce_bases.plans.workflow import PlanState

#: Nine in the morning of the day before an all-day event.
REMIND_BEFORE = timedelta(hours=15)


def find_own_link(session: Session, actor: Actor) -> FeedLink | None:
    """The live address of the actor's calendar in this role."""
    return session.scalars(
        select(FeedLink).where(
            FeedLink.account_id == actor.account_id,
            FeedLink.hat == actor.hat,
            FeedLink.ended_at.is_(None),
        )
    ).one_or_none()


def find_link(session: Session, token: str) -> FeedLink | None:
    """The live link of a token that somebody's calendar app sent; its account must be active."""
    return session.scalars(
        select(FeedLink)
        .join(Account, Account.id == FeedLink.account_id)
        .where(
            FeedLink.token_hash == token_hash(token),
            FeedLink.ended_at.is_(None),
            Account.is_active,
        )
    ).one_or_none()


def own_classes(session: Session, actor: Actor, today: date) -> Events:
    """(filing number, VEVENT) of the published sessions the actor has a seat in."""
    seats = select(Enrolment.plan_id).where(
        Enrolment.person_id == actor.person_id, Enrolment.place == Place.ENROLLED
    )
    first = today - timedelta(days=FEED_DAYS_BACK)
    return published_events(
        session, [PublishedSession.plan_id.in_(seats), PublishedSession.held_on >= first]
    )


def deadline_events(todos: Iterable[Todo], today: date, site: str) -> Iterator[str]:
    """An all-day VEVENT for each thing that has a day; what is long past is left out.

    Nothing in them depends on when they are read, so equal state gives equal bytes.
    """
    first = today - timedelta(days=FEED_DAYS_BACK)
    for todo in todos:
        if todo.due is not None and todo.due >= first:
            yield _deadline(todo, todo.due, site)


def _step(todo: Todo) -> str:
    """What is to be done, as a word that keeps an event the same as long as it is."""
    steps = {PlanState.DRAFT: "file", PlanState.RETURNED: "amend"}
    is_change = todo.revision.standing is Standing.WORKING
    return steps.get(todo.plan.state, "change" if is_change else "confirm")


def _deadline(todo: Todo, due: date, site: str) -> str:
    plan = todo.plan
    changed_at = max(plan.updated_at, plan.state_since).astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{_step(todo)}-{plan.id}@{UID_DOMAIN}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", plan.version)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", clean(f"{todo.what}：{todo.revision.title}"))
    opens_on = todo.revision.opens_on
    opening = f"开班 {opens_on:%Y-%m-%d}。" if opens_on else ""
    event.add("description", f"当日 24:00 前有效。{opening}")
    event.add("categories", ["期限"])
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{site}/filing/plans/{plan.id}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean(f"明天到期：{todo.revision.title}"))
    alarm.add("trigger", -REMIND_BEFORE)
    event.add_component(alarm)
    rendered: bytes = event.to_ical()
    return rendered.decode()
