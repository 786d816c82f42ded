"""A bureau's own reasons of returns: kept by its officers, ticked in decisions."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from ce_bases.audit.models import AuditEntry
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from ce_bases.oversight import reasons
from ce_bases.oversight.models import ReturnReason
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.oversight.conftest import Decide, Submit, stored

FIRST, SECOND = "请补充收费依据的文号。", "请把<b>地址</b>写到门牌号。"
BUILT_IN = [str(words) for words in reasons.COMMON_REASONS]


def add(actor: Actor, *texts: str) -> list[int]:
    with make_write_session() as session:
        ids = [reasons.add_reason(session, t, actor=actor, now=NOW).id for t in texts]
        session.commit()
        return ids


def kept(actor: Actor) -> list[tuple[str, bool]]:
    """The bureau's reasons, in order: words, and whether they are in use."""
    with make_write_session() as session:
        return [(r.text, r.is_active) for r in reasons.reasons_of(session, actor)]


def boxes(page: str) -> list[tuple[str, str]]:
    """What the form of a decision offers: value and words."""
    soup = BeautifulSoup(page, "html.parser")
    found = []
    for box in soup.select("input[name=common]"):
        assert box.parent is not None
        found.append((str(box["value"]), box.parent.get_text(strip=True)))
    return found


def reason_of(plan_id: int) -> str:
    with make_write_session() as session:
        acts = select(AuditEntry.reason).where(
            AuditEntry.subject_kind == "plan", AuditEntry.subject_id == str(plan_id)
        )
        return session.scalars(acts.order_by(AuditEntry.id.desc())).first() or ""


def test_the_sites_reasons_are_offered_until_the_bureau_has_its_own(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit()
    client.log_in("officer")
    case = f"/desk/plans/{plan_id}"
    assert [words for _value, words in boxes(client.get(case).text)] == BUILT_IN

    for text in (FIRST, SECOND):
        answer = client.post("/desk/reasons/new", data={"text": text})
        assert (answer.status_code, answer.location) == (302, "/desk/reasons")

    assert boxes(client.get(case).text) == [(f"={FIRST}", FIRST), (f"={SECOND}", SECOND)]
    decide(plan_id, "return", common=[f"={SECOND}", f"={FIRST}"], reason="另见附页。")
    assert reason_of(plan_id) == f"{SECOND}\n{FIRST}\n另见附页。"
    # A neighbouring bureau's list is its own.
    assert kept(world["other_officer"]) == []


def test_rested_ones_are_offered_no_more_and_the_order_is_the_bureaus(
    client: PageClient, submit: Submit, world: World
) -> None:
    plan_id = submit()
    first, second = add(world["officer"], FIRST, SECOND)
    client.log_in("officer2")

    client.post(f"/desk/reasons/{second}/up")
    client.post(f"/desk/reasons/{second}/up")  # the first one stays the first
    assert kept(world["officer"]) == [(SECOND, True), (FIRST, True)]
    client.post(f"/desk/reasons/{second}/rest")
    assert boxes(client.get(f"/desk/plans/{plan_id}").text) == [(f"={FIRST}", FIRST)]
    client.post(f"/desk/reasons/{first}/rest")
    assert [words for _v, words in boxes(client.get(f"/desk/plans/{plan_id}").text)] == BUILT_IN
    client.post(f"/desk/reasons/{second}/use")
    assert kept(world["officer"]) == [(SECOND, True), (FIRST, False)]

    with make_write_session() as session:
        acts = session.execute(
            select(AuditEntry.action, AuditEntry.before, AuditEntry.after, AuditEntry.account_id)
            .where(AuditEntry.subject_kind == "return_reason")
            .order_by(AuditEntry.id)
        ).all()
    one, two = world["officer"].account_id, world["officer2"].account_id
    assert [tuple(act) for act in acts] == [
        ("add_return_reason", {}, {"text": FIRST}, one),
        ("add_return_reason", {}, {"text": SECOND}, one),
        ("move_return_reason", {"position": 2}, {"position": 1}, two),
        ("change_return_reason", {"is_active": True}, {"is_active": False}, two),
        ("change_return_reason", {"is_active": True}, {"is_active": False}, two),
        ("change_return_reason", {"is_active": False}, {"is_active": True}, two),
    ]


def test_what_was_ticked_counts_though_a_colleague_rewords_it(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit()
    (reason_id,) = add(world["officer"], FIRST)
    client.log_in("officer")
    changed = client.post(f"/desk/reasons/{reason_id}", data={"text": SECOND})
    assert changed.location == "/desk/reasons"

    # Nothing is lost when the form comes back with a problem either.
    again = decide(plan_id, "return", common=[f"={FIRST}", "1"], reason="长" * 801)
    assert again.status_code == 422
    offered = [f"={SECOND}", f"={FIRST}", "1"]
    assert [value for value, _words in boxes(again.text)] == offered
    decide(plan_id, "return", common=[f"={FIRST}", "1"])
    assert reason_of(plan_id) == f"{FIRST}\n{BUILT_IN[1]}"


@pytest.mark.parametrize(("typed", "status"), [(398, 302), (399, 422)])
def test_ticked_and_typed_fit_the_decision_together(
    client: PageClient, submit: Submit, decide: Decide, world: World, typed: int, status: int
) -> None:
    plan_id = submit()
    texts = ["甲" * 300, "乙" * 300]
    add(world["officer"], *texts)
    client.log_in("officer")

    answer = decide(plan_id, "return", common=[f"={t}" for t in texts], reason="长" * typed)

    assert answer.status_code == status
    assert stored(plan_id).state == ("returned" if status == 302 else "submitted")
    assert ("合计最多 1000 个字" in answer.text) is (status == 422)


def test_hostile_ticks_are_no_reason(client: PageClient, submit: Submit, decide: Decide) -> None:
    plan_id = submit()
    client.log_in("officer")

    answer = decide(plan_id, "return", common=["=", "=\x00", "9", "-1", "=" + "长" * 301, "abc"])

    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert stored(plan_id).state == "submitted"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请填写理由"),
        (" \n ", "请填写理由"),
        ("长" * 301, "最多 300 个字"),
        (FIRST, "已经有这一条"),
    ],
)
def test_a_reason_is_refused_beside_its_field(
    client: PageClient, world: World, text: str, words: str
) -> None:
    _first, second = add(world["officer"], FIRST, SECOND)
    client.log_in("officer")

    for address in ("/desk/reasons/new", f"/desk/reasons/{second}"):
        answer = client.post(address, data={"text": text})
        assert answer.status_code == 422
        assert words in answer.text
    assert kept(world["officer"]) == [(FIRST, True), (SECOND, True)]


def test_the_list_has_an_end(client: PageClient, world: World) -> None:
    add(world["officer"], *(f"理由 {n}" for n in range(reasons.MOST)))
    client.log_in("officer")

    answer = client.post("/desk/reasons/new", data={"text": FIRST})

    assert answer.status_code == 422
    assert len(kept(world["officer"])) == reasons.MOST


def test_a_bureau_begins_with_the_sites_reasons_once(client: PageClient, world: World) -> None:
    client.log_in("officer")
    assert "以这些为基础修改" in client.get("/desk/reasons").text

    assert client.post("/desk/reasons/built-in").location == "/desk/reasons"
    assert client.post("/desk/reasons/built-in").status_code == 409

    assert kept(world["officer"]) == [(words, True) for words in BUILT_IN]
    page = client.get("/desk/reasons").text
    assert "以这些为基础修改" not in page
    assert BUILT_IN[0] in page


@pytest.mark.parametrize(
    ("username", "status"),
    [("other_officer", 404), ("city_officer", 404), ("clerk", 403), ("learner", 403)],
)
def test_strangers_neither_see_nor_change_a_reason(
    client: PageClient, world: World, username: str, status: int
) -> None:
    first, second = add(world["officer"], FIRST, SECOND)
    client.log_in(username)

    assert client.get(f"/desk/reasons/{first}").status_code == status
    assert client.post(f"/desk/reasons/{first}", data={"text": "改"}).status_code == status
    for wish in ("up", "rest", "use"):
        assert client.post(f"/desk/reasons/{second}/{wish}").status_code == status
    own_list = client.get("/desk/reasons")
    assert own_list.status_code == (200 if status == 404 else 403)
    assert FIRST not in own_list.text
    assert kept(world["officer"]) == [(FIRST, True), (SECOND, True)]
    with make_write_session() as session:
        reason = session.get_one(ReturnReason, first)
        with pytest.raises((NotFoundError, ForbiddenError)):
            reasons.reword(session, reason, "改", actor=world[username], now=NOW)


def test_officers_at_once_add_one_reason_once_and_keep_the_order_whole(
    app: Flask, world: World
) -> None:
    def run(number: int) -> str:
        actor = world[("officer", "officer2")[number % 2]]
        text = FIRST if number < 3 else f"理由 {number}"

        def work(session):
            reasons.add_reason(session, text, actor=actor, now=NOW)
            return "added"

        try:
            return in_transaction(work)
        except InvalidInputError as refusal:
            return str(refusal.message)

    answers = Counter(together(app, 6, run))

    assert answers == {"added": 4, "本局已经有这一条理由，请改用那一条。": 2}
    with make_write_session() as session:
        assert sorted(session.scalars(select(ReturnReason.position))) == [1, 2, 3, 4]
