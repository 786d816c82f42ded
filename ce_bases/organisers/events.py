"""What organisers ask higher features before they act."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """May this account's password be reset by its base or bureau? A guard refuses by raising."""

    account_id: int
