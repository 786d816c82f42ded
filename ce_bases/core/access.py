"""Who may do what: the one table, and nothing that is not in it is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ce_bases.core.actors import Role


class Scope(StrEnum):
    """How far a grant reaches; objects are loaded only through a query of that reach."""

    PUBLIC = "public"
    OWN_PERSON = "own_person"
    OWN_UNIT = "own_unit"
    OWN_SESSION = "own_session"
    OWN_BASE = "own_base"
    JURISDICTION = "jurisdiction"
    JURISDICTION_IF_NO_UNIT = "jurisdiction_if_no_unit"
    COMMAND_LINE = "command_line"


@dataclass(frozen=True, slots=True)
class Grant:
    """One cell of the table; `masked`: IDs show four digits, `second`: needs a second person."""

    scope: Scope
    masked: bool = False
    second: bool = False


class Action(StrEnum):
    """The rows of the table."""

    READ_PUBLIC = "read_public"
    SIGN_IN_TO_SITE = "sign_in_to_site"
    KEEP_ACCOUNT = "keep_account"
    READ_OWN_RECORD = "read_own_record"
    ENROL = "enrol"
    CLAIM_HOURS = "claim_hours"
    FIRST_REVIEW_CLAIM = "first_review_claim"
    READ_CLAIM = "read_claim"
    READ_STAFF_HOURS = "read_staff_hours"
    REMIND_STAFF = "remind_staff"
    EDIT_PLAN = "edit_plan"
    READ_PLAN = "read_plan"
    DECIDE_FILING = "decide_filing"
    MANAGE_BASE = "manage_base"
    IMPORT_ROSTER = "import_roster"
    PRINT_SHEET = "print_sheet"
    TAKE_SIGN_IN = "take_sign_in"
    LEND_DOOR = "lend_door"
    SCAN_DOOR_CODE = "scan_door_code"
    SIGN_IN_ONESELF = "sign_in_oneself"
    REOPEN_REGISTER = "reopen_register"
    MAKE_UP_ATTENDANCE = "make_up_attendance"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    OBJECT_TO_HOURS = "object_to_hours"
    OBJECT_TO_OWN_HOURS = "object_to_own_hours"
    ANSWER_OBJECTION = "answer_objection"
    DECIDE_CLAIM = "decide_claim"
    ISSUE_CERTIFICATE = "issue_certificate"
    REVOKE_CERTIFICATE = "revoke_certificate"
    READ_ATTENDANCE = "read_attendance"
    HOLD_OWN_LECTURE = "hold_own_lecture"
    REVEAL_ID = "reveal_id"
    APPROVE_ORGANISATIONS = "approve_organisations"
    PUSH_TO_PROVINCE = "push_to_province"
    READ_HOLIDAYS = "read_holidays"
    KEEP_HOLIDAYS = "keep_holidays"
    OPERATE = "operate"


PUBLIC = Grant(Scope.PUBLIC)
PERSON = Grant(Scope.OWN_PERSON)
UNIT = Grant(Scope.OWN_UNIT)
SESSION = Grant(Scope.OWN_SESSION)
BASE = Grant(Scope.OWN_BASE)
JURISDICTION = Grant(Scope.JURISDICTION)
NO_UNIT = Grant(Scope.JURISDICTION_IF_NO_UNIT)

_EVERYBODY = dict.fromkeys(Role, PUBLIC)
_SIGNED_IN: dict[Role, Grant] = {r: PERSON for r in Role if r is not Role.PUBLIC}
_BUREAUS = {Role.COUNTY: JURISDICTION, Role.CITY: JURISDICTION}

TABLE: Mapping[Action, Mapping[Role, Grant]] = {
    Action.READ_PUBLIC: _EVERYBODY,
    Action.SIGN_IN_TO_SITE: _EVERYBODY,
    Action.KEEP_ACCOUNT: _SIGNED_IN,
    Action.READ_OWN_RECORD: {Role.PROFESSIONAL: PERSON},
    Action.ENROL: {Role.PROFESSIONAL: PERSON, Role.UNIT: UNIT},
    Action.CLAIM_HOURS: {Role.PROFESSIONAL: PERSON},
    Action.FIRST_REVIEW_CLAIM: {Role.UNIT: UNIT, Role.COUNTY: NO_UNIT, Role.CITY: NO_UNIT},
    Action.READ_CLAIM: {Role.PROFESSIONAL: PERSON, Role.UNIT: UNIT, **_BUREAUS},
    Action.READ_STAFF_HOURS: {Role.UNIT: Grant(Scope.OWN_UNIT, masked=True)},
    Action.REMIND_STAFF: {Role.UNIT: UNIT},
    Action.EDIT_PLAN: {Role.BASE: BASE},
    Action.READ_PLAN: {Role.BASE: BASE, **_BUREAUS},
    Action.DECIDE_FILING: _BUREAUS,
    Action.MANAGE_BASE: {Role.BASE: BASE},
    Action.IMPORT_ROSTER: {Role.BASE: BASE, **_BUREAUS},
    Action.PRINT_SHEET: {Role.BASE: BASE, Role.LECTURER: SESSION, **_BUREAUS},
    Action.TAKE_SIGN_IN: {
        Role.BASE: BASE,
        Role.LECTURER: SESSION,
        Role.SUBSTITUTE: SESSION,
        **_BUREAUS,
    },
    Action.LEND_DOOR: {Role.BASE: BASE, **_BUREAUS},
    # Judged before the login; it gives a moment, not a sign-in.
    Action.SCAN_DOOR_CODE: _EVERYBODY,
    Action.SIGN_IN_ONESELF: {Role.PROFESSIONAL: PERSON},
    Action.REOPEN_REGISTER: {Role.BASE: Grant(Scope.OWN_BASE, second=True), **_BUREAUS},
    Action.MAKE_UP_ATTENDANCE: {Role.BASE: Grant(Scope.OWN_BASE, second=True)},
    Action.CONFIRM_ATTENDANCE: {Role.BASE: BASE, **_BUREAUS},
    Action.OBJECT_TO_HOURS: _BUREAUS,
    Action.OBJECT_TO_OWN_HOURS: {Role.PROFESSIONAL: PERSON},
    Action.ANSWER_OBJECTION: {Role.BASE: BASE, **_BUREAUS},
    Action.DECIDE_CLAIM: _BUREAUS,
    Action.ISSUE_CERTIFICATE: {Role.PROFESSIONAL: PERSON},
    Action.REVOKE_CERTIFICATE: _BUREAUS,
    Action.READ_ATTENDANCE: {
        Role.PROFESSIONAL: PERSON,
        Role.BASE: Grant(Scope.OWN_BASE, masked=True),
        Role.LECTURER: Grant(Scope.OWN_SESSION, masked=True),
        Role.COUNTY: Grant(Scope.JURISDICTION, masked=True),
        Role.CITY: Grant(Scope.JURISDICTION, masked=True),
    },
    Action.HOLD_OWN_LECTURE: {Role.LECTURER: SESSION, **_BUREAUS},
    Action.REVEAL_ID: {Role.PROFESSIONAL: PERSON, **_BUREAUS},
    Action.APPROVE_ORGANISATIONS: _BUREAUS,
    Action.PUSH_TO_PROVINCE: {Role.CITY: JURISDICTION, Role.ADMIN: Grant(Scope.COMMAND_LINE)},
    # No business decision, but one of the city: what its bases leave out when they repeat.
    Action.READ_HOLIDAYS: {Role.BASE: BASE, **_BUREAUS},
    Action.KEEP_HOLIDAYS: {Role.CITY: JURISDICTION, Role.ADMIN: Grant(Scope.COMMAND_LINE)},
    Action.OPERATE: {Role.ADMIN: Grant(Scope.COMMAND_LINE)},
}


def grant_for(role: Role, action: Action) -> Grant | None:
    """The cell of the table, or None where the role is refused."""
    return TABLE[action].get(role)
