"""How commands refuse what they are called with: one line on standard error, exit 2.

Scripts that call a command read that line; a screen of usage belongs to `--help`.
"""

from typing import IO, Any

import click
from flask.cli import AppGroup


class RefusedError(click.ClickException):
    """Called wrongly; its text is the one line."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


class _OneLine(click.Command):
    """Turns whatever click has against the arguments into one line."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError:
            raise  # a group without a command: its help
        except click.UsageError as error:
            raise _refused(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _refused(error) from None


class SiteCommand(_OneLine):
    """A command of this site."""


class SiteGroup(_OneLine, AppGroup):
    """A group of them."""

    command_class = SiteCommand


def _refused(error: click.UsageError) -> RefusedError:
    return RefusedError(" ".join(error.format_message().split()))
