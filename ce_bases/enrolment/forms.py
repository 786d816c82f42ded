"""What a browser may send to write a roster. Shape only."""

from wtforms import FileField, HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from ce_bases.core.spreadsheets import MOST_BYTES
from ce_bases.enrolment.parsing import MAX_CHARACTERS
from ce_bases.people.naming import LONGEST_NAME
from ce_bases.people.service import LONGEST_POST, LONGEST_UNIT, Stated, stated
from ce_bases.web.forms import LineField, SiteForm
from ce_bases.web.i18n import lazy_gettext as _l

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class PersonForm(SiteForm):
    """One person, typed."""

    name = LineField(
        _l("姓名"), longest=LONGEST_NAME, required=_l("请填写姓名。"), render_kw=_PLAIN
    )
    number = LineField(
        _l("身份证号"), longest=60, required=_l("请填写身份证号。"), render_kw=_PLAIN
    )
    unit_name = LineField(_l("工作单位"), longest=LONGEST_UNIT, render_kw=_PLAIN)
    post = LineField(_l("职务职称"), longest=LONGEST_POST, render_kw=_PLAIN)

    def details(self) -> Stated:
        return stated(
            self.name.data or "",
            self.number.data or "",
            self.unit_name.data or "",
            self.post.data or "",
        )


_TABLE = [
    InputRequired(_l("请先粘贴名单。")),
    Length(max=MAX_CHARACTERS, message=_l("名单太长，请分几次粘贴。")),
]


class PasteForm(SiteForm):
    """A table pasted from a spreadsheet, to be checked."""

    text = TextAreaField(_l("名单"), _TABLE, render_kw={**_PLAIN, "rows": 12})


class SheetForm(SiteForm):
    """The same as a workbook."""

    sheet = FileField(
        _l("表格文件（.xlsx）"),
        [InputRequired(_l("请先选择文件。"))],
        render_kw={"accept": ".xlsx"},
    )

    def content(self) -> bytes:
        """What was sent, as far as it is looked at; empty when that was no file."""
        stream = getattr(self.sheet.data, "stream", None)
        return bytes(stream.read(MOST_BYTES + 1)) if stream else b""


class ImportForm(SiteForm):
    """The table as it was checked, sent again to be recorded."""

    text = HiddenField(validators=_TABLE)


class EmptyForm(SiteForm):
    """A button: nothing but the key."""


MOST_CHOSEN = 200


def _row_id(text: str) -> int:
    """A number a row can have; ValueError for any other."""
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


class ChooseForm(SiteForm):
    """The people of a unit that were ticked."""

    person = SelectMultipleField(
        _l("人员"),
        [
            InputRequired(_l("请先勾选要报名的人。")),
            Length(max=MOST_CHOSEN, message=_l("一次最多勾选 %(max)d 人，请分几次。")),
        ],
        coerce=_row_id,
        validate_choice=False,
    )
