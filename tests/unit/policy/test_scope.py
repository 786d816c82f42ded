"""Who files with whom, and whom a class may address — 二(二)3."""

import pytest

from ce_bases.policy.scope import allowed_reaches, may_address, needs_lead_time, receiving_bureau


@pytest.mark.parametrize(
    ("level", "area", "bureau"),
    [
        ("county", "370811", "370811"),
        ("county", "370883", "370883"),
        ("city", "370800", "370800"),
        ("provincial", "370800", "370800"),
        ("national", "370800", "370800"),
    ],
)
def test_filings_go_to_the_bureau_of_the_same_level(level: str, area: str, bureau: str) -> None:
    assert receiving_bureau(level, area) == bureau


@pytest.mark.parametrize(
    ("kind", "level", "reaches"),
    [
        ("base", "county", ("unit", "sector", "county")),
        ("base", "city", ("unit", "sector", "county", "city")),
        ("base", "provincial", ("unit", "sector", "county", "city")),
        ("department", "county", ("unit", "sector", "county")),
        ("department", "city", ("unit", "sector", "city")),
        ("bureau", "county", ("unit", "sector", "county")),
        ("bureau", "city", ("unit", "sector", "county", "city")),
    ],
)
def test_whom_each_may_address(kind: str, level: str, reaches: tuple[str, ...]) -> None:
    assert allowed_reaches(kind, level) == reaches
    assert may_address(kind, level, "city") is ("city" in reaches)


def test_only_a_bureaus_own_lecture_needs_no_lead_time() -> None:
    table = {
        (kind, form): needs_lead_time(kind, form)
        for kind in ("base", "department", "bureau")
        for form in ("lecture", "face_to_face")
    }
    assert [pair for pair, needed in table.items() if not needed] == [("bureau", "lecture")]
