"""A second, deliberately naive reading of contract.md: hours as fractions, rules one by one.

It shares no code with the package, so that one misreading is not made twice.
"""

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Any

CLAUSES = {
    "training": "二(二)4(1)",
    "self_study": "二(二)4(2)",
    "achievement": "二(二)4(3)",
    "publication": "二(二)4(3)",
    "expert_service": "二(二)4(4)",
    "posting": "二(二)4(5)",
    "exam": "二(二)4(6)",
    "competition": "二(二)4(7)",
    "absence": "二(二)4(8)",
    "online_course": "二(二)2",
    "lecture": "二(二)2",
}
COMPETITION = {
    "professional": {"national": 30, "province": 20, "city": 10, "county": 5},
    "public": {"national": 5, "province": 4, "city": 3, "county": 3},
}


def _months(activity: dict[str, Any], year: int) -> list[int]:
    first, last = (date.fromisoformat(activity[name]) for name in ("from", "to"))
    found = []
    for month in range(1, 13):
        days = [date(year, month, d) for d in range(1, monthrange(year, month)[1] + 1)]
        if len([d for d in days if first <= d <= last]) >= 15:
            found.append(month)
    return found


def _claimed(activity: dict[str, Any], year: int) -> dict[str, Fraction]:
    kind = activity["kind"]
    if kind in ("posting", "absence"):
        months = len(_months(activity, year))
        return {"public": Fraction(5, 2) * months, "professional": Fraction(5) * months}
    subject = activity.get("subject", "professional")
    if kind in ("lecture", "online_course"):
        subject = "public"
    if "minutes" in activity:
        amount = Fraction(activity["minutes"] * 2 // 45, 2)
    elif "hours" in activity:
        amount = Fraction(activity["hours"])
    elif kind in ("achievement", "publication"):
        amount = Fraction(10)
    elif kind == "exam":
        amount = Fraction(16)
    else:
        amount = Fraction(COMPETITION[subject][activity["level"]])
    return {s: amount if s == subject else Fraction(0) for s in ("public", "professional")}


def _own_limits(activity: dict[str, Any], year: int) -> set[str]:
    kind, limits = activity["kind"], set()
    if kind in ("posting", "absence"):
        first, last = (date.fromisoformat(activity[name]) for name in ("from", "to"))
        if last < date(year, 1, 1) or first > date(year, 12, 31):
            return {"outside_year"}
        needs = activity.get("reason") in ("abroad", "illness")
        return {"too_short"} if needs and len(_months(activity, year)) <= 6 else set()
    if activity["date"][:4] != str(year):
        limits.add("outside_year")
    elif kind == "online_course" and activity["date"] < f"{year}-05-01":
        limits.add("outside_window")
    unfiled = not activity.get("filed", True) and not activity.get("exception", False)
    if kind in ("training", "lecture") and unfiled:
        limits.add("not_filed")
    if kind == "self_study" and not activity.get("archive", False):
        limits.add("no_archive")
    return limits


def _moment(activity: dict[str, Any]) -> tuple[str, str, str]:
    return (
        activity.get("date", activity.get("from")),
        activity.get("starts_at", "00:00"),
        activity["id"],
    )


def naive_estimate(case: dict[str, Any]) -> dict[str, Any]:  # noqa: C901, PLR0915 -- naive on purpose
    """The result of a valid case, as contract.md describes it."""
    year, activities = case["year"], case["activities"]
    claimed = {a["id"]: _claimed(a, year) for a in activities}
    limits = {a["id"]: _own_limits(a, year) for a in activities}
    own = {a["id"]: set(limits[a["id"]]) for a in activities}
    for a in activities:
        rivals = [
            b
            for b in activities
            if "key" in a
            and b.get("key") == a["key"]
            and b["kind"] == a["kind"]
            and own[b["id"]] <= {"outside_year"}
            and (a["kind"] != "online_course" or a["date"][:4] == b["date"][:4])
        ]
        if own[a["id"]] <= {"outside_year"} and rivals:
            is_training = a["kind"] == "training"
            first = min(
                rivals, key=lambda b: (is_training and b.get("source") == "claim", _moment(b))
            )
            if first["id"] != a["id"]:
                limits[a["id"]].add("duplicate")
    credited = {
        i: dict(amount) if not limits[i] else {"public": Fraction(0), "professional": Fraction(0)}
        for i, amount in claimed.items()
    }
    left = sorted((a for a in activities if not limits[a["id"]]), key=_moment)
    used: dict[str, Fraction] = {}
    for a in left:
        kind = a["kind"]
        if kind in ("training", "lecture", "expert_service"):
            pool, room, name = a["date"], 8, "daily_cap"
        elif kind == "self_study":
            pool, room, name = "study", 40, "self_study_cap"
        elif kind in ("achievement", "publication"):
            pool, room, name = "works", 30, "works_cap"
        else:
            continue
        for subject in ("public", "professional"):
            wanted = claimed[a["id"]][subject]
            granted = min(wanted, room - used.get(pool, Fraction(0)))
            if granted < wanted:
                limits[a["id"]].add(name)
            used[pool] = used.get(pool, Fraction(0)) + granted
            credited[a["id"]][subject] = granted
    seen: set[int] = set()
    for a in sorted((a for a in left if "from" in a), key=lambda a: (a["from"], a["id"])):
        months = _months(a, year)
        fresh = [m for m in months if m not in seen]
        seen.update(fresh)
        credited[a["id"]] = {
            "public": Fraction(5, 2) * len(fresh),
            "professional": Fraction(5) * len(fresh),
        }
        if len(fresh) < len(months):
            limits[a["id"]].add("duplicate")
    return _written(year, activities, claimed, credited, limits)


def _number(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


def _written(
    year: int,
    activities: list[dict[str, Any]],
    claimed: dict[str, dict[str, Fraction]],
    credited: dict[str, dict[str, Fraction]],
    limits: dict[str, set[str]],
) -> dict[str, Any]:
    sums = {
        s: sum((c[s] for c in credited.values()), Fraction(0)) for s in ("public", "professional")
    }
    sums["all"] = sums["public"] + sums["professional"]
    wanted = {"public": 30, "professional": 60, "all": 90}
    return {
        "year": year,
        "entries": [
            {
                "id": a["id"],
                "clause": CLAUSES[a["kind"]],
                "claimed": {s: _number(n) for s, n in claimed[a["id"]].items()},
                "credited": {s: _number(n) for s, n in credited[a["id"]].items()},
                "limits": sorted(limits[a["id"]]),
            }
            for a in activities
        ],
        "totals": {
            s: {
                "credited": _number(sums[s]),
                "required": wanted[s],
                "complete": sums[s] >= wanted[s],
            }
            for s in ("public", "professional", "all")
        },
        "complete": all(sums[s] >= wanted[s] for s in wanted),
    }
