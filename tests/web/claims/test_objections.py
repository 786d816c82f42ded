"""An objection to a claim's hours: from the line in the year to the claim that is taken back."""

from bs4 import BeautifulSoup
from sqlalchemy import select

from ce_bases.credits.models import LedgerLine, Objection
from ce_bases.web.extensions import make_write_session
from tests.factories.world import World
from tests.web.claims.conftest import Make, key, stored
from tests.web.client import PageClient
from tests.web.credits.reading import words


def raised(client: PageClient) -> tuple[str, str]:
    """Object to the only line; its own page and the bureau's page of the case."""
    with make_write_session() as session:
        address = f"/me/lines/{session.scalars(select(LedgerLine.id)).one()}/objection"
    client.log_in("learner")
    assert f'href="{address}"' in client.get("/me").text
    asked = words(client.get(address))
    assert "由认定这条学时的人社部门答复" in asked
    assert "00:00" not in asked
    assert client.post(address, data=key(reason="应计公需科目")).status_code == 302
    assert "异议待答复" in words(client.get("/me"))
    with make_write_session() as session:
        return address, f"/desk/objections/{session.scalars(select(Objection.id)).one()}"


def test_from_the_line_to_the_claim_and_back(client: PageClient, world: World, make: Make) -> None:
    claim_id = make("credited")
    _address, case = raised(client)

    for name in ("clerk", "other_officer"):
        client.log_in(name)
        assert client.get(case.replace("desk", "filing")).status_code == 404
    client.log_in("officer")
    assert "申报认定的学时" in words(client.get("/desk/objections"))
    page = client.get(case)
    assert f'href="/desk/claims/{claim_id}"' in page.text
    assert client.get(f"/desk/claims/{claim_id}").status_code == 200
    taken = key(version=str(stored(claim_id).version), reason="应计公需，请重新申报")
    assert client.post(f"/desk/claims/{claim_id}/take-back", data=taken).status_code == 302

    assert "异议成立，已更正" in words(client.get(case))
    client.log_in("learner")
    year = words(client.get("/me"))
    assert "更正记录" in year
    assert "应计公需，请重新申报" in year
    assert "您的学时异议成立" in words(client.get("/inbox"))


def test_declining_is_the_last_word(client: PageClient, world: World, make: Make) -> None:
    make("credited")
    address, case = raised(client)
    client.log_in("officer2")

    client.post(case, data=key(words="刊物属专业领域"))

    assert "没有待答复" in words(client.get("/desk/objections"))
    client.log_in("learner")
    assert "刊物属专业领域" in words(client.get("/me"))
    assert address not in client.get("/me").text
    assert client.post(address, data=key(reason="再说一遍")).status_code == 409


def contested_page(client: PageClient, address: str, case: str) -> dict[str, str]:
    """The claim's page of a case, and what its form of correction sends."""
    client.log_in("officer")
    assert "异议成立的，请更正学时" in words(client.get(case))
    page = client.get(address)
    assert "应计公需科目" in words(page)
    form = BeautifulSoup(page.text, "html.parser").find("form", action=f"{address}/correction")
    assert form is not None
    sent = {str(box["name"]): str(box.get("value", "")) for box in form.find_all("input")}
    return sent | {"subject": "professional", "reason": "刊物属公需内容"}


def test_what_cannot_be_put_right_is_said_and_nothing_happens(
    client: PageClient, world: World, make: Make
) -> None:
    address = f"/desk/claims/{make('credited')}"
    client.log_in("officer")
    assert f'action="{address}/correction"' not in client.get(address).text
    _line, case = raised(client)
    sent = contested_page(client, address, case)
    assert "更正后的学时与已入账的相同" in refused(client, address, sent)
    assert "请写明理由" in refused(client, address, {**sent, "subject": "public", "reason": ""})
    assert "请选择计入公需科目还是专业科目" in refused(client, address, {**sent, "subject": ""})
    assert refused(client, address, {}) != ""
    for name in ("clerk", "other_officer", "learner"):
        client.log_in(name)
        status = client.post(f"{address}/correction", data=key(**sent)).status_code
        assert status in (403, 404), name
    assert posted() == [(1, 0, 20)]


def posted() -> list[tuple[int, int, int]]:
    with make_write_session() as session:
        rows = session.scalars(select(LedgerLine).order_by(LedgerLine.id)).all()
        return [(row.version, row.public_halves, row.professional_halves) for row in rows]


def test_the_hours_are_put_right_on_the_claims_page(
    client: PageClient, world: World, make: Make
) -> None:
    address = f"/desk/claims/{make('credited')}"
    _line, case = raised(client)
    sent = contested_page(client, address, case)
    client.log_in("officer2")
    right = key(**{**sent, "subject": "public"})
    for _ in range(2):
        assert client.post(f"{address}/correction", data=right).status_code == 302
    assert posted() == [(1, 0, 20), (-1, 0, -20), (2, 20, 0)]
    assert "异议成立，已更正" in words(client.get(case))
    page = client.get(address)
    assert "更正学时" in words(page)  # in its history
    assert f'action="{address}/correction"' not in page.text
    client.log_in("learner")
    assert "刊物属公需内容" in words(client.get("/me"))
    assert "您的学时异议成立" in words(client.get("/inbox"))


def refused(client: PageClient, address: str, sent: dict[str, str]) -> str:
    answer = client.post(f"{address}/correction", data=key(**sent))
    assert answer.status_code == 422
    return words(answer)
