"""Reading a QR from a photograph, for phones whose browser cannot."""

import io

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.core.uploads import read_upload

MOST_PIXELS = 60_000_000
#: In memory at once: a photograph is read smaller, a PNG of little size unpacks whole.
MOST_UNPACKED = 25_000_000
_SIDE = 1600


def read_qr(name: str, data: bytes) -> list[str]:
    """What the QR codes in a JPEG or PNG say; InvalidInputError when it is no such picture."""
    # Two libraries only this needs: a site whose phones can scan never loads them.
    import zxingcpp
    from PIL import Image

    if read_upload(name, data).media_type == "application/pdf":
        raise InvalidInputError(msg("请拍一张照片，不要选 PDF。"))
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInputError(msg("照片太大，请用普通拍照模式再拍一张。"))
            picture.draft("L", (_SIDE, _SIDE))
            if picture.width * picture.height > MOST_UNPACKED:
                raise InvalidInputError(msg("照片太大，请用普通拍照模式再拍一张。"))
            grey = picture.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise InvalidInputError(msg("照片读不出来，请再拍一张。")) from None
    grey.thumbnail((_SIDE, _SIDE))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return [barcode.text for barcode in found]
