"""Signatures: what we signed is recognised, and nothing else is."""

import base64
import json
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ce_bases.certificates.signing import (
    Code,
    Facts,
    ForgedCodeError,
    UnknownKeyError,
    UnreadableCodeError,
    key_lines,
    keys_by_id,
    public_of,
    read_code,
    read_key_lines,
    sign,
    verify,
)

KEY, OTHER_KEY = b"certificate-key-of-the-tests-001", b"certificate-key-of-the-tests-002"
KEYS = keys_by_id([public_of(KEY)])
NUMBER = "0123456789abcdef" * 2
FACTS = Facts("张𬭎", 2022, 60, 121, True, date(2022, 12, 1))
SITE = "https://ce.example/certificates/"


def signed(number: str = NUMBER, facts: Facts = FACTS, key: bytes = KEY) -> str:
    return f"{SITE}{number}#{sign(number, facts, key)}"


def test_what_was_signed_is_read_back() -> None:
    code = read_code(signed())

    assert code.number == NUMBER
    assert verify(code, KEYS) == FACTS
    assert signed() == signed(), "the same facts give the same bytes"


def test_a_code_fits_a_qr_a_phone_reads() -> None:
    longest = Facts("阿" * 60, 2022, 999, 999, True, date(2022, 12, 1))

    assert len(signed()) < 300
    assert len(signed(facts=longest)) < 800


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        NUMBER.upper(),
        " 0123 4567 89ab cdef 0123-4567-89ab-cdef ",
        "０１２３４５６７８９ａｂｃｄｅｆ" + "0123456789abcdef",
        f"{SITE}{NUMBER}",
        f"http://localhost:8000/certificates/{NUMBER}?lang=en",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert read_code(typed) == Code(NUMBER)


def test_a_pasted_code_may_be_broken_into_lines() -> None:
    text = signed()

    assert verify(read_code(f"{text[:90]}\n{text[90:180]} {text[180:]}\r\n"), KEYS) == FACTS


@pytest.mark.parametrize(
    "text",
    ["", "370811198502140011", NUMBER[:-1], NUMBER + "0", "x" * 100_000, "#1.a.b.c", "学时证明"],
    ids=["empty", "an ID", "short", "long", "endless", "no number", "words"],
)
def test_other_texts_are_no_codes(text: str) -> None:
    with pytest.raises(UnreadableCodeError):
        read_code(text)


def test_a_code_cut_short_is_not_taken_for_a_mere_number() -> None:
    with pytest.raises(UnreadableCodeError):
        read_code(signed()[:-5])


def with_body(facts: list[object]) -> Code:
    code = read_code(signed())
    body = base64.urlsafe_b64encode(json.dumps(facts, ensure_ascii=False).encode()).decode()
    return Code(code.number, code.key_id, body.rstrip("="), code.signature)


def test_altered_facts_are_forged() -> None:
    with pytest.raises(ForgedCodeError):
        verify(with_body(["张𬭎", 2022, 60, 180, 1, "2022-12-01"]), KEYS)


def test_the_signature_of_another_certificate_does_not_fit() -> None:
    mine, other = read_code(signed()), read_code(signed("f" * 32))

    with pytest.raises(ForgedCodeError):
        verify(Code(other.number, mine.key_id, mine.body, mine.signature), KEYS)


def test_another_key_is_unknown_and_cannot_borrow_our_name() -> None:
    foreign = read_code(signed(key=OTHER_KEY))
    ours = read_code(signed())

    with pytest.raises(UnknownKeyError):
        verify(foreign, KEYS)
    with pytest.raises(ForgedCodeError):
        verify(Code(foreign.number, ours.key_id, foreign.body, foreign.signature), KEYS)


def passes(text: str) -> bool:
    """Whether `text` is a code we signed; a mere number proves nothing."""
    try:
        verify(read_code(text), KEYS)
    except (ForgedCodeError, UnreadableCodeError):
        return False
    return True


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_changed_character_goes_unnoticed(data: st.DataObject) -> None:
    text = signed()
    start = text.index("certificates/") + len("certificates/")
    place = data.draw(st.integers(start, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789abcdefABCXYZ_-.#"))
    changed = text[:place] + other + text[place + 1 :]
    assume(changed != text)

    assert not passes(changed)


def test_an_earlier_key_still_counts_after_a_rotation() -> None:
    rotated = keys_by_id([public_of(OTHER_KEY), public_of(KEY)])

    assert verify(read_code(signed()), rotated) == FACTS
    assert verify(read_code(signed(key=OTHER_KEY)), rotated) == FACTS


def test_published_keys_are_read_back() -> None:
    keys = keys_by_id([public_of(OTHER_KEY), public_of(KEY)])
    lines = key_lines(keys)

    assert lines[0].endswith(" current")
    assert read_key_lines("\n".join(["# remarks", *lines, ""])) == keys


def test_a_key_under_another_keys_id_is_refused() -> None:
    mine, other = key_lines(KEYS)[0], key_lines(keys_by_id([public_of(OTHER_KEY)]))[0]

    with pytest.raises(ValueError, match=mine[:8]):
        read_key_lines(mine[:8] + other[8:])
