"""`flask account create` and `join`: accounts with their roles, which come from organisations.

Here, above the features, because an account knows none of them.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from ce_bases.accounts import queries as accounts
from ce_bases.accounts.cli import account_cli
from ce_bases.accounts.creation import create_account
from ce_bases.accounts.models import Account
from ce_bases.accounts.service import issue_password_link
from ce_bases.audit.service import Act, record
from ce_bases.bureaus.directory import BY_CODE, CITY_CODE
from ce_bases.bureaus.service import add_officer
from ce_bases.core.actors import Role
from ce_bases.core.errors import UserFacingError
from ce_bases.organisers import queries as organisers
from ce_bases.organisers import staff
from ce_bases.people import members as people
from ce_bases.web.extensions import in_transaction
from ce_bases.web.moment import request_now

__all__ = ["account_cli"]
T = TypeVar("T")
# A substitute's account is made with its link and cannot log in.
ROLES = [role.value for role in Role if role not in {Role.PUBLIC, Role.SUBSTITUTE}]


@dataclass(frozen=True, slots=True)
class Place:
    """For which organisation or person a role is held; what the role needs must be given."""

    role: Role
    organiser: str | None
    bureau: str | None
    unit: str | None
    lecturer_id: int | None
    person_id: int | None


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which role, and for whom; they arrive as keyword arguments."""
    for option in (
        click.option("--person-id", type=int, help="professional: the person's number here."),
        click.option("--lecturer-id", type=int, help="lecturer: the lecturer's number here."),
        click.option("--unit", help="unit: its full name."),
        click.option("--bureau", type=click.Choice(list(BY_CODE)), help="county: its area code."),
        click.option("--organiser", help="base: the organiser's full name."),
        click.option("--role", required=True, type=click.Choice(ROLES), help="What for."),
    ):
        command = option(command)
    return command


@account_cli.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as pages show it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--ask-password", is_flag=True, help="Ask for the password, unseen, twice.")
@place_options
def create(
    username: str, name: str, password_stdin: bool, ask_password: bool, **place: Any
) -> None:
    """Create USERNAME with a role. Without a password, print a one-time path to choose one.

    A password is never an argument: other users of the machine could read it.
    """
    wanted = Place(**{**place, "role": Role(place["role"])})
    password = _password(from_stdin=password_stdin, ask=ask_password)

    def work(db: Session) -> str:
        now = request_now()
        account = create_account(db, username, name, password=password, actor=None, now=now)
        _join(db, account, wanted)
        return "" if password else issue_password_link(db, account, actor=None, now=now)

    token = _run(work)
    click.echo(f"{username} created as {wanted.role}.")
    if token:
        click.echo(f"One-time path, valid for 48 hours: /password/{token}")


@account_cli.command("join")
@click.argument("username")
@place_options
def join(username: str, **place: Any) -> None:
    """Give USERNAME, who has an account, one more role."""
    wanted = Place(**{**place, "role": Role(place["role"])})

    def work(db: Session) -> str:
        account = accounts.find_account(db, username)
        if account is None:
            raise click.ClickException(f"no account named {username}")
        _join(db, account, wanted)
        return ""

    _run(work)
    click.echo(f"{username} is now also {wanted.role}.")


def _password(*, from_stdin: bool, ask: bool) -> str | None:
    if from_stdin:
        read = sys.stdin.readline().rstrip("\r\n")
        if not read:
            raise click.ClickException("no password on standard input")
        return read
    if ask:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return None


def _run(work: Callable[[Session], str]) -> str:
    try:
        return in_transaction(work)
    except UserFacingError as error:
        raise click.ClickException(str(error.message)) from error


def _join(db: Session, account: Account, place: Place) -> None:
    """Make the account what `place` says."""
    now = request_now()
    match place.role:
        case Role.BASE:
            organiser = _found(
                organisers.find_organiser(db, _need(place.organiser, "--organiser")), "organiser"
            )
            staff.add_clerk(db, organiser, account, actor=None, now=now)
        case Role.LECTURER:
            lecturer = organisers.find_lecturer(db, _need(place.lecturer_id, "--lecturer-id"))
            staff.link_lecturer(db, _found(lecturer, "lecturer"), account, actor=None, now=now)
        case Role.COUNTY | Role.CITY:
            add_officer(db, _bureau(place), account, actor=None, now=now)
        case Role.UNIT:
            unit = _found(people.find_unit(db, _need(place.unit, "--unit")), "unit")
            people.add_unit_clerk(db, unit, account, actor=None, now=now)
        case Role.PROFESSIONAL:
            person = people.find_person(db, _need(place.person_id, "--person-id"))
            people.give_account(db, _found(person, "person"), account, actor=None, now=now)
        case _:
            account.is_admin = True
            record(db, Act("make_admin", "account", account.id), actor=None, now=now)


def _bureau(place: Place) -> str:
    if place.role is Role.CITY:
        return CITY_CODE
    code = _need(place.bureau, "--bureau")
    if code == CITY_CODE:
        raise click.ClickException("the city bureau's officers have the role city")
    return code


def _need(value: T | None, option: str) -> T:
    if value is None:
        raise click.ClickException(f"{option} is needed for this role")
    return value


def _found(row: T | None, kind: str) -> T:
    if row is None:
        raise click.ClickException(f"there is no such {kind}")
    return row
