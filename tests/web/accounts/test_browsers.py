"""Whoever fails in somebody's name cannot keep them out of the browser they always use."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.world import World
from tests.web.client import PageClient

GOOD = "correct horse 电池"
BAD = "not the password"


@pytest.fixture
def passwords(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        for name in ("clerk", "learner"):
            account = session.scalars(select(Account).where(Account.username == name)).one()
            account.password_hash = service.hash_password(GOOD)
        session.commit()


def browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def log_in(client: PageClient, username: str = "clerk", password: str = GOOD) -> int:
    form = {"username": username, "password": password}
    return client.post("/login", data=form).status_code


def shut(client: PageClient, username: str = "clerk") -> None:
    """Fail in this name until the door is shut."""
    while log_in(client, username, BAD) != 429:
        pass


def test_a_stranger_who_never_rests_shuts_out_new_browsers_only(
    app: Flask, passwords: None, clock: FrozenClock
) -> None:
    usual, stranger = browser(app), browser(app)
    assert log_in(usual) == 302
    usual.post("/logout")

    # Each time the door would open the stranger is there first.
    for _quarter in range(3):
        shut(stranger)
        assert log_in(browser(app)) == 429
        assert log_in(usual) == 302
        usual.post("/logout")
        clock.forward(minutes=15, seconds=1)


def test_a_known_browser_is_not_asked_about_a_crowded_address(app: Flask, passwords: None) -> None:
    usual = browser(app)
    assert log_in(usual) == 302
    usual.post("/logout")
    with make_write_session() as session:
        key = service.failure_key(str(app.config["SECRET_KEY"]), "ip:127.0.0.1")
        for n in range(service.FAILURES_PER_ADDRESS):
            service.note_failure(session, account_key=f"k{n}", address_key=key, now=NOON_1_JUNE)
        session.commit()

    assert log_in(browser(app)) == 429
    assert log_in(usual) == 302


def test_a_known_browser_guesses_no_more_often_than_others(
    app: Flask, passwords: None, clock: FrozenClock
) -> None:
    usual = browser(app)
    assert log_in(usual) == 302
    usual.post("/logout")

    answers = [log_in(usual, password=BAD) for _ in range(service.FAILURES_PER_ACCOUNT)]

    assert answers == [422] * service.FAILURES_PER_ACCOUNT
    assert log_in(usual) == 429
    assert log_in(browser(app)) == 302  # its failures are its own
    clock.forward(minutes=15, seconds=1)
    assert log_in(usual) == 302


def test_to_be_known_for_one_account_says_nothing_for_another(app: Flask, passwords: None) -> None:
    usual = browser(app)
    assert log_in(usual, "learner") == 302
    usual.post("/logout")
    shut(browser(app), "clerk")

    assert log_in(usual, "clerk") == 429
    assert log_in(usual, "learner") == 302


@pytest.mark.parametrize("kept", ["", "x", "WyJ4IiwgWyJ4Il1d.aaaaaa.bbbb"])
def test_a_made_up_cookie_makes_no_known_browser(app: Flask, passwords: None, kept: str) -> None:
    shut(browser(app))
    liar = browser(app)
    liar.set_cookie("ce_known", kept, path="/login")

    assert log_in(liar) == 429


def test_after_half_a_year_a_browser_is_new_again(
    app: Flask, passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = browser(app)
    assert log_in(usual) == 302
    usual.post("/logout")
    monkeypatch.setattr("ce_bases.web.browsers._LIFE_SECONDS", -1)
    shut(browser(app))

    assert log_in(usual) == 429


def test_who_was_shut_out_comes_in_where_a_link_set_the_password(
    app: Flask, passwords: None, world: World
) -> None:
    shut(browser(app))
    with make_write_session() as session:
        account = session.get_one(Account, world["clerk"].account_id)
        token = service.issue_password_link(
            session, account, actor=world["clerk2"], now=NOON_1_JUNE
        )
        session.commit()
    new, fresh = "一句更长的新密码就好", browser(app)

    form = {"new_password": new, "repeat_password": new}
    assert fresh.post(f"/password/{token}", data=form).status_code == 302

    assert log_in(fresh, password=new) == 302
    assert log_in(browser(app), password=new) == 429


def test_only_the_login_page_is_told_which_browser_it_is(app: Flask, passwords: None) -> None:
    usual = browser(app)
    set_by = usual.post("/login", data={"username": "clerk", "password": GOOD})
    cookie = next(c for c in set_by.headers.getlist("Set-Cookie") if c.startswith("ce_known="))

    assert {"HttpOnly", "Path=/login", "SameSite=Lax"} <= set(cookie.split("; "))
    assert f"Max-Age={int(timedelta(days=180).total_seconds())}" in cookie
    assert "clerk" not in cookie
