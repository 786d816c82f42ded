"""What people send as proof: photos and PDFs, judged by what they hold, never by their name."""

import hashlib
import re
import unicodedata
import uuid
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

import filetype

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg

MOST_BYTES = 10 * 1024 * 1024
#: Accepted media types with the file name's ending each is served under.
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
#: How a whole file of the type ends; what a phone cut off while sending does not.
_CLOSINGS = {
    "image/jpeg": b"\xff\xd9",
    "image/png": b"IEND\xaeB`\x82",
    "application/pdf": b"%%EOF",
}
_NOT_IN_NAMES = re.compile(r"[^\w\-.() （）【】、，。·《》]")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: its whole content, and what that is. Make it with `read_upload`.

    `storage_name` is random and stays the same however often the transaction is run.
    """

    original_name: str
    media_type: str
    data: bytes = field(repr=False)
    storage_name: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_upload(name: str, data: bytes) -> Upload:
    """`data` as an upload; InvalidInputError when it is no whole JPEG, PNG or PDF of ≤ 10 MB."""
    if not data:
        raise InvalidInputError(msg("文件是空的，请重新选择。"))
    if len(data) > MOST_BYTES:
        raise InvalidInputError(msg("文件超过 10 MB，请压缩或拍得小一些再上传。"))
    kind = filetype.guess(data[:8192])
    media_type = "" if kind is None else kind.mime
    if media_type not in ENDINGS:
        raise InvalidInputError(msg("只能上传 JPEG、PNG 图片或 PDF 文件。"))
    if _CLOSINGS[media_type] not in data[-2048:]:
        raise InvalidInputError(msg("文件不完整，可能没有传完，请重新上传。"))
    ending = ENDINGS[media_type]
    return Upload(tidy_name(name, ending), media_type, data, f"{uuid.uuid4().hex}.{ending}")


def tidy_name(name: str, ending: str) -> str:
    """The sender's file name without folders and odd characters, with the right ending."""
    base = PureWindowsPath(PurePosixPath(name).name).name
    stem = _NOT_IN_NAMES.sub("", unicodedata.normalize("NFC", base.rpartition(".")[0] or base))
    return f"{stem.strip(' .')[: LONGEST_NAME - 6] or 'file'}.{ending}"
