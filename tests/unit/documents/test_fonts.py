"""Which characters the fonts can print, and where the fonts come from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ce_bases.documents.fonts import FontMissingError, font_set, missing_glyphs

PRIVATE_USE, UNASSIGNED = "\ue863", "\U0003fffd"


@pytest.mark.parametrize(
    "name",
    [
        "𠮷",
        "䶮",
        "张𬭎",
        "王𫖮",
        "刘㛃",
        "司马犇堃",
        "阿不都热依木·买买提",
        "葛\U000e0100",
        "a b\u3000",
        "",
    ],
)
def test_rare_names_can_be_printed(name: str) -> None:
    assert missing_glyphs(name) == ""


def test_each_character_without_a_glyph_is_named_once() -> None:
    name = f"王{PRIVATE_USE}{UNASSIGNED}{PRIVATE_USE}\ud800"

    assert missing_glyphs(name) == f"{PRIVATE_USE}{UNASSIGNED}\ud800"


def test_the_fonts_are_built_once_for_all_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: font_set(), range(8)))

    assert {id(each) for each in found} == {id(found[0])}
    assert found[0].families[0] in {"Noto Sans SC", "Noto Sans CJK SC"}


def test_a_configured_font_is_preferred() -> None:
    other = next(file for file in font_set().files if "NotoSansTC" in file.name)

    found = font_set(str(other))

    assert found.families[0] == "Noto Sans TC"
    assert "Noto Sans SC" in found.families


def test_a_configured_font_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FontMissingError, match="CE_BASES_FONT_PATH"):
        font_set(str(tmp_path / "none.ttf"))
