"""Days and distances as people of either language say them."""

from datetime import date, timedelta

import pytest
from flask import Flask

from ce_bases.web.filters import format_distance, format_month

TODAY = date(2022, 6, 1)


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (0, "今天", "Today"),
        (1, "还有 1 天", "1 day to go"),
        (2, "还有 2 天", "2 days to go"),
        (-1, "已过 1 天", "1 day ago"),
        (-2, "已过 2 天", "2 days ago"),
    ],
)
def test_how_far_a_day_is(app: Flask, days: int, chinese: str, english: str) -> None:
    day = TODAY + timedelta(days=days)

    for language, said in (("zh", chinese), ("en", english)):
        with app.test_request_context(f"/?lang={language}"):
            assert format_distance(day, on=TODAY) == said


@pytest.mark.parametrize(("language", "said"), [("zh", "2022年6月"), ("en", "June 2022")])
def test_a_month_is_said_in_words(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert format_month(TODAY) == said
