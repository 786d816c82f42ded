"""`flask files sweep` and `flask files verify`."""

import sys

import click

from ce_bases.files import service
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now
from ce_bases.web.uploads import file_store

files_cli = SiteGroup("files", help="Files people sent: photos, scans, PDFs.")


@files_cli.command("sweep")
def sweep() -> None:
    """Delete files of transactions that were given up more than a day ago."""
    click.echo(f"{service.sweep(session(), file_store(), now=request_now())} deleted")


@files_cli.command("verify")
def verify() -> None:
    """Exit 1 with a list when a recorded file is not in the store."""
    lost = service.missing(session(), file_store())
    for name in lost:
        click.echo(f"missing: {name}", err=True)
    if lost:
        sys.exit(1)
    click.echo("every recorded file is there")
