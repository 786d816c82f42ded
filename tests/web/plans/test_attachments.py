"""The files of a plan in the browser: upload, refuse, take off, fetch, publish."""

import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from ce_bases.core.uploads import MOST_BYTES
from ce_bases.plans import amendments, service
from ce_bases.plans.models import MOST_ATTACHMENTS, Plan, PlanAttachment
from ce_bases.web import extensions
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan, filed_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import problems, typed

NEW = "/filing/plans/new"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


@pytest.fixture
def draft(session: Session, world: World) -> Plan:
    plan = drafted_plan(session, world, now=NOW)
    session.commit()
    return plan


def form(data: bytes | None = PDF, name: str = "通知.pdf", **more: Any) -> dict[str, Any]:
    file = {} if data is None else {"file": (io.BytesIO(data), name)}
    return {"idempotency_key": str(uuid.uuid4()), "kind": "notice", **file, **more}


def kept() -> list[int]:
    found = extensions.session()
    found.rollback()
    return list(found.scalars(select(PlanAttachment.id).order_by(PlanAttachment.id)))


def upload(client: PageClient, plan: Plan, **more: Any) -> str:
    """The address of a file uploaded to `plan` by its clerk."""
    client.log_in("clerk")
    answer = client.post(f"/filing/plans/{plan.id}/attachments", data=form(**more))
    assert answer.status_code == 302, problems(answer.text)
    return f"/filing/plans/{plan.id}/attachments/{kept()[-1]}"


def test_a_clerk_uploads_sees_fetches_and_takes_off(client: PageClient, draft: Plan) -> None:
    client.log_in("clerk")
    page = f"/filing/plans/{draft.id}/attachments"
    for where in (f"/filing/plans/{draft.id}", f"/filing/plans/{draft.id}/edit"):
        links = BeautifulSoup(client.get(where).text, "html.parser").select(f'a[href="{page}"]')
        assert len(links) == 1, where

    address = upload(client, draft, is_public="y")

    listed = client.get(page).text
    assert ("通知.pdf" in listed, f'href="{address}"' in listed) == (True, True)
    assert "通知.pdf" in client.get(f"/filing/plans/{draft.id}").text
    fetched = client.get(address)
    assert (fetched.data, fetched.mimetype) == (PDF, "application/pdf")
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in fetched.headers["Content-Security-Policy"]

    removed = client.post(f"{address}/remove", data={"idempotency_key": str(uuid.uuid4())})
    assert (removed.status_code, removed.location, kept()) == (302, page, [])
    assert client.get(address).status_code == 404
    history = client.get(f"/filing/plans/{draft.id}").text
    assert ("添加附件" in history, "删除附件" in history) == (True, True)


def test_a_double_click_uploads_once(client: PageClient, draft: Plan) -> None:
    client.log_in("clerk")
    key = str(uuid.uuid4())
    answers = [
        client.post(f"/filing/plans/{draft.id}/attachments", data=form(idempotency_key=key))
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(kept()) == 1


def test_another_file_in_a_form_already_sent_is_not_said_to_be_kept(
    client: PageClient, draft: Plan
) -> None:
    """As after going back in the browser: the words are the same, the file is not."""
    client.log_in("clerk")
    page, key = f"/filing/plans/{draft.id}/attachments", str(uuid.uuid4())
    assert client.post(page, data=form(idempotency_key=key)).status_code == 302

    other = PDF.replace(b"obj", b"OBJ")
    again = client.post(page, data=form(other, idempotency_key=key))

    assert again.status_code == 422
    assert "内容与上次不同" in again.text
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        (form(None), "file", "请选择文件。"),
        (form(b"<script>alert(1)</script>", "a.pdf"), "file", "只能上传 JPEG、PNG"),
        (form(b"MZ" + b"\0" * 300, "a.jpg"), "file", "只能上传 JPEG、PNG"),
        (form(PDF.replace(b"%%EOF", b"")), "file", "文件不完整"),
        (form(kind=""), "kind", "请选择这是什么材料。"),
        (form(kind="secret"), "kind", "请从列表中选择。"),
        (form(kind="form", is_public="y"), "is_public", "只有办班通知可以公开。"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_is_said_beside_its_field(
    client: PageClient, draft: Plan, sent: dict[str, Any], field: str, words: str
) -> None:
    client.log_in("clerk")
    if "file" in sent:  # a stream is read once, the parameters are shared by both databases
        stream, name = sent["file"]
        sent = {**sent, "file": (io.BytesIO(stream.getvalue()), name)}
    sent["idempotency_key"] = str(uuid.uuid4())

    answer = client.post(f"/filing/plans/{draft.id}/attachments", data=sent)

    assert answer.status_code == 422
    assert words in problems(answer.text)[field]
    assert kept() == []


def test_more_than_ten_megabytes_are_refused(client: PageClient, draft: Plan) -> None:
    client.log_in("clerk")
    # Encoded here: the client would leave its own temporary file open.
    file = FileStorage(io.BytesIO(PDF + b"\0" * MOST_BYTES), "通知.pdf")
    boundary, body = encode_multipart({**form(None), "file": file})

    answer = client.post(
        f"/filing/plans/{draft.id}/attachments",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    assert answer.status_code == 422
    assert "文件超过 10 MB" in problems(answer.text)["file"]
    assert kept() == []


@pytest.mark.parametrize(
    "data", [b"<html></html>", PDF.replace(b"%%EOF", b""), b""], ids=["other", "cut", "empty"]
)
def test_a_refused_file_keeps_what_was_chosen_beside_it(
    client: PageClient, draft: Plan, data: bytes
) -> None:
    client.log_in("clerk")
    sent = form(data, is_public="y")

    answer = client.post(f"/filing/plans/{draft.id}/attachments", data=sent)

    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, list(problems(answer.text))) == (422, ["file"])
    assert [o["value"] for o in page.select("#kind option[selected]")] == ["notice"]
    assert page.select_one("#is_public[checked]") is not None


def test_one_file_too_many_is_refused_in_words_and_keeps_what_was_chosen(
    client: PageClient, world: World, draft: Plan
) -> None:
    """The tenth came from a colleague while the page stood open."""
    for number in range(MOST_ATTACHMENTS):
        upload(client, draft, data=PDF + b"%d" % number + b"%%EOF")

    answer = client.post(f"/filing/plans/{draft.id}/attachments", data=form(kind="other"))

    assert (answer.status_code, len(kept())) == (422, MOST_ATTACHMENTS)
    assert "已有 10 个附件，不能再添加。" in answer.text


def test_strangers_find_nothing(client: PageClient, world: World, draft: Plan) -> None:
    address = upload(client, draft)
    page = f"/filing/plans/{draft.id}/attachments"

    for name in ("stranger", "city_clerk"):
        client.log_in(name)
        answers = [
            client.get(page),
            client.post(page, data=form()),
            client.get(address),
            client.post(f"{address}/remove"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4, name
    for name in ("officer", "other_officer"):
        client.log_in(name)
        assert client.get(address).status_code == 404, name
    for name in ("learner", "lecturer", "unit_hr"):
        client.log_in(name)
        assert client.get(address).status_code in (403, 404), name
    client.log_out()
    assert client.get(address).status_code == 302
    assert len(kept()) == 1


def test_after_submission_the_bureau_reads_it_and_nobody_changes_it(
    client: PageClient, world: World, session: Session, draft: Plan
) -> None:
    address = upload(client, draft, kind="form")
    page = f"/filing/plans/{draft.id}/attachments"
    session.expire_all()
    service.submit_plan(session, draft, actor=world["clerk"], now=NOW)
    session.commit()

    assert client.get(page).location == f"/filing/plans/{draft.id}"
    assert client.post(page, data=form()).status_code == 409
    assert client.post(f"{address}/remove").status_code == 409
    assert len(kept()) == 1

    client.log_in("officer")
    case = client.get(f"/desk/plans/{draft.id}")
    assert ("1 个附件" in case.text, f'href="{address}"' in case.text) == (True, True)
    assert client.get(address).data == PDF
    client.log_in("other_officer")
    assert client.get(address).status_code == 404


def test_without_files_the_officer_gets_a_hint_and_can_file(
    client: PageClient, world: World, session: Session, draft: Plan
) -> None:
    service.submit_plan(session, draft, actor=world["clerk"], now=NOW)
    session.commit()
    client.log_in("officer")

    case = client.get(f"/desk/plans/{draft.id}")

    assert "没有附件；需要时可以退回请其补充" in case.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', case.text)
    assert version is not None
    answer = client.post(
        f"/desk/plans/{draft.id}/decision", data={"decision": "file", "version": version[1]}
    )
    assert answer.status_code == 302


def test_only_the_public_notice_of_a_filed_class_is_everybodys(
    client: PageClient, world: World, session: Session
) -> None:
    plan = filed_plan(session, world, now=NOW - timedelta(days=1))
    amendments.open_change(session, plan, actor=world["clerk"], now=NOW)
    session.commit()
    open_id = int(upload(client, plan, is_public="y").rsplit("/", 1)[1])
    kept_id = int(upload(client, plan, data=PDF + b"2%%EOF").rsplit("/", 1)[1])
    client.log_out()
    public = f"/plans/{plan.filing_number}"
    assert client.get(f"{public}/notices/{open_id}").status_code == 404  # not in force yet

    session.expire_all()
    amendments.send_change(
        session, plan, expected_version=plan.version, actor=world["clerk"], now=NOW
    )
    session.commit()

    shown = BeautifulSoup(client.get(f"{public}?fresh").text, "html.parser")
    links = [str(link["href"]) for link in shown.select('a[href*="/notices/"]')]
    assert links == [f"{public}/notices/{open_id}"]
    answer = client.get(f"{links[0]}?fresh")
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (answer.cache_control.public, answer.cache_control.max_age) == (True, 60)
    assert "no-cache" not in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert client.get(f"{public}/notices/{kept_id}").status_code == 404
    assert client.get(f"{public}/notices/{2**40}").status_code == 404

    other = filed_plan(session, world, now=NOW - timedelta(days=1))
    session.commit()
    assert client.get(f"/plans/{other.filing_number}/notices/{open_id}").status_code == 404


def copy_form(client: PageClient, plan: Plan) -> tuple[dict[str, Any], list[str]]:
    """What the form of a copy sends as it opens, and the names of the files it offers."""
    page = BeautifulSoup(client.get(f"{NEW}?from={plan.id}&shift=1").text, "html.parser")
    boxes = page.select("input[name=files]")
    ticked = [str(box["value"]) for box in boxes if box.has_attr("checked")]
    labels = [
        page.select_one(f'label[for="{box["id"]}"]').get_text(strip=True).split("（")[0]
        for box in boxes
    ]
    return {**typed(str(page)), "files": ticked, "do": "save"}, labels


def files_of(address: str) -> list[tuple[str, bool]]:
    """The files of the plan that `address` edits; a look that holds up nobody's writing."""
    found = extensions.session()
    found.rollback()
    found.expire_all()
    plan = found.get_one(Plan, int(address.split("/")[3]))
    return [(a.file.original_name, a.is_public) for a in plan.revisions[-1].attachments]


@pytest.fixture
def equipped(client: PageClient, draft: Plan) -> Plan:
    """A plan with a public notice, a stamped form and the basis of its fee."""
    upload(client, draft, name="通知.pdf", is_public="y")
    upload(client, draft, name="盖章.pdf", kind="form", data=PDF + b"2%%EOF")
    upload(client, draft, name="依据.pdf", kind="fee_basis", data=PDF + b"3%%EOF")
    return draft


def test_a_copy_offers_the_files_and_takes_what_is_ticked(
    client: PageClient, equipped: Plan
) -> None:
    sent, offered = copy_form(client, equipped)
    assert offered == ["通知.pdf", "依据.pdf"]
    assert len(sent["files"]) == 1

    saved = client.post(NEW, data=sent)

    assert saved.status_code == 302
    assert files_of(saved.location) == [("依据.pdf", False)]
    assert files_of(f"/filing/plans/{equipped.id}/edit") == [
        ("通知.pdf", True), ("盖章.pdf", False), ("依据.pdf", False),
    ]  # fmt: skip
    assert client.get(saved.location).text.count('name="files"') == 0


def test_nothing_ticked_takes_nothing_and_what_is_wrong_keeps_the_ticks(
    client: PageClient, equipped: Plan
) -> None:
    sent, _offered = copy_form(client, equipped)

    refused = client.post(NEW, data={**sent, "title": ""})
    page = BeautifulSoup(refused.text, "html.parser")
    ticked = [str(box["value"]) for box in page.select("input[name=files][checked]")]
    assert (refused.status_code, ticked) == (422, sent["files"])

    saved = client.post(NEW, data={**sent, "files": []})
    assert files_of(saved.location) == []


def test_a_copy_that_saves_itself_follows_the_ticks(client: PageClient, equipped: Plan) -> None:
    sent, _offered = copy_form(client, equipped)
    first = client.post(f"{NEW}/autosave", data=sent).get_json()
    assert files_of(first["edit"]) == [("依据.pdf", False)]

    unticked = {**sent, "files": [], "version": first["version"]}
    second = client.post(first["autosave"], data=unticked).get_json()
    assert files_of(first["edit"]) == []

    sent |= {"version": second["version"]}
    again = client.post(first["edit"], data=sent)
    assert again.status_code == 302
    assert files_of(first["edit"]) == [("依据.pdf", False)]


@pytest.mark.parametrize("files", [["x"], ["-1"], ["9" * 40], ["1", "2", "3", "x"]])
def test_strange_ticks_take_nothing_that_is_not_offered(
    client: PageClient, equipped: Plan, files: list[str]
) -> None:
    sent, _offered = copy_form(client, equipped)
    saved = client.post(NEW, data={**sent, "files": files})
    assert saved.status_code == 302
    assert ("盖章.pdf", False) not in files_of(saved.location)


def test_the_files_of_another_base_cannot_be_taken(
    client: PageClient, world: World, equipped: Plan
) -> None:
    every = [str(a.file_id) for a in extensions.session().scalars(select(PlanAttachment))]
    client.log_in("stranger")
    assert client.get(f"{NEW}?from={equipped.id}").status_code == 404
    blank = {"title": "别人的", "copied_from": str(equipped.id), "files": every, "do": "save"}

    saved = client.post(NEW, data={**blank, "idempotency_key": str(uuid.uuid4())})

    assert saved.status_code == 302
    assert files_of(saved.location) == []
