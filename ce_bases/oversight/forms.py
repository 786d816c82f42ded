"""What an officer may send. Shape only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from ce_bases.bureaus.standing_in import Days
from ce_bases.core.text import msg
from ce_bases.oversight.models import LONGEST_REASON
from ce_bases.oversight.reasons import COMMON_REASONS
from ce_bases.oversight.service import Decision, Outcome
from ce_bases.web.fields import DayField, PickField
from ce_bases.web.forms import LineField, SiteForm, TextField, tidy_text
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.i18n import say

#: Before the words of a bureau's own reason in the form; the site's own are sent as numbers.
OWN = "="
#: What a decision can hold: ticked and typed together.
LONGEST_TOGETHER = 1000


class DecisionForm(SiteForm):
    """A decision on the version of the plan that the officer was looking at.

    `own`: the bureau's reasons, offered instead of the site's. They are sent in words: a
    colleague who rewords one meanwhile changes nothing of what was ticked.
    """

    decision = HiddenField(validators=[Regexp(r"^({})\Z".format("|".join(Outcome)))])
    version = HiddenField(validators=[InputRequired(), Regexp(r"^[0-9]{1,9}\Z")])
    common = SelectMultipleField(
        _l("常用理由（可多选）"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    reason = TextField(_l("补充说明或其他理由"), longest=800)

    def __init__(self, *args: Any, own: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(OWN + words, words) for words in own] or [
            (str(number), say(words)) for number, words in enumerate(COMMON_REASONS)
        ]
        known = {value for value, _label in offered}
        # Ticked on a page from before the list was changed: shown again, not lost.
        older = [(v, w) for v, w in self._ticked().items() if v not in known]
        self.common.choices = [SelectChoice(value=v, label=w) for v, w in (*offered, *older)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also say so when what the page itself sends is missing: no field shows it."""
        valid = super().validate(extra_validators)
        if self.decision.errors or self.version.errors:
            self.form_errors.append(say(msg("页面不完整，请刷新后重新选择处理结果。")))
        if valid and len(self._reason()) > LONGEST_TOGETHER:
            problem = msg("勾选的和填写的合计最多 %(max)d 个字。", max=LONGEST_TOGETHER)
            self.add_problems({"reason": problem})
            return False
        return bool(valid)

    def details(self) -> Decision:
        """The decision, its reason made of what was ticked and what was typed."""
        return Decision(Outcome(self.decision.data), int(self.version.data or 0), self._reason())

    def _reason(self) -> str:
        typed = filter(None, [self.reason.data])
        return "\n".join([*dict.fromkeys(self._ticked().values()), *typed])

    def _ticked(self) -> dict[str, str]:
        """What was ticked, each value with its words."""
        found = {str(number): str(words) for number, words in enumerate(COMMON_REASONS)}
        for value in self.common.data or []:
            words = tidy_text(value.removeprefix(OWN)) if value.startswith(OWN) else None
            if words and len(words) <= LONGEST_REASON:
                found[value] = words
        return {value: found[value] for value in self.common.data or [] if value in found}


class ReasonForm(SiteForm):
    """The words of a common reason."""

    text = TextField(_l("理由"), longest=LONGEST_REASON, required=_l("请填写理由。"))


class LeaveForm(SiteForm):
    """Who stands in for the officer, and on which days."""

    colleague = PickField(
        _l("代为处理的同事"), kind=int, validators=[InputRequired(_l("请选择一位同事。"))]
    )
    from_on = DayField(_l("第一天"), validators=[InputRequired(_l("请填写第一天。"))])
    until_on = DayField(_l("最后一天"), validators=[InputRequired(_l("请填写最后一天。"))])

    def details(self) -> tuple[int, Days]:
        assert self.from_on.data is not None
        assert self.until_on.data is not None
        return self.colleague.data, Days(self.from_on.data, self.until_on.data)


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
