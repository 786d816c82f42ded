"""The fold: worked cases, and every clause at and beside its limit."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ce_bases.policy.estimate import estimate
from ce_bases.policy.notice_2022 import POLICY

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


# -- the rest of the tables: every clause at and beside its limit ---------------------------------


def lecture(hours: float, on: str = "2022-06-20", starts: str = "19:00", **more: Any) -> Any:
    return {"kind": "lecture", "date": on, "starts_at": starts, "hours": hours, **more}


def online(hours: float, on: str = "2022-06-01", **more: Any) -> dict[str, Any]:
    return {"kind": "online_course", "date": on, "hours": hours, **more}


@pytest.mark.parametrize(
    ("public", "professional", "complete"),
    [
        (30, 60, (True, True, True)),
        (29.5, 60.5, (False, True, True)),
        (30.5, 59.5, (True, False, True)),
        (29.5, 60, (False, True, False)),
        (30, 59.5, (True, False, False)),
        (0, 90, (False, True, True)),
        (90, 0, (True, False, True)),
        (0, 0, (False, False, False)),
    ],
)
def test_a_year_is_complete_when_all_three_hold(
    public: float, professional: float, complete: tuple[bool, bool, bool]
) -> None:
    """一(二): 30, 60 and 90, each at its limit and half an hour below."""
    days = [date(2022, 3, 1) + timedelta(days=n) for n in range(12)]
    found = [{"id": "online", **online(public)}]
    for number, day in enumerate(days):
        hours = min(8, max(0, professional - 8 * number))
        found.append({"id": f"t{number:02d}", **training(hours, str(day))})

    result = estimate({"year": 2022, "activities": found})

    totals = result["totals"]
    assert tuple(totals[name]["complete"] for name in ("public", "professional", "all")) == complete
    assert [totals[name]["credited"] for name in totals] == [
        public,
        professional,
        public + professional,
    ]
    assert [totals[name]["required"] for name in totals] == [30, 60, 90]
    assert result["complete"] is all(complete)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(0, 0), (22, 0), (23, 0.5), (44, 0.5), (45, 1), (67, 1), (68, 1.5), (359, 7.5), (360, 8)],
)
@pytest.mark.parametrize("kind", ["training", "lecture"])
def test_minutes_of_a_class_are_rounded_down_once(kind: str, minutes: int, hours: float) -> None:
    made = training(0) if kind == "training" else lecture(0)
    made = {name: value for name, value in made.items() if name != "hours"}

    assert credited({**made, "minutes": minutes}) == [(hours, [])]
    # Two sessions are rounded each by itself: twice 22 minutes are nothing, not 44.
    two = [{**made, "minutes": 22, "starts_at": at} for at in ("08:00", "10:00")]
    assert credited(*two) == [(0, []), (0, [])]


def test_the_day_is_shared_by_both_subjects_and_the_smaller_id_goes_first() -> None:
    public = training(5, subject="public")
    assert credited(public, training(3)) == [(5, []), (3, [])]
    assert credited(public, training(3.5)) == [(5, []), (3, ["daily_cap"])]
    assert credited(training(3.5), public) == [(3.5, []), (4.5, ["daily_cap"])]
    assert credited(training(8), training(0)) == [(8, []), (0, [])]
    assert credited(training(8, "2022-06-20"), training(8, "2022-06-21")) == [(8, []), (8, [])]


def test_a_lecture_is_eight_a_day_too_and_must_be_filed() -> None:
    assert credited(lecture(8)) == [(8, [])]
    assert credited(lecture(8.5)) == [(8, ["daily_cap"])]
    assert credited(lecture(2, filed=False)) == [(0, ["not_filed"])]
    assert credited(lecture(2, filed=False, exception=True)) == [(2, [])]
    assert credited(lecture(2), lecture(7, starts="08:00")) == [(1, ["daily_cap"]), (7, [])]


def test_self_study_is_forty_over_both_subjects_together() -> None:
    public = {**self_study(20, on="2022-02-01"), "subject": "public"}

    assert credited(public, self_study(20)) == [(20, []), (20, [])]
    assert credited(public, self_study(20.5)) == [(20, []), (20, ["self_study_cap"])]
    # Without an archive nothing is registered, and nothing is taken from the forty.
    assert credited(self_study(40, archive=False, on="2022-01-01"), self_study(40)) == [
        (0, ["no_archive"]),
        (40, []),
    ]


def test_works_are_thirty_over_both_subjects_and_each_once_ever() -> None:
    def work(on: str, **more: Any) -> dict[str, Any]:
        return {"kind": "publication", "date": on, **more}

    three = [
        work(f"2022-0{n}-01", subject="public" if n % 2 else "professional") for n in (1, 2, 3)
    ]
    assert credited(*three) == [(10, [])] * 3
    assert credited(*three, work("2022-04-01")) == [*[(10, [])] * 3, (0, ["works_cap"])]
    # Last year's paper keeps its place, and this year's copy is the duplicate.
    assert credited(work("2021-12-31", key="k"), work("2022-01-01", key="k")) == [
        (0, ["outside_year"]),
        (0, ["duplicate"]),
    ]
    # The same number of an achievement is another thing.
    award = {"kind": "achievement", "date": "2022-01-02", "key": "k"}
    assert credited(work("2022-01-01", key="k"), award) == [(10, []), (10, [])]


def by_subject(*activities: dict[str, Any]) -> list[tuple[float, float]]:
    numbered = [{"id": f"a{n:02d}", **activity} for n, activity in enumerate(activities)]
    entries = estimate({"year": 2022, "activities": numbered})["entries"]
    return [(e["credited"]["public"], e["credited"]["professional"]) for e in entries]


def test_months_are_two_and_a_half_public_and_five_professional_up_to_the_full_year() -> None:
    assert by_subject(period("posting", "2022-05-01", "2022-05-31")) == [(2.5, 5)]
    assert by_subject(period("posting", "2020-01-01", "2025-12-31")) == [(30, 60)]
    # The reserved caps: twelve months once each are 30 and 60, whatever else there is.
    assert by_subject(
        period("absence", "2022-01-01", "2022-12-31", reason="illness"),
        period("posting", "2022-01-01", "2022-12-31"),
    ) == [(30, 60), (0, 0)]


def test_a_period_that_touches_the_year_without_a_month_of_it_claims_nothing() -> None:
    touching = ("2021-12-01", "2022-01-10")
    assert credited(period("posting", *touching)) == [(0, [])]
    assert credited(period("absence", *touching, reason="maternity")) == [(0, [])]
    assert credited(period("absence", *touching, reason="abroad")) == [(0, ["too_short"])]
    before = ("2021-03-01", "2021-12-31")
    assert credited(period("posting", *before)) == [(0, ["outside_year"])]
    assert credited(period("absence", *before, reason="illness")) == [(0, ["outside_year"])]


def test_too_short_is_judged_before_months_are_shared() -> None:
    """Seven months away count as such although a posting has taken three of them."""
    posting = period("posting", "2022-01-01", "2022-03-31")
    away = period("absence", "2022-01-02", "2022-07-31", reason="abroad")

    assert credited(posting, away) == [(22.5, []), (30, ["duplicate"])]


@pytest.mark.parametrize("kind", ["exam", "achievement", "publication"])
def test_without_a_key_nothing_is_a_duplicate(kind: str) -> None:
    worth = 16 if kind == "exam" else 10
    assert credited({"kind": kind, "date": "2022-05-05"}, {"kind": kind, "date": "2022-05-05"}) == [
        (worth, []),
        (worth, []),
    ]


def test_one_competition_counts_once_in_the_subject_of_its_first_line() -> None:
    def entry(subject: str, on: str) -> dict[str, Any]:
        return {
            "kind": "competition",
            "level": "national",
            "subject": subject,
            "date": on,
            "key": "skills-2022",
        }

    assert credited(entry("professional", "2022-09-10"), entry("public", "2022-09-09")) == [
        (0, ["duplicate"]),
        (5, []),
    ]


def test_an_online_course_counts_once_in_each_year() -> None:
    again = [online(4, "2022-06-01", key="c"), online(4, "2022-07-01", key="c")]
    assert credited(*again) == [(4, []), (0, ["duplicate"])]
    last_year = online(4, "2021-06-01", key="c")
    assert credited(last_year, again[0]) == [(0, ["outside_year"]), (4, [])]
    too_early = online(4, "2022-04-30", key="c")
    assert credited(too_early, again[0]) == [(0, ["outside_window"]), (4, [])]
    assert credited({**too_early, "date": "2023-04-30"}) == [(0, ["outside_year"])]


def test_what_cannot_count_gives_its_place_away_but_what_a_cap_cut_keeps_it() -> None:
    unfiled = training(4, "2022-06-01", key="k", filed=False)
    assert credited(unfiled, training(3, "2022-06-20", key="k")) == [(0, ["not_filed"]), (3, [])]
    full = training(8, "2022-06-01", "07:00")
    cut = training(4, "2022-06-01", key="k")
    assert credited(full, cut, training(3, "2022-06-20", key="k")) == [
        (8, []),
        (0, ["daily_cap"]),
        (0, ["duplicate"]),
    ]


def test_each_limit_that_applies_is_listed_in_the_order_of_the_alphabet() -> None:
    elsewhere = training(4, "2023-06-01", filed=False)
    assert credited(elsewhere) == [(0, ["not_filed", "outside_year"])]
    assert credited(self_study(4, archive=False, on="2021-01-01")) == [
        (0, ["no_archive", "outside_year"])
    ]
    twice = {"kind": "exam", "date": "2021-06-01", "key": "c"}
    assert credited(twice, twice) == [
        (0, ["outside_year"]),
        (0, ["duplicate", "outside_year"]),
    ]


def test_the_bases_line_precedes_only_where_it_can_count() -> None:
    claim = training(4, "2022-06-01", key="k", source="claim")
    base = training(3, "2022-06-20", key="k", filed=False)
    assert credited(claim, base) == [(4, []), (0, ["not_filed"])]
    # Elsewhere `source` orders nothing.
    first = lecture(2, "2022-06-01", key="k", source="claim")
    assert credited(first, lecture(2, key="k")) == [(2, []), (0, ["duplicate"])]


@pytest.mark.parametrize("way", ["first_n", "split"])
def test_a_way_of_coauthors_that_nothing_tells_is_refused(way: Any) -> None:
    assert POLICY.works.coauthors == "full"
    with pytest.raises(ValueError, match="coauthors"):
        replace(POLICY.works, coauthors=way)
