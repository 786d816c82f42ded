"""What a browser may send about a plan. Shape only: rules live in the service."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, FileField, Form, FormField, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from ce_bases.bureaus.directory import BUREAUS
from ce_bases.core.text import Text, msg
from ce_bases.plans.conflicts import Found
from ce_bases.plans.details import PlanDetails, SessionDetails, suggested_halves
from ce_bases.plans.grace import Written
from ce_bases.plans.models import (
    ATTACHMENT_LABELS,
    FORM_LABELS,
    REACH_LABELS,
    SUBJECT_LABELS,
    AttachmentKind,
    Reach,
    Subject,
)
from ce_bases.plans.models import (
    Form as Delivery,
)
from ce_bases.web.fields import (
    ClockField,
    DayField,
    HalvesField,
    MomentField,
    MoneyField,
    PickField,
    Rows,
    WholeField,
    read_day,
)
from ce_bases.web.forms import LineField, SiteForm, TextField
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import lazy_gettext as _l
from ce_bases.web.i18n import say
from ce_bases.web.uploads import UploadField

MOST_ROWS = 120
CARRIED = ("break_minutes", "lecturer_id", "venue_id")
LARGEST_ID = 2**31 - 1
_AREAS = {bureau.code: bureau.area for bureau in BUREAUS}


class RowForm(Form):
    """One session of the timetable; a row left blank does not count."""

    uid = HiddenField()
    held_on = DayField(_l("日期"))
    starts_at = ClockField(_l("开始"))
    ends_at = ClockField(_l("结束"))
    break_minutes = WholeField(_l("休息（分钟）"), most=600)
    halves = HalvesField(_l("学时"))
    topic = LineField(_l("课题"), longest=200)
    lecturer_id = PickField(_l("授课人"), kind=int)
    lecturer_name = LineField(_l("授课人姓名"), longest=60)
    lecturer_unit = LineField(_l("授课人单位"), longest=120)
    lecturer_title = LineField(_l("授课人职称"), longest=60)
    venue_id = PickField(_l("地点"), kind=int)
    venue_name = LineField(_l("地点名称"), longest=80)
    venue_address = LineField(_l("详细地址"), longest=200)
    venue_area = PickField(_l("所在县（市、区）"), kind=str, labels=_AREAS)

    #: What a new row takes over from the one before it; not typed, as long as it is the same.
    carried: Mapping[str, str] = MappingProxyType({})
    #: What the row collides with, for the page.
    conflicts: Sequence[Found] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in the row."""
        ignored = {"uid": self.uid.data, "venue_area": self.venue_area.data, **self.carried}
        return all(
            name in ignored and self.typed(name) in ("", str(ignored[name] or ""))
            for name in self._fields
            if self.typed(name)
        )

    def typed(self, name: str) -> str:
        """The text in a field, as it was sent or is shown."""
        field = self._fields[name]
        if field.raw_data:
            return str(field.raw_data[0]).strip()
        return "" if field.data is None else str(field.data).strip()

    @property
    def suggestion(self) -> int:
        """The half-hours that the typed times can carry; 0 while they say nothing."""
        if self.starts_at.data is None or self.ends_at.data is None:
            return 0
        return suggested_halves(
            self.starts_at.data, self.ends_at.data, self.break_minutes.data or 0
        )

    @property
    def has_typed_lecturer(self) -> bool:
        return any((self.lecturer_name.data, self.lecturer_unit.data, self.lecturer_title.data))

    @property
    def has_typed_venue(self) -> bool:
        return any((self.venue_name.data, self.venue_address.data))

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape of a row: even a draft needs to know when its sessions are."""
        is_valid = bool(super().validate(extra_validators))
        if self.is_blank:
            return is_valid
        wanted = {
            "held_on": _("请填写日期。"),
            "starts_at": _("请填写开始时间。"),
            "ends_at": _("请填写结束时间。"),
        }
        for name, words in wanted.items():
            field = self._fields[name]
            if field.data is None and not field.errors:
                field.errors = [words]
                is_valid = False
        return is_valid

    def details(self) -> SessionDetails:
        """The row as plain data; hours left out are those its minutes carry."""
        values: dict[str, Any] = {name: field.data for name, field in self._fields.items()}
        values["break_minutes"] = values["break_minutes"] or 0
        values["venue_area"] = values["venue_area"] if values["venue_area"] in _AREAS else ""
        if values["halves"] is None:
            values["halves"] = suggested_halves(
                values["starts_at"], values["ends_at"], values["break_minutes"]
            )
        for name in ("lecturer_id", "venue_id"):
            values[name] = values[name] if values[name] and values[name] <= LARGEST_ID else None
        texts = {name: value or "" for name, value in values.items() if value in (None, "")}
        ids = {"lecturer_id": values["lecturer_id"], "venue_id": values["venue_id"]}
        return SessionDetails(**{**values, **texts, **ids})

    def add_problem(self, name: str, problem: Text) -> None:
        self._fields[name].errors = [*self._fields[name].errors, say(problem)]


class PlanForm(SiteForm):
    """The filing form: the class and its timetable on one page."""

    version = WholeField(most=LARGEST_ID, widget=HiddenInput())
    seen = HiddenField()
    title = LineField(_l("培训班名称"), longest=120, required=_l("请填写培训班名称。"))
    subject = PickField(_l("科目"), kind=Subject, labels=SUBJECT_LABELS)
    series = LineField(_l("专业系列"), longest=60)
    form = PickField(_l("培训形式"), kind=Delivery, labels=FORM_LABELS)
    reach = PickField(_l("面向范围"), kind=Reach, labels=REACH_LABELS)
    audience = TextField(_l("培训对象"), longest=500)
    planned_number = WholeField(_l("计划人数"), least=1, most=100_000)
    live_address = LineField(_l("学习或直播地址"), longest=300)
    aims = TextField(_l("培训目标"), longest=4000)
    outline = TextField(_l("主要内容"), longest=8000)
    assessment = TextField(_l("考核方式"), longest=500)
    fee_cents = MoneyField(_l("收费（每人）"))
    fee_item = LineField(_l("收费项目"), longest=120)
    fee_basis = LineField(_l("收费依据"), longest=300)
    contact_name = LineField(_l("联系人"), longest=60)
    contact_phone = LineField(_l("联系电话"), longest=40)
    enrol_how = TextField(_l("报名方式"), longest=500)
    enrol_closes_at = MomentField(_l("报名截止"))
    remarks = TextField(_l("备注"), longest=1000)
    sessions = Rows(FormField(RowForm), _l("课程安排"), min_entries=1, max_entries=MOST_ROWS)
    copied_from = WholeField(most=LARGEST_ID, widget=HiddenInput())
    files = SelectMultipleField(
        _l("从上一期带来的附件"),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @classmethod
    def showing(cls, details: PlanDetails, *, version: int | None = None) -> "PlanForm":
        """A form filled with `details`, whatever the request carries."""
        return cls(formdata=None, data={**asdict(details), "version": version})

    @property
    def rows(self) -> list[RowForm]:
        return [entry.form for entry in self.sessions.entries]

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape of the whole form; rows that only repeat the one before them count as blank."""
        for before, row in pairwise(self.rows):
            row.carried = {name: before.typed(name) for name in CARRIED}
        return bool(super().validate(extra_validators))

    @property
    def first_day(self) -> date | None:
        """The earliest day typed so far: the opening."""
        days = [row.held_on.data for row in self.rows if row.held_on.data]
        return min(days) if days else None

    @property
    def written(self) -> Written:
        """What was typed so far of that which a returned plan may not extend."""
        halves = sum(row.halves.data or row.suggestion for row in self.rows)
        return Written(self.first_day, halves, self.subject.data, self.reach.data)

    def offer(
        self, lecturers: Mapping[int, str], venues: Mapping[int, str], reaches: Sequence[Reach]
    ) -> None:
        """What this organiser can choose from; what was chosen before stays visible."""
        chosen = [self.reach.data] if self.reach.data else []
        labels = {r: REACH_LABELS[r] for r in Reach if r in [*reaches, *chosen]}
        self.reach.offer(labels)
        for row in [*self.rows, self.blank_row]:
            row.lecturer_id.offer(lecturers, blank=_("请选择；不在名单里的，下面填写"))
            row.venue_id.offer(venues, blank=_("请选择；不在名单里的，下面填写"))
            row.venue_area.offer(_AREAS, blank=_("本单位所在地"))

    def offer_files(self, labels: Mapping[int, str]) -> None:
        """What an earlier plan can give this one; what is ticked stays."""
        self.files.choices = [
            SelectChoice(value=str(file_id), label=label) for file_id, label in labels.items()
        ]

    def chosen(self, name: str) -> set[int]:
        """The ids that stand in the rows' field `name`; what is no id is left out."""
        found = (row[name].data for row in self.rows)
        return {value for value in found if value and 0 < value <= LARGEST_ID}

    @property
    def blank_row(self) -> RowForm:
        """The pattern of a new row, for the page's script."""
        if not hasattr(self, "_blank_row"):
            self._blank_row = RowForm(prefix="sessions-new-")
        return self._blank_row

    def rearrange(self, wish: str) -> None:
        """Add, copy or take away a row (`add`, `copy-2`, `remove-2`), keeping everything typed."""
        verb, _dash, which = wish.partition("-")
        count = len(self.sessions.entries)
        if verb == "add" and count < MOST_ROWS:
            last = self.rows[-1]
            self.sessions.append_entry({name: last._fields[name].data for name in CARRIED})
        elif verb == "copy" and which.isdecimal() and int(which) < count < MOST_ROWS:
            self.append_copy(self.rows[int(which)])
        elif verb == "remove" and which.isdecimal() and int(which) < count:
            self.sessions.pop_entry(int(which))
            if not self.sessions.entries:
                self.sessions.append_entry()

    def append_copy(self, row: RowForm, *, held_on: date | None = None) -> None:
        """Add a row that says what `row` says, on its day or another; a session of its own."""
        values = {name: field.data for name, field in row._fields.items() if name != "uid"}
        self.sessions.append_entry({**values, "held_on": held_on or values["held_on"]})

    def in_order(self) -> "PlanForm":
        """The same (valid) form with its rows in the order of time and without blank ones."""
        ordered = PlanForm.showing(self.details(), version=self.version.data)
        for name in ("idempotency_key", "copied_from", "files"):
            ordered[name].data = self[name].data
        return ordered

    def details(self) -> PlanDetails:
        """Validated input as plain data, sessions in the order of time."""
        rows = [row.details() for row in self.rows if not row.is_blank]
        names = [name for name in PlanDetails.__slots__ if name != "sessions"]
        values = {name: self._fields[name].data for name in names}
        blanks = {name: "" for name in names if values[name] is None and _is_text(self, name)}
        values["fee_cents"] = values["fee_cents"] or 0
        ordered = tuple(sorted(rows, key=lambda row: (row.held_on, row.starts_at)))
        return PlanDetails(**{**values, **blanks}, sessions=ordered)

    def add_problems(self, problems: dict[str, Text]) -> None:
        """Show what the service refused beside the fields it is about, rows included."""
        for name, problem in problems.items():
            kind, _dash, rest = name.partition("-")
            index, _dash, inner = rest.partition("-")
            if kind == "sessions" and index.isdecimal() and int(index) < len(self.rows):
                self.rows[int(index)].add_problem(inner, problem)
                self.sessions.errors = [row.errors for row in self.rows]
            else:
                super().add_problems({name: problem})


KINDS_OF_DAY = {"workdays": msg("只看周一至周五"), "weekends": msg("只看周六、周日")}
STEPS = {"7": msg("每周"), "14": msg("每两周"), "1": msg("每天")}


class RepeatForm(Form):
    """Which row to repeat, how often, until when; sent with the filing form."""

    row = WholeField(_l("重复第几个课次"), least=1, most=MOST_ROWS)
    step = PickField(_l("间隔"), kind=str, labels=STEPS)
    until = DayField(_l("重复到（含当天）"))


class SlotForm(Form):
    """What a free slot is looked for; in the address, so that a search can be kept."""

    hours = HalvesField(_l("学时"))
    rest = WholeField(_l("休息（分钟）"), most=180)
    number = WholeField(_l("人数"), least=1, most=100_000)
    lecturer = PickField(_l("授课人"), kind=int)
    venue = PickField(_l("地点"), kind=int)
    area = PickField(_l("所在县（市、区）"), kind=str, labels=_AREAS)
    days = PickField(_l("日子"), kind=str, labels=KINDS_OF_DAY)
    first = DayField(_l("不早于"))


PLACES = {"add": msg("加在现有课次之后"), "replace": msg("替换现有的全部课次")}


class TimetableFileForm(SiteForm):
    """A filled-in sheet, to be looked at."""

    file = FileField(_l("填好的表格（.xlsx）"), render_kw={"accept": ".xlsx"})


class TimetableConfirmForm(SiteForm):
    """The rows as they were shown, sent again to be written."""

    rows = HiddenField()
    version = WholeField(most=LARGEST_ID, widget=HiddenInput())
    place = PickField(_l("放在哪里"), kind=str, labels=PLACES)


def read_written(sent: Mapping[str, str]) -> Written:
    """What the form's script sends of an unsaved correction; ValueError for anything strange."""
    opening, hours = sent.get("opening", ""), sent.get("hours", "0")
    halves = float(hours) * 2
    if not 0 <= halves <= MOST_ROWS * 32:
        raise ValueError(hours)
    return Written(
        opens_on=read_day(opening) if opening else None,
        halves=int(halves),
        subject=Subject(sent["subject"]) if sent.get("subject") else None,
        reach=Reach(sent["reach"]) if sent.get("reach") else None,
    )


def _is_text(form: PlanForm, name: str) -> bool:
    return isinstance(form._fields[name], LineField | TextField)


class ReasonForm(SiteForm):
    """Why something final is done."""

    reason = TextField(_l("理由"), longest=500)


class VersionForm(SiteForm):
    """An act on the version of the plan that its reader was looking at."""

    version = HiddenField(validators=[InputRequired(), Regexp(r"^[0-9]{1,9}\Z")])

    @property
    def seen(self) -> int:
        return int(self.version.data or 0)


class AskForm(SiteForm):
    """Why a plan should be taken although it is too late."""

    explanation = TextField(_l("说明"), longest=1000)


class AttachmentForm(SiteForm):
    """One file that goes with a plan."""

    file = UploadField(
        _l("文件"),
        required=_l("请选择文件。"),
        render_kw={"accept": "image/jpeg,image/png,application/pdf"},
    )
    kind = PickField(
        _l("这是什么"),
        kind=AttachmentKind,
        labels=ATTACHMENT_LABELS,
        validators=[InputRequired(_l("请选择这是什么材料。"))],
    )
    is_public = BooleanField(_l("公开这份办班通知"))


class RemoveForm(SiteForm):
    """One button: takes a file off a plan."""
