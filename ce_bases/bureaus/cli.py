"""Commands of the bureaus: `flask holidays …`."""

from collections.abc import Callable
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from ce_bases.bureaus import holidays
from ce_bases.core.errors import InvalidInputError
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.moment import request_now

holidays_cli = SiteGroup("holidays", help="Public holidays of years not published yet.")
_DAY = click.DateTime(["%Y-%m-%d"])


@holidays_cli.command("add")
@click.argument("day", type=_DAY, metavar="DAY")
@click.argument("name")
@click.option("--worked", is_flag=True, help="A Saturday or Sunday on which people work.")
def add(day: datetime, name: str, worked: bool) -> None:
    """Note DAY (YYYY-MM-DD) as the holiday NAME; repeated sessions leave it out."""
    wanted = holidays.Stretch(day.date(), day.date(), name, worked)
    _change(lambda db: holidays.note_holidays(db, wanted, actor=None, now=request_now()))
    click.echo(f"{day:%Y-%m-%d} {name}")


@holidays_cli.command("remove")
@click.argument("day", type=_DAY, metavar="DAY")
def remove(day: datetime) -> None:
    """Take DAY off the list again."""
    on = day.date()
    _change(lambda db: holidays.drop_holidays(db, on, on, actor=None, now=request_now()))


@holidays_cli.command("show")
@click.argument("year", type=click.IntRange(2020, 2099))
def show(year: int) -> None:
    """Print whether YEAR is published, else the days noted by hand."""
    if not holidays.unpublished_years([date(year, 1, 1)]):
        click.echo(f"{year}: published")
        return
    for noted in holidays.noted_in(session(), year):
        click.echo(f"{noted.day} {noted.name}{' (worked)' if noted.is_worked else ''}")


def _change(work: Callable[[Session], None]) -> None:
    try:
        in_transaction(work)
    except InvalidInputError as error:
        raise click.ClickException(str(error.message)) from None
