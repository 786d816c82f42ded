"""Who is acting, as plain data: what services and permission predicates see."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The columns of the access table; `PUBLIC` is anyone, signed in or not."""

    PUBLIC = "public"
    PROFESSIONAL = "professional"
    UNIT = "unit"
    BASE = "base"
    LECTURER = "lecturer"
    SUBSTITUTE = "substitute"
    COUNTY = "county"
    CITY = "city"
    ADMIN = "admin"


BUREAU_ROLES = frozenset({Role.COUNTY, Role.CITY})


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in account in one role, with the one organisation or person it acts for.

    `organiser_id` is set for a base's clerk, `bureau_code` for an officer, `unit_id` for a
    unit's staff, `person_id` for a professional, `session_id` for a substitute who holds a link
    to that session; a lecturer acts for the sessions that name the account.
    """

    account_id: int
    role: Role
    name: str
    organisation: str = ""
    organiser_id: int | None = None
    bureau_code: str | None = None
    unit_id: int | None = None
    person_id: int | None = None
    session_id: int | None = None

    @property
    def hat(self) -> str:
        """What a login session remembers of the chosen role, e.g. `base:12`."""
        own = self.organiser_id or self.bureau_code or self.unit_id or self.person_id
        return f"{self.role}:{own or self.account_id}"
