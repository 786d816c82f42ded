"""`flask hours estimate`: one case of plain JSON in, the fold's result as plain JSON out."""

from collections.abc import Callable, Mapping
from typing import Any

from ce_bases.policy import conversion
from ce_bases.policy.case_input import EstimateInputError, Fields
from ce_bases.policy.conversion import Yield
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import Activity, Entry, YearResult, fold_year

SUBJECTS = ("public", "professional")
#: Above it a floating-point number has no halves any more.
_EXACT = 2**53


def estimate_all(document: Any) -> Any:
    """The result of one case, or the list of results of a list of cases."""
    if not isinstance(document, list):
        return estimate(document)
    results = []
    for number, case in enumerate(document, start=1):
        try:
            results.append(estimate(case))
        except EstimateInputError as error:
            raise error.of_case(number) from None
    return results


def estimate(case: Any) -> dict[str, Any]:
    """The result of one case, as contract.md prints it; raises EstimateInputError."""
    if not isinstance(case, dict):
        raise EstimateInputError("a case must be an object with year and activities")
    for name in case:
        if name not in ("year", "activities"):
            raise EstimateInputError("unknown field", field=str(name))
    year = _year(case)
    activities = case.get("activities")
    if not isinstance(activities, list):
        raise EstimateInputError("must be a list", field="activities")
    policy = policy_for(year)
    read = [_activity(raw, index, policy) for index, raw in enumerate(activities, start=1)]
    _refuse_repeated_ids(read)
    return as_json(fold_year(year, read, policy), policy)


def _year(case: Mapping[str, Any]) -> int:
    year = case.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise EstimateInputError("must be a whole number", field="year")
    if not FIRST_YEAR <= year <= 9999:
        raise EstimateInputError(f"must be from {FIRST_YEAR} to 9999", field="year")
    return year


def _refuse_repeated_ids(activities: list[Activity]) -> None:
    seen: set[str] = set()
    for activity in activities:
        if activity.id in seen:
            raise EstimateInputError("stands twice", field="id", activity=activity.id)
        seen.add(activity.id)


def _activity(raw: Any, index: int, policy: YearPolicy) -> Activity:
    if not isinstance(raw, dict):
        raise EstimateInputError("must be an object", activity=f"#{index}")
    fields = Fields(f"#{index}", dict(raw))
    fields.take_id()
    kind = fields.choice("kind", tuple(_READERS))
    activity = _READERS[kind](fields, kind, policy)
    if fields.left:
        raise fields.wrong(min(fields.left), f"unknown field for {kind}")
    return activity


def _class(fields: Fields, kind: str, policy: YearPolicy) -> Activity:
    if kind == "lecture":
        subject = fields.choice("subject", ("public",), "public")
    else:
        subject = fields.choice("subject", SUBJECTS)
    on, starts_at = fields.date("date"), fields.time("starts_at", "00:00")
    halves = fields.halves_or_minutes(policy.minutes_per_hour)
    return Activity(
        fields.id,
        kind,
        on,
        conversion.training(subject, halves),
        starts_at,
        is_filed=fields.flag("filed", default=True),
        has_exception=fields.flag("exception", default=False),
        from_base=fields.choice("source", ("base", "claim"), "base") == "base",
        key=fields.key(),
    )


def _expert_service(fields: Fields, kind: str, policy: YearPolicy) -> Activity:
    subject = fields.choice("subject", SUBJECTS, "professional")
    on, starts_at = fields.date("date"), fields.time("starts_at")
    yields = conversion.expert_service(subject, fields.minutes(), policy)
    return Activity(fields.id, kind, on, yields, starts_at)


def _self_study(fields: Fields, kind: str, _policy: YearPolicy) -> Activity:
    subject = fields.choice("subject", SUBJECTS, "professional")
    on = fields.date("date")
    yields = conversion.self_study(subject, fields.halves())
    archive = fields.flag("archive", default=False)
    return Activity(fields.id, kind, on, yields, has_archive=archive)


def _work(fields: Fields, kind: str, policy: YearPolicy) -> Activity:
    subject = fields.choice("subject", SUBJECTS, "professional")
    on = fields.date("date")
    return Activity(fields.id, kind, on, conversion.work(subject, policy), key=fields.key())


def _exam(fields: Fields, kind: str, policy: YearPolicy) -> Activity:
    on = fields.date("date")
    return Activity(fields.id, kind, on, conversion.exam(policy), key=fields.key())


def _competition(fields: Fields, kind: str, policy: YearPolicy) -> Activity:
    level = fields.choice("level", tuple(policy.competition_professional))
    subject = fields.choice("subject", SUBJECTS)
    on = fields.date("date")
    yields = conversion.competition(level, subject, policy)
    return Activity(fields.id, kind, on, yields, key=fields.key())


def _online_course(fields: Fields, kind: str, _policy: YearPolicy) -> Activity:
    on = fields.date("date")
    return Activity(
        fields.id, kind, on, conversion.online_course(fields.halves()), key=fields.key()
    )


def _period(fields: Fields, kind: str, _policy: YearPolicy) -> Activity:
    reason = (
        fields.choice("reason", ("abroad", "illness", "maternity")) if kind == "absence" else ""
    )
    from_on, to_on = fields.date("from"), fields.date("to")
    if to_on < from_on:
        raise fields.wrong("to", "is before from")
    return Activity(fields.id, kind, from_on, until=to_on, reason=reason)


_READERS: dict[str, Callable[[Fields, str, YearPolicy], Activity]] = {
    "training": _class,
    "lecture": _class,
    "expert_service": _expert_service,
    "self_study": _self_study,
    "achievement": _work,
    "publication": _work,
    "exam": _exam,
    "competition": _competition,
    "posting": _period,
    "absence": _period,
    "online_course": _online_course,
}


def hours(halves: int) -> int | float:
    """Half-hours as a JSON number: whole numbers without a decimal point.

    A half too large for a floating-point number to carry is rounded down, like every half.
    """
    return halves // 2 if halves % 2 == 0 or halves > _EXACT else halves / 2


def _both(amount: Yield) -> dict[str, Any]:
    return {"public": hours(amount.public), "professional": hours(amount.professional)}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "clause": entry.clause,
        "claimed": _both(entry.claimed),
        "credited": _both(entry.credited),
        "limits": list(entry.limits),
    }


def as_json(result: YearResult, policy: YearPolicy) -> dict[str, Any]:
    """A year's result as contract.md prints it."""
    wanted = policy.requirement

    def total(credited: int, required: int, *, complete: bool) -> dict[str, Any]:
        return {"credited": hours(credited), "required": hours(required), "complete": complete}

    return {
        "year": result.year,
        "entries": [_entry(entry) for entry in result.entries],
        "totals": {
            "public": total(
                result.public_halves, wanted.public_halves, complete=result.public_complete
            ),
            "professional": total(
                result.professional_halves,
                wanted.professional_halves,
                complete=result.professional_complete,
            ),
            "all": total(result.total_halves, wanted.total_halves, complete=result.total_complete),
        },
        "complete": result.is_complete,
    }
