"""The wall: the same code on every screen, only while the door is open, only for whose class."""

import re

import pytest

from ce_bases.checkin.codes import DoorCode, door_text, make_key
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.web.checkin.conftest import Hall, address_in, digits_in
from tests.web.client import PageClient


def test_any_number_of_screens_agree_and_change_together(
    client: PageClient, hall: Hall, clock: FrozenClock
) -> None:
    def screens() -> set[tuple[str, str]]:
        pages = []
        for username in ("lecturer", "clerk", "clerk2"):
            client.log_in(username)
            pages.append(client.get(f"{hall.url}/screen").text)
            pages.append(client.get(f"{hall.url}/screen/part").text)
        return {(address_in(page), digits_in(page)) for page in pages}

    first = screens()
    clock.forward(seconds=19)
    same = screens()
    clock.forward(seconds=1)
    second = screens()
    assert len(first) == len(second) == 1
    assert (same, second & first) == (first, set())


def test_the_code_is_the_keyed_one(client: PageClient, hall: Hall) -> None:
    key = make_key("test-secret-key-test-secret-key-test", "door code")
    step = int(at(8, 50).timestamp()) // 20
    assert hall.shown(client)[0] == "/s/" + door_text(DoorCode(hall.session_id, step), key)


@pytest.mark.parametrize(("forward", "left"), [(0, 20), (1, 19), (19.5, 1)])
def test_without_script_it_loads_itself_anew_when_the_step_ends(
    client: PageClient, hall: Hall, clock: FrozenClock, forward: float, left: int
) -> None:
    clock.forward(seconds=forward)
    client.log_in("lecturer")
    page = client.get(f"{hall.url}/screen").text
    assert f'<noscript><meta http-equiv="refresh" content="{left}"></noscript>' in page
    assert f'data-left="{round((20 - forward) * 1000)}"' in page


@pytest.mark.parametrize(
    ("moment", "words", "is_open"),
    [
        (at(8, 29, 59), "签到 08:30 开始", False),
        (at(8, 30), "扫码签到", True),
        (at(9, 15), "扫码签到", True),
        (at(9, 15, 1), "签退 11:45 开始", False),
        (at(11, 45), "扫码签退", True),
        (at(12, 30), "扫码签退", True),
        (at(12, 30, 1), "签退已结束", False),
    ],
)
def test_a_code_is_shown_only_while_it_is_good_for_something(
    client: PageClient, hall: Hall, clock: FrozenClock, moment: object, words: str, is_open: bool
) -> None:
    clock.set(moment)
    client.log_in("lecturer")
    page = client.get(f"{hall.url}/screen").text
    assert words in page
    assert bool(re.search(r'class="qr"', page)) is is_open


@pytest.mark.parametrize("part", ["screen", "screen/part"])
@pytest.mark.parametrize(
    ("username", "status"),
    [("stranger", 404), ("officer", 404), ("city_officer", 404), ("learner", 403), ("admin", 403)],
)
def test_whose_wall_it_is_not(
    client: PageClient, hall: Hall, username: str, status: int, part: str
) -> None:
    client.log_in(username)
    assert client.get(f"{hall.url}/{part}").status_code == status
