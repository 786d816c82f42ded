"""A photograph of a code is read, whatever is wrong with it is said, and nothing is believed."""

import io
import struct
import zlib

import pytest
import segno
from PIL import Image, ImageFilter

from ce_bases.checkin.pictures import read_qr
from ce_bases.core.errors import InvalidInputError


def photo(text: str, *, size: int = 900, kind: str = "JPEG", angle: float = 0) -> bytes:
    """A code as a phone takes it: in a larger picture, turned and a little out of focus."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=8)
    wall = Image.new("RGB", (size, size), (210, 205, 190))
    wall.paste(Image.open(drawn).convert("RGB"), (size // 4, size // 4))
    taken = wall.rotate(angle, fillcolor=(210, 205, 190)).filter(ImageFilter.GaussianBlur(1))
    out = io.BytesIO()
    taken.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("size", "angle"), [(900, 0), (900, 30), (4000, 7)])
def test_a_photograph_is_read(kind: str, size: int, angle: float) -> None:
    assert read_qr("IMG_1.jpg", photo("CE:K7F39QXM", size=size, kind=kind, angle=angle)) == [
        "CE:K7F39QXM"
    ]


def test_a_picture_without_a_code_says_nothing() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(out, "JPEG")
    assert read_qr("a.jpg", out.getvalue()) == []


def bomb() -> bytes:
    """A PNG of some hundred bytes that says it is 30,000 by 30,000."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.4\n%%EOF",
        bomb(),
        photo("x", kind="PNG")[:60] + b"\0" * 300 + b"IEND\xaeB`\x82",
        b"\xff\xd8\xff\xe0" + b"\0" * 300 + b"\xff\xd9",
    ],
    ids=["empty", "gif", "pdf", "bomb", "broken png", "broken jpeg"],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_qr("a.jpg", data)


def blank(kind: str, side: int) -> bytes:
    """A picture of little size and many pixels."""
    out = io.BytesIO()
    Image.new("L", (side, side), "white").save(out, kind)
    return out.getvalue()


def test_a_small_png_that_unpacks_to_much_is_refused() -> None:
    """Anybody may send one to the public check, and several at once."""
    data = blank("PNG", 6000)
    assert len(data) < 200_000

    with pytest.raises(InvalidInputError):
        read_qr("a.png", data)


def test_a_large_photograph_is_read_smaller() -> None:
    assert read_qr("a.jpg", blank("JPEG", 6000)) == []
