"""Files in forms and in answers: in by content, out as attachments in a sandbox."""

from typing import Any, Protocol

from flask import Response, current_app, send_file
from wtforms import FileField
from wtforms.validators import StopValidation

from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import MOST_BYTES, Upload, read_upload
from ce_bases.web.headers import cacheable
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say

STORE_KEY = "ce_bases.file_store"
SANDBOX = "default-src 'none'; sandbox"


class KeptFile(Protocol):
    """What is remembered of a kept file (`files.models.StoredFile`)."""

    @property
    def storage_name(self) -> str: ...
    @property
    def original_name(self) -> str: ...
    @property
    def media_type(self) -> str: ...


def file_store() -> FileStore:
    """The folder uploads are kept in; hand it to services that take one."""
    found: FileStore = current_app.extensions[STORE_KEY]
    return found


class UploadField(FileField):
    """One JPEG, PNG or PDF; the data are an `Upload`, or None when nothing was chosen."""

    data: Upload | None

    def __init__(self, label: Any = None, *, required: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.required = required

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        sent = next((file for file in valuelist if getattr(file, "filename", "")), None)
        if sent is None:
            return
        try:
            self.data = read_upload(sent.filename, sent.stream.read(MOST_BYTES + 1))
        except InvalidInputError as error:
            raise ValueError(say(error.message)) from None

    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None and not self.process_errors:
            raise StopValidation(self.required or _("请选择文件。"))


def send_attachment(kept: KeptFile, *, public_for: int | None = None) -> Response:
    """The file as a download that no browser opens as a page of ours.

    `public_for` seconds any cache may keep it: only of what is everybody's to read.
    """
    path = file_store().path(kept.storage_name)
    if not path.is_file():
        raise NotFoundError
    answer = send_file(
        path,
        mimetype=kept.media_type,
        as_attachment=True,
        download_name=kept.original_name,
        conditional=True,
        max_age=public_for,
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    if public_for is None:
        answer.headers["Cache-Control"] = "private, no-store"
    else:
        cacheable(seconds=public_for)
    return answer
