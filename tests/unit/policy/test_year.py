"""The fold: worked cases, boundaries of every clause, properties, and a naive second opinion."""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ce_bases.policy.case_input import EstimateInputError, parse_json
from ce_bases.policy.estimate import estimate, estimate_all
from tests.unit.policy.naive import naive_estimate

CASES = json.loads((Path(__file__).parent / "cases" / "hours.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[str(n) for n in range(len(CASES))])
def test_the_worked_cases(case: dict[str, Any]) -> None:
    assert estimate(case["case"]) == case["result"]


def credited(*activities: dict[str, Any], year: int = 2022) -> list[tuple[float, list[str]]]:
    """(credited in all, limits) of each activity; ids are given in order."""
    numbered = [{"id": f"a{n:02d}", **activity} for n, activity in enumerate(activities)]
    entries = estimate({"year": year, "activities": numbered})["entries"]
    return [(sum(e["credited"].values()), e["limits"]) for e in entries]


def training(
    hours: float, on: str = "2022-06-20", starts: str = "09:00", **more: Any
) -> dict[str, Any]:
    return {
        "kind": "training",
        "subject": "professional",
        "date": on,
        "starts_at": starts,
        "hours": hours,
        **more,
    }


def test_training_eight_hours_a_day_the_earlier_start_first() -> None:
    assert credited(training(8)) == [(8, [])]
    assert credited(training(8.5)) == [(8, ["daily_cap"])]
    late, early = training(5, starts="14:00"), training(4, starts="08:00")
    assert credited(late, early) == [(4, ["daily_cap"]), (4, [])]


def test_the_day_pool_holds_training_lecture_and_expert_service_but_no_online_course() -> None:
    expert = {"kind": "expert_service", "date": "2022-06-20", "starts_at": "13:00", "minutes": 180}
    lecture = {"kind": "lecture", "date": "2022-06-20", "starts_at": "19:00", "hours": 2}
    online = {"kind": "online_course", "date": "2022-06-20", "hours": 3}

    assert credited(training(4), expert, lecture, online) == [
        (4, []),
        (4, []),
        (0, ["daily_cap"]),
        (3, []),
    ]


def test_not_filed_counts_nothing_unless_it_has_an_exception() -> None:
    assert credited(training(4, filed=False)) == [(0, ["not_filed"])]
    assert credited(training(4, filed=False, exception=True)) == [(4, [])]


def test_a_class_over_new_year_is_split_by_session() -> None:
    activities = [training(4, "2022-12-31"), training(4, "2023-01-01")]

    assert credited(*activities) == [(4, []), (0, ["outside_year"])]
    assert credited(*activities, year=2023) == [(0, ["outside_year"]), (4, [])]


def self_study(hours: float, *, archive: bool = True, on: str = "2022-03-01") -> dict[str, Any]:
    return {"kind": "self_study", "date": on, "hours": hours, "archive": archive}


def test_self_study_forty_a_year_and_never_without_an_archive() -> None:
    assert credited(self_study(40)) == [(40, [])]
    assert credited(self_study(40.5)) == [(40, ["self_study_cap"])]
    assert credited(self_study(30, on="2022-05-01"), self_study(20)) == [
        (20, ["self_study_cap"]),
        (20, []),
    ]
    assert credited(self_study(10, archive=False)) == [(0, ["no_archive"])]


def test_works_ten_each_thirty_a_year_over_both_kinds() -> None:
    def work(kind: str, on: str, key: str) -> dict[str, Any]:
        return {"kind": kind, "date": on, "key": key}

    assert credited(
        work("publication", "2022-04-01", "p1"),
        work("achievement", "2022-01-01", "a1"),
        work("publication", "2022-02-01", "p2"),
        work("achievement", "2022-03-01", "a2"),
        work("publication", "2022-02-02", "p2"),
    ) == [(0, ["works_cap"]), (10, []), (10, []), (10, []), (0, ["duplicate"])]


@pytest.mark.parametrize(
    ("minutes", "hours"), [(44, 0.5), (45, 1), (359, 7.5), (360, 8), (383, 8), (22, 0)]
)
def test_expert_service_counts_whole_halves_up_to_eight(minutes: int, hours: float) -> None:
    activity = {
        "kind": "expert_service",
        "date": "2022-06-20",
        "starts_at": "09:00",
        "minutes": minutes,
    }
    limits = ["daily_cap"] if minutes >= 383 else []

    assert credited(activity) == [(hours, limits)]


def period(kind: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "from": first, "to": last, **more}


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2022-01-01", "2022-12-31", 90),
        ("2022-03-01", "2022-03-14", 0),
        ("2022-03-01", "2022-03-15", 7.5),
        ("2022-02-14", "2022-02-28", 7.5),
        ("2022-02-15", "2022-02-28", 0),
        ("2024-02-15", "2024-02-29", 7.5),
        ("2022-03-17", "2022-04-14", 7.5),
        ("2021-12-20", "2022-01-15", 7.5),
        ("2021-12-20", "2022-01-14", 0),
    ],
)
def test_a_month_counts_from_fifteen_days_on(first: str, last: str, hours: float) -> None:
    assert credited(period("posting", first, last), year=int(last[:4])) == [(hours, [])]


def test_two_halves_of_a_month_in_two_periods_count_nothing() -> None:
    assert credited(
        period("posting", "2022-03-01", "2022-03-14"), period("posting", "2022-03-15", "2022-03-28")
    ) == [(0, []), (0, [])]


def test_overlapping_periods_count_each_month_once() -> None:
    assert credited(
        period("absence", "2022-02-01", "2022-04-30", reason="maternity"),
        period("posting", "2022-01-01", "2022-03-31"),
    ) == [(7.5, ["duplicate"]), (22.5, [])]


@pytest.mark.parametrize(
    ("reason", "last", "outcome"),
    [
        ("illness", "2022-06-30", (0, ["too_short"])),
        ("illness", "2022-07-14", (0, ["too_short"])),
        ("illness", "2022-07-15", (52.5, [])),
        ("abroad", "2022-07-15", (52.5, [])),
        ("maternity", "2022-01-15", (7.5, [])),
    ],
)
def test_absence_needs_more_than_six_months_but_maternity_does_not(
    reason: str, last: str, outcome: tuple[float, list[str]]
) -> None:
    assert credited(period("absence", "2022-01-01", last, reason=reason)) == [outcome]


def test_six_months_are_judged_within_the_year_and_by_each_period() -> None:
    over_new_year = period("absence", "2021-09-01", "2022-04-30", reason="abroad")
    halves = [
        period("absence", "2022-01-01", "2022-04-30", reason="illness"),
        period("absence", "2022-05-01", "2022-08-31", reason="illness"),
    ]

    assert credited(over_new_year) == [(0, ["too_short"])]
    assert credited(*halves) == [(0, ["too_short"]), (0, ["too_short"])]


def test_an_exam_certificate_is_sixteen_and_counts_once_ever() -> None:
    exam = {"kind": "exam", "date": "2022-06-01", "key": "cert-1"}

    assert credited(exam) == [(16, [])]
    assert credited(exam, {**exam, "date": "2021-06-01"}) == [
        (0, ["duplicate"]),
        (0, ["outside_year"]),
    ]


@pytest.mark.parametrize(
    ("level", "professional", "public"),
    [("national", 30, 5), ("province", 20, 4), ("city", 10, 3), ("county", 5, 3)],
)
def test_competitions_by_level_and_chosen_subject(
    level: str, professional: int, public: int
) -> None:
    def entry(subject: str) -> dict[str, Any]:
        return {"kind": "competition", "level": level, "subject": subject, "date": "2022-09-09"}

    assert credited(entry("professional"), entry("public")) == [(professional, []), (public, [])]


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        ("2022-04-30", (0, ["outside_window"])),
        ("2022-05-01", (3, [])),
        ("2022-12-31", (3, [])),
        ("2023-01-01", (0, ["outside_year"])),
    ],
)
def test_online_courses_only_inside_the_window(on: str, outcome: tuple[float, list[str]]) -> None:
    assert credited({"kind": "online_course", "date": on, "hours": 3}) == [outcome]


def test_a_bases_line_precedes_a_claim_of_the_same_class() -> None:
    claim = training(4, "2022-06-01", key="k", source="claim")
    base = training(3, "2022-06-20", key="k")

    assert credited(claim, base) == [(0, ["duplicate"]), (3, [])]


def test_public_surplus_never_fills_professional() -> None:
    online = {"id": "a", "kind": "online_course", "date": "2022-06-01", "hours": 90}

    result = estimate({"year": 2022, "activities": [online]})

    assert result["totals"]["all"] == {"credited": 90, "required": 90, "complete": True}
    assert result["totals"]["professional"]["complete"] is False
    assert result["complete"] is False


# -- properties and the second opinion ----------------------------------------------------------

dates = st.dates(date(2021, 11, 1), date(2023, 2, 1)).map(str)
near = st.sampled_from([str(date(2022, 6, 18) + timedelta(days=n)) for n in range(3)])
times = st.sampled_from(["00:00", "08:30", "09:00", "14:00", "19:00"])
half_hours = st.integers(0, 30).map(lambda n: n / 2)
keys = st.none() | st.sampled_from("ABC")
subjects = st.sampled_from(["public", "professional"])


def fixed(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields}).map(
        lambda a: {name: value for name, value in a.items() if value is not None}
    )


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.dates(date(2021, 6, 1), date(2022, 12, 31)))
    last = first + timedelta(days=draw(st.integers(0, 420)))
    kind = draw(st.sampled_from(["posting", "absence"]))
    more = (
        {"reason": draw(st.sampled_from(["abroad", "illness", "maternity"]))}
        if kind == "absence"
        else {}
    )
    return {"kind": kind, "from": str(first), "to": str(last), **more}


activities = st.one_of(
    fixed(
        "training",
        subject=subjects,
        date=near | dates,
        starts_at=times,
        hours=half_hours,
        filed=st.booleans(),
        exception=st.booleans(),
        source=st.sampled_from(["base", "claim"]),
        key=keys,
    ),
    fixed("lecture", date=near | dates, starts_at=times, minutes=st.integers(0, 500), key=keys),
    fixed("expert_service", date=near | dates, starts_at=times, minutes=st.integers(0, 700)),
    fixed("self_study", date=dates, hours=half_hours, archive=st.booleans(), subject=subjects),
    fixed("achievement", date=dates, key=keys),
    fixed("publication", date=dates, key=keys, subject=subjects),
    fixed("exam", date=dates, key=keys),
    fixed(
        "competition",
        level=st.sampled_from(["national", "province", "city", "county"]),
        subject=subjects,
        date=dates,
        key=keys,
    ),
    fixed("online_course", date=dates, hours=half_hours, key=keys),
    periods(),
)
years = st.lists(activities, max_size=14).map(
    lambda found: [{"id": f"{(n * 7) % 15:x}-{n}", **a} for n, a in enumerate(found)]
)


def result_of(found: list[dict[str, Any]]) -> dict[str, Any]:
    return estimate({"year": 2022, "activities": found})


@settings(max_examples=400, deadline=None)
@given(years)
def test_a_naive_second_reading_of_the_contract_agrees(found: list[dict[str, Any]]) -> None:
    case = {"year": 2022, "activities": found}

    assert estimate(case) == naive_estimate(case)


@settings(deadline=None)
@given(years, st.randoms())
def test_the_order_of_the_lines_never_matters(
    found: list[dict[str, Any]], chance: random.Random
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = result_of(found), result_of(shuffled)

    def by_id(result: dict[str, Any]) -> list[Any]:
        return sorted(result["entries"], key=lambda entry: entry["id"])

    assert by_id(one) == by_id(other)
    assert one["totals"] == other["totals"]


@settings(deadline=None)
@given(years)
def test_no_cap_is_ever_broken(found: list[dict[str, Any]]) -> None:
    entries = {e["id"]: e for e in result_of(found)["entries"]}
    sums: dict[str, float] = {}
    for activity in found:
        amount = sum(entries[activity["id"]]["credited"].values())
        kind = activity["kind"]
        pool = {
            "training": f"day {activity.get('date')}",
            "lecture": f"day {activity.get('date')}",
            "expert_service": f"day {activity.get('date')}",
            "self_study": "self_study",
            "achievement": "works",
            "publication": "works",
            "posting": "months",
            "absence": "months",
        }.get(kind, "free")
        sums[pool] = sums.get(pool, 0) + amount
    limits = {"self_study": 40, "works": 30, "months": 90}
    over = {p: s for p, s in sums.items() if p != "free" and s > limits.get(p, 8)}
    assert over == {}


@settings(deadline=None)
@given(years, activities)
def test_adding_a_line_without_a_key_never_lowers_the_total(
    found: list[dict[str, Any]], extra: dict[str, Any]
) -> None:
    extra = {name: value for name, value in extra.items() if name != "key"}
    more = [*found, {"id": "extra", **extra}]

    assert (
        result_of(more)["totals"]["all"]["credited"]
        >= result_of(found)["totals"]["all"]["credited"]
    )


# -- bad input ----------------------------------------------------------------------------------

GOOD = {"id": "a1", "kind": "training", "subject": "public", "date": "2022-06-20", "hours": 4}
STUDY = {"id": "a1", "kind": "self_study", "date": "2022-06-20", "hours": 4}


@pytest.mark.parametrize(
    ("activity", "field"),
    [
        ({**GOOD, "kind": "yoga"}, "kind"),
        ({**GOOD, "hour": 4}, "hour"),
        ({k: v for k, v in GOOD.items() if k != "subject"}, "subject"),
        ({**GOOD, "subject": "both"}, "subject"),
        ({**GOOD, "hours": -1}, "hours"),
        ({**GOOD, "hours": 0.25}, "hours"),
        ({**GOOD, "hours": True}, "hours"),
        ({**GOOD, "hours": "4"}, "hours"),
        ({**GOOD, "hours": float("inf")}, "hours"),
        ({**GOOD, "minutes": 45}, "hours"),
        ({k: v for k, v in GOOD.items() if k != "hours"}, "hours"),
        ({**{k: v for k, v in GOOD.items() if k != "hours"}, "minutes": 0.5}, "minutes"),
        ({**GOOD, "date": "2022-6-20"}, "date"),
        ({**GOOD, "date": "2022-02-30"}, "date"),
        ({**GOOD, "date": "２０２２-06-20"}, "date"),
        ({**GOOD, "date": None}, "date"),
        ({**GOOD, "starts_at": "24:00"}, "starts_at"),
        ({**GOOD, "starts_at": "9:00"}, "starts_at"),
        ({**GOOD, "filed": 1}, "filed"),
        ({**GOOD, "source": "bureau"}, "source"),
        ({**GOOD, "key": 5}, "key"),
        ({**GOOD, "id": 1}, "id"),
        ({**STUDY, "key": "k"}, "key"),
        ({**STUDY, "starts_at": "09:00"}, "starts_at"),
        ({**STUDY, "minutes": 45}, "minutes"),
        (
            {
                "id": "a1",
                "kind": "lecture",
                "date": "2022-06-20",
                "hours": 1,
                "subject": "professional",
            },
            "subject",
        ),
        ({"id": "a1", "kind": "expert_service", "date": "2022-06-20", "minutes": 60}, "starts_at"),
        ({"id": "a1", "kind": "exam", "date": "2022-06-20", "subject": "public"}, "subject"),
        ({"id": "a1", "kind": "posting", "from": "2022-02-01", "to": "2022-01-31"}, "to"),
        (
            {
                "id": "a1",
                "kind": "posting",
                "from": "2022-02-01",
                "to": "2022-03-31",
                "reason": "x",
            },
            "reason",
        ),
        ({"id": "a1", "kind": "absence", "from": "2022-02-01", "to": "2022-03-31"}, "reason"),
        (
            {
                "id": "a1",
                "kind": "competition",
                "level": "world",
                "subject": "public",
                "date": "2022-01-01",
            },
            "level",
        ),
    ],
)
def test_bad_input_names_the_activity_and_the_field(activity: dict[str, Any], field: str) -> None:
    with pytest.raises(EstimateInputError) as refusal:
        estimate({"year": 2022, "activities": [activity]})

    assert refusal.value.field == field
    assert "\n" not in str(refusal.value)
    if field != "id":
        assert refusal.value.activity == "a1"


@pytest.mark.parametrize(
    "case",
    [
        {"year": 2021, "activities": []},
        {"year": "2022", "activities": []},
        {"year": True, "activities": []},
        {"year": 2022.0, "activities": []},
        {"year": 10**30, "activities": []},
        {"activities": []},
        {"year": 2022},
        {"year": 2022, "activities": {}},
        {"year": 2022, "activities": [], "name": "x"},
        {"year": 2022, "activities": [GOOD, GOOD]},
        {"year": 2022, "activities": ["x"]},
        "x",
        None,
        [[]],
    ],
    ids=repr,
)
def test_bad_cases_are_refused(case: Any) -> None:
    with pytest.raises(EstimateInputError):
        estimate_all([case] if case != [[]] else case)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"year": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"year": Infinity}'],
    ids=["empty", "cut", "nan", "twice", "deep", "infinity"],
)
def test_bad_json_is_refused(text: str) -> None:
    with pytest.raises(EstimateInputError):
        estimate_all(parse_json(text))


def test_enormous_numbers_are_no_error() -> None:
    study = {**STUDY, "hours": 10**400, "archive": True}

    assert estimate({"year": 2022, "activities": [study]})["totals"]["all"]["credited"] == 40
