"""What a browser may send at the door. Shape only."""

import uuid
from typing import Self

from flask_wtf import FlaskForm
from wtforms import Field, FileField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Regexp, ValidationError

from ce_bases.attendance.delivery import LONGEST_REMARK, holds_number
from ce_bases.attendance.intents import AnnulIntent, SignIntent
from ce_bases.attendance.models import SignKind, Way
from ce_bases.attendance.settling import Card
from ce_bases.attendance.walk_ins import Noted
from ce_bases.web.forms import LineField, SiteForm, TextField, TypedForm
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.uploads import UploadField

MOST_FILE_BYTES = 1_000_000
_STALE = _l("页面已过期，请刷新后重试。")


def _is_uuid(_form: FlaskForm, field: Field) -> None:
    try:
        field.data = str(uuid.UUID(field.data or ""))
    except ValueError:
        raise ValidationError(_STALE) from None


class TapForm(TypedForm):
    """One tap on the register; `event_id` was made when the button was drawn."""

    event_id = HiddenField(validators=[_is_uuid])
    person_id = IntegerField(validators=[InputRequired(_STALE), NumberRange(1, 2**31 - 1)])
    kind = HiddenField(default=SignKind.IN.value)

    def validate_kind(self, field: Field) -> None:
        if field.data not in {SignKind.IN.value, SignKind.OUT.value}:
            raise ValidationError(_STALE)

    def details(self) -> SignIntent:
        kind = SignKind(self.kind.data)
        return SignIntent(str(self.event_id.data), int(self.person_id.data or 0), kind, Way.TAP)


class UndoForm(TypedForm):
    """Taking back one's own tap."""

    event_id = HiddenField(validators=[_is_uuid])
    annuls_id = HiddenField(validators=[_is_uuid])

    def details(self) -> AnnulIntent:
        return AnnulIntent(str(self.event_id.data), str(self.annuls_id.data))


class HeadcountForm(SiteForm):
    headcount = IntegerField(
        _l("现场清点人数"),
        [
            InputRequired(_l("请填写人数。")),
            NumberRange(0, 100_000, message=_l("人数应为 0 至 100000 的整数。")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


class WalkInForm(SiteForm):
    """Somebody at the door who is not on the roster; the form's own key tells one from another."""

    name = LineField(
        _l("姓名"), longest=40, required=_l("请填写姓名。"), render_kw={"autocomplete": "off"}
    )
    last4 = LineField(
        _l("身份证号末四位"),
        longest=4,
        required=_l("请填写身份证号末四位。"),
        filters=[lambda text: (text or "").upper()],
        validators=[Regexp(r"[0-9]{3}[0-9X]\Z", message=_l("应为四位，最后一位可以是 X。"))],
        render_kw={"autocomplete": "off"},
    )

    remark = LineField(
        _l("备注"),
        longest=LONGEST_REMARK,
        render_kw={"autocomplete": "off"},
    )

    def validate_remark(self, field: Field) -> None:
        if holds_number(field.data or ""):
            raise ValidationError(_l("备注里不要写身份证号。"))

    def details(self) -> Noted:
        key = str(self.idempotency_key.data)
        return Noted(key, self.name.data or "", self.last4.data or "", self.remark.data or "")


class _OfWalkIn(SiteForm):
    """Several stand on one page: what is drawn carries the walk-in's number in its id."""

    def told_apart(self, walk_in_id: int) -> Self:
        for field in self:
            field.id = f"{field.name}-{walk_in_id}"
            field.label.field_id = field.id
        return self


class MatchForm(_OfWalkIn):
    number = LineField(
        _l("身份证号"),
        longest=40,
        required=_l("请填写身份证号。"),
        render_kw={"autocomplete": "off"},
    )
    over_reason = LineField(_l("名额已满仍要加入的原因"), longest=200)

    def details(self, walk_in_id: int) -> Card:
        key = str(uuid.UUID(self.idempotency_key.data))
        return Card(walk_in_id, key, self.number.data or "", self.over_reason.data or "")


class DismissForm(_OfWalkIn):
    reason = TextField(_l("核销原因"), longest=300, required=_l("请写明核销原因。"))


class CloseForm(SiteForm):
    """One button: nobody signs in after this."""


class ReopenForm(SiteForm):
    reason = TextField(
        _l("重新开放的原因"), longest=300, required=_l("请写明为什么要重新开放签到。")
    )


class SubstituteForm(SiteForm):
    name = LineField(
        _l("替课人姓名"),
        longest=20,
        required=_l("请填写替课人姓名。"),
        render_kw={"autocomplete": "off"},
    )

    def validate_name(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("请填写替课人姓名。"))


class PaperForm(SiteForm):
    """A signed sheet's photo or scan; who signed is read from the ticks beside it."""

    sheet = UploadField(
        _l("签名后的签到表（照片或扫描件）"),
        required=_l("请上传签名后的签到表照片或扫描件。"),
        render_kw={"accept": "image/jpeg,image/png,application/pdf"},
    )


class AnnulForm(SiteForm):
    """A correction by the base; the form's own key is the event's id."""

    annuls_id = HiddenField(validators=[_is_uuid])
    reason = TextField(_l("撤销原因"), longest=300, required=_l("请写明撤销原因。"))

    def details(self) -> AnnulIntent:
        reason = self.reason.data or ""
        return AnnulIntent(str(self.idempotency_key.data), str(self.annuls_id.data), reason)


class MakeUpForm(SiteForm):
    """A make-up (补签); the form's own key is the event's id."""

    reason = TextField(_l("补签原因"), longest=200, required=_l("请写明为什么要补签。"))
    evidence = LineField(
        _l("依据"), longest=200, required=_l("请写明依据，例如纸质签到表第几行、哪位班主任证明。")
    )
    proof = UploadField(
        _l("依据的照片或扫描件"), render_kw={"accept": "image/jpeg,image/png,application/pdf"}
    )

    def details(self, person_id: int) -> SignIntent:
        reason = f"{self.reason.data}（依据：{self.evidence.data}）"
        key = str(self.idempotency_key.data)
        return SignIntent(key, person_id, SignKind.IN, Way.MAKE_UP, reason=reason)


class QueueFileForm(SiteForm):
    """The file a phone saved because it never got a network."""

    file = FileField(_l("手机导出的文件"))

    _text = ""

    def validate_file(self, field: Field) -> None:
        sent = field.data
        if not getattr(sent, "filename", ""):
            raise ValidationError(_l("请选择文件。"))
        content: bytes = sent.stream.read(MOST_FILE_BYTES + 1)
        sent.close()
        self._text = content.decode(errors="replace")
        if len(content) > MOST_FILE_BYTES:
            raise ValidationError(_l("文件太大，不是手机导出的离线记录。"))

    def text(self) -> str:
        return self._text


class IntakeForm(SiteForm):
    """The file once more, after it was looked at."""

    content = HiddenField()
