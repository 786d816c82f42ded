"""What the page of somebody's year shows, rendered anew only when something of it has changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from ce_bases.core.clock import business_date
from ce_bases.core.events import publish
from ce_bases.credits.events import YearAsked
from ce_bases.credits.explain import KIND_LABELS, OBJECTION_LABELS
from ce_bases.credits.year_page import YearPage, classes_for, year_page
from ce_bases.credits.year_stamp import YearStamp, year_stamp
from ce_bases.plans.models import SUBJECT_LABELS, Subject
from ce_bases.policy.registry import policy_for
from ce_bases.policy.shapes import YearPolicy
from ce_bases.web.i18n import choose_locale
from ce_bases.web.kept import KeptPart, kept_parts


@dataclass(frozen=True, slots=True)
class _Proof:
    """On what a rendered year rests, and what it shows of the public calendar."""

    stamp: YearStamp
    policy: YearPolicy
    missing: tuple[Subject, ...]
    classes: tuple[tuple[Any, ...], ...]


def year_body(session: Session, person_id: int, year: int, *, now: datetime) -> Markup:
    """The body of the page; LookupError before the first notice.

    It is kept by person, and shown again only to that person and when this request's own reads
    say that everything in it still is as it was.
    """
    today, prefix = business_date(now), request.script_root
    key = ("year", person_id, year, today, choose_locale(), prefix)
    policy, stamp = policy_for(year), year_stamp(session, person_id)
    found = kept_parts().find(key)
    if found is not None:
        proof: _Proof = found.proof
        if (proof.stamp, proof.policy) == (stamp, policy) and stamp.shown is not None:
            return found.html
        if (proof.stamp.own, proof.policy) == (stamp.own, policy):
            classes = classes_for(session, person_id, year, proof.missing, today=today)
            if _plain(classes) == proof.classes:
                kept_parts().keep(key, KeptPart(replace(proof, stamp=stamp), found.html))
                return found.html
    page = year_page(session, person_id, year, today=today)
    html = _render(session, page, person_id, now)
    if year_stamp(session, person_id) == stamp:  # or what was read may be of two moments
        shown = _Proof(stamp, policy, tuple(page.missing), _plain(page.classes))
        kept_parts().keep(key, KeptPart(shown, html))
    return html


def _plain(rows: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _render(session: Session, page: YearPage, person_id: int, now: datetime) -> Markup:
    pending = YearAsked(person_id, page.year, now)
    publish(session, pending)
    html = render_template(
        "credits/_year.html",
        page=page,
        pending=pending,
        subjects=SUBJECT_LABELS,
        kinds=KIND_LABELS,
        objection_labels=OBJECTION_LABELS,
    )
    return Markup(html)  # noqa: S704 -- a template's own output, escaped there
