"""Templates are compiled once a language and prefix."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ce_bases.web.extensions import db, make_write_session
from tests.factories.world import World
from tests.web.client import PageClient


def test_each_reader_gets_their_language_whoever_read_before(
    client: PageClient, world: World
) -> None:
    pages = [
        client.get("/help", headers={"Accept-Language": language}).text
        for language in ("zh", "en", "zh", "en")
    ]

    assert ["跳到正文" in page for page in pages] == [True, False, True, False]
    assert ['<html lang="en">' in page for page in pages] == [False, True, False, True]


def test_a_site_under_a_prefix_links_to_itself_and_others_do_not(
    client: PageClient, world: World
) -> None:
    client.log_in("learner")
    links = [
        'href="/jxjy/inbox"'
        in client.get("/account", environ_overrides={"SCRIPT_NAME": prefix}).text
        for prefix in ("", "/jxjy", "", "/jxjy")
    ]

    assert links == [False, True, False, True]


def test_a_connection_that_wrote_refuses_the_next_reader_again(world: World) -> None:
    write = text("UPDATE account SET display_name = 'x'")
    for _ in range(2):
        with make_write_session() as session:
            session.execute(write)
            session.rollback()
        for _again in range(2):
            with pytest.raises(DBAPIError, match=r"readonly|read-only"):
                db.session.execute(write)
            db.session.rollback()
