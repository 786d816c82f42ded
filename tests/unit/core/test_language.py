"""Which language a browser gets: the better liked of Chinese and English, else Chinese."""

import pytest

from ce_bases.web.i18n import language_of


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN-us", "en"),
        ("en-GB,zh;q=0.1", "en"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW,en;q=0.9", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh_CN,en;q=0.3", "zh"),
        ("zh-HK;q=0.3,en-AU;q=0.4", "en"),
        ("en;q=0.4,zh-HK;q=0.4", "en"),
        ("zh;q=0.4,en;q=0.4", "zh"),
        ("fr", "zh"),
        ("fr,de;q=0.9", "zh"),
        ("fr,en;q=0.1", "en"),
        ("fr,en;q=0.1,*;q=0.5", "zh"),
        ("en,*;q=0.5", "en"),
        ("*", "zh"),
        ("en;q=0", "zh"),
        ("zh;q=0,en;q=0.1", "en"),
        ("enm,zho", "zh"),
        ("en;q=x", "zh"),
        (";;,,=", "zh"),
    ],
)
def test_the_better_liked_is_spoken(accepted: str, spoken: str) -> None:
    assert language_of(None, accepted) == spoken


@pytest.mark.parametrize("chosen", ["zh", "en"])
def test_what_was_chosen_comes_first(chosen: str) -> None:
    assert language_of(chosen, "en-GB,zh;q=0.1") == chosen
    assert language_of("fr", "en-GB,zh;q=0.1") == "en"
