"""`flask account …`: accounts with their roles from the command line."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from ce_bases.accounts.models import Account
from ce_bases.accounts.queries import find_account
from ce_bases.accounts.service import find_authentic
from ce_bases.accounts.views import hats_of
from ce_bases.audit.queries import history_of
from ce_bases.organisers.models import Lecturer
from ce_bases.web.extensions import in_transaction, session
from tests.factories.world import World
from tests.web.client import PageClient

NAME = ["--name", "孟晓琳"]


def run(app: Flask, *args: str, typed: str | None = None) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["account", *args], input=typed)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("options", "hat"),
    [
        (["--role", "base", "--organiser", "任城建筑继续教育基地"], "base:{base_id}"),
        (["--role", "county", "--bureau", "370881"], "county:370881"),
        (["--role", "city"], "city:370800"),
        (["--role", "unit", "--unit", "济宁市第一建筑公司"], "unit:{unit_id}"),
        (
            ["--role", "professional", "--person-id", "{person_ids[2]}"],
            "professional:{person_ids[2]}",
        ),
        (["--role", "lecturer", "--lecturer-id", "{other_lecturer_id}"], "lecturer:{account_id}"),
        (["--role", "admin"], "admin:{account_id}"),
    ],
)
def test_an_account_is_created_in_every_role(
    app: Flask, world: World, options: list[str], hat: str
) -> None:
    options = [option.format(**vars(world)) for option in options]
    code, output = run(app, "create", "Meng.XL", *NAME, *options)
    assert code == 0, output
    assert "/password/" in output
    account = find_account(session(), "meng.xl")
    assert account is not None
    assert account.password_hash is None
    with app.test_request_context():
        hats = [each.hat for each in hats_of(session(), account.id)]
    assert hats == [hat.format(account_id=account.id, **vars(world))]
    assert history_of(session(), "account", account.id)[0].action == "create_account"


def test_the_printed_path_sets_the_first_password(
    app: Flask, world: World, client: PageClient
) -> None:
    _, output = run(app, "create", "mengxl", *NAME, "--role", "city")
    path = output.split()[-1]
    assert client.get(path).status_code == 200


def test_a_password_comes_from_standard_input_never_from_an_argument(
    app: Flask, world: World
) -> None:
    options = ["--role", "city", "--password-stdin"]
    code, output = run(app, "create", "mengxl", *NAME, *options, typed="quiet river stone\n")
    assert (code, output) == (0, "mengxl created as city.\n")
    assert find_authentic(session(), "mengxl", "quiet river stone") is not None
    code, output = run(app, "create", "other", *NAME, "--role", "city", "--password", "x")
    assert code == 2
    assert "No such option" in output


def test_a_password_is_asked_for_twice(app: Flask, world: World) -> None:
    typed = "quiet river stone\nquiet river stone\n"
    options = ["--role", "city", "--ask-password"]
    code, output = run(app, "create", "mengxl", *NAME, *options, typed=typed)
    assert code == 0
    assert "quiet" not in output


@pytest.mark.parametrize(
    ("args", "typed", "words"),
    [
        (["clerk", "--role", "city"], None, "已经有人使用"),
        (["孟", "--role", "city"], None, "用户名为 3 至 40 个"),
        (["mengxl", "--role", "city", "--password-stdin"], "short\n", "密码至少 10 个字符"),
        (["mengxl", "--role", "city", "--password-stdin"], "", "no password on standard input"),
        (["mengxl", "--role", "base"], None, "--organiser is needed"),
        (["mengxl", "--role", "base", "--organiser", "无"], None, "no such organiser"),
        (["mengxl", "--role", "county"], None, "--bureau is needed"),
        (["mengxl", "--role", "county", "--bureau", "370800"], None, "have the role city"),
        (["mengxl", "--role", "unit", "--unit", "无"], None, "no such unit"),
        (["mengxl", "--role", "professional", "--person-id", "99999"], None, "no such person"),
        (
            ["mengxl", "--role", "professional", "--person-id", "{person_ids[0]}"],
            None,
            "已经有账号",
        ),
        (["mengxl", "--role", "lecturer", "--lecturer-id", "{lecturer_id}"], None, "已经有账号"),
    ],
)
def test_a_refused_account_leaves_nothing_behind(
    app: Flask, world: World, args: list[str], typed: str | None, words: str
) -> None:
    before = session().scalar(select(func.count()).select_from(Account))
    session().rollback()
    args = [arg.format(**vars(world)) for arg in args]
    code, output = run(app, "create", *args, *NAME, typed=typed)
    assert code == 1
    assert words in output
    assert session().scalar(select(func.count()).select_from(Account)) == before


def test_one_account_may_have_a_second_role(app: Flask, world: World) -> None:
    args = ["--role", "base", "--organiser", "曲阜教师继续教育基地"]
    assert run(app, "join", "clerk", *args) == (0, "clerk is now also base.\n")
    with app.test_request_context():
        hats = hats_of(session(), world["clerk"].account_id)
    assert [hat.organiser_id for hat in hats] == [world.base_id, world.other_base_id]
    session().rollback()
    code, output = run(app, "join", "clerk", *args)
    assert (code, "已经是该单位的工作人员" in output) == (1, True)
    assert run(app, "join", "nobody", *args)[0] == 1


def test_a_closed_account_logs_in_no_more(app: Flask, world: World, client: PageClient) -> None:
    client.log_in("clerk")
    assert run(app, "close", "clerk") == (0, "clerk closed\n")
    assert client.get("/account").status_code == 302
    assert run(app, "close", "nobody")[0] == 1


def test_reset_prints_a_path(app: Flask, world: World, client: PageClient) -> None:
    code, output = run(app, "reset", "clerk")
    assert code == 0
    assert client.get(output.strip()).status_code == 200


def test_a_lecturer_without_account_can_be_given_one_once(app: Flask, world: World) -> None:
    def forget(db: object) -> None:
        db.get_one(Lecturer, world.lecturer_id).account_id = None

    in_transaction(forget)
    args = ["--role", "lecturer", "--lecturer-id", str(world.lecturer_id)]
    assert run(app, "join", "lecturer", *args)[0] == 0
    assert run(app, "join", "clerk", *args)[0] == 1
