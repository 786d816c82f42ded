"""The unit's and the bureau's pages: queue, item, decision, several at once, taking back."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from ce_bases.claims.workflow import ClaimState
from ce_bases.credits.models import Kind, LedgerLine
from ce_bases.web.extensions import make_write_session
from tests.factories.world import World
from tests.rows import count_stored
from tests.web.claims.conftest import Make, key, stored
from tests.web.client import PageClient


def decide(
    client: PageClient, side: str, claim_id: int, decision: str, **more: str
) -> TestResponse:
    form = key(decision=decision, version=stored(claim_id).version)
    return client.post(f"/{side}/claims/{claim_id}/decision", data={**form, **more})


def test_the_unit_sees_who_waits_confirms_and_goes_on(
    client: PageClient, world: World, make: Make
) -> None:
    first, second = make("sent"), make("sent", Kind.EXAM)
    make("drafted", Kind.POSTING)
    client.log_in("unit_hr")

    page = client.get("/unit/claims")
    assert "装配式节点抗震性能研究" in page.text
    assert "一级建造师" in page.text
    assert "赴新疆英吉沙县援建" not in page.text
    opened = client.get("/unit/claims/next")
    assert opened.location == f"/unit/claims/{first}"
    shown = client.get(opened.location)
    assert "认定后预计计入 10 学时" in shown.text
    assert f'src="/claims/evidence/{stored(first).evidence[0].id}/picture"' in shown.text
    answer = decide(client, "unit", first, "confirm")

    assert stored(first).state is ClaimState.WITH_BUREAU
    assert client.get(answer.location).location == f"/unit/claims/{second}"
    decide(client, "unit", second, "return", reason="请补证书照片。")
    assert stored(second).state is ClaimState.RETURNED
    assert client.get("/unit/claims/next").location == "/unit/claims"
    assert "请补证书照片。" in client.get(f"/unit/claims/{second}").text


def test_the_unit_determines_self_study(client: PageClient, world: World, make: Make) -> None:
    claim_id = make("sent", Kind.SELF_STUDY)
    client.log_in("unit_hr")
    refused = decide(client, "unit", claim_id, "confirm", halves="12")
    assert refused.status_code == 422
    assert "请填写学习档案编号" in refused.text
    assert BeautifulSoup(refused.text, "html.parser").select_one("#halves")["value"] == "12"

    decide(client, "unit", claim_id, "confirm", halves="12", archive_number="ZX-3")

    claim = stored(claim_id)
    assert (claim.state, claim.halves, claim.archive_number) == ("with_bureau", 24, "ZX-3")


def test_the_bureau_credits_with_the_evidence_beside_the_form(
    client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("confirmed", number="AAAA1")
    client.log_in("officer")
    page = client.get(f"/desk/claims/{claim_id}")
    assert "用户learner" in page.text
    assert "认定后预计计入 10 学时" in page.text
    assert "/picture" in page.text
    assert 'accesskey="f"' in page.text

    answer = decide(client, "desk", claim_id, "credit", subject="public")

    assert client.get(answer.location).location == "/desk/claims"
    with make_write_session() as session:
        line = session.scalars(select(LedgerLine)).one()
    assert (line.public_halves, line.professional_halves) == (20, 0)
    client.log_in("learner")
    assert "学时申报已认定入账" in client.get("/inbox").text
    assert "已认定" in client.get(f"/me/claims/{claim_id}").text


@pytest.mark.parametrize(
    ("decision", "state"), [("return", ClaimState.RETURNED), ("refuse", ClaimState.REFUSED)]
)
def test_deciding_against_needs_a_reason_which_the_claimant_reads(
    client: PageClient, world: World, make: Make, decision: str, state: ClaimState
) -> None:
    claim_id = make("confirmed")
    client.log_in("officer")
    refused = decide(client, "desk", claim_id, decision, reason=" ")
    assert refused.status_code == 422
    assert stored(claim_id).state is ClaimState.WITH_BUREAU

    decide(client, "desk", claim_id, decision, reason="刊号查不到。")

    assert stored(claim_id).state is state
    client.log_in("learner")
    assert "刊号查不到。" in client.get("/me/claims").text


def test_the_same_decision_sent_twice_and_two_officers(
    client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("confirmed")
    form = key(decision="credit", version=stored(claim_id).version)
    client.log_in("officer")
    first = client.post(f"/desk/claims/{claim_id}/decision", data=form)
    again = client.post(f"/desk/claims/{claim_id}/decision", data=form)
    client.log_in("officer2")
    late = client.post(f"/desk/claims/{claim_id}/decision", data={**form, **key()})

    assert (first.status_code, again.status_code, again.location) == (302, 302, first.location)
    assert late.status_code == 409
    assert "用户officer" in late.text
    assert count_stored(LedgerLine) == 1


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"decision": "credit"},
        {"decision": "approve", "version": "1"},
        {"decision": "credit", "version": "x"},
        {"decision": "confirm", "version": "5"},
        {"decision": "credit\n", "version": "3"},
        {"decision": "return\n", "version": "3", "reason": "x"},
        {"decision": "credit", "version": "3\n"},
    ],
)
def test_hostile_decisions_decide_nothing(
    client: PageClient, world: World, make: Make, form: dict[str, str]
) -> None:
    claim_id = make("confirmed")
    client.log_in("officer")

    answer = client.post(f"/desk/claims/{claim_id}/decision", data={**key(), **form})

    assert answer.status_code in {403, 409, 422}
    assert stored(claim_id).state is ClaimState.WITH_BUREAU
    assert count_stored(LedgerLine) == 0


def test_twins_are_shown_and_kept_out_of_the_bulk(
    client: PageClient, world: World, make: Make
) -> None:
    make("credited", mark="same")
    twin = make("confirmed", by="learner2", mark="same")
    plain = make("confirmed", Kind.EXAM, by="learner2", mark="other")
    client.log_in("officer")
    assert "文件相同" in client.get(f"/desk/claims/{twin}").text
    page = BeautifulSoup(client.get("/desk/claims").text, "html.parser")
    assert [box["value"] for box in page.select("input[name=claim]")] == [
        f"{plain}:{stored(plain).version}"
    ]

    both = [f"{n}:{stored(n).version}" for n in (twin, plain)]
    answer = client.post("/desk/claims/together", data=key(claim=both))

    assert "已认定 1 项；1 项有变化或有疑点，没有处理。" in client.get(answer.location).text
    assert (stored(plain).state, stored(twin).state) == ("credited", "with_bureau")


def test_together_credits_what_is_plain_up_to_the_cap_and_leaves_what_is_not_its_own(
    client: PageClient, world: World, make: Make
) -> None:
    ids = [make("confirmed", number=f"AAAA{n}", mark=str(n)) for n in range(4)]
    client.log_in("officer")
    chosen = [f"{n}:{stored(n).version}" for n in ids]
    stale = [f"{ids[0]}:1"]
    client.post("/desk/claims/together", data=key(claim=stale))
    assert stored(ids[0]).state is ClaimState.WITH_BUREAU

    client.post("/desk/claims/together", data=key(claim=chosen))

    # The fourth would have been cut by the 30 hours of 4(3): it wants a look.
    assert [stored(n).state for n in ids] == [*["credited"] * 3, "with_bureau"]
    client.log_in("other_officer")
    foreign = client.post("/desk/claims/together", data=key(claim=chosen[3:]))
    assert foreign.status_code == 404
    nothing = client.post("/desk/claims/together", data=key(claim=["x", "1;2"]))
    assert "请先勾选" in client.get(nothing.location).text


def test_taking_back_needs_a_reason_and_reverses(
    client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("credited")
    client.log_in("officer")
    address = f"/desk/claims/{claim_id}/take-back"
    assert client.post(address, data=key(version=stored(claim_id).version)).status_code == 422

    answer = client.post(address, data=key(version=stored(claim_id).version, reason="假证。"))

    assert answer.location == f"/desk/claims/{claim_id}"
    assert stored(claim_id).state is ClaimState.REVERSED
    assert count_stored(LedgerLine) == 2
    client.log_in("learner")
    assert "假证。" in client.get("/me").text


def test_filters_and_search(client: PageClient, world: World, make: Make) -> None:
    make("confirmed")
    make("credited", Kind.EXAM)
    client.log_in("officer")
    assert "一级建造师" not in client.get("/desk/claims").text
    assert "一级建造师" in client.get("/desk/claims?state=credited").text
    both = client.get("/desk/claims?state=all&q=用户learner").text
    assert "一级建造师" in both
    assert "装配式节点抗震性能研究" in both
    assert "没有这样的申报" in client.get("/desk/claims?state=all&q=%25_').--").text
    assert client.get("/desk/claims?state=x&kind=y&page=-1").status_code == 200


def test_strangers_find_nothing(client: PageClient, world: World, make: Make) -> None:
    claim_id, draft = make("confirmed"), make("drafted", Kind.EXAM)
    for name, side in (("other_officer", "desk"), ("city_officer", "desk")):
        client.log_in(name)
        assert client.get(f"/{side}/claims/{claim_id}").status_code == 404
        assert decide(client, side, claim_id, "credit").status_code == 404
        sent = client.post(f"/desk/claims/{claim_id}/take-back", data=key(version=1, reason="x"))
        assert sent.status_code == 404
    for name, side in (("officer", "desk"), ("unit_hr", "unit")):
        client.log_in(name)
        assert client.get(f"/{side}/claims/{draft}").status_code == 404
    client.log_in("officer")
    assert client.get("/unit/claims").status_code == 404
    for name in ("learner", "clerk", "lecturer", "admin"):
        client.log_in(name)
        assert client.get(f"/desk/claims/{claim_id}").status_code == 403
        assert client.get(f"/unit/claims/{claim_id}").status_code == 403
    assert stored(claim_id).state is ClaimState.WITH_BUREAU
