"""A room or lecturer taken out of use stays chosen in the drafts that hold it."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ce_bases.organisers.models import Lecturer, Venue
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form, row, typed

NEW = "/filing/plans/new"


def test_a_draft_keeps_the_room_and_lecturer_that_rest_since(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    sent = filled_form(world)
    address = client.post(NEW, data={**sent, "do": "save"}).location
    session.execute(update(Venue).where(Venue.id == world.venue_id).values(is_active=False))
    session.execute(
        update(Lecturer).where(Lecturer.id == world.lecturer_id).values(is_active=False)
    )
    session.commit()

    shown = client.get(address)
    fresh = client.get(NEW)

    again = typed(shown.text)
    assert {name: again[name] for name in row(world, 0)} == row(world, 0)
    assert shown.text.count("· 已停用") == 2 * 2, "in the row and in the pattern of a new row"
    assert "· 已停用" not in fresh.text


@pytest.mark.parametrize("chosen", ["0", "-1", str(2**31), str(10**30)])
def test_an_id_that_cannot_be_is_no_error(client: PageClient, world: World, chosen: str) -> None:
    client.log_in("clerk")
    form = filled_form(world, **{"sessions-0-venue_id": chosen})

    assert client.post(NEW, data={**form, "do": "add"}).status_code == 200


def test_another_bases_resting_room_is_not_shown(
    client: PageClient, world: World, session: Session
) -> None:
    session.execute(update(Venue).where(Venue.id == world.other_venue_id).values(is_active=False))
    session.commit()
    client.log_in("clerk")
    form = filled_form(world, **{"sessions-0-venue_id": str(world.other_venue_id)})

    assert "· 已停用" not in client.post(NEW, data={**form, "do": "add"}).text
