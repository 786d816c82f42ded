"""What the claim's pages show, put together from queries, preview and words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.claims.content import CAUSE_LABELS, FIELDS, LABELS, RANK_LABELS
from ce_bases.claims.models import Claim
from ce_bases.claims.moves import action_label
from ce_bases.claims.posting import title_of
from ce_bases.claims.preview import Worth, pending_hours, room_for, worth_of
from ce_bases.claims.queries import pending_of, stamp_of_pending
from ce_bases.claims.wording import field_name, holder_of, limit_of
from ce_bases.claims.workflow import (
    EDITABLE,
    PENDING,
    STATE_LABELS,
    STATE_TONES,
    ClaimState,
)
from ce_bases.core import events
from ce_bases.core.text import Text, msg
from ce_bases.credits import year_stamp
from ce_bases.credits.events import JudgeAsked, PendingItem, YearAsked
from ce_bases.credits.explain import KIND_LABELS
from ce_bases.credits.models import Kind
from ce_bases.plans.models import SUBJECT_LABELS
from ce_bases.policy.registry import filing_policy_for


def facts_of(claim: Claim) -> list[tuple[Text, Any]]:
    """What a claim says, as (name, value) in the order of its form; values may be Text."""
    said: list[tuple[Text, Any]] = []
    for name in (*FIELDS[claim.kind], "remarks"):
        value = getattr(claim, name)
        if value in (None, ""):
            continue
        said.append((field_name(claim.kind, name, LABELS[name]), _written(name, value)))
    if claim.archive_number:
        said.append((msg("学习档案编号"), claim.archive_number))
    return said


def _written(name: str, value: Any) -> Any:
    tables: dict[str, Any] = {
        "subject": SUBJECT_LABELS,
        "rank": RANK_LABELS,
        "cause": CAUSE_LABELS,
    }
    if name == "approved":
        return msg("是") if value else msg("否")
    if name == "halves":
        return Halves(value)
    return tables[name][value] if name in tables else value


@dataclass(frozen=True, slots=True)
class Halves:
    """Half-hours, so that a page writes them as hours."""

    halves: int


#: What templates look words up in.
WORDS: dict[str, Any] = {
    "state": STATE_LABELS,
    "tone": STATE_TONES,
    "kind": KIND_LABELS,
    "subject": SUBJECT_LABELS,
    "bureau": BY_CODE,
    "facts": facts_of,
    "title": title_of,
    "holder": holder_of,
}


def limits(
    session: Session, person_id: int, kind: Kind, claim: Claim | None, *, today: date
) -> Text:
    """The limit of `kind` and what is left of it, in the year the claim is about."""
    year = claim.held_on.year if claim is not None and claim.held_on else today.year
    policy = filing_policy_for(year)
    return limit_of(kind, policy, room_for(session, person_id, kind, year), year)


def worth(session: Session, claim: Claim | None, *, now: datetime) -> Sequence[Worth]:
    """What an undecided claim would come to; nothing for what cannot be counted yet."""
    if claim is None or claim.state not in (*EDITABLE, *PENDING):
        return ()
    missing = [name for name in FIELDS[claim.kind] if getattr(claim, name) in (None, "")]
    return () if missing else worth_of(session, claim, now=now)


def steps(claim: Claim) -> list[tuple[Text, str, str]]:
    """The claim's way for the stepper; people without a unit have one step less."""
    state = claim.state
    ways: list[tuple[Text, tuple[ClaimState, ...]]] = [(msg("提交"), EDITABLE)]
    if claim.unit_id is not None or state in EDITABLE:
        ways.append((msg("单位确认"), (ClaimState.WITH_UNIT,)))
    ways.append((msg("人社部门认定"), (ClaimState.WITH_BUREAU,)))
    if state in (ClaimState.REFUSED, ClaimState.WITHDRAWN, ClaimState.REVERSED):
        return [(msg("提交"), "done", ""), (STATE_LABELS[state], "stopped", "")]
    done = True
    found: list[tuple[Text, str, str]] = []
    for label, states in ways:
        is_now = state in states
        done = done and not is_now
        found.append((label, "now" if is_now else ("done" if done else ""), ""))
    found.append((msg("学时入账"), "done" if state is ClaimState.CREDITED else "", ""))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a claim's history."""

    at: datetime
    what: Text
    who: str
    organisation: str
    reason: str


def told(entries: Sequence[AuditEntry]) -> list[Told]:
    """A claim's history, the newest first."""
    return [
        Told(e.at, action_label(e.action), e.actor_name, e.organisation, e.reason)
        for e in reversed(entries)
    ]


def tell_year(session: Session, asked: YearAsked) -> None:
    """Add what waits for a decision to the page of somebody's year."""
    waiting = pending_of(session, asked.person_id)
    here = [claim for claim in waiting if _touches(claim, asked.year)]
    hours = pending_hours(session, here, asked.person_id, asked.year, now=asked.now)
    asked.public += hours.public
    asked.professional += hours.professional
    asked.items += [
        PendingItem(
            title=title_of(claim),
            kind=KIND_LABELS[claim.kind],
            state=STATE_LABELS[claim.state],
            holder=holder_of(claim),
            since=claim.state_since,
            endpoint="claims.show",
            values={"claim_id": claim.id},
        )
        for claim in here
    ]


def _touches(claim: Claim, year: int) -> bool:
    first = claim.held_on
    last = claim.until_on or first
    return first is not None and last is not None and first.year <= year <= last.year


def tell_judge(session: Session, asked: JudgeAsked) -> None:
    """The bureau that decided on the claim behind a line, and its page of the claim."""
    found = re.fullmatch(r"claim:([0-9]{1,15})(:[0-9]{4})?", asked.source)
    claim = session.get(Claim, int(found[1])) if found else None
    if claim is not None:
        asked.bureau_code = claim.bureau_code
        asked.endpoint, asked.values = "claims.desk_item", {"claim_id": claim.id}


def subscribe() -> None:
    """Have the pages of hours ask, and know when to ask again; the factory calls this once."""
    events.subscribe(YearAsked, tell_year)
    events.subscribe(JudgeAsked, tell_judge)
    year_stamp.add_part("claims", stamp_of_pending(year_stamp.PERSON))
