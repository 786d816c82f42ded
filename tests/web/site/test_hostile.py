"""What no browser sends: answered in words, never by a failure of ours."""

import pytest

from tests.factories.world import World
from tests.web.client import PageClient

KEY = "6f1f2b8c-8a55-4a70-9d0e-0d8f7f1f1a11"
FORMS = (
    ("", "/s"),
    ("", "/login"),
    ("", "/certificates/check"),
    ("clerk", "/filing/plans/new"),
    ("clerk", "/filing/plans/new/autosave"),
    ("clerk", "/filing/conflicts.json"),
    ("learner", "/me/claims/new/publication"),
)


@pytest.mark.parametrize(("user", "path"), FORMS)
@pytest.mark.parametrize(
    "body", ["[]", "7", "1e999", "null", '["x"]', "[" * 100_000, '{"title":{"a":[1]}}', "{"]
)
def test_a_body_of_json_is_no_form(
    client: PageClient, world: World, user: str, path: str, body: str
) -> None:
    if user:
        client.log_in(user)

    answer = client.post(path, data=body, content_type="application/json")

    assert answer.status_code < 500


@pytest.mark.parametrize("number", ["-1", "0", str(2**31), str(2**63), str(10**30), "9" * 5000])
@pytest.mark.parametrize(
    ("user", "path"),
    [
        ("officer", "/desk/next?after={}"),
        ("officer", "/desk/claims/next?since=2022-06-01T00:00:00%2B00:00&after={}"),
        ("unit_hr", "/unit/claims/next?since=2022-06-01T00:00:00%2B00:00&after={}"),
        ("clerk", "/filing/plans/new?from={}"),
        ("clerk", "/filing/slots?plan={}"),
        ("clerk", "/filing/confirm/summary?plan={}"),
        (
            "clerk",
            (
                "/filing/plans/new?slot_day=2022-06-20&slot_from=09:00&slot_to=10:00"
                "&slot_venue={0}&slot_lecturer={0}"
            ),
        ),
    ],
)
def test_an_id_that_no_row_can_have(
    client: PageClient, world: World, user: str, path: str, number: str
) -> None:
    client.log_in(user)

    assert client.get(path.format(number)).status_code < 500


def test_a_choice_of_classes_that_cannot_be(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    sent = {"plan": str(10**30), "idempotency_key": KEY}

    assert client.post("/filing/confirm", data=sent).status_code == 422


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_before_all_others(client: PageClient, world: World, edge: str) -> None:
    client.log_in("officer")

    assert client.get(f"/desk/claims/next?after=1&since={edge}").status_code == 302


@pytest.mark.parametrize("fee", ["1" + "0" * 30, "1e400", "NaN", "-1", "1e-400", "Infinity"])
def test_a_fee_that_cannot_be(client: PageClient, world: World, fee: str) -> None:
    client.log_in("clerk")

    sent = {"title": "班", "fee_cents": fee, "idempotency_key": KEY}

    assert client.post("/filing/plans/new", data=sent).status_code == 422


@pytest.mark.parametrize(
    "edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2022-06-01", "x", ""]
)
def test_messages_read_up_to_no_moment(client: PageClient, world: World, edge: str) -> None:
    client.log_in("learner")

    assert client.post("/inbox/read", data={"until": edge}).status_code == 302


@pytest.mark.parametrize("username", ["\0", "clerk\0", "cl\0erk", "\ufeffclerk", "\u202eclerk"])
def test_a_name_that_no_database_keeps(client: PageClient, world: World, username: str) -> None:
    sent = {"username": username, "password": "not the one", "idempotency_key": KEY}

    assert client.post("/login", data=sent).status_code == 422
