"""A class at whose door people sign in themselves."""

import re
from dataclasses import dataclass

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World
from tests.web.client import PageClient

MODULE = 6  # pixels


@dataclass
class Hall:
    """A filed session of 20 June 2022, 09:00–12:00; `learner` is on its roster, `learner2` not."""

    session_id: int
    plan_id: int
    person_id: int

    @property
    def url(self) -> str:
        return f"/teach/sessions/{self.session_id}"

    def shown(self, client: PageClient) -> tuple[str, str]:
        """The address in the QR and the digits beneath it, as the wall shows them now."""
        client.log_in("lecturer")
        page = client.get(f"{self.url}/screen").text
        client.log_out()
        return address_in(page), digits_in(page)


def picture_of(page: str) -> Image.Image:
    """The QR of a page as a phone sees it."""
    svg = re.search(r'<svg[^>]*class="qr".*?</svg>', page, re.DOTALL)
    assert svg
    side = re.search(r'viewBox="0 0 (\d+)', svg[0])
    assert side
    picture = Image.new("L", (int(side[1]) * MODULE, int(side[1]) * MODULE), 255)
    x = y = 0.0
    for command, numbers in re.findall(
        r"([Mmh])([-\d. ]+)", re.findall(r'd="(M4 [^"]+)"', svg[0])[-1]
    ):
        values = [float(v) for v in numbers.split()]
        if command == "h":
            box = (int(x), int(y - 0.5), int(x + values[0]), int(y + 0.5))
            left, upper, right, lower = (value * MODULE for value in box)
            picture.paste(0, (left, upper, right, lower))
            x += values[0]
        elif command == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return picture


def address_in(page: str) -> str:
    """The path the QR on the page opens."""
    (found,) = zxingcpp.read_barcodes(picture_of(page))
    return "/" + found.text.split("/", 3)[3]


def digits_in(page: str) -> str:
    found = re.search(r"projector__code[^>]*>([\d ]+)<", page)
    assert found
    return found[1].replace(" ", "")


@pytest.fixture
def hall(session: Session, world: World, clock: FrozenClock) -> Hall:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    hall = Hall(first_session_id(plan), plan.id, world.person_ids[0])
    session.commit()
    clock.set(at(8, 50))
    return hall
