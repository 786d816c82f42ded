"""`flask outbox send` against a mail server that listens, refuses or is not there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string, policy

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from ce_bases.config import SettingsError, load_settings
from ce_bases.core.text import msg
from ce_bases.messages import service
from ce_bases.messages.models import OutgoingMail
from ce_bases.messages.notes import Note
from ce_bases.web.extensions import make_write_session
from tests.conftest import FrozenClock
from tests.factories.world import World
from tests.web.messages.mail_server import Given, mail_server

NOTE = Note("class_cancelled", msg("消息"), msg("已全部标为已读。"), "messages.inbox")


@pytest.fixture
def server(app: Flask) -> Iterator[Given]:
    settings = app.config["SETTINGS"]
    with mail_server() as (url, given):
        app.config["SETTINGS"] = replace(
            settings, smtp_url=url, mail_from="noreply@jx.cn", site_url="https://jx.cn"
        )
        yield given
        app.config["SETTINGS"] = settings


def tell(world: World, clock: FrozenClock, username: str, address: str, lang: str = "zh") -> None:
    with make_write_session() as db:
        service.set_mail_address(db, address, language=lang, actor=world[username], now=clock())
        service.notify(db, [world[username].account_id], NOTE, now=clock())
        db.commit()


def send(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["outbox", "send", *arguments])


def outcomes() -> list[tuple[bool, bool, str]]:
    with make_write_session() as db:
        rows = db.scalars(select(OutgoingMail).order_by(OutgoingMail.message_id))
        return [(r.sent_at is not None, r.given_up_at is not None, r.last_error) for r in rows]


def test_a_letter_arrives_whole_in_the_readers_language(
    app: Flask, world: World, clock: FrozenClock, server: Given
) -> None:
    tell(world, clock, "learner", "learner@b.cn")
    tell(world, clock, "learner2", "two@b.cn", "en")
    result = send(app)

    assert (result.exit_code, result.output) == (0, "2 sent, 0 failed, 0 too old, 0 waiting\n")
    chinese, english = (message_from_string(text, policy=policy.default) for text in server.letters)
    assert (chinese["Subject"], chinese["To"]) == ("消息", "learner@b.cn")
    assert str(chinese["From"]) == "济宁继续教育 <noreply@jx.cn>"
    assert chinese["Auto-Submitted"] == "auto-generated"
    assert chinese.get_content().split()[:2] == ["已全部标为已读。", "https://jx.cn/inbox"]
    assert (english["Subject"], english["To"]) == ("Messages", "two@b.cn")
    assert english.get_content().startswith("All messages are marked as read.")
    assert chinese["Message-ID"] != english["Message-ID"]
    assert send(app).output == "0 sent, 0 failed, 0 too old, 0 waiting\n"
    assert len(server.letters) == 2


def test_a_refused_address_is_given_up_and_the_others_go(
    app: Flask, world: World, clock: FrozenClock, server: Given
) -> None:
    server.refused = {"gone@b.cn": 550, "busy@b.cn": 450}
    for username, address in (
        ("learner", "gone@b.cn"),
        ("learner2", "busy@b.cn"),
        ("clerk", "well@b.cn"),
    ):
        tell(world, clock, username, address)
    result = send(app)

    assert (result.exit_code, result.output) == (1, "1 sent, 2 failed, 0 too old, 1 waiting\n")
    assert outcomes() == [
        (False, True, "recipient refused: 550"),
        (False, False, "SMTPRecipientsRefused"),
        (True, False, ""),
    ]
    server.refused = {}
    clock.forward(minutes=2)
    assert send(app).output == "1 sent, 0 failed, 0 too old, 0 waiting\n"


def test_a_killed_senders_letter_goes_again_under_the_same_id(
    app: Flask, world: World, clock: FrozenClock, server: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(world, clock, "learner", "learner@b.cn")

    def killed(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ce_bases.messages.outbox.mark_sent", killed)
        assert send(app).exit_code != 0
    assert send(app).output == "0 sent, 0 failed, 0 too old, 1 waiting\n"
    clock.forward(minutes=10)
    assert send(app).output == "1 sent, 0 failed, 0 too old, 0 waiting\n"
    ids = {message_from_string(text)["Message-ID"] for text in server.letters}
    assert (len(server.letters), len(ids)) == (2, 1)


def test_no_server_there_is_tried_again(
    app: Flask, world: World, clock: FrozenClock, server: Given
) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url="smtp://127.0.0.1:9")
    tell(world, clock, "learner", "learner@b.cn")

    assert send(app).output == "0 sent, 1 failed, 0 too old, 1 waiting\n"
    assert outcomes() == [(False, False, "ConnectionRefusedError")]


def test_an_address_taken_away_meanwhile_gets_nothing(
    app: Flask, world: World, clock: FrozenClock, server: Given
) -> None:
    tell(world, clock, "learner", "learner@b.cn")
    with make_write_session() as db:
        service.set_mail_address(db, "", language="zh", actor=world["learner"], now=clock())
        db.commit()

    assert send(app).output == "0 sent, 1 failed, 0 too old, 0 waiting\n"
    assert server.letters == []


def test_old_news_is_not_sent(app: Flask, world: World, clock: FrozenClock, server: Given) -> None:
    tell(world, clock, "learner", "learner@b.cn")
    clock.set(clock() + timedelta(days=3))

    assert send(app).output == "0 sent, 0 failed, 1 too old, 0 waiting\n"


def test_without_a_server_it_says_which_setting(app: Flask) -> None:
    result = send(app)

    assert result.exit_code == 1
    assert "CE_BASES_SMTP_URL" in result.output


@pytest.mark.parametrize(
    "given",
    [
        {"SMTP_URL": "smtp://x"},
        {"MAIL_FROM": "a@b.cn"},
        {"SMTP_URL": "http://x", "MAIL_FROM": "a@b.cn"},
        {"SMTP_URL": "smtp://x", "MAIL_FROM": "a"},
    ],
)
def test_half_a_mail_setting_stops_the_start(
    given: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("instance"))
    environ = {f"CE_BASES_{k}": v for k, v in {**given, "INSTANCE_DIR": folder}.items()}

    with pytest.raises(SettingsError, match=r"SMTP_URL|MAIL_FROM"):
        load_settings(environ)
