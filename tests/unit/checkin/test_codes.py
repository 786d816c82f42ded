"""The rotating code: the same on every screen, new every step, nobody else's to make."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_bases.checkin.codes import (
    DIGITS,
    DoorCode,
    door_digits,
    door_text,
    is_fresh,
    left_of_step,
    make_key,
    read_door_text,
    step_at,
)

KEY = make_key("a secret of the server, long enough", "door code")
NOON = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
CODE = DoorCode(17, step_at(NOON, 20))


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**33))
def test_what_is_written_is_read_again(session_id: int, step: int) -> None:
    code = DoorCode(session_id, step)
    assert read_door_text(door_text(code, KEY), KEY) == code
    assert DIGITS.fullmatch(door_digits(code, KEY))


def test_sessions_steps_and_secrets_have_codes_of_their_own() -> None:
    others = [DoorCode(18, CODE.step), DoorCode(17, CODE.step + 1), DoorCode(17, CODE.step)]
    texts = {door_text(code, KEY) for code in others}
    assert texts & {door_text(CODE, KEY)} == {door_text(others[2], KEY)}
    other_key = make_key("another secret of the server, also long", "door code")
    assert read_door_text(door_text(CODE, other_key), KEY) is None
    assert make_key("x" * 32, "door code") != make_key("x" * 32, "personal code")


def test_six_digits_are_spread_over_all_of_them() -> None:
    drawn = {door_digits(DoorCode(17, step), KEY) for step in range(20_000)}
    assert len(drawn) > 19_500


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-z]{1,9}-[0-9a-z]{1,9}-[0-9a-z]{12}"))
def test_what_was_not_ours_is_nothing(text: str) -> None:
    assert read_door_text(text, KEY) is None


@pytest.mark.parametrize("place", range(len(door_text(CODE, KEY))))
def test_one_letter_changed_is_nothing(place: int) -> None:
    text = door_text(CODE, KEY)
    for letter in "0z":
        changed = text[:place] + letter + text[place + 1 :]
        if changed != text:
            assert read_door_text(changed, KEY) is None


@pytest.mark.parametrize(
    ("seconds", "fresh"),
    [(-0.001, False), (0, True), (19.999, True), (20, True), (39.999, True), (40, False)],
)
def test_good_for_its_own_step_and_the_next(seconds: float, fresh: bool) -> None:
    assert is_fresh(CODE, NOON + timedelta(seconds=seconds), 20) is fresh


def test_the_seconds_left_are_those_until_the_next_step() -> None:
    assert left_of_step(NOON, 20) == 20
    assert left_of_step(NOON + timedelta(seconds=19.5), 20) == pytest.approx(0.5)
