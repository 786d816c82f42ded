"""Names and numbers as people type them, made comparable before anything is decided."""

import re
import unicodedata

from ce_bases.core.text import Text, msg

LONGEST_NAME = 60
_DOTS = re.compile("[•・．‧∙⋅]")
_HAN_WITH_BLANKS = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff ]+")
_BETWEEN = frozenset(" ·.-'’")


def clean_cell(text: str) -> str:
    """One line without control, format and direction marks, its blanks made single."""
    kept = (c for c in re.sub(r"\s", " ", text) if unicodedata.category(c) not in _UNSEEN)
    return re.sub(" +", " ", unicodedata.normalize("NFC", "".join(kept))).strip()


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def normal_name(text: str) -> str:
    """A name as it is compared and kept: 张　三 → 张三, 买买提•艾力 → 买买提·艾力."""
    name = _DOTS.sub("·", clean_cell(text))
    return name.replace(" ", "") if _HAN_WITH_BLANKS.fullmatch(name) else name


def name_problem(name: str) -> Text | None:
    """What is wrong with a normal name, or None."""
    if not name:
        return msg("缺少姓名。")
    if len(name) > LONGEST_NAME:
        return msg("姓名最多 %(max)d 个字。", max=LONGEST_NAME)
    if not all(c in _BETWEEN or unicodedata.category(c)[0] in "LM" or c == "〇" for c in name):
        return msg("姓名里有不能识别的字符（数字、符号等），请核对。")
    return None
