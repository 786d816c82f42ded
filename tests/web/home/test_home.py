"""Front page, contacts, and what machines ask."""

import re
import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import text

from ce_bases.bureaus.directory import BUREAUS
from ce_bases.factory import create_app
from ce_bases.plans.models import Form, Subject
from ce_bases.web.extensions import db
from tests.conftest import FrozenClock, make_settings
from tests.factories.world import World
from tests.web.calendar.conftest import File, file
from tests.web.calendar.test_calendar import listed
from tests.web.client import PageClient

__all__ = ["file"]


def test_the_next_classes_and_lectures_each_once_by_their_next_session(
    client: PageClient, file: File, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20), date(2022, 6, 30), title="两天的班")
    file(date(2022, 6, 25), title="一天的班")
    file(date(2022, 6, 15), title="讲座", subject=Subject.PUBLIC, form=Form.LECTURE)

    assert listed(client.get("/").text) == ["两天的班", "一天的班", "讲座"]
    clock.forward(days=20)
    assert listed(client.get("/").text) == ["一天的班", "两天的班"]
    clock.forward(days=10)
    assert "近期没有已备案的培训" in client.get("/").text


def test_the_notice_stands_in_four_lines_with_its_clauses(client: PageClient, app: Flask) -> None:
    page = BeautifulSoup(client.get("/").text, "html.parser")

    lines = [li.get_text(strip=True) for li in page.select("aside.stack section:first-child li")]
    assert lines == [
        "每年不少于 90 学时：公需 30，专业 60（一(二)）。",
        "培训应在开班 10 日前备案，未备案的一般不予认定学时（二(二)3）。",
        "培训每天最多计 8 学时（二(二)4(1)）。",
        "培训、自学、成果著作、专家服务、援派、考试、竞赛、在岗折算八种方式都能认定学时（二(二)4）。",
    ]
    assert "尚未登记" not in page.get_text()


def test_later_years_say_which_notice_they_follow(client: PageClient, clock: FrozenClock) -> None:
    clock.forward(days=900)

    page = client.get("/").text

    assert "2024 年的要求" in page
    assert "2024 年的通知尚未登记，暂按 2022 年通知执行" in page


def test_what_is_near_leads_to_its_county(client: PageClient, file: File) -> None:
    file(date(2022, 6, 20))

    page = BeautifulSoup(client.get("/").text, "html.parser")

    chips = [
        (" ".join(a.get_text(" ", strip=True).split()), a["href"]) for a in page.select(".chips a")
    ]
    assert chips == [("任城区 1", "/calendar?county=370811&view=list")]


def test_the_forms_of_the_front_page_lead_on(client: PageClient, app: Flask) -> None:
    page = BeautifulSoup(client.get("/").text, "html.parser")

    actions = [form["action"] for form in page.select("main form")]
    assert actions == ["/calendar", "/filing-window"]
    assert page.select_one('main a[href="/home"]') is not None


def test_every_bureau_can_be_called(client: PageClient, app: Flask) -> None:
    page = BeautifulSoup(client.get("/contacts").text, "html.parser")

    rows = [[td.get_text(strip=True) for td in tr.select("td")] for tr in page.select("tbody tr")]
    assert rows == [[b.area, b.name, b.phone] for b in BUREAUS]
    assert len(rows) == 15
    calls = {str(a["href"]) for a in page.select('main a[href^="tel:"]')}
    assert calls == {f"tel:{b.phone}" for b in BUREAUS} | {"tel:400-806-8255"}


@pytest.mark.parametrize("address", ["/help", "/privacy"])
def test_plain_pages_open(client: PageClient, app: Flask, address: str) -> None:
    assert client.get(address).status_code == 200


def test_the_site_is_up_and_ready(client: PageClient, app: Flask) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "problems": []})
    assert ready.headers["Cache-Control"] == "no-store"


def test_an_older_schema_is_not_ready(client: PageClient, app: Flask) -> None:
    with db.engine.begin() as connection:
        head = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        answer = client.get("/readyz")
    finally:
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :head"), {"head": head}
            )

    assert (answer.status_code, answer.json) == (
        503,
        {
            "status": "unavailable",
            "problems": ["the schema is not up to date: run `flask db upgrade`"],
        },
    )


def test_a_database_that_does_not_answer_is_not_ready(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    url = f"sqlite:///{folder / 'x.sqlite'}"
    app = create_app(make_settings(url, tmp_path), overrides={"TESTING": True})
    with app.app_context():
        db.engine.dispose()
    shutil.rmtree(folder)
    client = app.test_client()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (
        503,
        {"status": "unavailable", "problems": ["the database does not answer"]},
    )
    assert client.get("/healthz").status_code == 200


def test_robots_keep_to_public_pages_and_find_the_site_map(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20))

    robots = client.get("/robots.txt").text
    sitemap = client.get("/sitemap.xml")

    hidden = tuple(re.findall(r"^Disallow: (.+)$", robots, re.MULTILINE))
    assert {"/desk", "/filing/", "/inbox", "/feeds"} < set(hidden)
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert sitemap.mimetype == "application/xml"
    found = [
        str(loc.text)
        for loc in ElementTree.fromstring(sitemap.text).iter()
        if loc.tag.endswith("loc")
    ]
    assert found[0] == "http://localhost/"
    assert found[-1] == f"http://localhost/plans/{number}"
    assert sum("/bases/" in address for address in found) == 3
    paths = [address.removeprefix("http://localhost") for address in found]
    assert "/filing-window" in paths
    assert [path for path in paths if path.startswith(hidden)] == []
    assert {client.get(path).status_code for path in paths} == {200}


def test_public_pages_carry_no_script_of_their_own_and_no_cookie(
    client: PageClient, file: File, world: World
) -> None:
    number = file(date(2022, 6, 20))
    client.log_in("clerk")

    for address in (
        "/",
        "/contacts",
        "/help",
        "/privacy",
        "/lectures",
        f"/bases/{world.base_id}",
        f"/plans/{number}",
    ):
        first, again = client.get(address), None
        client.log_out()
        again = client.get(address)
        client.log_in("clerk")
        assert first.data == again.data, address
        assert "Set-Cookie" not in again.headers, address
        assert "csrf_token" not in first.text, address
        etag = {"If-None-Match": first.headers["ETag"]}
        assert client.get(address, headers=etag).status_code == 304, address


def test_a_message_to_the_reader_waits_for_a_page_of_their_own(
    client: PageClient, file: File
) -> None:
    file(date(2022, 6, 20))
    client.log_in("clerk")
    client.post("/logout")

    assert "您已退出登录" not in client.get("/").text
    assert "您已退出登录" in client.get("/login").text
