"""Initials of names: surnames with readings of their own, rare characters, other scripts."""

import pytest

from ce_bases.people.pinyin import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单雄信", "SXX"),
        ("曾国", "ZG"),
        ("仇英", "QY"),
        ("查良镛", "ZLY"),
        ("解缙", "XJ"),
        ("区大任", "ODR"),
        ("翟志刚", "ZZG"),
        ("尉迟恭", "YCG"),
        ("单于信", "CYX"),
        ("张𬭎", "ZH"),
        ("李䶮", "LY"),
        ("刘〇", "LL"),
        ("阿不都热依木·买买提", "ABDRYMMMT"),
        ("John von Smith", "JVS"),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_initials_fit_their_column() -> None:
    assert initials("王" * 60) == "W" * 20
