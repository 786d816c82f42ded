"""What holds for every year there could be: no order, reversal or split breaks a cap.

Each property is asked of the fold alone; the ledger's reversals are walked through in
tests/unit/claims and tests/unit/credits.
"""

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ce_bases.policy.estimate import estimate
from ce_bases.policy.year import LIMITS
from tests.unit.policy.naive import naive_estimate
from tests.unit.policy.years import activities, half_hours, near, periods, subjects, years

Year = list[dict[str, Any]]
DAY_POOL = ("training", "lecture", "expert_service")
WORKS = ("achievement", "publication")
PERIODS = ("posting", "absence")
RESERVED = {"posting_cap", "absence_cap"}


def result_of(found: Year) -> dict[str, Any]:
    return estimate({"year": 2022, "activities": found})


def total_of(found: Year) -> float:
    return float(result_of(found)["totals"]["all"]["credited"])


def by_id(result: dict[str, Any]) -> dict[str, Any]:
    return {entry["id"]: entry for entry in result["entries"]}


def broken_caps(found: Year) -> dict[str, float]:
    """Every cap of the notice that these activities' credited hours pass, and by what."""
    entries = by_id(result_of(found))
    used: dict[str, float] = defaultdict(float)
    for activity in found:
        credited, kind = entries[activity["id"]]["credited"], activity["kind"]
        both = credited["public"] + credited["professional"]
        if kind in DAY_POOL:
            used[f"day {activity['date']}"] += both
        elif kind == "self_study":
            used["self-study"] += both
        elif kind in WORKS:
            used["works"] += both
        elif kind in PERIODS:
            used["months, public"] += credited["public"]
            used["months, professional"] += credited["professional"]
    most = {"self-study": 40, "works": 30, "months, public": 30, "months, professional": 60}
    return {name: hours for name, hours in used.items() if hours > most.get(name, 8)}


@settings(max_examples=400, deadline=None)
@given(years)
def test_a_naive_second_reading_of_the_contract_agrees(found: Year) -> None:
    case = {"year": 2022, "activities": found}

    assert estimate(case) == naive_estimate(case)


@settings(deadline=None)
@given(years)
def test_what_is_credited_adds_up_and_is_never_more_than_claimed(found: Year) -> None:
    result = result_of(found)

    for entry in result["entries"]:
        for subject in ("public", "professional"):
            assert 0 <= entry["credited"][subject] <= entry["claimed"][subject]
        assert (entry["credited"] == entry["claimed"]) or entry["limits"]
        assert set(entry["limits"]) <= set(LIMITS) - RESERVED
        assert entry["limits"] == sorted(set(entry["limits"]))
    for subject in ("public", "professional"):
        credited = sum(entry["credited"][subject] for entry in result["entries"])
        assert result["totals"][subject]["credited"] == credited
    assert result["complete"] == all(total["complete"] for total in result["totals"].values())


@settings(deadline=None)
@given(years, st.randoms())
def test_shuffle_the_order_of_the_lines_never_matters(found: Year, chance: random.Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    one, other = result_of(found), result_of(shuffled)

    assert [entry["id"] for entry in other["entries"]] == [a["id"] for a in shuffled]
    assert by_id(one) == by_id(other)
    assert one["totals"] == other["totals"]
    assert by_id(result_of(found[::-1])) == by_id(one)


@settings(deadline=None)
@given(years)
def test_no_cap_is_ever_broken(found: Year) -> None:
    assert broken_caps(found) == {}


@settings(deadline=None)
@given(years, activities)
def test_add_a_line_without_a_key_never_lowers_the_total(
    found: Year, extra: dict[str, Any]
) -> None:
    extra = {name: value for name, value in extra.items() if name != "key"}

    assert total_of([*found, {"id": "extra", **extra}]) >= total_of(found)


@settings(deadline=None)
@given(years, activities)
def test_add_whatever_is_added_no_cap_breaks(found: Year, extra: dict[str, Any]) -> None:
    more = [*found, {"id": "extra", **extra}]

    assert broken_caps(more) == {}
    # A key may take another line's place, so that a year can lose; never more than that thing.
    held = [a for a in found if a.get("key") == extra.get("key") and a["kind"] == extra["kind"]]
    if extra.get("key") is None or not held:
        assert total_of(more) >= total_of(found)


@settings(deadline=None)
@given(years, st.data())
def test_reverse_what_is_taken_back_leaves_what_was_never_there(
    found: Year, data: st.DataObject
) -> None:
    """A reversal takes a line out: caps hold, others may move up, and nobody gains by it."""
    gone = data.draw(st.sets(st.sampled_from([a["id"] for a in found]))) if found else set()
    left = [activity for activity in found if activity["id"] not in gone]
    before, after = by_id(result_of(found)), by_id(result_of(left))

    assert broken_caps(left) == {}
    assert set(after) == set(before) - gone
    if all("key" not in activity for activity in found if activity["id"] in gone):
        assert total_of(left) <= total_of(found)
        # Room that is given back is filled in order: no line that stays loses any of its hours.
        for name, entry in after.items():
            assert sum(entry["credited"].values()) >= sum(before[name]["credited"].values())
    # Posted again (the same lines in their next version), everything is as it was.
    again = [*left, *(activity for activity in found if activity["id"] in gone)]
    assert by_id(result_of(again)) == before


@settings(deadline=None)
@given(years, st.data())
def test_reverse_and_correct_never_breaks_a_cap(found: Year, data: st.DataObject) -> None:
    """A correction is a reversal and a new line with other hours."""
    assume([a for a in found if "hours" in a])
    one = data.draw(st.sampled_from([a for a in found if "hours" in a]))
    hours = data.draw(half_hours)
    corrected = [{**a, "hours": hours} if a is one else a for a in found]

    assert broken_caps(corrected) == {}
    if hours <= one["hours"]:
        assert total_of(corrected) <= total_of(found)


pieces = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("training"),
            "subject": subjects,
            "date": near,
            "starts_at": st.just("09:00"),
            "hours": half_hours,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("self_study"),
            "date": near,
            "hours": half_hours,
            "archive": st.just(True),
            "subject": subjects,
        }
    ),
    st.fixed_dictionaries({"kind": st.just("online_course"), "date": near, "hours": half_hours}),
)


@settings(deadline=None)
@given(years, pieces, st.data())
def test_split_hours_come_to_the_same(
    found: Year, whole: dict[str, Any], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, round(2 * whole["hours"]))) / 2
    rest = whole["hours"] - first
    # By code point nothing stands between the two pieces, so that they share their place.
    parts = [{**whole, "id": "w", "hours": first}, {**whole, "id": "w\0", "hours": rest}]

    one, two = result_of([*found, {**whole, "id": "w"}]), result_of([*found, *parts])

    assert broken_caps([*found, *parts]) == {}
    assert one["totals"] == two["totals"]
    ids = {activity["id"] for activity in found}
    assert [e for e in one["entries"] if e["id"] in ids] == [
        e for e in two["entries"] if e["id"] in ids
    ]


@settings(deadline=None)
@given(years, st.integers(0, 700), st.integers(0, 700))
def test_split_minutes_never_gain(found: Year, first: int, rest: int) -> None:
    """Each piece is rounded down by itself: a split can lose half an hour, never win one."""
    whole = {"kind": "expert_service", "date": "2022-06-19", "starts_at": "09:00"}
    parts = [
        {**whole, "id": "w", "minutes": first},
        {**whole, "id": "w\0", "minutes": rest},
    ]
    in_one = [*found, {**whole, "id": "w", "minutes": first + rest}]

    assert broken_caps([*found, *parts]) == {}
    assert total_of(in_one) - 0.5 <= total_of([*found, *parts]) <= total_of(in_one)


@settings(deadline=None)
@given(years, periods(), st.integers(1, 420))
@example([], {"kind": "posting", "from": "2022-01-01", "to": "2022-12-31"}, 15)
@example(
    [], {"kind": "absence", "reason": "illness", "from": "2022-01-01", "to": "2022-08-31"}, 120
)
def test_split_periods_never_gain(found: Year, whole: dict[str, Any], days: int) -> None:
    """Cut anywhere, months are judged in each piece by itself and count once."""
    cut = date.fromisoformat(whole["from"]) + timedelta(days=days)
    assume(str(cut) <= whole["to"])
    parts = [
        {**whole, "id": "w", "to": str(cut - timedelta(days=1))},
        {**whole, "id": "w\0", "from": str(cut)},
    ]
    in_one = [*found, {**whole, "id": "w"}]

    assert broken_caps([*found, *parts]) == {}
    assert total_of([*found, *parts]) <= total_of(in_one)
    # Cut where a month begins nothing is lost, unless the absence gets too short by it.
    if cut.day == 1 and whole.get("reason", "maternity") == "maternity":
        assert total_of([*found, *parts]) == total_of(in_one)


@settings(deadline=None)
@given(years, st.data())
def test_split_a_thing_with_a_key_counts_its_first_piece_only(
    found: Year, data: st.DataObject
) -> None:
    keyed = [a for a in found if a.get("key") is not None and a.get("hours", 0) > 0]
    assume(keyed)
    one = data.draw(st.sampled_from(keyed))
    first = data.draw(st.integers(0, round(2 * one["hours"]))) / 2
    parts = [
        {**one, "hours": first},
        {**one, "id": one["id"] + "\0", "hours": one["hours"] - first},
    ]
    split = [activity for activity in found if activity is not one] + parts

    assert broken_caps(split) == {}
    assert total_of(split) <= total_of(found)
    second = by_id(result_of(split))[one["id"] + "\0"]
    assert sum(second["credited"].values()) == 0
    assert second["limits"] != [] or second["claimed"] == second["credited"]
