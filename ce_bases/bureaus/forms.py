"""What a browser may send about public holidays. Shape only."""

from datetime import date

from wtforms import BooleanField
from wtforms.validators import InputRequired

from ce_bases.bureaus.holidays import LONGEST_NAME, Stretch
from ce_bases.web.fields import DayField
from ce_bases.web.forms import LineField, SiteForm
from ce_bases.web.i18n import lazy_gettext as _l


class HolidayForm(SiteForm):
    """A holiday by its first and last day; one day when the last is left out.

    Ticked, the days are a weekend that is worked instead.
    """

    name = LineField(_l("节假日名称"), longest=LONGEST_NAME, required=_l("请填写节假日名称。"))
    first = DayField(_l("第一天"), validators=[InputRequired(_l("请填写第一天。"))])
    last = DayField(_l("最后一天"))
    is_worked = BooleanField(_l("这是调休上班的周六、周日"))

    def details(self) -> Stretch:
        first: date | None = self.first.data
        assert first is not None
        last = self.last.data or first
        return Stretch(first, last, self.name.data or "", bool(self.is_worked.data))


class DropHolidayForm(SiteForm):
    """The days to take back, as the page showed them."""

    first = DayField(validators=[InputRequired()])
    last = DayField(validators=[InputRequired()])

    def days(self) -> tuple[date, date]:
        first, last = self.first.data, self.last.data
        assert first is not None
        assert last is not None
        return first, last
