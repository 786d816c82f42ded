"""Issuing and revoking: one state of the record, one number; the old stays what it was."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.certificates import queries, service
from ce_bases.certificates.models import Certificate, Revocation
from ce_bases.certificates.queries import Checked, Status
from ce_bases.certificates.signing import Facts, keys_by_id, public_of, read_code, verify
from ce_bases.core.errors import NotFoundError, WrongStateError
from ce_bases.credits import service as credits_service
from ce_bases.credits.records import recompute_records
from ce_bases.messages.models import Message
from ce_bases.people.models import Person
from tests.conftest import KEY_OF_CERTIFICATES
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.certificates import ISSUER, SITE, certify, give_hours, give_more
from tests.factories.world import World

LATER = NOW + timedelta(days=1)


def check(session: Session, certificate: Certificate) -> Checked:
    found = queries.public_find(session, certificate.number)
    assert found is not None
    return found


def test_a_certificate_says_what_the_record_says(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW)

    assert len(made.number) == 32
    assert made.url.startswith(f"{SITE}/certificates/{made.number}#1.")
    assert (made.name, made.year, made.public_halves, made.professional_halves) == (
        "用户learner",
        2022,
        8,
        16,
    )
    assert (made.need_public_halves, made.need_professional_halves, made.need_total_halves) == (
        60,
        120,
        180,
    )
    assert (made.is_complete, made.bureau_code) == (False, "370811")
    keys = keys_by_id([public_of(KEY_OF_CERTIFICATES)])
    assert verify(read_code(made.url), keys) == Facts("用户learner", 2022, 8, 16, False, NOW.date())
    assert check(session, made) == Checked(made, Status.VALID, None, None)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.subject_id, entry.after) == (
        "issue_certificate",
        str(made.id),
        {"year": 2022, "halves": 24},
    )


def test_an_unchanged_record_is_certified_once(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)

    assert certify(session, world, now=NOW).id == certify(session, world, now=LATER).id


def test_a_changed_record_is_said_and_then_corrected(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)
    old = certify(session, world, now=NOW)
    before = {c.name: getattr(old, c.key) for c in Certificate.__table__.columns}
    give_more(session, world, now=LATER)

    assert check(session, old).status is Status.CHANGED

    new = certify(session, world, now=LATER)

    assert check(session, old) == Checked(old, Status.CORRECTED, new.number, None)
    assert check(session, new) == Checked(new, Status.VALID, None, None)
    session.refresh(old)
    assert {c.name: getattr(old, c.key) for c in Certificate.__table__.columns} == before
    assert [c.status for c in queries.own_certificates(session, world["learner"])] == [
        Status.VALID,
        Status.CORRECTED,
    ]


def test_a_reversal_of_the_bureau_shows_in_the_check(session: Session, world: World) -> None:
    from tests.factories.hours import held_plan, stored_line

    plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
    after = NOW + timedelta(days=20)
    credits_service.confirm_attendance(session, plan, actor=world["clerk"], now=after)
    made = certify(session, world, now=after)
    source = session.scalars(select(credits_service.LedgerLine.source)).one()
    line = stored_line(session, source)

    credits_service.reverse_line(session, line, "代签", actor=world["officer"], now=after)

    assert check(session, made).status is Status.CHANGED
    with pytest.raises(WrongStateError, match="还没有入账的学时"):
        certify(session, world, now=after)


def test_a_corrected_name_changes_the_certificate(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)
    old = certify(session, world, now=NOW)
    session.execute(
        update(Person).where(Person.id == world["learner"].person_id).values(name="张𬭎")
    )

    assert check(session, old).status is Status.CHANGED
    assert certify(session, world, now=NOW).name == "张𬭎"


def test_figures_back_where_they_were_need_a_number_of_their_own(
    session: Session, world: World
) -> None:
    from tests.factories.hours import line_values, post, stored_line

    give_hours(session, world, now=NOW)
    first = certify(session, world, now=NOW)
    give_more(session, world, now=NOW)
    second = certify(session, world, now=NOW)
    line = stored_line(session, "session:3")
    back = {"version": -1, "reverses_id": line.id, "professional_halves": -8, "reason": "更正"}
    post(
        session,
        line_values(line.person_id, "session:3", now=NOW, held_on=line.held_on, **back),
    )
    recompute_records(session, [(line.person_id, 2022)], now=NOW)

    third = certify(session, world, now=NOW)

    assert len({first.number, second.number, third.number}) == 3
    assert check(session, first) == Checked(first, Status.CORRECTED, third.number, None)


@pytest.mark.parametrize("year", [2021, 2023, 0])
def test_years_without_notice_or_yet_to_come_are_not_found(
    session: Session, world: World, year: int
) -> None:
    with pytest.raises(NotFoundError):
        certify(session, world, now=NOW, year=year)


def test_no_hours_no_certificate(session: Session, world: World) -> None:
    with pytest.raises(WrongStateError, match="2022 年还没有入账的学时"):
        certify(session, world, now=NOW)
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_a_revoked_certificate_says_so_and_its_owner_is_told(
    session: Session, world: World
) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW)
    reason = "证明被他人冒用，联系电话 13812345678"

    service.revoke(session, made, reason, may_reissue=False, actor=world["officer"], now=LATER)

    found = check(session, made)
    assert found.status is Status.REVOKED
    assert found.revocation is not None
    assert found.revocation.reason == "证明被他人冒用，联系电话 尾号5678"
    message = session.scalars(select(Message)).one()
    assert message.account_id == world["learner"].account_id
    assert message.kind == "certificate_revoked"
    with pytest.raises(WrongStateError, match="已经撤销"):
        service.revoke(session, made, "再来", may_reissue=True, actor=world["officer"], now=LATER)


def test_what_was_revoked_is_not_said_again_until_it_is_corrected(
    session: Session, world: World
) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW)
    officer = world["officer"]
    service.revoke(session, made, "学时有误", may_reissue=False, actor=officer, now=NOW)

    with pytest.raises(WrongStateError, match="学时有误"):
        certify(session, world, now=LATER)

    give_more(session, world, now=LATER)
    again = certify(session, world, now=LATER)
    assert check(session, again).status is Status.VALID
    assert check(session, made).status is Status.REVOKED


def test_a_leaked_number_may_be_replaced(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW)
    officer = world["officer"]
    service.revoke(session, made, "编号外泄", may_reissue=True, actor=officer, now=NOW)

    again = certify(session, world, now=LATER)

    assert again.number != made.number
    assert check(session, again).status is Status.VALID


def test_only_the_bureau_in_charge_and_the_city_reach_it(session: Session, world: World) -> None:
    give_hours(session, world, now=NOW)
    number = certify(session, world, now=NOW).number

    for who in ("officer", "city_officer"):
        assert queries.get_issued(session, number, actor=world[who]).certificate.number == number
    with pytest.raises(NotFoundError):
        queries.get_issued(session, number, actor=world["other_officer"])
    with pytest.raises(NotFoundError):
        queries.get_own(session, number, actor=world["learner2"])


@pytest.mark.parametrize("model", [Certificate, Revocation])
def test_nothing_issued_or_revoked_is_ever_changed(
    session: Session, world: World, model: type
) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW)
    service.revoke(session, made, "有误", may_reissue=False, actor=world["officer"], now=NOW)
    session.commit()
    column = "name" if model is Certificate else "reason"
    for statement in (update(model).values({column: "x"}), delete(model)):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(statement)
        session.rollback()


def test_numbers_have_128_random_bits() -> None:
    numbers = {ISSUER.make_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(len(bytes.fromhex(number)) == 16 for number in numbers)
    assert json.dumps(sorted(numbers)).isascii()
