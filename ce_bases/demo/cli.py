"""Commands about the demo: `flask demo …`."""

import json
from typing import Any

import click
import flask_migrate
from flask import current_app
from sqlalchemy import select

from ce_bases.accounts.models import Account
from ce_bases.certificates.service import Issuer
from ce_bases.config import Settings
from ce_bases.demo.listed import LISTED, Listed
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import make_write_session, session
from ce_bases.web.moment import request_now
from ce_bases.web.uploads import file_store
from ce_bases.web.vault import vault

demo_cli = SiteGroup("demo", help="A constructed city to look at and try out.")
ROLE_WORDS = {
    "professional": "专业技术人员",
    "unit": "用人单位",
    "base": "办班单位",
    "lecturer": "授课人",
    "county": "县级人社部门",
    "city": "市级人社部门",
    "admin": "系统管理",
}


@demo_cli.command("load")
@click.option("--i-know", is_flag=True, help="Load it in production mode all the same.")
def load(i_know: bool) -> None:
    """Fill an empty database with a constructed city; a second time adds nothing."""
    from ce_bases.demo.load import NotEmptyError, load_demo

    settings: Settings = current_app.config["SETTINGS"]
    if not settings.is_demo and not i_know:
        raise click.ClickException(
            "this is production: the demo's passwords are public. "
            "Use --i-know on a database that is only for looking."
        )
    try:
        issuer = Issuer(settings.certificate_key, settings.site_url or "http://127.0.0.1:8000")
        written = load_demo(
            make_write_session,
            vault=vault(),
            store=file_store(),
            issuer=issuer,
            now=request_now(),
        )
    except NotEmptyError as error:
        raise click.ClickException(
            f"the database holds other {error} already; the demo wants an empty one. "
            "Nothing was written."
        ) from error
    if written is None:
        click.echo("The demo is loaded already; nothing was added.")
    else:
        counts = ", ".join(f"{count} {name}" for name, count in written.items())
        click.echo(f"The demo is loaded: {counts}.")


@demo_cli.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def accounts(as_json: bool) -> None:
    """Print the accounts one may try."""
    changed = _changed_passwords()
    rows = [_row(listed, is_changed=listed.username in changed) for listed in LISTED]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    click.echo("Demo accounts (user name · password · role · organisation):")
    for row in rows:
        password = row["password"] or "(changed by its user)"
        role = ROLE_WORDS[row["role"]]
        click.echo(f"  {row['username']:<13} {password:<22} {role}  {row['organisation']}")


@demo_cli.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """Bring the database up to date, load the demo and print its accounts, in one start."""
    flask_migrate.upgrade()
    context.invoke(load)
    context.invoke(accounts)


def _row(listed: Listed, *, is_changed: bool) -> dict[str, Any]:
    return {
        "username": listed.username,
        "password": None if is_changed else listed.password,
        "role": listed.role.value,
        "organisation": listed.organisation,
    }


def _changed_passwords() -> set[str]:
    """The listed accounts whose user has chosen another password since."""
    statement = select(Account.username).where(
        Account.username.in_([listed.username for listed in LISTED]),
        Account.password_changed_at.is_not(None),
    )
    return set(session().scalars(statement))
