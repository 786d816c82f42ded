"""Every public page is kept, depends on watched tables only, and follows each of their changes."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from ce_bases.bureaus.holidays import Stretch, drop_holidays, note_holidays
from ce_bases.core.access import Action, grant_for
from ce_bases.core.actors import Role
from ce_bases.core.clock import moment_at
from ce_bases.core.public_state import SHOWN, STRIPES, WATCHED, stripe_of
from ce_bases.core.state_reader import StateReader
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.organisers.models import Organiser, Venue
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.web import reads
from ce_bases.web.caching import conditional
from ce_bases.web.extensions import db, make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.rosters import enrol
from tests.factories.world import World
from tests.web.calendar.conftest import File
from tests.web.client import PageClient
from tests.web.proving import ProvingCache

DAY = date(2022, 6, 20)
#: Every public page that is kept. One that is added stands here or in UNKEPT.
KEPT = {
    "home.robots": "/robots.txt",
    "home.sitemap": "/sitemap.xml",
    "home.index": "/",
    "home.contacts": "/contacts",
    "home.help": "/help",
    "home.privacy": "/privacy",
    "calendar.bases": "/bases?q=基地",
    "calendar.base": "/bases/{base}",
    "calendar.feed": "/calendar.ics",
    "calendar.base_feed": "/bases/{base}.ics",
    "calendar.plan_feed": "/plans/{number}.ics",
    "calendar.window": "/filing-window?opening=2022-07-01",
    "calendar.plan": "/plans/{number}",
    "calendar.search": "/search?number=2022",
    "calendar.index": "/calendar",
    "calendar.lectures": "/lectures",
    "calendar.subscribe": "/subscribe?organiser={base}",
    "credits.calculator": "/hours",
}
ALSO = [
    *("/calendar?view=week", "/calendar?view=list&free=1", "/calendar?q=培训&month=2022-06"),
    "/calendar?month=2060-10",  # a year whose holidays nobody has published
]
#: Public, but of a moment, of a visitor, or of a secret address.
UNKEPT = {
    *("static", "bootstrap.static", "home.healthz", "home.readyz"),
    *("calendar.personal_feed", "calendar.notice", "attendance_review.door_link"),
    *("accounts.login", "accounts.use_link"),
    *("certificates.check", "certificates.show", "certificates.key"),
    *("attendance_offline.shell", "attendance_offline.worker"),
    *("checkin.scan", "checkin.type_digits", "checkin.here"),
}


@pytest.fixture
def state(app: Flask) -> StateReader:
    return StateReader(db.engine)


def public_endpoints(app: Flask) -> set[str]:
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and grant_for(Role.PUBLIC, getattr(app.view_functions[rule.endpoint], "action", Action))
    }


def test_every_public_page_is_looked_at_here(app: Flask) -> None:
    assert public_endpoints(app) == KEPT.keys() | UNKEPT
    assert not KEPT.keys() & UNKEPT


@pytest.mark.parametrize("path", [*KEPT.values(), *ALSO])
def test_a_public_page_is_made_once(app: Flask, world: World, file: File, path: str) -> None:
    path = path.format(base=world.base_id, number=file(DAY))
    browser = Client(app.wsgi_app, use_cookies=False)
    with app.app_context():
        first = browser.get(path)
    with app.app_context():
        second = browser.get(path)

    assert first.status_code == 200
    assert first.cache_control.public
    assert "X-Request-Id" not in second.headers, "it was made again"
    assert second.data == first.data


#: What each page asks of the clock; the rest asks for the moment.
TIMELESS = {
    *("home.robots", "home.contacts", "home.help", "home.privacy"),
    *("calendar.bases", "calendar.plan_feed", "calendar.search", "calendar.subscribe"),
}
OF_THE_DAY = {
    *("calendar.feed", "calendar.base_feed", "calendar.window"),
    *("home.sitemap", "credits.calculator"),
}
#: Around which moments the clock is walked: enrolment closes, a midnight, a year ends.
MOMENTS = [
    moment_at(DAY, time(8, 0)),
    moment_at(DAY, time(9, 0)),
    moment_at(date(2022, 6, 21), time(0)),
    moment_at(date(2023, 1, 1), time(0)),
]
STEPS = [timedelta(seconds=n) for n in (-3600, -61, -1, -0.001, 0, 0.001, 1, 59.999, 60)]


def ask(app: Flask, path: str) -> TestResponse:
    with app.app_context():
        return Client(app.wsgi_app, use_cookies=False).get(path)


@pytest.mark.parametrize("endpoint", sorted(KEPT))
def test_each_page_is_right_at_every_moment_and_lives_as_long_as_it_may(
    app: Flask, world: World, file: File, clock: FrozenClock, endpoint: str
) -> None:
    """Whatever is answered from memory is made anew and compared, byte for byte (`proving`)."""
    path = KEPT[endpoint].format(base=world.base_id, number=file(DAY, date(2022, 12, 31)))
    kept = []
    for moment in MOMENTS:
        for step in STEPS:
            clock.set(moment + step)
            assert ask(app, path).status_code == 200
            cache = app.wsgi_app
            assert isinstance(cache, ProvingCache)
            (key,) = cache.kept
            answer = cache.kept.find(key)
            assert answer is not None
            kept.append(answer.made_at < clock())
    around = [kept[start : start + len(STEPS)] for start in range(0, len(kept), len(STEPS))]
    if endpoint in TIMELESS:
        assert kept == [False] + [True] * (len(kept) - 1)
    elif endpoint in OF_THE_DAY:
        assert around[0] == [False] + [True] * 8
        assert around[1] == [True] * 9
        # An hour before midnight it is still kept; at midnight it is made again, once.
        assert around[2] == [True] * 4 + [False] + [True] * 4
        assert around[3] == [False] + [True] * 3 + [False] + [True] * 4
    else:
        # Made at each new minute, kept within it.
        assert around[1] == [False, False, False, True, False, True, True, True, False]


def test_a_page_that_reads_the_clock_unnoted_is_caught(
    app: Flask, world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it tells the time without asking for it."""

    def secret() -> object:
        return conditional(f"{clock():%H:%M:%S}", mimetype="text/plain")

    secret.action = Action.READ_PUBLIC  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "home.help", secret)
    first = ask(app, "/help").text
    clock.forward(seconds=1)
    with pytest.raises(AssertionError, match="was not forgotten"):
        ask(app, "/help")
    assert first == f"{NOW:%H:%M:%S}"


def test_nothing_is_watched_in_vain(
    app: Flask, client: PageClient, world: World, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: set[str] = set()
    plain = reads.tables_in
    monkeypatch.setattr(reads, "tables_in", lambda s: read.update(plain(s)) or plain(s))
    number = file(DAY)
    for path in [*KEPT.values(), *ALSO]:
        read -= {"account", "login_session"}
        client.get(path.format(base=world.base_id, number=number))

    # Read only of classes that were changed: by `told_of`, for the plan's history.
    assert read | {"revision_change", "course_session"} == WATCHED.keys()


def test_who_is_signed_in_gets_the_kept_page_and_leaves_nothing_in_it(
    client: PageClient, world: World, file: File
) -> None:
    path = f"/plans/{file(DAY)}"
    anonymous = client.get(path)
    client.log_in("clerk")
    signed_in = client.get(path)

    assert signed_in.data == anonymous.data
    assert "X-Request-Id" not in signed_in.headers
    assert world["clerk"].name not in signed_in.text


def test_a_page_that_looked_at_the_session_is_in_no_shared_cache(
    app: Flask, client: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when its view declares it public and puts somebody's name on it."""
    from ce_bases.web.access import find_actor

    def careless() -> object:
        actor = find_actor()
        return conditional(actor.name if actor else "nobody", mimetype="text/plain")

    careless.action = Action.READ_PUBLIC
    monkeypatch.setitem(app.view_functions, "home.help", careless)
    client.log_in("clerk")
    mine = client.get("/help")
    client.log_out()

    assert mine.text == world["clerk"].name
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert client.get("/help").text == "nobody"


def moved(state: StateReader, change: Callable[[Session], object]) -> set[int]:
    """The scopes whose numbers a committed change moves; nothing moves before the commit."""
    before = state.all()
    assert before is not None
    with make_write_session() as session:
        change(session)
        session.flush()
        assert state.all() == before
        session.commit()
    after = state.all()
    assert after is not None
    return {scope for scope in range(STRIPES + 1) if before[scope] != after[scope]}


def test_drafts_disturb_no_page(state: StateReader, world: World) -> None:
    def draft(session: Session) -> None:
        plan = drafted_plan(session, world, make_session_details(world, on=DAY), now=NOW)
        plan.revisions[0].title = "改过的名字"

    assert moved(state, draft) == set()


def test_a_seat_disturbs_its_own_class_only(state: StateReader, world: World, file: File) -> None:
    file(DAY)

    def take(session: Session) -> None:
        enrol(session, session.query(Plan).one(), world.person_ids[:1], now=NOW)

    def give_up(session: Session) -> None:
        place = session.query(Enrolment).one()
        place.place, place.cancelled_at = Place.CANCELLED, NOW

    with make_write_session() as session:
        scope = stripe_of(session.query(Plan).one().id)
    assert moved(state, take) == {scope}
    assert moved(state, give_up) == {scope}
    assert moved(state, lambda session: session.query(Enrolment).delete()) == {scope}


def test_what_pages_show_disturbs_them(state: StateReader, world: World) -> None:
    def file_one(session: Session) -> None:
        filed_plan(session, world, make_session_details(world, on=DAY), now=NOW)

    def cancel(session: Session) -> None:
        service.cancel_plan(
            session, session.query(Plan).one(), "停办", actor=world["clerk"], now=NOW
        )

    def rename(session: Session) -> None:
        session.get_one(Organiser, world.base_id).phone = "0537-7654321"

    def shrink(session: Session) -> None:
        session.get_one(Venue, world.venue_id).capacity = 3

    def note(session: Session) -> None:
        noted = Stretch(date(2060, 10, 1), date(2060, 10, 3), "国庆节")
        note_holidays(session, noted, actor=None, now=NOW)

    def drop(session: Session) -> None:
        drop_holidays(session, date(2060, 10, 1), date(2060, 10, 3), actor=None, now=NOW)

    for change in (file_one, cancel, rename, shrink, note, drop):
        assert moved(state, change) == {SHOWN}, change.__name__


def test_nobody_can_watch_without_the_rows(state: StateReader, session: Session) -> None:
    """Half a state is none: then every page is made anew."""
    assert state.all() is not None
    session.execute(text("DELETE FROM public_state WHERE scope = 0"))
    session.commit()
    try:
        assert state.all() is None
        assert state.total() is None
    finally:
        session.execute(text("INSERT INTO public_state (scope, number) VALUES (0, 0)"))
        session.commit()


def test_a_database_that_is_away_gives_no_numbers(
    app: Flask, state: StateReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state.total() is not None
    state._idle[0].close()  # as after a restart of the server

    assert state.total() is None
    assert state.total() is not None, "the next one is a new connection"
