"""The week of a base's rooms and lecturers."""

import re
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.text import Text, msg
from ce_bases.plans.blueprint import bp
from ce_bases.plans.weeks import By, days_of_week, week_of
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import YEARS, read_day
from ce_bases.web.moment import today
from ce_bases.web.pagination import with_query

BY: dict[By, Text] = {"venue": msg("按场地"), "lecturer": msg("按授课人")}
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def week_name(day: date) -> str:
    """2026-W24: the ISO week a day lies in."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_asked() -> date:
    """The Monday of the week asked for, by its name or any of its days; else this week's."""
    found = _WEEK.fullmatch(request.args.get("week", ""))
    try:
        if found and int(found[1]) in YEARS:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        day = read_day(request.args.get("day", ""))
    except ValueError:
        day = today()
    return day - timedelta(days=day.weekday())


@bp.get("/week")
@allow(Action.EDIT_PLAN)
def week() -> ResponseReturnValue:
    """Who is where, and what clashes; the actor's own base only."""
    monday = monday_asked()
    by: By = "lecturer" if request.args.get("by") == "lecturer" else "venue"
    organiser_id = current_actor().organiser_id or 0
    rule = filing_policy_for(monday.year).conflicts
    lines = week_of(session(), organiser_id, monday, by, rule)
    lessons = [lesson for line in lines for cell in line.days for lesson in cell]
    return render_template(
        "plans/week.html",
        lines=lines,
        days=days_of_week(monday),
        by=by,
        by_labels=BY,
        count=len(lessons),
        clashing=sum(lesson.clashes for lesson in lessons),
        week=week_name(monday),
        before=week_name(monday - timedelta(days=7)),
        after=week_name(monday + timedelta(days=7)),
        with_query=with_query,
        today=today(),
    )
