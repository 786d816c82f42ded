"""A professional's pages: choose, fill in, prove, send, follow, withdraw."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from ce_bases.claims.content import FIELDS, NAMES
from ce_bases.claims.workflow import ClaimState
from ce_bases.credits.models import Kind
from tests.factories.claims import COMPLETE, JPEG, PDF
from tests.factories.world import World
from tests.web.claims.conftest import Make, all_claims, filled, key, stored
from tests.web.client import PageClient


def fields_of(html: str) -> set[str]:
    names = {tag.get("name") for tag in BeautifulSoup(html, "html.parser").select("main [name]")}
    return {str(name) for name in names} & set(NAMES)


def test_choosing_is_in_peoples_own_words(client: PageClient, world: World) -> None:
    client.log_in("learner")

    page = client.get("/me/claims/new")

    assert "我发表了论文，或出版了书" in page.text
    assert page.text.count("/me/claims/new/") == len(FIELDS)
    assert client.get("/me/claims/new/lecture").status_code == 404
    assert client.get("/me/claims/new/online_course").status_code == 404


@pytest.mark.parametrize("kind", FIELDS)
def test_each_form_asks_for_what_its_kind_needs_and_sends_it(
    client: PageClient, world: World, kind: Kind
) -> None:
    client.log_in("learner")
    form = client.get(f"/me/claims/new/{kind}")
    assert fields_of(form.text) == {*FIELDS[kind], "remarks"}
    assert "二(二)4" in form.text

    answer = client.post(f"/me/claims/new/{kind}", data=filled(kind))

    (claim,) = all_claims()
    assert (answer.status_code, answer.location) == (302, f"/me/claims/{claim.id}")
    assert (claim.state, claim.content) == ("with_unit", COMPLETE[kind])
    shown = client.get(answer.location)
    assert "济宁市第一建筑公司" in shown.text
    assert "证书.jpg" in shown.text


@pytest.mark.parametrize("kind", FIELDS)
def test_what_a_kind_does_not_ask_for_is_not_taken(
    client: PageClient, world: World, kind: Kind
) -> None:
    client.log_in("learner")
    every = {k: v for c in COMPLETE for k, v in filled(c, photo=None).items()}

    client.post(f"/me/claims/new/{kind}", data={**every, **filled(kind), "state": "credited"})

    (claim,) = all_claims()
    assert claim.content == COMPLETE[kind]
    assert claim.state is ClaimState.WITH_UNIT


def test_the_limit_and_what_is_left_are_shown_before_sending(
    client: PageClient, world: World, make: Make
) -> None:
    make("credited", number="AAAA1")
    client.log_in("learner")

    page = client.get("/me/claims/new/achievement")

    assert "2022 年成果、论文还可计 20 学时（每年最多 30，已计 10；每项 10 学时）" in page.text


def test_a_draft_keeps_everything_until_it_is_complete(client: PageClient, world: World) -> None:
    client.log_in("learner")
    some = filled(Kind.EXAM, do="save", number="")
    twice = {**some, "files": (io.BytesIO(JPEG), "证书.jpg")}

    saved = client.post("/me/claims/new/exam", data=some)
    (claim,) = all_claims()
    again = client.post("/me/claims/new/exam", data=twice)
    assert (again.location, len(all_claims())) == (saved.location, 1)
    early = filled(Kind.EXAM, photo=None, number="")
    refused = client.post(f"/me/claims/{claim.id}/edit", data=early)
    assert refused.status_code == 422
    assert "请填写证书、刊物或成果上的编号。" in refused.text
    assert "证书.jpg" in refused.text
    sent = client.post(f"/me/claims/{claim.id}/edit", data=filled(Kind.EXAM, photo=None))

    assert sent.location == f"/me/claims/{claim.id}"
    assert stored(claim.id).state is ClaimState.WITH_UNIT
    assert client.get(f"/me/claims/{claim.id}/edit").status_code == 302


def test_a_claim_that_cannot_be_sent_yet_loses_neither_words_nor_photos(
    client: PageClient, world: World
) -> None:
    client.log_in("learner")

    refused = client.post("/me/claims/new/exam", data=filled(Kind.EXAM, held_on=""))

    (claim,) = all_claims()
    assert refused.status_code == 422
    assert "请填写日期。" in refused.text
    assert (claim.state, claim.title, len(stored(claim.id).evidence)) == ("draft", "一级建造师", 1)
    assert f'action="/me/claims/{claim.id}/edit"' in refused.text


def test_sending_twice_is_sending_once(client: PageClient, world: World) -> None:
    client.log_in("learner")
    form = filled(Kind.EXAM, photo=None)
    first = client.post("/me/claims/new/exam", data={**form, "files": (io.BytesIO(JPEG), "a.jpg")})
    second = client.post("/me/claims/new/exam", data={**form, "files": (io.BytesIO(JPEG), "a.jpg")})

    assert (first.location, first.status_code) == (second.location, second.status_code)
    assert [c.state for c in all_claims()] == ["with_unit"]


def test_the_same_paper_again_is_refused_with_the_clause(
    client: PageClient, world: World, make: Make
) -> None:
    make("sent")
    client.log_in("learner")

    refused = client.post("/me/claims/new/publication", data=filled(Kind.PUBLICATION))

    assert refused.status_code == 422
    assert "同一项内容只计一次" in refused.text
    assert "二(二)4(3)" in refused.text
    assert [c.state for c in all_claims()] == ["with_unit", "draft"]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"MZ" + b"0" * 200, "a.jpg", "只能上传 JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "只能上传 JPEG"),
        (JPEG[:-2], "a.jpg", "文件不完整"),
        (b"", "a.jpg", "文件是空的"),
    ],
)
def test_hostile_files(
    client: PageClient, world: World, data: bytes, name: str, words: str
) -> None:
    client.log_in("learner")
    form = filled(Kind.EXAM, photo=None, files=(io.BytesIO(data), name))

    refused = client.post("/me/claims/new/exam", data=form)

    assert refused.status_code == 422
    assert words in refused.text
    assert all_claims() == []


def test_several_files_come_at_once_and_go_one_by_one(client: PageClient, world: World) -> None:
    client.log_in("learner")
    several = [(io.BytesIO(JPEG), "<script>.jpg"), (io.BytesIO(PDF), "../../etc/passwd.pdf")]
    client.post("/me/claims/new/exam", data=filled(Kind.EXAM, do="save", photo=None, files=several))
    (claim,) = all_claims()
    first, second = stored(claim.id).evidence
    assert [first.file.original_name, second.file.original_name] == ["script.jpg", "passwd.pdf"]

    removed = client.post(f"/me/claims/{claim.id}/evidence/{first.id}/remove", data=key())

    assert removed.location == f"/me/claims/{claim.id}/edit"
    assert [e.id for e in stored(claim.id).evidence] == [second.id]
    assert client.get(f"/claims/evidence/{first.id}").status_code == 404


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "' OR 1=1 --", "{{ 7*7 }}", "\u202e反\u0000写", "%00%s%n"]
)
def test_hostile_words_are_words(client: PageClient, world: World, text: str) -> None:
    client.log_in("learner")
    form = filled(Kind.EXAM, title=text, number=f"ZZZZ{text}", remarks=text)
    answer = client.post("/me/claims/new/exam", data=form)

    page = client.get(answer.location)

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    (claim,) = all_claims()
    assert "\u202e" not in claim.title
    assert "\x00" not in claim.title


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("held_on", "2022-02-30"),
        ("held_on", "9" * 400),
        ("minutes", "-5"),
        ("minutes", "1e9"),
        ("minutes", "９０００"),
        ("starts_at", "25:00"),
        ("title", "长" * 101),
        ("remarks", "长" * 501),
    ],
)
def test_what_is_typed_wrong_is_shown_beside_its_field(
    client: PageClient, world: World, name: str, value: str
) -> None:
    client.log_in("learner")

    refused = client.post(
        "/me/claims/new/expert_service", data=filled(Kind.EXPERT_SERVICE, **{name: value})
    )

    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    assert page.select_one(f"#{name}-error") is not None
    assert all_claims() == []


def test_withdrawing_ends_it(client: PageClient, world: World, make: Make) -> None:
    claim_id = make("confirmed")
    client.log_in("learner")

    answer = client.post(f"/me/claims/{claim_id}/withdraw", data=key())

    assert answer.location == "/me/claims"
    assert stored(claim_id).state is ClaimState.WITHDRAWN
    assert "本人已撤回" in client.get("/me/claims").text
    late = client.post(f"/me/claims/{claim_id}/withdraw", data=key())
    assert late.status_code == 409


def test_the_year_shows_what_waits_who_has_it_and_what_it_would_add(
    client: PageClient, world: World, make: Make
) -> None:
    make("sent")
    make("confirmed", Kind.EXAM)
    make("drafted", Kind.ACHIEVEMENT)
    client.log_in("learner")

    page = client.get("/me")

    assert "另有 26 学时等待审核" in page.text
    assert "用人单位：济宁市第一建筑公司" in page.text
    assert "任城区人力资源和社会保障局" in page.text
    assert "一种预制墙板连接件" not in page.text


def test_evidence_is_a_download_in_a_sandbox_and_a_photo_may_be_shown(
    client: PageClient, world: World, make: Make
) -> None:
    evidence = stored(make("confirmed")).evidence[0]
    for name in ("learner", "unit_hr", "officer"):
        client.log_in(name)
        file = client.get(f"/claims/evidence/{evidence.id}")
        assert file.status_code == 200
        assert file.headers["Content-Disposition"].startswith("attachment")
        photo = client.get(f"/claims/evidence/{evidence.id}/picture")
        assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
        assert "Content-Disposition" not in photo.headers or photo.headers[
            "Content-Disposition"
        ].startswith("inline")
        for answer in (file, photo):
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "no-store" in answer.headers["Cache-Control"]


def test_strangers_find_nothing(client: PageClient, world: World, make: Make) -> None:
    claim_id = make("confirmed")
    evidence = stored(claim_id).evidence[0]
    pages = [f"/me/claims/{claim_id}", f"/me/claims/{claim_id}/edit"]
    files = [f"/claims/evidence/{evidence.id}", f"/claims/evidence/{evidence.id}/picture"]
    client.log_in("learner2")
    missing = client.get("/me/claims/987654").status_code
    assert {client.get(address).status_code for address in [*pages, *files]} == {missing} == {404}
    for act in ("withdraw", f"evidence/{evidence.id}/remove", "edit"):
        sent = client.post(f"/me/claims/{claim_id}/{act}", data=filled(Kind.PUBLICATION))
        assert sent.status_code == 404
    for name in ("other_officer", "city_officer"):
        client.log_in(name)
        assert {client.get(address).status_code for address in files} == {404}
    for name in ("clerk", "lecturer", "admin"):
        client.log_in(name)
        assert {client.get(address).status_code for address in files} == {403}
    assert stored(claim_id).state is ClaimState.WITH_BUREAU


def test_reading_writes_nothing_and_speaks_english_too(
    app: Flask, client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("sent")
    client.log_in("learner")
    page = client.get(f"/me/claims/{claim_id}?lang=en")
    assert "Waits for the unit" in page.text


def test_another_like_it_starts_from_an_earlier_claim(
    client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("sent", Kind.EXPERT_SERVICE)
    client.log_in("learner")
    address = f"/me/claims/new/expert_service?like={claim_id}"
    assert f'href="{address}"' in client.get(f"/me/claims/{claim_id}").text

    page = BeautifulSoup(client.get(address).text, "html.parser")
    values = {name: page.select_one(f"#{name}")["value"] for name in ("title", "held_on")}
    assert values == {"title": "中级职称评审", "held_on": "2022-05-13"}
    typed = filled(Kind.EXPERT_SERVICE, held_on="2022-05-13")
    client.post("/me/claims/new/expert_service", data=typed)

    first, second = all_claims()
    assert (first.title, first.minutes) == (second.title, second.minutes)
    assert second.held_on == first.held_on + timedelta(days=1)


def test_nobody_starts_from_somebody_elses_claim(
    client: PageClient, world: World, make: Make
) -> None:
    claim_id = make("sent", Kind.EXPERT_SERVICE)
    client.log_in("learner")
    assert client.get(f"/me/claims/new/exam?like={claim_id}").status_code == 404
    client.log_in("learner2")
    assert client.get(f"/me/claims/new/expert_service?like={claim_id}").status_code == 404
    assert client.get("/me/claims/new/expert_service?like=987654").status_code == 404
    assert client.get("/me/claims/new/expert_service?like=x").status_code == 200
