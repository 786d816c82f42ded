"""Clerks of a base, and password links issued by the next one up."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account, LoginSession, PasswordLink
from ce_bases.accounts.queries import find_account
from ce_bases.audit.queries import history_of
from ce_bases.bureaus.models import BureauMember
from ce_bases.organisers.models import Lecturer, OrganiserMember
from ce_bases.people.models import Person
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.reading import look

KEY = "5b0cbb6c-21c5-4d4f-9d0a-1a4f6f0e9d11"
OTHER_KEY = "1d1c0c3e-9a0b-4f0e-8a57-3f1d0a9d2b44"


def member_of(username: str) -> OrganiserMember:
    return (
        look()
        .scalars(
            select(OrganiserMember)
            .join(Account, Account.id == OrganiserMember.account_id)
            .where(Account.username == username)
        )
        .one()
    )


def link_on(text: str) -> str:
    found = re.search(r'value="https?://[^/"]+(/password/[^"]+)"', text)
    assert found
    return found[1]


def test_a_clerk_opens_an_account_for_a_colleague_who_chooses_a_password(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk")
    sent = {"idempotency_key": KEY, "username": "Meng.XL", "name": "孟晓琳"}
    answer = client.post("/filing/staff/new", data=sent)
    assert (answer.status_code, answer.location) == (302, "/filing/staff")
    account = find_account(look(), "meng.xl")
    assert account is not None
    assert account.password_hash is None
    page = client.post(f"/filing/staff/accounts/{account.id}/link")
    assert page.status_code == 200
    path = link_on(page.text)
    client.log_out()
    chosen = {"new_password": "new words 2022", "repeat_password": "new words 2022"}
    assert client.post(path, data={"idempotency_key": KEY, **chosen}).status_code == 302
    login = {"idempotency_key": KEY, "username": "meng.xl", "password": "new words 2022"}
    assert client.post("/login", data=login).location == "/home"
    assert client.get("/filing/staff").status_code == 200
    actions = [entry.action for entry in history_of(look(), "account", account.id)]
    assert actions == [
        "create_account",
        "add_clerk",
        "issue_password_link",
        "change_password",
        "log_in",
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"username": "clerk2"}, "这个用户名已经有人使用，请换一个。"),
        ({"username": "孟"}, "用户名为 3 至 40 个小写字母"),
        ({"username": ""}, "请填写用户名。"),
        ({"name": ""}, "请填写姓名。"),
    ],
)
def test_a_wrong_clerk_is_refused(
    client: PageClient, world: World, changes: dict[str, str], problem: str
) -> None:
    client.log_in("clerk")
    sent = {"idempotency_key": KEY, "username": "mengxl", "name": "孟晓琳", **changes}
    answer = client.post("/filing/staff/new", data=sent)
    assert answer.status_code == 422
    assert problem in answer.text


def test_a_colleague_is_ended_and_logged_out_but_not_oneself(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk2")
    client.log_in("clerk")
    path = f"/filing/staff/{member_of('clerk2').id}/end"
    assert "用户clerk2" in client.get(path).text
    assert client.post(path, data={"idempotency_key": KEY}).location == "/filing/staff"
    member = member_of("clerk2")
    assert member.until_on == date(2022, 6, 1)
    open_ones = select(LoginSession.id).where(
        LoginSession.account_id == member.account_id, LoginSession.ended_at.is_(None)
    )
    assert look().scalars(open_ones).all() == []
    own = f"/filing/staff/{member_of('clerk').id}/end"
    assert client.post(own, data={"idempotency_key": OTHER_KEY}).status_code == 403


def test_a_lecturer_gets_an_account_and_a_link(
    client: PageClient, world: World, session: Session
) -> None:
    session.execute(
        update(Lecturer).where(Lecturer.id == world.lecturer_id).values(account_id=None)
    )
    session.commit()
    client.log_in("clerk")
    path = f"/filing/lecturers/{world.lecturer_id}/account"
    assert client.get(path).status_code == 200
    taken = client.post(path, data={"idempotency_key": KEY, "username": "clerk"})
    assert taken.status_code == 422
    assert client.post(path, data={"idempotency_key": KEY, "username": "hansy"}).status_code == 302
    account = find_account(look(), "hansy")
    assert account is not None
    assert link_on(client.post(f"/filing/staff/accounts/{account.id}/link").text)
    again = {"idempotency_key": OTHER_KEY, "username": "hansy2"}
    assert client.post(path, data=again).status_code == 409


@pytest.mark.parametrize(
    ("reader", "target", "status"),
    [
        ("clerk", "clerk2", 200),
        ("clerk", "lecturer", 200),
        ("clerk", "clerk", 403),
        ("clerk", "stranger", 404),
        ("clerk", "officer", 404),
        ("clerk", "admin", 404),
        ("stranger", "clerk", 404),
        ("lecturer", "clerk", 403),
        ("officer", "clerk", 403),
        ("learner", "clerk", 403),
    ],
)
def test_who_may_reset_whom_in_a_base(
    client: PageClient, world: World, reader: str, target: str, status: int
) -> None:
    client.log_in(reader)
    answer = client.post(f"/filing/staff/accounts/{world[target].account_id}/link")
    assert answer.status_code == status
    links = (
        look()
        .scalars(
            select(PasswordLink.account_id).where(
                PasswordLink.issued_by == world[reader].account_id
            )
        )
        .all()
    )
    assert links == ([world[target].account_id] if status == 200 else [])


@pytest.mark.parametrize("other_role", ["officer", "professional", "elsewhere", "admin"])
def test_nobody_reaches_further_through_a_colleagues_other_roles(
    client: PageClient, world: World, session: Session, other_role: str
) -> None:
    account_id = world["clerk2"].account_id
    if other_role == "officer":
        session.add(
            BureauMember(bureau_code="370811", account_id=account_id, since_on=date(2022, 1, 1))
        )
    elif other_role == "professional":
        session.get_one(Person, world.person_ids[2]).account_id = account_id
    elif other_role == "elsewhere":
        session.add(
            OrganiserMember(
                organiser_id=world.other_base_id, account_id=account_id, since_on=date(2022, 1, 1)
            )
        )
    else:
        session.get_one(Account, account_id).is_admin = True
    session.commit()
    client.log_in("clerk")
    answer = client.post(f"/filing/staff/accounts/{account_id}/link")
    assert answer.status_code == 403
    assert "不能由您重设密码" in answer.text


@pytest.mark.parametrize(
    ("reader", "base", "target", "status"),
    [
        ("officer", "base_id", "clerk", 200),
        ("other_officer", "other_base_id", "stranger", 200),
        ("city_officer", "city_base_id", "city_clerk", 200),
        ("officer", "base_id", "stranger", 404),
        ("officer", "other_base_id", "stranger", 404),
        ("officer", "city_base_id", "city_clerk", 404),
        ("city_officer", "base_id", "clerk", 404),
        ("officer", "base_id", "lecturer", 404),
        ("clerk", "base_id", "clerk2", 403),
        ("admin", "base_id", "clerk", 403),
    ],
)
def test_officers_reset_the_clerks_of_their_jurisdiction(
    client: PageClient, world: World, reader: str, base: str, target: str, status: int
) -> None:
    client.log_in(reader)
    organiser_id, account_id = getattr(world, base), world[target].account_id
    page = client.get(f"/desk/organisers/{organiser_id}")
    is_theirs = status == 200 or (target in {"stranger", "lecturer"} and base == "base_id")
    assert (page.status_code == 200) is is_theirs
    answer = client.post(f"/desk/organisers/{organiser_id}/accounts/{account_id}/link")
    assert answer.status_code == status
    if status == 200:
        assert link_on(answer.text)


def test_the_desk_lists_its_own_organisers_only(client: PageClient, world: World) -> None:
    seen = {}
    names = ("任城建筑继续教育基地", "曲阜教师继续教育基地", "济宁市医学继续教育基地")
    for reader in ("officer", "other_officer", "city_officer"):
        client.log_in(reader)
        text = client.get("/desk/organisers").text
        seen[reader] = [name for name in names if name in text]
    assert seen == {
        "officer": [names[0]],
        "other_officer": [names[1]],
        "city_officer": [names[2]],
    }
    client.log_in("officer")
    assert "没有符合条件的单位" in client.get("/desk/organisers?q=医学").text


def test_a_link_works_once_and_a_newer_one_ends_the_older(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    path = f"/filing/staff/accounts/{world['clerk2'].account_id}/link"
    first, second = link_on(client.post(path).text), link_on(client.post(path).text)
    client.log_out()
    assert client.get(first).status_code == 409
    chosen = {
        "idempotency_key": KEY,
        "new_password": "new words 2022",
        "repeat_password": "new words 2022",
    }
    assert client.post(second, data=chosen).status_code == 302
    assert client.get(second).status_code == 409
