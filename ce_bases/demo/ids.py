"""Numbers that look right: constructed resident IDs and credit codes with their check digits."""

from datetime import date, timedelta
from random import Random

from ce_bases.core.identity import check_digit

#: Of GB 32100: no I, O, S, V or Z.
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_YOUNGEST, _WORKING_YEARS = 23, 36


class ResidentIds:
    """A source of different, check-digit-valid IDs of working people."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._eldest = today - timedelta(days=365 * (_YOUNGEST + _WORKING_YEARS))
        self._given: set[str] = set()

    def next(self, region: str) -> str:
        """One more ID issued in `region` (six digits)."""
        while True:
            born = self._eldest + timedelta(days=self._rng.randrange(365 * _WORKING_YEARS))
            first17 = f"{region}{born:%Y%m%d}{self._rng.randrange(1, 1000):03d}"
            if first17 not in self._given:
                self._given.add(first17)
                return first17 + check_digit(first17)


def credit_code(rng: Random, area_code: str, kind: str) -> str:
    """A unified social credit code; `kind` 91 is a company, 12 a public institution."""
    first17 = f"{kind}{area_code}" + "".join(rng.choice(_CODE_ALPHABET) for _ in range(9))
    total = sum(_CODE_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return first17 + _CODE_ALPHABET[-total % 31]
