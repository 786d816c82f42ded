"""What every form of the site shares: tidy text, a key against double sending, own fields."""

import re
import unicodedata
import uuid
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from ce_bases.core.text import Text
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.i18n import say

#: Also halves of characters, which JSON can carry and no database.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def tidy_line(text: str | None) -> str | None:
    """One line of typed text: no control or direction marks, no blanks around it."""
    if not text:
        return text
    return _CONTROL.sub("", re.sub(r"\s", " ", unicodedata.normalize("NFC", text))).strip()


def tidy_text(text: str | None) -> str | None:
    """Typed text of several lines, line ends made equal."""
    if not text:
        return text
    unified = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", unified).strip()


class LineField(StringField):
    """A tidy line of at most `longest` characters; `required` says what to fill in."""

    def __init__(
        self, label: Any = None, *, longest: int, required: Any = None, **kwargs: Any
    ) -> None:
        validators = [*([DataRequired(required)] if required else []), _length(longest)]
        filters = [*kwargs.pop("filters", ()), tidy_line]
        super().__init__(label, [*validators, *kwargs.pop("validators", ())], filters, **kwargs)


class TextField(TextAreaField):
    """Tidy text of several lines, at most `longest` characters."""

    def __init__(
        self, label: Any = None, *, longest: int, required: Any = None, **kwargs: Any
    ) -> None:
        validators = [*([DataRequired(required)] if required else []), _length(longest)]
        super().__init__(label, validators, filters=[tidy_text], **kwargs)


def _length(longest: int) -> Length:
    return Length(max=longest, message=_l("最多 %(max)d 个字。"))


class TypedForm(FlaskForm):
    """A form that is read from what forms send, and from nothing else."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed. A body of JSON is none: of any shape, it would be read as one."""
            is_given = formdata is None or isinstance(formdata, MultiDict)
            if not is_given and request.is_json:
                return None
            return super().wrap_formdata(form, formdata)


class SiteForm(TypedForm):
    """A POST form; its `idempotency_key` makes sending it twice the same as once."""

    idempotency_key = HiddenField(default=lambda: str(uuid.uuid4()))

    def validate_idempotency_key(self, field: Field) -> None:
        try:
            uuid.UUID(field.data or "")
        except ValueError:
            raise ValidationError(_l("页面已过期，请刷新后重试。")) from None

    def add_problems(self, problems: dict[str, Text]) -> None:
        """Show what a service refused beside the fields it is about."""
        for name, problem in problems.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(say(problem))
            else:
                field.errors = [*field.errors, say(problem)]
