"""Pages of long lists, addressable by `?page=`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ce_bases.web.forms import tidy_line

T = TypeVar("T")
PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list of `total` rows; `number` counts from 1."""

    items: Sequence[T]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def page_number() -> int:
    """`?page=` of the request; anything that is no page number means the first page."""
    number = request.args.get("page", 1, type=int) or 1
    return min(max(number, 1), 100_000)


def paginate(
    session: Session, statement: Select[*tuple[Any, ...]], *, number: int, per_page: int = PER_PAGE
) -> Page[Any]:
    """Page `number` of the rows of `statement` (its last page when `number` is beyond it)."""
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    total = session.scalar(counted) or 0
    number = min(number, max(1, -(-total // per_page)))
    rows = session.execute(statement.limit(per_page).offset((number - 1) * per_page))
    single = len(statement.selected_columns) == 1 or len(statement.column_descriptions) == 1
    items = rows.scalars().all() if single else rows.all()
    return Page(items, number, total, per_page)


def page_url(number: int) -> str:
    """The list's address with another page number, every filter kept."""
    return with_query(page=number if number > 1 else None)


def with_query(**changes: Any) -> str:
    """The page's address with some query values changed; None takes one away."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in changes and k != "lang"]
    query = kept + [(k, v) for k, v in changes.items() if v is not None]
    return f"{request.path}?{urlencode(query)}" if query else request.path


def searched() -> str:
    """What the reader looks for in a list, `?q=`: one tidy line, the first 60 characters."""
    return (tidy_line(request.args.get("q", "")) or "")[:60]
