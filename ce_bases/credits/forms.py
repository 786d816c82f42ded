"""Forms of the hours' pages."""

from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ce_bases.web.fields import HalvesField
from ce_bases.web.forms import SiteForm, TextField
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import lazy_gettext as _l


class ConfirmForm(SiteForm):
    """One button: the organiser's word."""


class ButtonForm(SiteForm):
    """A button: nothing but the key."""


class LateForm(SiteForm):
    """The bureau's answer to signs that arrived too late."""

    decision = RadioField(
        _l("处理"),
        choices=[
            SelectChoice("uphold", _l("采纳：考勤完整的，学时入账")),
            SelectChoice("dismiss", _l("不采纳")),
        ],
        validators=[InputRequired(_l("请选择采纳还是不采纳。"))],
    )
    reason = TextField(_l("理由"), longest=500, required=_l("请写明理由，办班单位和学员都会看到。"))


class CorrectionForm(SiteForm):
    """Taking a posted line back, with other hours or without."""

    decision = RadioField(
        _l("处理"),
        choices=[
            SelectChoice("reverse", _l("冲销：这条学时全部取消")),
            SelectChoice("replace", _l("更正：改为下面的学时")),
        ],
        validators=[InputRequired(_l("请选择冲销还是更正。"))],
    )
    hours = HalvesField(_l("更正为（学时）"))
    reason = TextField(_l("理由"), longest=500, required=_l("请写明理由，办班单位和学员都会看到。"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.decision.data == "replace" and self.hours.data is None and not self.hours.errors:
            self.hours.errors = [_("请填写更正后的学时。")]
            return False
        return valid

    def replacement(self) -> int | None:
        """Half-hours to put in the line's place; None takes it back altogether."""
        halves: int | None = self.hours.data
        return halves if self.decision.data == "replace" else None


class ObjectionForm(SiteForm):
    """Why a posted line is wrong."""

    reason = TextField(
        _l("哪里不对"), longest=500, required=_l("请写明哪里不对，如实际参加的时间、应计的学时。")
    )


class DeclineForm(SiteForm):
    """A bureau declines an objection here; it upholds by correcting the line."""

    words = TextField(_l("说明"), longest=500, required=_l("请写明理由，学员会看到。"))


class AnswerForm(DeclineForm):
    """A base asks the bureau to correct, or declines."""

    answer = RadioField(
        _l("答复"),
        choices=[
            SelectChoice("support", _l("情况属实，请人社部门更正")),
            SelectChoice("decline", _l("不采纳")),
        ],
        validators=[InputRequired(_l("请选择一种答复。"))],
    )
