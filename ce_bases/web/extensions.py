"""Extension instances, and the two ways to the database: reading, and one transaction."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ce_bases.core import engine as engines
from ce_bases.core import transactions
from ce_bases.core.orm import Base
from ce_bases.web.reads import note_reads

T = TypeVar("T")
_READING_ENGINE = "ce_bases.reading_engine"


class ReadingSession(FlaskSession):
    """The request's session: the database refuses every write through it."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine:
        return reading_engine()


def reading_engine() -> Engine:
    """The engine of everything that only reads."""
    engine: Engine = current_app.extensions[_READING_ENGINE]
    return engine


db = SQLAlchemy(model_class=Base, session_options={"class_": ReadingSession})
csrf = CSRFProtect()


def init_database(app: Flask) -> None:
    """Open the database of `app` with the promises of `core.engine`."""
    db.init_app(app)
    with app.app_context():
        engines.prepare(db.engine)
        readers = engines.reading(db.engine)
        note_reads(db.engine)
        if readers.pool is not db.engine.pool:
            note_reads(readers)
        app.extensions[_READING_ENGINE] = readers


def session() -> Session:
    """The request's reading session, for queries and templates."""
    return db.session()


def make_write_session() -> Session:
    """A session of its own transaction, whose objects stay readable after the commit."""
    return Session(db.engine, expire_on_commit=False)


def in_transaction(work: Callable[[Session], T]) -> T:
    """Run `work(session)` as one retried transaction and give back its result.

    Views do everything that decides inside `work`: load (scoped), lock, judge, write.
    """
    db.session.rollback()  # what was read before is not what the decision rests on
    return transactions.run(make_write_session, work)
