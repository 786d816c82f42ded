"""An organiser of the demo with everything it needs to hold classes."""

from dataclasses import dataclass, field

from ce_bases.bureaus.directory import CITY_CODE, area_name
from ce_bases.core.actors import Actor
from ce_bases.demo.sectors import Sector
from ce_bases.organisers.models import Lecturer, Level, Organiser, OrganiserKind, Venue


@dataclass(eq=False)
class Host:
    """`clerks` act for it; a bureau's are its officers."""

    organiser: Organiser
    sector: Sector
    clerks: list[Actor] = field(default_factory=list)
    venues: list[Venue] = field(default_factory=list)
    lecturers: list[Lecturer] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.organiser.name

    @property
    def area(self) -> str:
        return self.organiser.area_code

    @property
    def place(self) -> str:
        return area_name(self.area)

    @property
    def is_bureau(self) -> bool:
        return self.organiser.kind is OrganiserKind.BUREAU

    @property
    def bureau_code(self) -> str:
        """The bureau that receives its filings."""
        return self.area if self.organiser.level is Level.COUNTY else CITY_CODE
