"""The same lecturer in the lists of two bases: found, asked about, and joined — rules §4.

Neither base learns where else somebody teaches: only that one name and unit stands on another
list too, and later that the person is busy.
"""

import secrets
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ce_bases.organisers.models import Lecturer


def folded(text: str) -> str:
    """`text` as two people would type it: width, case and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def namesakes(
    session: Session, organiser_id: int, *, name: str, unit_name: str, index: str | None
) -> list[Lecturer]:
    """Lecturers of other organisers who may be the same person: of one name and unit.

    None where two resident IDs already answer it, or where the others are two persons
    themselves, so that nobody could say which one is meant.
    """
    found = session.scalars(
        select(Lecturer)
        .where(
            Lecturer.organiser_id != organiser_id,
            Lecturer.name == name,
            Lecturer.is_active,
        )
        .order_by(Lecturer.id)
    )
    unit = folded(unit_name)
    same = [other for other in found if folded(other.unit_name) == unit]
    known = {other.identity_index for other in same if other.identity_index}
    if len(known) > 1:
        return []
    return [other for other in same if index is None or other.identity_index is None]


def say_same(session: Session, lecturer: Lecturer, others: Sequence[Lecturer]) -> None:
    """Join the rows: from now on they are one person. An ID, where one is known, is their key."""
    rows = _held(session, [lecturer, *others])
    known = [row.identity_index for row in rows if row.identity_index]
    keys = {row.person_key for row in rows if row.person_key}
    key = known[0] if known else secrets.token_hex(32)
    _rename(session, keys, key)
    for row in rows:
        row.person_key = key
    session.flush()


def say_nobody_else(lecturer: Lecturer) -> None:
    """Give the row a key of its own: the question was answered."""
    lecturer.person_key = secrets.token_hex(32)


def identify(session: Session, lecturer: Lecturer, index: str) -> None:
    """Write down the keyed hash of an ID; rows that were said to be this person follow."""
    if lecturer.person_key is not None:
        _rename(session, {lecturer.person_key}, index)
        lecturer.person_key = index
    lecturer.identity_index = index


def _held(session: Session, rows: Iterable[Lecturer]) -> list[Lecturer]:
    """The rows under their locks, in the order of their ids, as they are now."""
    ids = {row.id for row in rows}
    return list(
        session.scalars(
            select(Lecturer)
            .where(Lecturer.id.in_(ids))
            .order_by(Lecturer.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _rename(session: Session, keys: set[str], key: str) -> None:
    session.execute(
        update(Lecturer)
        .where(Lecturer.person_key.in_(keys), Lecturer.person_key != key)
        .values(person_key=key)
        .execution_options(synchronize_session="fetch")
    )
