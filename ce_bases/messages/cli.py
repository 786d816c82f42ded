"""`flask outbox …`: send the mail that waits, and ask for the reminders that are due."""

import sys

import click
from flask import current_app
from sqlalchemy.orm import Session

from ce_bases.config import Settings
from ce_bases.core.clock import Clock
from ce_bases.core.events import publish
from ce_bases.messages import outbox
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.letters import compose
from ce_bases.messages.outbox import Letter
from ce_bases.messages.smtp import Connection, UndeliverableError, read_server
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.moment import CLOCK_KEY, request_now

outbox_cli = SiteGroup("outbox", help="Messages by e-mail, and reminders; run both every minute.")


@outbox_cli.command("send")
@click.option("--most", default=1000, show_default=True, help="Letters to send in one run.")
def send(most: int) -> None:
    """Send what waits. Several may run at once, on several machines; exit 1 when some failed."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_url:
        raise click.ClickException("no mail server: set CE_BASES_SMTP_URL and CE_BASES_MAIL_FROM")
    clock: Clock = current_app.extensions[CLOCK_KEY]
    stale = in_transaction(lambda db: outbox.give_up_stale(db, now=clock()))
    sent = failed = 0
    with Connection(read_server(settings.smtp_url)) as connection:
        for _number in range(most):
            letter = in_transaction(lambda db: outbox.take(db, now=clock()))
            if letter is None:
                break
            if _send_one(connection, letter, settings=settings, clock=clock):
                sent += 1
            else:
                failed += 1
    left = outbox.waiting(session())
    click.echo(f"{sent} sent, {failed} failed, {stale} too old, {left} waiting")
    if failed:
        sys.exit(1)


def _send_one(connection: Connection, letter: Letter, *, settings: Settings, clock: Clock) -> bool:
    error, is_final = "", False
    try:
        if not letter.address:
            raise UndeliverableError("no address any more")
        mail = compose(letter, sender=settings.mail_from, site=settings.site_url, now=clock())
        connection.send(mail)
    except UndeliverableError as refused:
        error, is_final = str(refused), True
    except OSError as trouble:
        # Not its text: a server's answer may repeat the address.
        error = type(trouble).__name__

    def write_down(db: Session) -> bool:
        if error:
            return outbox.mark_failed(db, letter, error, is_final=is_final, now=clock())
        return outbox.mark_sent(db, letter, now=clock())

    in_transaction(write_down)
    return not error


@outbox_cli.command("remind")
def remind() -> None:
    """Tell what is due: each thing once, however often this runs."""

    def tell(db: Session) -> int:
        due = RemindersDue(request_now())
        publish(db, due)
        return due.told

    click.echo(f"{in_transaction(tell)} reminded")
