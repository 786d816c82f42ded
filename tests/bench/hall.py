"""A hall of people at a door whose clock stands still, and a client that taps them in."""

import http.client
import json
import os
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.accounts.service import start_session
from ce_bases.config import load_settings
from ce_bases.core.identity import check_digit
from ce_bases.factory import create_app
from ce_bases.people.models import Person
from ce_bases.web.access import TOKEN
from ce_bases.web.extensions import db, make_write_session
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import VAULT, build_world

#: Ten minutes before the class: sign-in is on. Servers of `tests.bench.door` stand at it.
MOMENT = at(8, 50)


@dataclass(frozen=True)
class Hall:
    """A filed session, who is expected, and the lecturer's login."""

    session_id: int
    people: list[int]
    account: int
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return f"/teach/sessions/{self.session_id}"

    def item(self, number: int, event_id: str = "") -> dict[str, Any]:
        """The tap on somebody, numbered by the phone."""
        return {
            "id": event_id or str(uuid.uuid4()),
            "kind": "in",
            "person": self.people[number % len(self.people)],
            "at": round(MOMENT.timestamp() * 1000),
            "seq": number,
            "offset": 0,
        }

    def body(self, *items: dict[str, Any]) -> bytes:
        device = "0b6f8a52-0000-4000-8000-000000000001"
        sent = {"format": 1, "device": device, "account": self.account, "items": items}
        return json.dumps(sent).encode()

    def post(self, port: int, *items: dict[str, Any]) -> tuple[int, Any]:
        """(status, answer) of one delivery; OSError when the server is not there."""
        return post(port, f"{self.path}/batch", self.body(*items), self.headers)


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """(status, parsed JSON) of one POST on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text) if answer.status == 200 else None


def door_app(env: dict[str, str] | None = None) -> Flask:
    """The site with its clock standing at `MOMENT`."""
    return create_app(load_settings(env or dict(os.environ)), clock=lambda: MOMENT)


def make_hall(env: dict[str, str], size: int) -> Hall:
    """Fill the empty, migrated database of `env` with one class of `size` people."""
    app = door_app(env)
    with app.app_context():
        with make_write_session() as writing:
            world = build_world(writing, now=NOON_1_JUNE)
            plan = filed_plan(writing, world, now=NOON_1_JUNE)
            people = [_person(writing, n) for n in range(size)]
            enrol(writing, plan, people, now=NOON_1_JUNE)
            lecturer = world["lecturer"]
            account = writing.get_one(Account, lecturer.account_id)
            token = start_session(writing, account, hat=lecturer.hat, agent="bench", now=MOMENT)
            session_id = first_session_id(plan)
            writing.commit()
            account_id = account.id
        db.engine.dispose()
    return Hall(session_id, people, account_id, _headers(app, token))


def _person(writing: Session, number: int) -> int:
    first17 = f"370811199001{1 + number // 900:02d}{100 + number % 900}"
    sealed = VAULT.seal(first17 + check_digit(first17))
    initials = chr(65 + number % 23) + "XY"
    person = Person(
        name=f"学员{number:04d}",
        initials=initials,
        id_cipher=sealed.cipher,
        id_index=sealed.index,
        id_last4=sealed.last4,
        created_at=NOON_1_JUNE,
    )
    writing.add(person)
    writing.flush()
    return person.id


def _headers(app: Flask, token: str) -> dict[str, str]:
    """The cookie and token against forgery a logged-in phone sends."""
    with app.test_request_context():
        session[TOKEN] = token
        csrf = generate_csrf()
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        cookie = serializer.dumps(dict(session))
    return {
        "Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}",
        "X-CSRFToken": csrf,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
