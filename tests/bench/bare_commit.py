"""The baseline of a sign-in: one Flask request that commits one row, with the site's own engine."""

import os
from datetime import datetime

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ce_bases.core import engine as engines
from ce_bases.core.clock import system_clock


class Base(DeclarativeBase):
    """Of this module alone: nothing of the site's."""


class BareRow(Base):
    """A row with a key of the client's, as a sign event has one."""

    __tablename__ = "bare_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    at: Mapped[datetime]


def open_engine(url: str) -> Engine:
    """The database as the site opens it."""
    normal = engines.normal_url(url)
    engine = create_engine(normal, **engines.engine_options(normal))
    engines.prepare(engine)
    return engine


def create_table(url: str) -> None:
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


def bare_app() -> Flask:
    engine, app = open_engine(os.environ["CE_BASES_DATABASE_URL"]), Flask("bare_commit")

    @app.get("/")
    def alive() -> str:
        return "bare"

    @app.post("/")
    def commit() -> ResponseReturnValue:
        event_id = request.get_json()["id"]
        with Session(engine) as session:
            session.add(BareRow(event_id=event_id, at=system_clock().replace(tzinfo=None)))
            session.commit()
        return jsonify({"id": event_id})

    return app
