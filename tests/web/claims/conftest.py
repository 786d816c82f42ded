"""What a browser sends about claims."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ce_bases.claims.content import Content
from ce_bases.claims.models import Claim
from ce_bases.core.filestore import FileStore
from ce_bases.credits.models import Kind
from ce_bases.web.extensions import make_write_session
from ce_bases.web.uploads import STORE_KEY
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories import claims as factory
from tests.factories.claims import COMPLETE, JPEG
from tests.factories.world import World

Make = Callable[..., int]


def typed(content: Content) -> dict[str, str]:
    """`content` as somebody types it into the form."""
    found: dict[str, str] = {}
    for name in ("title", "organiser", "number", "held_on", "until_on", "minutes"):
        if (value := getattr(content, name)) not in (None, ""):
            found[name] = str(value)
    if content.halves is not None:
        found["halves"] = f"{content.halves / 2:g}"
    if content.starts_at is not None:
        found["starts_at"] = f"{content.starts_at:%H:%M}"
    if content.approved is not None:
        found["approved"] = "yes" if content.approved else "no"
    for name in ("rank", "cause", "subject"):
        if (value := getattr(content, name)) is not None:
            found[name] = value.value
    return found


def filled(
    kind: Kind, *, do: str = "send", photo: bytes | None = JPEG, **more: Any
) -> dict[str, Any]:
    """The form of `kind`, complete, with a photo."""
    files = {} if photo is None else {"files": (io.BytesIO(photo), "证书.jpg")}
    key = {"idempotency_key": str(uuid.uuid4()), "do": do}
    return {**typed(COMPLETE[kind]), **files, **key, **more}


def key(**more: Any) -> dict[str, Any]:
    return {"idempotency_key": str(uuid.uuid4()), **more}


def stored(claim_id: int) -> Claim:
    with make_write_session() as session:
        claim = session.get_one(Claim, claim_id)
        assert all(item.file for item in claim.evidence)
        return claim


def all_claims() -> list[Claim]:
    with make_write_session() as session:
        return session.query(Claim).order_by(Claim.id).all()


@pytest.fixture
def files(app: Flask) -> FileStore:
    store: FileStore = app.extensions[STORE_KEY]
    return store


@pytest.fixture
def make(world: World, files: FileStore) -> Make:
    """A claim as far as `how` of `tests.factories.claims` brings it, committed; its id."""

    def made(how: str, kind: Kind = Kind.PUBLICATION, **more: Any) -> int:
        with make_write_session() as session:
            build = getattr(factory, f"{how}_claim")
            claim = build(session, world, kind, **{"now": NOW, "files": files, **more})
            session.commit()
            return claim.id

    return made
