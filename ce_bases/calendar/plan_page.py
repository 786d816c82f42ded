"""The public page of a filed plan: everything a person needs to decide whether to go."""

from collections.abc import Iterable, Mapping

from flask.typing import ResponseReturnValue

from ce_bases.audit.queries import history_of
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.calendar.blueprint import bp, get_plan_at, site_address
from ce_bases.calendar.structured import events_of
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.core.text import Text
from ce_bases.enrolment.queries import public_seats
from ce_bases.enrolment.window import closes_at
from ce_bases.plans.attachments import public_notices
from ce_bases.plans.change_views import shown_with
from ce_bases.plans.differences import told_of
from ce_bases.plans.models import FORM_LABELS, REACH_LABELS, SUBJECT_LABELS, TimetableEntry
from ce_bases.plans.standing import shown_revision, state_shown, who_has_it
from ce_bases.plans.workflow import ACTION_LABELS, PUBLIC_ACTIONS, STATE_LABELS
from ce_bases.web.access import allow
from ce_bases.web.addresses import url_for
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now, today
from ce_bases.web.reads import only_roster_of
from ce_bases.web.uploads import send_attachment

#: What of a plan's history anyone may read; who of an organisation did it is not shown.
PUBLIC_ACTS: Mapping[str, Text] = {
    f"plan_{action}": ACTION_LABELS[action] for action in PUBLIC_ACTIONS
}


@bp.get("/plans/<number>")
@allow(Action.READ_PUBLIC)
def plan(number: str) -> ResponseReturnValue:
    found = get_plan_at(session(), number)
    address = site_address() + url_for("calendar.plan", number=number)
    revision = shown_revision(found)
    only_roster_of(found.id)
    acts = history_of(session(), "plan", found.id, only=PUBLIC_ACTS)
    return show_public(
        "calendar/plan.html",
        plan=found,
        revision=revision,
        state=state_shown(found, today()),
        holder=who_has_it(found, today()),
        acts=acts[::-1],
        act_labels=PUBLIC_ACTS,
        **shown_with(changed={r.number: told_of(found, r) for r in found.revisions if r.amends}),
        bureau=BY_CODE[found.bureau_code],
        venues=_venues(revision.entries),
        total=sum(entry.halves for entry in revision.entries),
        seats=public_seats(session(), [found.id])[found.id],
        enrol_closes_at=closes_at(revision),
        now=request_now(),
        today=today(),
        labels={
            "state": STATE_LABELS,
            "subject": SUBJECT_LABELS,
            "form": FORM_LABELS,
            "reach": REACH_LABELS,
        },
        notices=public_notices(found),
        address=address,
        events=events_of(found, revision, url=address),
    )


@bp.get("/plans/<number>/notices/<int(max=2147483647):attachment_id>")
@allow(Action.READ_PUBLIC)
def notice(number: str, attachment_id: int) -> ResponseReturnValue:
    """A notice that its base made public, of what is on file now."""
    notices = public_notices(get_plan_at(session(), number))
    kept = next((each.file for each in notices if each.id == attachment_id), None)
    if kept is None:
        raise NotFoundError
    return send_attachment(kept, public_for=60)


def _venues(entries: Iterable[TimetableEntry]) -> list[tuple[str, str]]:
    """(name, address) of each place, once, in the order of the sessions."""
    places = ((entry.venue_name, entry.venue_address) for entry in entries if entry.venue_name)
    return list(dict.fromkeys(places))
