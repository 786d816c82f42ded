"""Names with one character hidden."""

import pytest

from ce_bases.certificates.naming import masked_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王伟", "王＊"),
        ("王小伟", "王＊伟"),
        ("欧阳小伟", "欧＊小伟"),
        ("王", "＊"),
        ("张𬭎", "张＊"),
        ("𠮷田", "𠮷＊"),
        ("葛\U000e0100洪\U000e0101生", "葛\U000e0100＊生"),
        ("阿不都热依木·买买提", "阿＊都热依木·买买提"),
        ("", ""),
    ],
)
def test_one_character_is_hidden(name: str, shown: str) -> None:
    assert masked_name(name) == shown
