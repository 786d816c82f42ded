"""The Chinese fonts of printed documents, found once and kept in the process."""

import importlib.util
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import typst
from fontTools.ttLib import TTFont

_PACKAGE = "justmytype_intl_cjk"
# The simplified font first; the others only for characters it lacks, such as 𠮷.
_PACKAGED = ("NotoSansSC*", "NotoSansTC*", "NotoSansJP*", "NotoSansKR*")
_SYSTEM = Path("/usr/share/fonts")
_OTHER_REGIONS = ("HK", "JP", "KR", "TC")
_BUILDING = Lock()
# Never drawn by themselves, so no font needs them. Private-use and unassigned characters do
# count: old population registers are full of them, and they print as boxes.
_UNDRAWN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class FontMissingError(RuntimeError):
    """No Chinese font was found: documents would print boxes, so none are printed."""


@dataclass(frozen=True, slots=True)
class FontSet:
    """What typst draws with: `families` in order of preference, each from one of `files`."""

    fonts: typst.Fonts
    families: tuple[str, ...]
    files: tuple[Path, ...]


def font_set(configured: str = "") -> FontSet:
    """The process's fonts, built on first use (a tenth of a second), shared by all threads.

    Order: the `configured` file, the installed package's, the system's NotoSansCJK; each later
    one only draws what the earlier ones lack. Raises `FontMissingError` when there is none.
    """
    with _BUILDING:
        return _built(configured)


def missing_glyphs(text: str, *, configured: str = "") -> str:
    """The characters of `text` that no font can print, each once; typst would not tell."""
    left = dict.fromkeys(c for c in text if _is_drawn(c))
    for file in font_set(configured).files if left else ():
        covered = _covered(file)
        left = dict.fromkeys(c for c in left if ord(c) not in covered)
        if not left:
            break
    return "".join(left)


@lru_cache(maxsize=4)
def _built(configured: str) -> FontSet:
    files = _files(configured)
    found = typst.Fonts(
        font_paths=[str(folder) for folder in dict.fromkeys(file.parent for file in files)],
        include_system_fonts=False,
        include_embedded_fonts=False,
    )
    families = tuple(dict.fromkeys(name for file in files for name in _families(found, file)))
    if not families:
        raise FontMissingError("no Chinese font: install the fonts or set CE_BASES_FONT_PATH")
    return FontSet(found, families, files)


def _files(configured: str) -> tuple[Path, ...]:
    if configured and not Path(configured).is_file():
        raise FontMissingError(f"CE_BASES_FONT_PATH names no file: {configured}")
    given = (Path(configured).resolve(),) if configured else ()
    spec = importlib.util.find_spec(_PACKAGE)
    roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    packaged = (sorted(root.rglob(pattern)) for root in roots for pattern in _PACKAGED)
    # One face is enough here: typst finds the bold one beside it under the same family.
    system = sorted(_SYSTEM.rglob("NotoSansCJK*Regular*"))[:1]
    return (*given, *(file for found in packaged for file in found), *system)


def _families(found: typst.Fonts, file: Path) -> list[str]:
    """The families in `file`; of a collection of all regions the simplified one only."""
    names = [info.family for info in found.fonts() if info.path and Path(info.path) == file]
    names = [name for name in names if "Mono" not in name]
    simplified = [name for name in names if not name.endswith(_OTHER_REGIONS)]
    return simplified or names


@lru_cache(maxsize=16)
def _covered(file: Path) -> frozenset[int]:
    with TTFont(file, fontNumber=0, lazy=True) as font:
        # Made-up glyph names: working out the real ones takes half a second, for nothing.
        font.setGlyphOrder([f"glyph{number}" for number in range(font["maxp"].numGlyphs)])
        return frozenset(font.getBestCmap())


def _is_drawn(char: str) -> bool:
    if any(ord(char) in selectors for selectors in _SELECTORS):
        return False
    return unicodedata.category(char) not in _UNDRAWN
