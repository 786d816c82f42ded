"""A class of the demo before it is put on paper."""

from dataclasses import dataclass, field
from datetime import date

from ce_bases.demo.host import Host
from ce_bases.demo.lives import Life
from ce_bases.demo.timetable import Slot
from ce_bases.people.models import Person
from ce_bases.plans.details import PlanDetails


@dataclass(eq=False)
class Spec:
    """`slots` match `details.sessions` one by one.

    `roster` are the people enrolled: `seats` of them, or 0: as many as chance has it. `queue` more
    are `waiting`, in their order.
    """

    host: Host
    details: PlanDetails
    slots: list[Slot]
    life: Life
    roster: list[Person] = field(default_factory=list)
    seats: int = 0
    queue: int = 0
    waiting: list[Person] = field(default_factory=list)

    @property
    def opens_on(self) -> date:
        return min(session.held_on for session in self.details.sessions)

    @property
    def closes_on(self) -> date:
        return max(session.held_on for session in self.details.sessions)
