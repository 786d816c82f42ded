"""Codes that follow from a secret and the clock: nothing stored, so any number of screens agree."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

# No letter that is taken for a digit, or the other way round, when read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DOOR = re.compile(rf"([{_ALPHABET}]{{1,7}})-([{_ALPHABET}]{{1,8}})-([{_ALPHABET}]{{12}})")
_PERSONAL = re.compile(rf"[{_ALPHABET}]{{8}}")
_LOOK_ALIKES = str.maketrans("iluo", "11v0")
#: What a QR of a personal code begins with, so that a scanner knows it from any other.
PERSONAL_MARK = "ce:"
DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class DoorCode:
    """What the wall of a session shows during one step of the rotation."""

    session_id: int
    step: int


def make_key(secret: str, purpose: str) -> bytes:
    """The server's key for one kind of code."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def step_at(moment: datetime, seconds: int) -> int:
    """The number of the step of `seconds` in which `moment` lies."""
    return int(moment.timestamp()) // seconds


def left_of_step(moment: datetime, seconds: int) -> float:
    """Seconds until the next step begins."""
    return seconds - moment.timestamp() % seconds


def door_text(code: DoorCode, key: bytes) -> str:
    """The code as it stands in the QR's address."""
    return f"{_in_letters(code.session_id)}-{_in_letters(code.step)}-{_seal(code, key)}"


def read_door_text(text: str, key: bytes) -> DoorCode | None:
    """The code behind `text`, whenever it was shown; None when it was never ours."""
    parts = _DOOR.fullmatch(text.lower())
    if parts is None:
        return None
    code = DoorCode(_number(parts[1]), _number(parts[2]))
    return code if hmac.compare_digest(_seal(code, key), parts[3]) else None


def door_digits(code: DoorCode, key: bytes) -> str:
    """The six digits beneath the QR; they do not name the session."""
    digest = _digest(("digits", code.session_id, code.step), key)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def is_fresh(code: DoorCode, now: datetime, seconds: int) -> bool:
    """Whether the code is the one shown at `now`, or the one before it."""
    return 0 <= step_at(now, seconds) - code.step <= 1


def drawn_number(parts: tuple[object, ...], below: int, key: bytes) -> int:
    """A number from 0 to `below` - 1 that follows from `parts` and looks drawn by lot."""
    return int.from_bytes(_digest(parts, key)[:8], "big") % below


def _seal(code: DoorCode, key: bytes) -> str:
    digest = _digest(("door", code.session_id, code.step), key)
    return "".join(_ALPHABET[byte % 32] for byte in digest[:12])


def _digest(parts: tuple[object, ...], key: bytes) -> bytes:
    return hmac.digest(key, repr(parts).encode(), hashlib.sha256)


def _in_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 32)
        letters = _ALPHABET[rest] + letters
    return letters or "0"


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 32 + _ALPHABET.index(letter)
    return number


def personal_text(person_id: int, day: date, key: bytes) -> str:
    """A person's own code of one day; nobody can tell from it whose it is."""
    digest = _digest(("person", person_id, day.isoformat()), key)
    return "".join(_ALPHABET[byte % 32] for byte in digest[:8])


def spelled(text: str) -> str:
    """A personal code as people read it: K7F3-9QXM."""
    return f"{text[:4]}-{text[4:]}".upper()


def read_personal_text(text: str) -> str | None:
    """What was scanned or typed as a personal code, its look-alikes put right; None otherwise."""
    plain = unicodedata.normalize("NFKC", text[:60]).strip().lower().removeprefix(PERSONAL_MARK)
    letters = "".join(plain.split()).replace("-", "").translate(_LOOK_ALIKES)
    return letters if _PERSONAL.fullmatch(letters) else None
