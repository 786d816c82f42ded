"""Handing letters to a mail server, and which of its refusals are final."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

TIMEOUT = 20


class UndeliverableError(Exception):
    """The server will never take this letter (no such address)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server's address: `smtps://` speaks TLS from the start, `smtp://` as soon as the
    server offers it, and then only gives a password over TLS.
    """

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = ""


def read_server(url: str) -> Server:
    """The server of `smtp[s]://[user:password@]host[:port]`; ValueError when it is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("smtp://host:port or smtps://user:password@host:port")
    is_tls = parts.scheme == "smtps"
    port = parts.port or (465 if is_tls else 587 if parts.username else 25)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port, is_tls, user, password)


class Connection:
    """One conversation with the server for many letters; begun anew after an error."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, letter: EmailMessage) -> None:
        """Hand `letter` over; UndeliverableError when it is no use trying again, OSError else."""
        try:
            if self._open is None:
                self._open = self._begin()
            self._open.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            self._close()
            codes = [code for code, _words in error.recipients.values()]
            if codes and min(codes) >= 500:
                raise UndeliverableError(f"recipient refused: {codes[0]}") from error
            raise
        except (smtplib.SMTPException, OSError):
            self._close()
            raise

    def _begin(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
            connection.ehlo()
            if connection.has_extn("starttls") or server.user:
                connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        return connection

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
