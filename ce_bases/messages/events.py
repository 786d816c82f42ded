"""When reminders are asked for, of whoever has some."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class RemindersDue:
    """Handlers tell what is due at `now` (each thing once, by `Note.once`) and add to `told`.

    Nothing is stored ahead: a reminder of a session that was moved or cancelled is never made.
    """

    now: datetime
    told: int = 0
