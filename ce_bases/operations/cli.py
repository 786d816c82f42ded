"""`flask backup PATH` and `flask restore PATH`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from ce_bases.operations.backup import BackupError, back_up, move_on, numbers_of, put_back
from ce_bases.web.command_line import SiteCommand
from ce_bases.web.extensions import db


@click.command("backup", cls=SiteCommand)
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def backup(path: Path) -> None:
    """Write a copy of the whole database to PATH while the site runs."""
    try:
        back_up(db.engine, path)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"backed up to {path}")


@click.command("restore", cls=SiteCommand)
@click.argument("path", type=click.Path(path_type=Path))
@click.confirmation_option(prompt="Everything in the database is replaced by the copy. Go on?")
@with_appcontext
def restore(path: Path) -> None:
    """Replace everything in the database by the copy at PATH; stop the site first."""
    before = numbers_of(db.engine)
    db.engine.dispose()
    try:
        put_back(db.engine, path)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    db.engine.dispose()
    move_on(db.engine, before)
    click.echo(f"restored from {path}; now run `flask db upgrade` and `flask ledger verify`")
