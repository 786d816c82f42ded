"""What a browser saw at a door before anybody said who they are: one signed cookie.

The moment of the scan is the sign-in's; nothing a browser sends can move it.
"""

import json
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

_COOKIE = "ce_scan"
#: As long as one day's classes last: flags compare the phones of one session.
_LIFE = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Scan:
    """A good code seen at `at_ms`: for which sessions, and the id of the event it may become."""

    event_id: str
    session_ids: tuple[int, ...]
    kind: str
    at_ms: int
    until_ms: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def until(self) -> datetime:
        """Until when the browser may say who it is."""
        return datetime.fromtimestamp(self.until_ms / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Handset:
    """A browser at the door: a random name that says nothing of its owner, and its last scan."""

    device: str
    scan: Scan | None = None

    def with_scan(
        self, session_ids: tuple[int, ...], kind: str, *, now: datetime, minutes: int
    ) -> "Handset":
        at_ms = int(now.timestamp() * 1000)
        until_ms = at_ms + minutes * 60_000
        return replace(self, scan=Scan(str(uuid.uuid4()), session_ids, kind, at_ms, until_ms))

    def live_scan(self, now: datetime) -> Scan | None:
        """The scan while the browser may still say who it is."""
        return self.scan if self.scan and now <= self.scan.until else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="scan")


def read_handset() -> Handset:
    """The browser of this request; a new one when it was never at a door, or lies."""
    try:
        device, scan = json.loads(_serializer().loads(request.cookies.get(_COOKIE, "")))
        if scan is not None:
            scan = Scan(**{**scan, "session_ids": tuple(scan["session_ids"])})
        return Handset(str(device), scan)
    except (BadSignature, ValueError, TypeError):
        return Handset(uuid.uuid4().hex)


def is_known() -> bool:
    """Whether the browser keeps our cookie."""
    return _COOKIE in request.cookies


def remember(response: Response, handset: Handset) -> Response:
    """Have the browser keep `handset`."""
    kept = [handset.device, asdict(handset.scan) if handset.scan else None]
    response.set_cookie(
        _COOKIE,
        _serializer().dumps(json.dumps(kept)),
        max_age=int(_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response
