"""Commands about accounts: `flask account …`; `create` and `join` are in `account_cli`."""

import click
from sqlalchemy.orm import Session

from ce_bases.accounts import queries, service
from ce_bases.audit.service import Act, record
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import in_transaction
from ce_bases.web.moment import request_now

account_cli = SiteGroup("account", help="Accounts: create, reset, close.")


@account_cli.command("reset")
@click.argument("username")
def reset(username: str) -> None:
    """Print a one-time path on which USERNAME chooses a new password."""

    def issue(db: Session) -> str:
        account = queries.find_account(db, username)
        if account is None:
            raise click.ClickException(f"no account named {username}")
        return service.issue_password_link(db, account, actor=None, now=request_now())

    click.echo(f"/password/{in_transaction(issue)}")


@account_cli.command("close")
@click.argument("username")
def close(username: str) -> None:
    """Close USERNAME's account: every login ends, no new one begins."""

    def deactivate(db: Session) -> None:
        account = queries.find_account(db, username)
        if account is None:
            raise click.ClickException(f"no account named {username}")
        account.is_active = False
        service.end_all_sessions(db, account.id, now=request_now())
        record(db, Act("close_account", "account", account.id), actor=None, now=request_now())

    in_transaction(deactivate)
    click.echo(f"{username} closed")
