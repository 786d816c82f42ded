"""Numbers that identify people and units: checked, masked, encrypted."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ce_bases.core.text import Text, msg

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def normal_number(text: str) -> str:
    """`text` with full-width characters narrowed, blanks dropped and letters upper-cased."""
    return re.sub(r"[\s\u200b\ufeff-]", "", unicodedata.normalize("NFKC", text)).upper()


def resident_id_problem(number: str, *, today: date) -> Text | None:
    """What is wrong with a normalised resident ID, or None.

    Length, birth date and check digit (ISO 7064 MOD 11-2) decide; the region part is no
    verdict, because old codes and 810000/820000/830000 are valid too (rules §7).
    """
    if re.fullmatch(r"[0-9]{15}", number):
        return msg("这是 15 位旧身份证号，请改用现行的 18 位号码。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return msg("居民身份证号应为 18 位，末位可以是 X。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return msg("身份证号第 7 至 14 位不是有效的出生日期。")
    if not date(1900, 1, 1) <= born <= today:
        return msg("身份证号第 7 至 14 位不是有效的出生日期。")
    if number[17] != check_digit(number[:17]):
        return msg("身份证号校验位不符，请逐位核对。")
    return None


def check_digit(first17: str) -> str:
    """The 18th character that belongs to the first 17 digits of a resident ID."""
    return _CHECK_DIGITS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def masked_name(name: str) -> str:
    """`name` with one character hidden, as public checks show it: 王某某 → 王*某."""
    return f"{name[0]}*{name[2:]}" if len(name) > 1 else name


@dataclass(frozen=True, slots=True)
class SealedId:
    """A resident ID as the database keeps it."""

    cipher: bytes
    index: str
    last4: str


@dataclass(frozen=True, slots=True)
class IdVault:
    """Seals resident IDs: AES-GCM for reading back, a keyed hash for looking up.

    An unkeyed hash of an ID is plaintext (256 million candidates), so both keys stay outside
    the database. The first byte of a cipher text names the key, for rotation.
    """

    key: bytes
    index_key: bytes
    key_id: int = 1

    def index(self, number: str) -> str:
        """The keyed hash by which a normalised `number` is found."""
        return hmac.new(self.index_key, number.encode(), hashlib.sha256).hexdigest()

    def seal(self, number: str) -> SealedId:
        """Encrypt a normalised `number`; the index is bound in as associated data."""
        index = self.index(number)
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.key).encrypt(nonce, number.encode(), index.encode())
        return SealedId(bytes([self.key_id]) + nonce + sealed, index, number[-4:])

    def open(self, sealed: SealedId) -> str:
        """The clear number; raises `cryptography.exceptions.InvalidTag` when tampered with."""
        nonce, body = sealed.cipher[1:13], sealed.cipher[13:]
        return AESGCM(self.key).decrypt(nonce, body, sealed.index.encode()).decode()
