"""The pure pieces of the demo: times around now, numbers, names, courses."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from ce_bases.accounts.service import password_problem
from ce_bases.core.actors import Role
from ce_bases.core.clock import SHANGHAI, local
from ce_bases.core.identity import resident_id_problem
from ce_bases.demo.courses import COURSES, PUBLIC_LECTURES
from ce_bases.demo.ids import ResidentIds, credit_code
from ce_bases.demo.listed import LISTED
from ce_bases.demo.names import person_name
from ce_bases.demo.sectors import SECTORS
from ce_bases.demo.showcase import parts_around
from ce_bases.demo.timetable import EVENING, MORNING, Part, blocks_of

DAY = datetime(2026, 5, 20, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (
            time(10, 3),
            [Part(time(10, 0), time(13, 0), 0, 8), Part(time(13, 30), time(15, 30), 0, 5)],
        ),
        (time(0, 0), [Part(time(0, 0), time(3, 0), 0, 8), Part(time(3, 30), time(5, 30), 0, 5)]),
        (
            time(18, 29),
            [Part(time(18, 25), time(21, 25), 0, 8), Part(time(21, 55), time(23, 55), 0, 5)],
        ),
        (time(19, 0), [Part(time(19, 0), time(22, 0), 0, 8)]),
        (time(23, 50), [Part(time(22, 0), time(23, 59), 0, 5)]),
    ],
)
def test_the_class_under_way_spans_the_moment(at: time, expected: list[Part]) -> None:
    assert parts_around(datetime.combine(DAY.date(), at, SHANGHAI)) == expected


def test_every_minute_of_the_day_has_a_lawful_class_under_way() -> None:
    wrong = []
    for minute in range(24 * 60 - 1):
        now = DAY + timedelta(minutes=minute)
        parts = parts_around(now)
        fits = all(p.halves * 45 <= _minutes(p) * 2 for p in parts)
        under_way = parts[0].starts_at <= local(now).time() < parts[0].ends_at
        if not (fits and under_way and 0 < sum(p.halves for p in parts) <= 16):
            wrong.append((now, parts))
    assert wrong == []


def _minutes(part: Part) -> int:
    on = date(2026, 1, 1)
    ends, starts = datetime.combine(on, part.ends_at), datetime.combine(on, part.starts_at)
    return int((ends - starts).total_seconds() // 60)


def test_resident_ids_are_valid_and_different() -> None:
    today = date(2026, 5, 20)
    ids = ResidentIds(Random(1), today)
    made = [ids.next("370881") for _ in range(500)]
    assert len(set(made)) == 500
    assert [
        n for n in made if resident_id_problem(n, today=today) or not n.startswith("370881")
    ] == []


def test_credit_codes_have_their_check_character() -> None:
    codes = [credit_code(Random(n), "370811", "91") for n in range(50)]
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, 4.3
    weighed = [sum(alphabet.index(c) * 3**i for i, c in enumerate(code[:17])) for code in codes]
    assert {len(code) for code in codes} == {18}
    assert [
        (w + alphabet.index(code[17])) % 31 for w, code in zip(weighed, codes, strict=True)
    ] == [0] * 50


def test_names_are_short_chinese_and_repeatable() -> None:
    names = [person_name(Random(n)) for n in range(300)]
    assert names == [person_name(Random(n)) for n in range(300)]
    assert {len(name) for name in names} == {2, 3}


def test_every_trade_has_courses_with_topics() -> None:
    assert set(COURSES) == {sector.name for sector in SECTORS}
    short = [c for courses in COURSES.values() for c in courses if len(c[1]) != 4]
    assert short == []
    assert all(
        title.startswith("公益课堂：") and len(topics) == 1 for title, topics in PUBLIC_LECTURES
    )


def test_the_list_has_every_role_and_passwords_the_site_accepts() -> None:
    # A substitute has no account but a link for one session.
    assert {listed.role for listed in LISTED} == set(Role) - {Role.PUBLIC, Role.SUBSTITUTE}
    refused = [a for a in LISTED if password_problem(a.password, username=a.username)]
    assert refused == []
    by_place = [(a.role, a.organisation) for a in LISTED]
    assert [by_place.count(place) for place in dict.fromkeys(by_place)].count(2) == 2


def test_a_part_touches_the_blocks_it_overlaps() -> None:
    on = date(2026, 5, 20)
    late = Part(time(12, 0), time(18, 30), 0, 16)
    assert blocks_of([(on, late)]) == {(on, 0), (on, 1), (on, 2)}
    assert blocks_of([(on, MORNING), (on, EVENING)]) == {(on, 0), (on, 2)}
