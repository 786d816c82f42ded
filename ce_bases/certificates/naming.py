"""A name as anybody may see it: one character hidden — rules §7."""

import unicodedata

HIDDEN = "＊"
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def masked_name(name: str) -> str:
    """`name` with its second character hidden (the only one of a name of one)."""
    characters = _characters(name)
    hidden = 1 if len(characters) > 1 else 0
    return "".join(HIDDEN if n == hidden else c for n, c in enumerate(characters))


def _characters(name: str) -> list[str]:
    """What a reader takes for characters: marks and variation selectors stay with theirs."""
    found: list[str] = []
    for char in name:
        if found and (unicodedata.combining(char) or any(ord(char) in s for s in _SELECTORS)):
            found[-1] += char
        else:
            found.append(char)
    return found
