"""What organisers ask and tell higher features, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """May this account's password be reset by its base or bureau? A guard refuses by raising."""

    account_id: int


@dataclass(frozen=True, slots=True)
class VenueGrew:
    """A room takes more people from now on (`at`); the new capacity is already written."""

    venue_id: int
    at: datetime
