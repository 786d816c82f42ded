"""What every builder of the demo shares: chance that repeats itself, the book, the moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from ce_bases.accounts.models import Account
from ce_bases.accounts.service import hash_password
from ce_bases.core.clock import business_date, moment_at
from ce_bases.core.identity import IdVault
from ce_bases.demo.book import Book
from ce_bases.demo.ids import ResidentIds
from ce_bases.demo.listed import Listed

#: Everybody was there before the first class, ten months ago.
HISTORY = timedelta(days=304)
BEFORE_HISTORY = timedelta(days=400)


@dataclass
class Setting:
    """One loading of the demo; the same day gives the same city.

    `files` are the bytes to keep, by their name in the store.
    """

    book: Book
    vault: IdVault
    now: datetime
    rng: Random
    ids: ResidentIds
    names: Iterator[str]
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return business_date(self.now)

    @property
    def since(self) -> date:
        return self.today - BEFORE_HISTORY

    @property
    def founded(self) -> datetime:
        return moment_at(self.since, time(9, 0))

    def account(self, username: str, name: str) -> Account:
        """A stored account without a password: nobody can log in with it."""
        return self.book.add(
            Account(username=username, display_name=name, created_at=self.founded, is_active=True)
        )

    def listed_account(self, listed: Listed) -> Account:
        """One of the accounts to try; the only ones with a password."""
        return self.book.add(
            Account(
                username=listed.username,
                display_name=listed.name,
                password_hash=hash_password(listed.password),
                is_admin=listed.role == "admin",
                created_at=self.founded,
            )
        )
