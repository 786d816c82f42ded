"""What an officer may send. Shape only."""

from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from ce_bases.core.text import Text, msg
from ce_bases.oversight.service import Decision, Outcome
from ce_bases.web.forms import LineField, SiteForm, TextField
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.i18n import say

#: What is most often wrong; what a clerk reads is always the Chinese sentence.
COMMON_REASONS: tuple[Text, ...] = (
    msg("请补充收费项目和收费依据。"),
    msg("授课人信息不完整，请补充单位和职称。"),
    msg("培训对象与面向范围不一致，请核对。"),
    msg("课程内容与所选科目不符，请核对。"),
    msg("培训地点不明确，请补充详细地址。"),
)


class DecisionForm(SiteForm):
    """A decision on the version of the plan that the officer was looking at."""

    decision = HiddenField(validators=[Regexp(r"^({})\Z".format("|".join(Outcome)))])
    version = HiddenField(validators=[InputRequired(), Regexp("^[0-9]{1,9}$")])
    common = SelectMultipleField(
        _l("常用理由（可多选）"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    reason = TextField(_l("补充说明或其他理由"), longest=800)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.common.choices = [
            SelectChoice(value=str(number), label=say(words))
            for number, words in enumerate(COMMON_REASONS)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also say so when what the page itself sends is missing: no field shows it."""
        valid = super().validate(extra_validators)
        if self.decision.errors or self.version.errors:
            self.form_errors.append(say(msg("页面不完整，请刷新后重新选择处理结果。")))
        return bool(valid)

    def details(self) -> Decision:
        """The decision, its reason made of what was ticked and what was typed."""
        numbers = {str(number): words for number, words in enumerate(COMMON_REASONS)}
        ticked = [str(numbers[value]) for value in self.common.data or [] if value in numbers]
        reason = "\n".join([*dict.fromkeys(ticked), *filter(None, [self.reason.data])])
        return Decision(Outcome(self.decision.data), int(self.version.data or 0), reason)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bureau's answer to a request; without a `document` it is no."""

    reason: str
    document: str | None


class ExceptionForm(SiteForm):
    """The written answer to a request for an exception."""

    answer = HiddenField(validators=[Regexp(r"^(grant|decline)\Z")])
    reason = TextField(_l("理由"), longest=500)
    document = LineField(_l("批准文件文号"), longest=120)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also say so when what the page itself sends is missing: no field shows it."""
        valid = super().validate(extra_validators)
        if self.answer.errors:
            self.form_errors.append(say(msg("页面不完整，请刷新后重新选择处理结果。")))
        return bool(valid)

    def details(self) -> Answer:
        document = self.document.data or "" if self.answer.data == "grant" else None
        return Answer(self.reason.data or "", document)
