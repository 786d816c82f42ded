"""What a change of a filed plan leads to: every row of the table in rules §3."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from ce_bases.policy.changes import RevisionSnapshot, SessionSnapshot, classify_change
from ce_bases.policy.notice_2022 import POLICY

RULE = POLICY.changes
FIRST = SessionSnapshot(
    uid="first",
    held_on=date(2022, 6, 20),
    starts_at=time(9),
    ends_at=time(12),
    halves=8,
    topic="装配式建筑",
    lecturer="王工",
    venue="第一教室",
    county="370811",
)
SECOND = replace(FIRST, uid="second", held_on=date(2022, 6, 21), topic="施工安全")
FILED = RevisionSnapshot(
    title="装配式建筑专题培训班",
    subject="professional",
    form="face_to_face",
    reach="county",
    sessions=(FIRST, SECOND),
    series="建筑工程",
    audience="全区专业技术人员",
    planned_number=50,
    live_address="",
    aims="目标",
    outline="内容",
    assessment="测试",
    fee_cents=10000,
    fee_item="培训费",
    fee_basis="鲁发改",
    contact_name="王老师",
    contact_phone="0537-2200000",
    enrol_how="电话",
    enrol_closes="2022-06-18T17:00",
    materials=("通知",),
    remarks="",
)


def class_of(after: RevisionSnapshot, **options: Any) -> str | None:
    return classify_change(FILED, after, RULE, **options).strictest


def with_first(**values: Any) -> RevisionSnapshot:
    return replace(FILED, sessions=(replace(FIRST, **values), SECOND))


def with_second(**values: Any) -> RevisionSnapshot:
    return replace(FILED, sessions=(FIRST, replace(SECOND, **values)))


def added(**values: Any) -> RevisionSnapshot:
    third = replace(FIRST, uid="third", **values)
    return replace(FILED, sessions=(*FILED.sessions, third))


ROWS = {
    # refile
    "opening the day before": (with_first(held_on=date(2022, 6, 19)), "refile"),
    "another session before the filed opening": (with_second(held_on=date(2022, 6, 19)), "refile"),
    "session added before the filed opening": (added(held_on=date(2022, 6, 19)), "refile"),
    "session added on the day of the opening": (added(starts_at=time(14)), "refile"),
    "session added after the last": (added(held_on=date(2022, 6, 22)), "refile"),
    "half an hour more": (with_first(halves=9), "refile"),
    "more in one, less in the other": (
        replace(FILED, sessions=(replace(FIRST, halves=9), replace(SECOND, halves=7))),
        "refile",
    ),
    "another subject": (replace(FILED, subject="public"), "refile"),
    "scope from county to city": (replace(FILED, reach="city"), "refile"),
    "another county": (with_second(venue="报告厅", county="370881"), "refile"),
    "on site to distance": (replace(FILED, form="distance"), "refile"),
    "on site to live": (replace(FILED, form="live"), "refile"),
    "a cent more": (replace(FILED, fee_cents=10001), "refile"),
    # notice
    "later date": (with_second(held_on=date(2022, 6, 22)), "notice"),
    "a session back to the day of the opening": (with_second(held_on=date(2022, 6, 20)), "notice"),
    "opening the day after": (with_first(held_on=date(2022, 6, 21)), "notice"),
    "later time": (with_first(starts_at=time(14), ends_at=time(17)), "notice"),
    "earlier time of the same day": (with_first(starts_at=time(8), ends_at=time(11)), "notice"),
    "another break": (with_first(break_minutes=10), "notice"),
    "another room of the same county": (with_first(venue="第二教室"), "notice"),
    "no room any more": (with_first(venue="", county=""), "notice"),
    "another lecturer": (with_first(lecturer="李工"), "notice"),
    "another topic": (with_first(topic="绿色建筑"), "notice"),
    "smaller capacity": (replace(FILED, planned_number=49), "notice"),
    "larger capacity": (replace(FILED, planned_number=51), "notice"),
    "contact": (replace(FILED, contact_name="李老师"), "notice"),
    "telephone": (replace(FILED, contact_phone="0537-2200001"), "notice"),
    "a session dropped": (replace(FILED, sessions=(FIRST,)), "notice"),
    "the opening dropped": (replace(FILED, sessions=(SECOND,)), "notice"),
    "fewer hours": (with_first(halves=7), "notice"),
    "narrower scope": (replace(FILED, reach="unit"), "notice"),
    "fee down": (replace(FILED, fee_cents=9999), "notice"),
    "fee item": (replace(FILED, fee_item="资料费"), "notice"),
    "fee basis": (replace(FILED, fee_basis="新文件"), "notice"),
    "audience": (replace(FILED, audience="全区教师"), "notice"),
    "assessment": (replace(FILED, assessment="论文"), "notice"),
    "series": (replace(FILED, series="教师"), "notice"),
    "live address": (replace(FILED, live_address="https://a.example"), "notice"),
    "way to enrol": (replace(FILED, enrol_how="网上"), "notice"),
    "closing of enrolment": (replace(FILED, enrol_closes="2022-06-17T17:00"), "notice"),
    "on site to field visit": (replace(FILED, form="field"), "notice"),
    "remarks": (replace(FILED, remarks="自带电脑"), "notice"),
    # free
    "title": (replace(FILED, title="装配式建筑培训班"), "free"),
    "aims": (replace(FILED, aims="新目标"), "free"),
    "outline": (replace(FILED, outline="新内容"), "free"),
    "materials": (replace(FILED, materials=("通知", "收费依据")), "free"),
    # nothing
    "nothing": (FILED, None),
    "the rows in another order": (replace(FILED, sessions=(SECOND, FIRST)), None),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_change_has_its_consequence(name: str) -> None:
    after, expected = ROWS[name]

    assert class_of(after) == expected


def test_remote_to_on_site_is_as_strict_as_the_other_way() -> None:
    distant = replace(FILED, form="distance")

    assert classify_change(distant, FILED, RULE).strictest == "refile"
    assert classify_change(distant, replace(distant, form="live"), RULE).strictest == "notice"


def test_of_several_changes_the_strictest_counts_and_all_are_told() -> None:
    after = replace(with_second(venue="第二教室"), title="新名称", fee_cents=20000)

    report = classify_change(FILED, after, RULE)

    assert [(c.field, c.session_uid, c.consequence) for c in report.items] == [
        ("title", None, "free"),
        ("fee_cents", None, "refile"),
        ("venue", "second", "notice"),
    ]
    assert report.strictest == "refile"
    milder = classify_change(FILED, replace(after, fee_cents=10000), RULE)
    assert milder.strictest == "notice"


@pytest.mark.parametrize(
    "after",
    [
        with_first(venue="第二教室"),
        with_first(held_on=date(2022, 6, 25)),
        replace(FILED, sessions=(SECOND,)),
    ],
    ids=["changed", "moved", "dropped"],
)
def test_a_session_already_held_is_locked_and_stricter_than_anything(
    after: RevisionSnapshot,
) -> None:
    with_refile = replace(after, subject="public")

    assert class_of(with_refile, held={"first"}) == "locked"


def test_a_held_session_locks_only_itself() -> None:
    assert class_of(with_second(venue="第二教室"), held={"first"}) == "notice"
    assert class_of(replace(FILED, title="新名称"), held={"first", "second"}) == "free"


def test_sessions_are_matched_by_their_id_not_by_their_place() -> None:
    swapped = replace(
        FILED, sessions=(replace(FIRST, topic="施工安全"), replace(SECOND, topic="装配式建筑"))
    )

    report = classify_change(FILED, swapped, RULE)

    assert [(c.session_uid, c.before, c.after) for c in report.items] == [
        ("first", "装配式建筑", "施工安全"),
        ("second", "施工安全", "装配式建筑"),
    ]


def test_the_filed_opening_can_be_given() -> None:
    moved = with_second(held_on=date(2022, 6, 19))

    assert class_of(moved, opening=date(2022, 6, 19)) == "notice"
    assert class_of(moved, opening=date(2022, 6, 20)) == "refile"
