"""Every route, every role: what is not granted is refused, and no GET writes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, func, select
from werkzeug.routing import AnyConverter, Rule

from ce_bases.core.access import TABLE, Action, grant_for
from ce_bases.core.actors import Role
from ce_bases.core.orm import Base
from ce_bases.web.access import allow, undeclared_endpoints
from ce_bases.web.extensions import session
from tests.factories.world import World
from tests.web.client import PageClient

ACCOUNTS = {
    Role.PROFESSIONAL: "learner",
    Role.UNIT: "unit_hr",
    Role.BASE: "clerk",
    Role.LECTURER: "lecturer",
    Role.COUNTY: "officer",
    Role.CITY: "city_officer",
    Role.ADMIN: "admin",
}


def _value(name: str, rule: Rule) -> Any:
    """Something that fits the argument: an id that exists nowhere, one of the words it takes."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    if name == "year":
        return 2022
    return 987654 if "id" in name else "x"


def _rules(app: Flask) -> list[tuple[str, str, Action]]:
    """(method, address with ids that exist nowhere, action) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in {"static", "bootstrap.static"}:
            continue
        values = {name: _value(name, rule) for name in rule.arguments}
        with app.test_request_context():
            address = rule.build(values)[1]
        action = app.view_functions[rule.endpoint].action
        found += [(method, address, action) for method in rule.methods & {"GET", "POST"}]
    return found


def test_every_action_has_a_row_and_every_row_a_public_or_signed_in_column() -> None:
    assert set(TABLE) == set(Action)
    assert all(TABLE.values())


def test_a_route_without_an_action_is_noticed() -> None:
    app = Flask("x")
    app.add_url_rule("/bare", "bare", lambda: "x")
    app.add_url_rule("/declared", "declared", allow(Action.READ_PUBLIC)(lambda: "x"))

    assert undeclared_endpoints(app) == {"bare", "static"}


def test_strangers_are_asked_to_log_in_everywhere_but_on_public_pages(
    app: Flask, client: PageClient, world: World
) -> None:
    for method, address, action in _rules(app):
        answer = client.open(address, method=method)
        if grant_for(Role.PUBLIC, action):
            assert answer.status_code in {200, 302, 400, 404, 405, 409, 422}, (method, address)
        else:
            expected = 302 if method == "GET" else 401
            assert answer.status_code == expected, (method, address, answer.status_code)


@pytest.mark.parametrize("role", ACCOUNTS)
def test_each_role_opens_what_its_column_grants_and_nothing_else(
    app: Flask, client: PageClient, world: World, role: Role
) -> None:
    client.log_in(ACCOUNTS[role])
    for method, address, action in _rules(app):
        if address == "/logout":
            continue
        answer = client.open(address, method=method)
        if grant_for(role, action) is None:
            assert answer.status_code == 403, (role, method, address, answer.status_code)
        elif "987654" in address:
            # An empty form may be refused before anything is looked up: it tells nothing either.
            missing = {404} if method == "GET" else {404, 422}
            assert answer.status_code in missing, (role, method, address, answer.status_code)
        else:
            assert answer.status_code in {200, 302, 303, 400, 404, 409, 422}, (
                role,
                method,
                address,
                answer.status_code,
            )


def _rows() -> dict[str, int]:
    metadata: MetaData = Base.metadata
    return {
        table.name: session().scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    }


@pytest.mark.parametrize("role", ACCOUNTS)
def test_no_get_and_no_refused_request_changes_a_row(
    app: Flask, client: PageClient, world: World, role: Role
) -> None:
    client.log_in(ACCOUNTS[role])
    before = _rows()
    for method, address, action in _rules(app):
        if method == "GET" or grant_for(role, action) is None:
            client.open(address, method=method)

    session().rollback()
    assert _rows() == before


@pytest.mark.parametrize("role", ACCOUNTS)
def test_a_head_is_a_get_without_its_body(
    app: Flask, client: PageClient, world: World, role: Role
) -> None:
    """Also where the same address takes a form: asking what is there sends nothing off."""
    client.log_in(ACCOUNTS[role])
    addresses = [address for method, address, _action in _rules(app) if method == "GET"]
    expected = {address: client.get(address).status_code for address in addresses}
    session().rollback()
    before = _rows()

    answers = {address: client.head(address) for address in addresses}

    assert {address: answer.status_code for address, answer in answers.items()} == expected
    assert [address for address, answer in answers.items() if answer.data] == []
    session().rollback()
    assert _rows() == before


@pytest.mark.parametrize("role", ACCOUNTS)
def test_nothing_behind_the_login_is_stored_anywhere(
    app: Flask, client: PageClient, world: World, role: Role
) -> None:
    client.log_in(ACCOUNTS[role])
    for method, address, action in _rules(app):
        if method == "GET" and grant_for(Role.PUBLIC, action) is None:
            assert client.get(address).cache_control.no_store, address


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/calendar?q=%00", 400),
        ("/filing/plans?q=%00", 400),
        ("/search?q=a%00b", 400),
        ("/hours?a1-kind=exam&a1-key=%00", 400),
        ("/plans/%00", 404),
    ],
)
def test_a_nul_in_an_address_is_refused(
    client: PageClient, world: World, address: str, status: int
) -> None:
    client.log_in("clerk")

    assert client.get(address).status_code == status


def test_headers_stand_on_every_answer(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    for address in (
        "/",
        "/filing",
        "/nothing-here",
        "/desk",
        "/calendar.ics",
        "/static/img/emblem.svg",
    ):
        answer = client.get(address)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert client.get("/filing").headers["Cache-Control"] == "no-store"


def test_public_pages_are_equal_for_everybody(client: PageClient, world: World) -> None:
    anonymous = {a: client.get(a) for a in ("/", "/calendar", "/bases", "/contacts", "/hours")}
    client.log_in("clerk")

    for address, page in anonymous.items():
        again = client.get(address)
        assert again.data == page.data, address
        assert "csrf_token" not in page.text, address
        assert "Set-Cookie" not in again.headers, address
        not_modified = client.get(address, headers={"If-None-Match": page.headers["ETag"]})
        assert (not_modified.status_code, not_modified.data) == (304, b""), address


def test_unknown_addresses_and_methods_have_a_page_of_their_own(client: PageClient) -> None:
    for answer, code in ((client.get("/nothing"), 404), (client.get("/logout"), 405)):
        assert answer.status_code == code
        assert "编号" in answer.text
        assert answer.headers["X-Request-Id"] in answer.text


def test_a_number_beyond_every_row_is_no_error(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    assert client.get(f"/filing/plans/{10**30}").status_code == 404
