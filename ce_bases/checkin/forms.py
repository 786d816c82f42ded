"""What is typed at the door. Shape only."""

import unicodedata
import uuid

from wtforms import Field, FileField, HiddenField, StringField
from wtforms.validators import ValidationError

from ce_bases.checkin.codes import DIGITS
from ce_bases.web.forms import TypedForm
from ce_bases.web.i18n import lazy_gettext as _l


def _only_digits(text: str | None) -> str:
    """What was typed without blanks, full-width figures as plain ones."""
    return "".join(unicodedata.normalize("NFKC", text or "").split())[:20]


class DigitsForm(TypedForm):
    """The six digits under the QR."""

    digits = StringField(
        _l("屏幕上的 6 位数字"),
        filters=[_only_digits],
        render_kw={
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": 12,
            "autofocus": True,
        },
    )

    def validate_digits(self, field: Field) -> None:
        if not DIGITS.fullmatch(field.data):
            raise ValidationError(_l("请输入二维码下面的 6 位数字。"))


class PresentedForm(TypedForm):
    """Somebody's own code: scanned, photographed or typed."""

    event_id = HiddenField(default=lambda: str(uuid.uuid4()))
    code = StringField(
        _l("8 位短码"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "maxlength": 60},
    )
    photo = FileField(
        _l("拍下学员的二维码"),
        render_kw={"accept": "image/jpeg,image/png", "capture": "environment"},
    )

    def validate_event_id(self, field: Field) -> None:
        try:
            field.data = str(uuid.UUID(field.data or ""))
        except ValueError:
            self.code.errors = [_l("页面已过期，请刷新后重试。")]
            raise ValidationError(_l("页面已过期，请刷新后重试。")) from None
