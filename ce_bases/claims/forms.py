"""What people may send about a claim. Shape only."""

import json
from collections.abc import Sequence
from typing import Any

from wtforms import FileField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import FileInput

from ce_bases.claims.content import (
    CAUSE_LABELS,
    FIELDS,
    LABELS,
    LONGEST_LINE,
    LONGEST_REMARKS,
    MOST_MINUTES,
    Cause,
    Content,
    Rank,
)
from ce_bases.claims.content import RANK_LABELS as RANKS
from ce_bases.claims.correcting import CORRECTABLE, Correction, facts_of
from ce_bases.claims.importing import COLUMNS, MOST_ROWS
from ce_bases.claims.models import Claim
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.wording import field_name
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.spreadsheets import MOST_BYTES as XLSX_BYTES
from ce_bases.core.spreadsheets import Row, read_rows
from ce_bases.core.text import msg
from ce_bases.core.uploads import MOST_BYTES, Upload, read_upload
from ce_bases.credits.models import Kind, LedgerLine
from ce_bases.plans.models import SUBJECT_LABELS, Subject
from ce_bases.web.fields import ClockField, DayField, HalvesField, WholeField
from ce_bases.web.forms import LineField, SiteForm, TextField, tidy_line
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.i18n import say
from ce_bases.web.uploads import UploadField

_YES_NO = {"yes": msg("是"), "no": msg("否")}


class OneOfField(RadioField):
    """One of a few words, or nothing yet; anything else that is sent is nothing."""

    def __init__(self, label: Any = None, *, labels: Any, **kwargs: Any) -> None:
        self.labels = labels
        super().__init__(
            label,
            choices=[SelectChoice(str(value), _l(words.msgid)) for value, words in labels.items()],
            validate_choice=False,
            **kwargs,
        )

    @property
    def chosen(self) -> str | None:
        known = {str(value) for value in self.labels}
        return self.data if self.data in known else None


class UploadsField(UploadField):
    """Several JPEGs, PNGs or PDFs; the data are `Upload`s, judged one by one."""

    widget = FileInput(multiple=True)
    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = []
        for sent in valuelist:
            if not getattr(sent, "filename", ""):
                continue
            try:
                self.data.append(read_upload(sent.filename, sent.stream.read(MOST_BYTES + 1)))
            except InvalidInputError as error:
                raise ValueError(f"{sent.filename[:60]}：{say(error.message)}") from None


class ClaimForm(SiteForm):
    """One kind's form: fields the kind does not ask for are not there, whatever is sent."""

    title = LineField(longest=LONGEST_LINE)
    organiser = LineField(longest=LONGEST_LINE)
    number = LineField(longest=LONGEST_LINE)
    approved = OneOfField(labels=_YES_NO)
    rank = OneOfField(labels=RANKS)
    cause = OneOfField(labels=CAUSE_LABELS)
    subject = OneOfField(labels=SUBJECT_LABELS)
    held_on = DayField()
    until_on = DayField()
    starts_at = ClockField()
    halves = HalvesField()
    minutes = WholeField(least=1, most=MOST_MINUTES)
    remarks = TextField(longest=LONGEST_REMARKS)
    files = UploadsField(_l("证明材料"))

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name, label in LABELS.items():
            if name in (*FIELDS[kind], "remarks"):
                self[name].label.text = say(field_name(kind, name, label))
            else:
                del self[name]

    @classmethod
    def of(cls, kind: Kind, content: Content) -> "ClaimForm":
        """The form as it was last kept."""
        values = {name: getattr(content, name) for name in (*FIELDS[kind], "remarks")}
        if "approved" in values:
            values["approved"] = {True: "yes", False: "no"}.get(bool(content.approved))
            if content.approved is None:
                values["approved"] = None
        for name in ("rank", "cause", "subject"):
            if values.get(name) is not None:
                values[name] = values[name].value
        return cls(kind, formdata=None, **values)

    def details(self) -> Content:
        """What was typed; what is missing stays missing."""
        found: dict[str, Any] = {}
        for name in (*FIELDS[self.kind], "remarks"):
            field = self[name]
            found[name] = field.chosen if isinstance(field, OneOfField) else field.data
        for name in ("title", "organiser", "number", "remarks"):
            if name in found:
                found[name] = found[name] or ""
        makers = {"rank": Rank, "cause": Cause, "subject": Subject}
        for name, make in makers.items():
            if found.get(name):
                found[name] = make(found[name])
        if "approved" in found:
            found["approved"] = {"yes": True, "no": False}.get(found["approved"] or "")
        return Content(**found)

    def uploads(self) -> list[Upload]:
        return list(self.files.data or [])


class ButtonForm(SiteForm):
    """A button: nothing but the key."""


class ReviewForm(SiteForm):
    """A reviewer's decision on the version of the claim that was looked at."""

    decision = HiddenField(validators=[Regexp(r"^({})\Z".format("|".join(Outcome)))])
    version = HiddenField(validators=[InputRequired(), Regexp(r"^[0-9]{1,9}\Z")])
    subject = OneOfField(_l("计入科目"), labels=SUBJECT_LABELS)
    halves = HalvesField(_l("单位认定的学时"))
    archive_number = LineField(_l("学习档案编号"), longest=60)
    reason = TextField(_l("理由"), longest=500)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also say so when what the page itself sends is missing: no field shows it."""
        valid = super().validate(extra_validators)
        if self.decision.errors or self.version.errors:
            self.form_errors.append(say(msg("页面不完整，请刷新后重新选择处理结果。")))
        return bool(valid)

    def details(self) -> Decision:
        return Decision(
            Outcome(self.decision.data),
            int(self.version.data or 0),
            reason=self.reason.data or "",
            subject=Subject(self.subject.chosen) if self.subject.chosen else None,
            halves=self.halves.data,
            archive_number=self.archive_number.data or "",
        )


class TakeBackForm(SiteForm):
    """Why a credited claim is taken back."""

    version = HiddenField(validators=[InputRequired(), Regexp(r"^[0-9]{1,9}\Z")])
    reason = TextField(_l("撤销理由"), longest=500, required=_l("请写明理由，申报人会看到。"))


class CorrectionForm(SiteForm):
    """The facts behind a contested line as they should be; only those the kind allows."""

    line_id = HiddenField(validators=[InputRequired(), Regexp("^[0-9]{1,15}$")])
    version = HiddenField(validators=[InputRequired(), Regexp("^[0-9]{1,9}$")])
    subject = OneOfField(_l("计入科目"), labels=SUBJECT_LABELS)
    halves = HalvesField(_l("应记学时"))
    minutes = WholeField(_l("实际工作分钟数"), least=1, most=MOST_MINUTES)
    rank = OneOfField(_l("竞赛级别"), labels=RANKS)
    held_on = DayField(_l("开始日期"))
    until_on = DayField(_l("结束日期"))
    reason = TextField(_l("更正理由"), longest=500, required=_l("请写明理由，申报人会看到。"))

    def __init__(self, kind: Kind, *args: Any, line_id: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = CORRECTABLE.get(kind, ())
        for name in ("subject", "halves", "minutes", "rank", "held_on", "until_on"):
            if name not in self.facts:
                del self[name]
        # A page may show one for each line, beside other forms with a reason.
        for field in self:
            field.id = field.label.field_id = f"correction-{line_id}-{field.name}"

    @classmethod
    def of(cls, claim: Claim, line: LedgerLine) -> "CorrectionForm":
        """The form as things stand."""
        values = facts_of(claim, line)
        for name in ("subject", "rank"):
            if values.get(name) is not None:
                values[name] = values[name].value
        form = cls(claim.kind, formdata=None, line_id=line.id, **values)
        form.line_id.data, form.version.data = line.id, claim.version
        return form

    def details(self) -> Correction:
        makers = {"rank": Rank, "subject": Subject}
        found: dict[str, Any] = {}
        for name in self.facts:
            field = self[name]
            value = field.chosen if isinstance(field, OneOfField) else field.data
            found[name] = makers[name](value) if value and name in makers else value
        version = int(self.version.data or 0)
        return Correction(int(self.line_id.data or 0), version, self.reason.data or "", found)


class SheetForm(SiteForm):
    """A spreadsheet of claims, to be checked."""

    sheet = FileField(_l("填好的表格（.xlsx）"))

    def rows(self) -> list[Row]:
        """Its rows; InvalidInputError in words for the person."""
        sent = self.sheet.data
        if not getattr(sent, "filename", ""):
            raise InvalidInputError(msg("请选择填好的表格。"))
        return read_rows(sent.stream.read(XLSX_BYTES + 1), COLUMNS, max_rows=MOST_ROWS)


class ImportForm(SiteForm):
    """The rows as they were checked, sent again to be entered."""

    rows_json = HiddenField(validators=[InputRequired(), Length(max=400_000)])

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "ImportForm":
        told = [[row.number, row.cells] for row in rows]
        return cls(formdata=None, rows_json=json.dumps(told, ensure_ascii=False))

    def rows(self) -> list[Row]:
        """The rows again; what was tampered with is no row."""
        try:
            told = json.loads(self.rows_json.data or "")
            rows = [Row(int(number), _cells(cells)) for number, cells in told]
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError):
            raise InvalidInputError(msg("页面不完整，请重新上传表格。")) from None
        if not 0 < len(rows) <= MOST_ROWS:
            raise InvalidInputError(msg("页面不完整，请重新上传表格。"))
        return rows


def _cells(cells: Any) -> dict[str, str]:
    known = {column.key for column in COLUMNS}
    return {str(k): tidy_line(str(v)[:600]) or "" for k, v in cells.items() if k in known}
