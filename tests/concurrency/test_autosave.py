"""An open form that saves itself several times at once, and two clerks at one calendar address."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from ce_bases.calendar.models import FeedLink
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form

pytestmark = pytest.mark.concurrency
AT_ONCE = 8
KEY = "6f1f2b8c-8a55-4a70-9d0e-0d8f7f1f1a11"


def send_together(app: Flask, username: str, path: str, forms: list[dict[str, str]]) -> list[int]:
    """The statuses of these forms, all sent at the same moment by one person's browsers."""
    app.test_client_class = PageClient
    clients = [app.test_client() for _ in forms]
    for client in clients:
        assert isinstance(client, PageClient)
        client.log_in(username)
    start = Barrier(len(forms))

    def send(number: int) -> int:
        start.wait(timeout=30)
        return clients[number].post(path, data=forms[number]).status_code

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(send, range(len(forms))))


def plans() -> int:
    with make_write_session() as session:
        return session.scalar(select(func.count()).select_from(Plan)) or 0


def test_one_form_makes_one_draft_however_often_it_is_sent(app: Flask, world: World) -> None:
    forms = [filled_form(world, idempotency_key=KEY) for _ in range(AT_ONCE)]

    statuses = send_together(app, "clerk", "/filing/plans/new/autosave", forms)

    # Those that come after the first save find its draft; a newer version is never written over.
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    assert plans() == 1


def test_without_the_form_s_key_each_would_make_its_own(app: Flask, world: World) -> None:
    forms = [filled_form(world, idempotency_key=str(uuid4())) for _ in range(AT_ONCE)]

    assert send_together(app, "clerk", "/filing/plans/new/autosave", forms) == [200] * AT_ONCE
    assert plans() == AT_ONCE


def test_of_many_addresses_made_at_once_one_lives(app: Flask, world: World) -> None:
    statuses = send_together(app, "learner", "/me/calendar", [{"do": "make"}] * AT_ONCE)

    assert statuses == [302] * AT_ONCE
    with make_write_session() as session:
        rows = session.scalars(select(FeedLink)).all()
    assert len(rows) == AT_ONCE
    assert sum(row.ended_at is None for row in rows) == 1
