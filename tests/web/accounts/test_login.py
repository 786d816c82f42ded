"""Logging in and out, limits, one-time links, and forms that outlive a session."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts import service
from ce_bases.accounts.models import Account, LoginSession
from ce_bases.web.access import TOKEN
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.world import World
from tests.web.client import PageClient

PASSWORD = "正确的马电池订书钉"  # nine characters are too few; see below
GOOD = "correct horse 电池"


@pytest.fixture
def clerk_password(world: World) -> None:
    with make_write_session() as session:
        account = session.scalars(select(Account).where(Account.username == "clerk")).one()
        account.password_hash = service.hash_password(GOOD)
        session.commit()


def log_in(client: PageClient, username: str = "clerk", password: str = GOOD, **more: str):
    return client.post("/login", data={"username": username, "password": password, **more})


def test_a_clerk_logs_in_under_any_spelling_and_lands_at_work(
    client: PageClient, clerk_password: None
) -> None:
    answer = log_in(client, " ＣＬＥＲＫ ")

    assert (answer.status_code, answer.location) == (302, "/home")
    assert client.get("/home").location == "/filing"


def test_wrong_password_and_unknown_name_get_the_same_answer(
    client: PageClient, clerk_password: None
) -> None:
    wrong, unknown = log_in(client, password="x" * 12), log_in(client, username="nobody")

    def scrub(text: str) -> str:
        return re.sub(r'value="[^"]*"', "", text)

    assert wrong.status_code == unknown.status_code == 422
    assert scrub(wrong.text) == scrub(unknown.text)
    assert "用户名或密码不正确" in wrong.text


def test_logout_ends_the_session_whatever_cookie_is_kept(
    client: PageClient, clerk_password: None
) -> None:
    log_in(client)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    client.post("/logout")

    with client.session_transaction() as cookie:
        cookie.update(kept)
    assert client.get("/account").location == "/login?next=/account"


def test_the_session_runs_out_after_twelve_hours(
    client: PageClient, clerk_password: None, clock: FrozenClock
) -> None:
    log_in(client)
    clock.forward(hours=11, minutes=59)
    assert client.get("/account").status_code == 200
    clock.forward(minutes=1)
    assert client.get("/account").status_code == 302


def test_too_many_failures_lock_the_account_for_a_quarter_of_an_hour(
    client: PageClient, clerk_password: None, clock: FrozenClock
) -> None:
    for _ in range(service.FAILURES_PER_ACCOUNT):
        assert log_in(client, password="not the password").status_code == 422

    refused = log_in(client)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 901
    clock.forward(minutes=15, seconds=1)
    assert log_in(client).status_code == 302


def test_a_hall_behind_one_address_is_not_locked_out(
    client: PageClient, clerk_password: None
) -> None:
    with make_write_session() as session:
        for n in range(service.FAILURES_PER_ADDRESS - 1):
            service.note_failure(
                session, account_key=f"k{n}", address_key="one address", now=NOON_1_JUNE
            )
        service.check_limits(session, account_key="k", address_key="one address", now=NOON_1_JUNE)


@pytest.mark.parametrize(
    "next_page",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_no_link_sends_people_elsewhere_after_the_login(
    client: PageClient, clerk_password: None, next_page: str
) -> None:
    assert log_in(client, next=next_page).location == "/home"


def test_a_changed_role_ends_at_once(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    assert client.get("/account").status_code == 200
    with make_write_session() as session:
        from ce_bases.organisers.models import OrganiserMember

        member = session.scalars(
            select(OrganiserMember).where(OrganiserMember.account_id == world["clerk"].account_id)
        ).one()
        member.until_on = NOON_1_JUNE.date()
        session.commit()

    assert client.get("/account").status_code == 302


def test_changing_the_password_ends_every_other_login(
    app: Flask, client: PageClient, clerk_password: None
) -> None:
    other = app.test_client()
    assert isinstance(other, PageClient)
    log_in(client)
    log_in(other)

    answer = client.post(
        "/account/password",
        data={
            "password": GOOD,
            "new_password": "一句更长的新密码就好",
            "repeat_password": "一句更长的新密码就好",
        },
    )

    assert answer.location == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_a_password_changed_while_it_was_proved_lets_nobody_in(
    client: PageClient, clerk_password: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows the old one must not slip in beside the change that ends all logins."""
    prove = service.find_authentic

    def prove_and_change(session: Session, username: str, password: str) -> Account | None:
        found = prove(session, username, password)
        with make_write_session() as db:
            account = db.scalars(select(Account).where(Account.username == username)).one()
            service.set_password(db, account, "一句更长的新密码就好", actor=None, now=NOON_1_JUNE)
            service.end_all_sessions(db, account.id, now=NOON_1_JUNE)
            db.commit()
        return found

    monkeypatch.setattr(service, "find_authentic", prove_and_change)

    assert log_in(client).status_code == 422
    assert client.get("/account").status_code == 302
    with make_write_session() as session:
        assert session.scalars(select(LoginSession)).all() == []


@pytest.mark.parametrize(
    ("new", "problem"),
    [("太短的密码", "至少 10 个字符"), ("clerk-clerk-clerk", "太容易"), ("aaaaaaaaaaaa", "太容易")],
)
def test_a_poor_password_is_refused_in_words(
    client: PageClient, clerk_password: None, new: str, problem: str
) -> None:
    log_in(client)

    page = client.post(
        "/account/password", data={"password": GOOD, "new_password": new, "repeat_password": new}
    )

    assert page.status_code == 422
    assert problem in page.text


def test_a_link_sets_the_password_once(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        account = session.get_one(Account, world["clerk"].account_id)
        token = service.issue_password_link(
            session, account, actor=world["clerk2"], now=NOON_1_JUNE
        )
        session.commit()
    new = {"new_password": GOOD, "repeat_password": GOOD}

    assert "用户名：clerk" in client.get(f"/password/{token}").text
    assert client.post(f"/password/{token}", data=new).location == "/login"
    assert client.post(f"/password/{token}", data=new).status_code == 409
    assert log_in(client).status_code == 302


def test_a_link_dies_after_two_days_and_when_a_newer_one_is_given(
    session: Session, world: World
) -> None:
    account = session.get_one(Account, world["clerk"].account_id)
    first = service.issue_password_link(session, account, actor=None, now=NOON_1_JUNE)
    second = service.issue_password_link(session, account, actor=None, now=NOON_1_JUNE)
    late = NOON_1_JUNE + timedelta(hours=48)
    from ce_bases.core.errors import WrongStateError

    for token, at in ((first, NOON_1_JUNE), (second, late)):
        with pytest.raises(WrongStateError):
            service.use_password_link(session, token, GOOD, now=at)


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The app with the protection against forged forms that other tests leave out."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def _hidden(html: str, name: str) -> str:
    field = BeautifulSoup(html, "html.parser").find("input", attrs={"name": name})
    return str(field["value"]) if field else ""


def test_what_was_typed_survives_the_end_of_the_session(
    guarded: Flask, client: PageClient, clerk_password: None
) -> None:
    token = _hidden(client.get("/login").text, "csrf_token")
    log_in(client, csrf_token=token)
    page = client.get("/account/password")
    token = _hidden(page.text, "csrf_token")
    with make_write_session() as session:
        session.query(LoginSession).update({"ended_at": NOON_1_JUNE})
        session.commit()

    ended = client.post(
        "/account/role",
        data={"csrf_token": token, "hat": "甲<b>"},
        headers={"Origin": "http://localhost"},
    )
    assert ended.status_code == 401
    kept = _hidden(ended.text, "kept")
    again = log_in(client, csrf_token=_hidden(ended.text, "csrf_token"), kept=kept)

    form = BeautifulSoup(again.text, "html.parser").find("form", action="/account/role")
    assert form is not None
    assert form.find("input", attrs={"name": "hat"})["value"] == "甲<b>"
    assert "csrf_token" not in [f["name"] for f in form.find_all("input")][1:]


def test_a_strangers_form_is_never_kept(
    guarded: Flask, client: PageClient, clerk_password: None
) -> None:
    ended = client.post(
        "/account/role", data={"hat": "x"}, headers={"Origin": "https://evil.example"}
    )

    assert ended.status_code == 401
    assert _hidden(ended.text, "kept") == ""


def test_a_forged_form_is_refused(
    guarded: Flask, client: PageClient, clerk_password: None, world: World
) -> None:
    client.log_in("clerk")

    refused = client.post("/logout", data={}, headers={"Origin": "https://evil.example"})

    assert refused.status_code == 400
    assert client.get("/account").status_code == 200


def test_the_cookie_says_nothing_but_a_token(client: PageClient, clerk_password: None) -> None:
    log_in(client)

    with client.session_transaction() as cookie:
        assert set(cookie) <= {TOKEN, "csrf_token", "_fresh"}
