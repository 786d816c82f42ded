"""Hours: the fold, posting, the year page in a big ledger, a unit's list, a certificate."""

import random
import sys
import time
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.orm import Session

from ce_bases.accounts import service as accounts
from ce_bases.accounts.queries import find_account
from ce_bases.accounts.views import hats_of
from ce_bases.certificates.models import Certificate
from ce_bases.certificates.paper import certificate_pdf
from ce_bases.config import load_settings
from ce_bases.core.actors import Role
from ce_bases.core.clock import business_date
from ce_bases.credits import ledger, service, staff
from ce_bases.credits.models import LedgerLine
from ce_bases.factory import create_app
from ce_bases.people.models import Affiliation, Unit
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.year import Activity, Yield, fold_year
from ce_bases.web.access import TOKEN
from ce_bases.web.extensions import db, make_write_session
from ce_bases.web.moment import request_now
from tests.bench.harness import (
    ROUNDS,
    Backend,
    Target,
    get,
    gunicorn,
    rate,
    ratio_of_rates,
    say,
    seconds_of,
)
from tests.bench.posting import PEOPLE, SESSIONS, big_class, new_people

BARE = Target("bare", "/")
LINES = (10_000, 1_000_000)


def run(backend: Backend) -> None:
    """Print the figures of hours on `backend`, which holds the demo city."""
    print(f"\n{backend.name}: hours")
    _fold()
    app = create_app(load_settings(backend.env))
    with app.app_context():
        _posting()
        _staff()
        _certificate()
        db.engine.dispose()
    _year_page(backend, app)


def _fold() -> None:
    """In processor seconds: the fold waits for nothing, and others use the machine too."""
    few, many = _fold_seconds(10_000), _fold_seconds(100_000)
    say("fold, lines a second", 100_000 / many, 50_000)
    say("fold, time a line at 100,000 ÷ at 10,000", many / few / 10, 1.5, at_most=True)


def _fold_seconds(count: int) -> float:
    activities = _activities(count)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        fold_year(2022, activities, POLICY)
        best = min(best, time.process_time() - start)
    return best


def _activities(count: int) -> list[Activity]:
    chance = random.Random(1)
    kinds = ("training", "lecture", "expert_service", "self_study", "publication", "online_course")
    return [
        Activity(
            f"session:{n}#1",
            chance.choice(kinds),
            date(2022, 1, 1) + timedelta(days=chance.randrange(365)),
            Yield(professional=chance.randrange(1, 9)),
            starts_at=chance.randrange(480, 1200),
            has_archive=True,
            key=f"thing{n}",
        )
        for n in range(count)
    ]


def _posting() -> None:
    """The lines of a posting, and all of it, against the bare INSERT … SELECT of the same rows."""
    with make_write_session() as session:
        now = request_now()
        plan, actor = big_class(session, now=now)
        year = business_date(now - timedelta(days=30)).year

        def lines() -> Any:
            return ledger.attended_lines(plan, year, POLICY, actor=actor, now=now)

        def bare() -> None:
            table = LedgerLine.__table__
            session.execute(
                insert(table).from_select(ledger.COLUMNS, lines(), include_defaults=False)
            )

        base = seconds_of(lambda: _undone(session, bare))
        posted = seconds_of(lambda: _undone(session, lambda: ledger.post_lines(session, lines())))
        say(f"posting {PEOPLE * SESSIONS:,} lines ÷ bare insert", posted / base, 3, at_most=True)
        whole = seconds_of(
            lambda: _undone(
                session, lambda: service.confirm_attendance(session, plan, actor=actor, now=now)
            )
        )
        say("the whole posting ÷ bare insert", whole / base, 20, at_most=True)
        session.rollback()


def _undone(session: Session, work: Any) -> None:
    """`work` inside a savepoint that is rolled back: each round meets the same database."""
    point = session.begin_nested()
    work()
    session.flush()
    point.rollback()


def _staff() -> None:
    """A unit's 5,000 people in one statement."""
    with make_write_session() as session:
        unit = session.scalars(select(Unit.id).limit(1)).one()
        people = new_people(session, 5_000, request_now())
        since = date(2020, 1, 1)
        session.execute(
            insert(Affiliation),
            [{"person_id": p, "unit_id": unit, "since_on": since} for p in people],
        )
        session.commit()
        asked: list[str] = []
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda _c, _u, sql, *_rest: asked.append(sql) if sql.startswith("SELECT") else None,
        )
        today = request_now().date()
        wanted = staff.StaffFilter(today.year)
        found = session.execute(staff.staff(unit, wanted, POLICY.requirement, today=today)).all()
        assert len(found) >= 5_000, len(found)
        say("a unit's 5,000 people, statements", len(asked), 1, at_most=True)


def _certificate() -> None:
    with make_write_session() as session:
        made = session.scalars(select(Certificate).limit(1)).one()
        say(
            "a certificate as PDF, seconds",
            seconds_of(lambda: certificate_pdf(made)),
            1,
            at_most=True,
        )


def _year_page(backend: Backend, app: Flask) -> None:
    """The year page of a professional while the ledger around it grows."""
    share = {}
    with app.app_context():
        cookie = _login(app)
    for size in LINES:
        with app.app_context():
            _grow_ledger(size)
            db.engine.dispose()
        with (
            gunicorn("tests.bench.bare:app", backend.env) as bare,
            gunicorn("wsgi:app", backend.env) as site,
        ):
            page = Target("year page", "/me", {"Cookie": _kept_cookie(site, cookie)})
            rate(site, page)  # both workers have compiled their templates
            share[size] = ratio_of_rates(site, page, bare, BARE)
        goal = 0.12 if size == LINES[-1] else None
        say(f"year page ÷ bare page, {size:,} lines", share[size], goal)
    growth = share[LINES[0]] / share[LINES[-1]]
    say("year page, cost at 1,000,000 ÷ at 10,000", growth, 1.2, at_most=True)


def _login(app: Flask) -> str:
    """The cookie header of the listed professional, in the role that a login gives them."""
    with make_write_session() as session:
        account = find_account(session, "learner")
        assert account is not None
        hat = next(iter(hats_of(session, account.id, role=Role.PROFESSIONAL))).hat
        token = accounts.start_session(session, account, hat=hat, agent="bench", now=request_now())
        session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({TOKEN: token})}"


def _kept_cookie(site: int, cookie: str) -> str:
    """What a browser sends from the second page on: the cookie that the first one set."""
    status, headers, _ = get(site, "/me", {"Cookie": cookie})
    assert status == 200, status
    return headers.get("Set-Cookie", cookie).partition(";")[0]


def _grow_ledger(size: int) -> None:
    """Let new people have the lines of people of the demo, until there are `size` lines.

    A city has more people than a small one, not more lines a person: what a database believes of
    an average person decides how it looks for the lines of one.
    """
    columns = ", ".join(name for name in ledger.COLUMNS if name != "person_id")
    first = "reverses_id IS NULL AND version = 1"
    with make_write_session() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL statement_timeout = 0"))
        have = session.scalar(select(func.count()).select_from(LedgerLine)) or 0
        models = session.execute(
            text(
                f"SELECT person_id, count(*) FROM ledger_line WHERE {first} "
                "AND person_id IN (SELECT id FROM person WHERE account_id IS NULL) "
                "GROUP BY person_id ORDER BY person_id LIMIT 500"
            )
        ).all()
        if not models:
            sys.exit("the ledger cannot grow: the demo has no lines")
        copies = -(-max(0, size - have) // sum(lines for _, lines in models))
        people = new_people(session, copies * len(models), request_now()) if copies else range(0)
        for n, (model, _lines) in enumerate(models if copies else ()):
            own = people[n * copies : (n + 1) * copies]
            session.execute(
                text(
                    f"INSERT INTO ledger_line ({columns}, person_id) "
                    f"SELECT {columns}, new.id FROM ledger_line CROSS JOIN "
                    "(SELECT id FROM person WHERE id BETWEEN :low AND :high) AS new "
                    f"WHERE {first} AND person_id = :model"
                ),
                {"model": model, "low": own[0], "high": own[-1]},
            )
        session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # A million rows written at once are tidied up behind the measurement otherwise.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
        else:
            connection.exec_driver_sql("ANALYZE")  # the last connection to close writes the rest
