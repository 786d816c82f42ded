"""What each kind asks for, must not have, and where its bounds lie."""

from dataclasses import replace
from datetime import date

import pytest

from ce_bases.claims.content import (
    FIELDS,
    NAMES,
    Cause,
    Content,
    Rank,
    another_like,
    problems_of,
    shape_problems,
    thing_key,
)
from ce_bases.credits.models import Kind
from ce_bases.plans.models import Subject
from tests.factories.claims import COMPLETE, content_of

TODAY = date(2022, 6, 1)
#: A value of every field that no kind can take for an empty one.
ANY = Content(
    title="x",
    organiser="x",
    number="x1234",
    approved=True,
    subject=Subject.PUBLIC,
    held_on=date(2022, 2, 1),
    until_on=date(2022, 3, 1),
    starts_at=COMPLETE[Kind.TRAINING].starts_at,
    halves=2,
    minutes=90,
    rank=Rank.CITY,
    cause=Cause.ILLNESS,
)


def test_every_claimable_kind_has_a_form_and_the_organisers_kinds_have_none() -> None:
    assert set(FIELDS) == set(Kind) - {Kind.LECTURE, Kind.ONLINE_COURSE}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_complete_claim_has_no_problem(kind: Kind) -> None:
    assert problems_of(kind, COMPLETE[kind], today=TODAY) == {}


@pytest.mark.parametrize("kind", FIELDS)
def test_each_field_of_a_kind_is_required_to_send_but_not_to_keep(kind: Kind) -> None:
    for name in FIELDS[kind]:
        without = replace(COMPLETE[kind], **{name: getattr(Content(), name)})
        assert list(problems_of(kind, without, today=TODAY)) == [name], name
        assert shape_problems(kind, without) == {}
    assert set(problems_of(kind, Content(), today=TODAY)) == set(FIELDS[kind])


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_of_another_kind_is_refused_even_in_a_draft(kind: Kind) -> None:
    others = [name for name in NAMES if name not in (*FIELDS[kind], "remarks")]
    for name in others:
        with_it = replace(COMPLETE[kind], **{name: getattr(ANY, name)})
        assert list(shape_problems(kind, with_it)) == [name]


@pytest.mark.parametrize(
    ("kind", "changes", "wrong"),
    [
        (Kind.PUBLICATION, {"held_on": date(2022, 6, 1)}, []),
        (Kind.PUBLICATION, {"held_on": date(2022, 6, 2)}, ["held_on"]),
        (Kind.PUBLICATION, {"held_on": date(2022, 1, 1)}, []),
        (Kind.PUBLICATION, {"held_on": date(2021, 12, 31)}, ["held_on"]),
        (Kind.PUBLICATION, {"number": "A-12"}, ["number"]),
        (Kind.PUBLICATION, {"number": "A-123"}, []),
        (Kind.PUBLICATION, {"title": "长" * 100}, []),
        (Kind.PUBLICATION, {"title": "长" * 101}, ["title"]),
        (Kind.PUBLICATION, {"remarks": "长" * 501}, ["remarks"]),
        (Kind.TRAINING, {"approved": False}, ["approved"]),
        (Kind.TRAINING, {"halves": 0}, ["halves"]),
        (Kind.TRAINING, {"halves": 1}, []),
        (Kind.TRAINING, {"halves": 48}, []),
        (Kind.TRAINING, {"halves": 49}, ["halves"]),
        (Kind.SELF_STUDY, {"halves": 1998}, []),
        (Kind.SELF_STUDY, {"halves": 1999}, ["halves"]),
        (Kind.EXPERT_SERVICE, {"minutes": 0}, ["minutes"]),
        (Kind.EXPERT_SERVICE, {"minutes": 1440}, []),
        (Kind.EXPERT_SERVICE, {"minutes": 1441}, ["minutes"]),
        (Kind.POSTING, {"until_on": date(2022, 1, 1)}, []),
        (Kind.POSTING, {"until_on": date(2021, 12, 31)}, ["until_on"]),
        (Kind.POSTING, {"until_on": date(2022, 6, 1)}, []),
        (Kind.POSTING, {"until_on": date(2022, 6, 2)}, ["until_on"]),
    ],
)
def test_bounds(kind: Kind, changes: dict[str, object], wrong: list[str]) -> None:
    assert list(problems_of(kind, replace(COMPLETE[kind], **changes), today=TODAY)) == wrong


def test_the_same_thing_has_one_key_however_it_is_written() -> None:
    paper = COMPLETE[Kind.PUBLICATION]
    same = replace(paper, number="issn1000-6869　２０２２（３）：12", title="另一个写法")
    next_issue = replace(paper, number="ISSN 1000-6869 2022(4):12")

    assert thing_key(Kind.PUBLICATION, paper) == "issn10006869２０２２312".translate(
        str.maketrans("２０", "20")
    )
    assert thing_key(Kind.PUBLICATION, same) == thing_key(Kind.PUBLICATION, paper)
    assert thing_key(Kind.PUBLICATION, next_issue) != thing_key(Kind.PUBLICATION, paper)


def test_a_competition_is_one_thing_whatever_it_is_claimed_as_and_another_next_year() -> None:
    contest = COMPLETE[Kind.COMPETITION]
    keys = {
        thing_key(Kind.COMPETITION, replace(contest, subject=Subject.PUBLIC)),
        thing_key(Kind.COMPETITION, replace(contest, rank=Rank.PROVINCE)),
        thing_key(Kind.COMPETITION, contest),
    }

    assert len(keys) == 1
    assert thing_key(Kind.COMPETITION, replace(contest, held_on=date(2023, 4, 30))) not in keys


def test_keys_fit_the_ledger_and_some_kinds_have_none() -> None:
    long = replace(COMPLETE[Kind.TRAINING], title="长" * 100, organiser="长" * 100)

    assert len(thing_key(Kind.TRAINING, long) or "") == 64
    assert {k for k in FIELDS if thing_key(k, COMPLETE[k]) is None} == {
        *(Kind.SELF_STUDY, Kind.EXPERT_SERVICE, Kind.POSTING, Kind.ABSENCE)
    }


@pytest.mark.parametrize(
    ("kind", "held_on", "expected"),
    [
        (Kind.EXPERT_SERVICE, date(2022, 5, 12), date(2022, 5, 13)),
        (Kind.TRAINING, date(2022, 5, 31), date(2022, 6, 1)),
        (Kind.TRAINING, date(2022, 6, 1), None),
        (Kind.EXPERT_SERVICE, None, None),
        (Kind.PUBLICATION, date(2022, 3, 1), None),
        (Kind.POSTING, date(2022, 1, 1), None),
    ],
)
def test_another_like_it_keeps_what_usually_stays(
    kind: Kind, held_on: date | None, expected: date | None
) -> None:
    earlier = content_of(kind, held_on=held_on, remarks="第一天")

    found = another_like(kind, earlier, today=date(2022, 6, 1))

    assert found == replace(earlier, number="", held_on=expected, until_on=None, remarks="")
    assert shape_problems(kind, found) == {}
