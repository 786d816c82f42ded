"""Pinyin initials of names, by which a lecturer finds somebody on the list."""

from functools import lru_cache

#: Surnames that are read otherwise than the same character elsewhere (pypinyin does not know).
SURNAMES = {
    "单": "S", "曾": "Z", "仇": "Q", "查": "Z", "解": "X", "区": "O", "乐": "Y", "繁": "P",
    "覃": "Q", "折": "S", "种": "C", "秘": "B", "隗": "W", "召": "S", "句": "G", "阚": "K",
    "翟": "Z", "重": "C", "祭": "Z", "郇": "X", "乜": "N", "佴": "N", "省": "X", "适": "K",
    "会": "K", "藏": "Z", "术": "Z", "乘": "S",
    "万俟": "MQ", "尉迟": "YC", "单于": "CY", "长孙": "ZS", "澹台": "TT",
}  # fmt: skip
LONGEST = 20


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """Capital initials of `name`: 单雄信 → SXX, 阿不都·买买提 → ABDMMT; "" when none is known."""
    surname = name[:2] if name[:2] in SURNAMES else name[:1]
    if surname not in SURNAMES:
        surname = ""
    rest = _letters(name[len(surname) :])
    return (SURNAMES.get(surname, "") + rest)[:LONGEST]


def _letters(text: str) -> str:
    # Half a second and 10 MB to import: only who enters names pays for it.
    from pypinyin import Style, lazy_pinyin

    def plain(unknown: str) -> str:
        """First letters of the words in what is no Chinese; nothing for signs."""
        return "".join(word[0] for word in unknown.split() if word[0].isalpha())

    letters = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=plain, strict=False)
    return "".join(c for c in "".join(letters) if c.isascii()).upper()
