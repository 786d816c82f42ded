"""Filing numbers as people type them."""

import pytest

from ce_bases.calendar.search_views import digits_of, filing_number_of


@pytest.mark.parametrize(
    "typed",
    [
        "2022-370811-0007",
        "２０２２－３７０８１１－０００７",
        " 2022 370811 0007 ",
        "备案号：2022—370811—0007。",
        "20223708110007",
        "2022-370811-7",
    ],
)
def test_every_spelling_is_the_same_number(typed: str) -> None:
    assert filing_number_of(digits_of(typed)) == "2022-370811-0007"


@pytest.mark.parametrize("typed", ["", "装配式", "2022-370811", "0007", "٢٠٢٢"])
def test_part_of_a_number_is_none(typed: str) -> None:
    assert filing_number_of(digits_of(typed)) is None


def test_a_long_serial_keeps_its_digits() -> None:
    assert filing_number_of("202237081112345") == "2022-370811-12345"
