"""From a claim to lines of the ledger: what the notice makes of it, year by year."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from ce_bases.claims.content import CAUSE_LABELS, thing_key
from ce_bases.claims.models import Claim
from ce_bases.core.actors import Actor
from ce_bases.credits.explain import KIND_LABELS
from ce_bases.credits.models import Kind, Origin
from ce_bases.plans.models import Subject
from ce_bases.policy import conversion
from ce_bases.policy.conversion import Yield
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import PERIODS, clause_of


def yields_of(claim: Claim, policy: YearPolicy) -> Yield:
    """What a claim of no period comes to by itself — 二(二)4, one pure function a kind."""
    make = _YIELDS.get(claim.kind)
    return make(claim, policy) if make else Yield()


def _subject(claim: Claim) -> str:
    return (claim.subject or Subject.PROFESSIONAL).value


def _competition(claim: Claim, policy: YearPolicy) -> Yield:
    if claim.rank is None:
        return Yield()
    return conversion.competition(claim.rank.value, _subject(claim), policy)


_YIELDS: Mapping[Kind, Callable[[Claim, YearPolicy], Yield]] = {
    Kind.TRAINING: lambda c, _: conversion.training(_subject(c), c.halves or 0),
    Kind.SELF_STUDY: lambda c, _: conversion.self_study(_subject(c), c.halves or 0),
    Kind.ACHIEVEMENT: lambda c, p: conversion.work(_subject(c), p),
    Kind.PUBLICATION: lambda c, p: conversion.work(_subject(c), p),
    Kind.EXPERT_SERVICE: lambda c, p: conversion.expert_service(_subject(c), c.minutes or 0, p),
    Kind.EXAM: lambda _, p: conversion.exam(p),
    Kind.COMPETITION: _competition,
}


def pieces(claim: Claim) -> Iterator[tuple[date, date | None]]:
    """(first day, last day or None) in each year the claim touches: a period is split by year."""
    first, last = claim.held_on, claim.until_on
    if first is None or first.year < FIRST_YEAR:
        return
    if claim.kind not in PERIODS:
        yield first, None
    elif last is not None:
        for year in range(first.year, last.year + 1):
            yield max(first, date(year, 1, 1)), min(last, date(year, 12, 31))


def ledger_lines(claim: Claim, *, actor: Actor | None, now: datetime) -> list[dict[str, Any]]:
    """The rows a claim is credited with: hours as claimed, one row for each year it touches.

    Their source is `claim:<id>`, with the year behind it where a period spans several.
    """
    found = list(pieces(claim))
    return [
        _line(claim, first, last, actor=actor, now=now)
        | {"source": f"claim:{claim.id}" + (f":{first.year}" if len(found) > 1 else "")}
        for first, last in found
    ]


def _line(
    claim: Claim, first: date, last: date | None, *, actor: Actor | None, now: datetime
) -> dict[str, Any]:
    policy = policy_for(first.year)
    claimed = _claimed(claim, first, last, policy)
    return {
        "person_id": claim.person_id,
        "year": first.year,
        "version": 1,
        "reverses_id": None,
        "kind": claim.kind,
        "subject": None if claim.kind in PERIODS else Subject(_subject(claim)),
        "clause": clause_of(claim.kind, policy).ref,
        "origin": Origin.CLAIM,
        "held_on": first,
        "until_on": last,
        "starts_at": claim.starts_at or time(0),
        "public_halves": claimed.public,
        "professional_halves": claimed.professional,
        "is_filed": claim.kind is not Kind.TRAINING or bool(claim.approved),
        "has_exception": False,
        "has_archive": claim.archive_number != "",
        "thing_key": claim.thing_key or thing_key(claim.kind, claim.content),
        "detail": claim.cause.value if claim.cause else "",
        "title": title_of(claim)[:200],
        "plan_id": None,
        "session_id": None,
        "policy_version": policy.version,
        "posted_at": now,
        "posted_by": actor.account_id if actor else None,
        "reason": "",
    }


def _claimed(claim: Claim, first: date, last: date | None, policy: YearPolicy) -> Yield:
    if claim.kind not in PERIODS or last is None:
        return yields_of(claim, policy)
    rule = policy.posting if claim.kind is Kind.POSTING else policy.absence
    months = conversion.counted_months(first, last, first.year, rule)
    return conversion.by_months(len(months), rule)


def title_of(claim: Claim) -> str:
    """What the claim is about, in the claimant's own words where there are any."""
    if claim.title:
        return claim.title
    return str(CAUSE_LABELS[claim.cause] if claim.cause else KIND_LABELS[claim.kind])
