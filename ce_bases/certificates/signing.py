"""The signature in a certificate's QR code: an office can check it without asking the site.

A code reads `https://…/certificates/<number>#1.<key id>.<facts>.<signature>`; what is behind the
`#` never reaches a server by scanning, so names stay out of logs. Facts are a JSON list in
base64url; the Ed25519 signature covers the format's version, the key's id, the number and them.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST = 2_000
_CODE = re.compile(
    r"(?:^|/)([0-9a-f]{32})(?![0-9A-Za-z])(?:#1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{1,900})\.([A-Za-z0-9_-]{86})$)?"
)
_NUMBER = re.compile(r"[0-9a-f]{32}")
_SEPARATORS = re.compile(r"[\s-]+")
_BLANKS = re.compile(r"\s+")
_KEY_LINE = re.compile(r"([0-9a-f]{8}) ed25519 ([A-Za-z0-9+/]{43}=)(?: .*)?")


class UnreadableCodeError(ValueError):
    """The text is neither a certificate's number nor what its QR code says."""


class ForgedCodeError(ValueError):
    """The facts are not what a key of ours signed for this number."""


class UnknownKeyError(ForgedCodeError):
    """Signed with a key that is not (or no longer) ours."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says of whom; half-hours."""

    name: str
    year: int
    public_halves: int
    professional_halves: int
    is_complete: bool
    issued_on: date


@dataclass(frozen=True, slots=True)
class Code:
    """A number as typed, or a whole QR code: then `body` holds its facts and `signature` is set."""

    number: str
    key_id: str = ""
    body: str = ""
    signature: str = ""

    @property
    def is_signed(self) -> bool:
        return bool(self.signature)


def key_id_of(public: bytes) -> str:
    """The name of a public key: it follows from the key, so nobody can give it to another."""
    return hashlib.sha256(public).hexdigest()[:8]


def public_of(private: bytes) -> bytes:
    """The public key of an Ed25519 seed."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(number: str, facts: Facts, private: bytes) -> str:
    """What stands behind the `#`: the same facts and key give the same text."""
    told = [
        facts.name,
        facts.year,
        facts.public_halves,
        facts.professional_halves,
        int(facts.is_complete),
        facts.issued_on.isoformat(),
    ]
    body = _encoded(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    key_id = key_id_of(public_of(private))
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_message(number, key_id, body))
    return f"1.{key_id}.{body}.{_encoded(signature)}"


def read_code(text: str) -> Code:
    """The number or QR code in `text`, whatever blanks or dashes it was typed with."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    bare = _SEPARATORS.sub("", text).lower()
    if _NUMBER.fullmatch(bare):
        return Code(bare)
    found = _CODE.search(_BLANKS.sub("", text))
    if found is None:
        raise UnreadableCodeError
    if "#" in text and not found[4]:
        raise UnreadableCodeError  # cut short on its way: not a mere number
    return Code(found[1], found[2] or "", found[3] or "", found[4] or "")


def verify(code: Code, keys: Mapping[str, bytes]) -> Facts:
    """The facts of a signed code; `keys` are public keys by id. Raises ForgedCodeError."""
    public = keys.get(code.key_id)
    if public is None:
        raise UnknownKeyError
    try:
        message = _message(code.number, code.key_id, code.body)
        Ed25519PublicKey.from_public_bytes(public).verify(_decoded(code.signature), message)
    except InvalidSignature:
        raise ForgedCodeError from None
    return _facts(json.loads(_decoded(code.body)))


def _facts(told: list[Any]) -> Facts:
    name, year, public, professional, complete, issued_on = told
    return Facts(name, year, public, professional, bool(complete), date.fromisoformat(issued_on))


def _message(number: str, key_id: str, body: str) -> bytes:
    return f"ce-bases/certificate/1/{key_id}/{number}/{body}".encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """The bytes of base64url; another spelling of the same bytes is refused."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(raw) != text:
        raise ForgedCodeError
    return raw


def keys_by_id(public_keys: Iterable[bytes]) -> dict[str, bytes]:
    """Public keys by their ids, in their order."""
    return {key_id_of(public): public for public in public_keys}


def key_lines(keys: Mapping[str, bytes]) -> list[str]:
    """One line a key, as they are published and read back; the first one signs."""
    return [
        f"{key_id} ed25519 {base64.b64encode(public).decode()}{' current' if not place else ''}"
        for place, (key_id, public) in enumerate(keys.items())
    ]


def read_key_lines(text: str) -> dict[str, bytes]:
    """The keys of a published list; other lines are remarks. ValueError for a wrong id."""
    keys: dict[str, bytes] = {}
    for line in text.splitlines():
        if found := _KEY_LINE.fullmatch(line.strip()):
            public = base64.b64decode(found[2])
            if key_id_of(public) != found[1]:
                raise ValueError(found[1])
            keys[found[1]] = public
    return keys
