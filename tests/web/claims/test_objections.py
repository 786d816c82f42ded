"""An objection to a claim's hours: from the line in the year to the claim that is taken back."""

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
