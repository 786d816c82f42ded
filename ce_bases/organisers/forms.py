"""What a browser may send about a base's staff, rooms and lecturers. Shape only."""

from wtforms import BooleanField
from wtforms.validators import AnyOf, InputRequired

from ce_bases.bureaus.directory import BUREAUS
from ce_bases.core.text import msg
from ce_bases.organisers.service import LecturerDetails, VenueDetails
from ce_bases.web.fields import PickField, WholeField
from ce_bases.web.forms import LineField, SiteForm
from ce_bases.web.i18n import lazy_gettext as _l

AREAS = {bureau.code: bureau.area for bureau in BUREAUS}
USERNAME_KEYS = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
SAME_PERSON = {
    "yes": msg("是同一个人，时间冲突时提醒我"),
    "no": msg("不是，只是同名同单位"),
}


class VenueForm(SiteForm):
    name = LineField(_l("场地名称"), longest=80, required=_l("请填写场地名称。"))
    address = LineField(_l("详细地址"), longest=200, required=_l("请填写详细地址。"))
    area_code = PickField(
        _l("所在县（市、区）"),
        kind=str,
        validators=[
            InputRequired(_l("请选择所在县（市、区）。")),
            AnyOf(AREAS, message=_l("请从列表中选择。")),
        ],
    )
    capacity = WholeField(
        _l("最多容纳"), least=1, most=5000, validators=[InputRequired(_l("请填写最多容纳人数。"))]
    )
    is_shared = BooleanField(_l("可以同时安排两个班"))

    def details(self) -> VenueDetails:
        return VenueDetails(
            self.name.data or "",
            self.address.data or "",
            self.area_code.data,
            self.capacity.data or 0,
            is_shared=self.is_shared.data,
        )


class LecturerForm(SiteForm):
    name = LineField(_l("姓名"), longest=60, required=_l("请填写姓名。"))
    unit_name = LineField(_l("工作单位"), longest=120, required=_l("请填写工作单位。"))
    title = LineField(_l("职称"), longest=60, required=_l("请填写职称。"))
    field = LineField(_l("专业方向"), longest=80)
    number = LineField(_l("身份证号"), longest=40, render_kw={"autocomplete": "off"})
    same_person = PickField(_l("是同一个人吗"), kind=str, labels=SAME_PERSON)

    def details(self) -> LecturerDetails:
        return LecturerDetails(
            *(self.name.data or "", self.unit_name.data or "", self.title.data or ""),
            field=self.field.data or "",
            number=self.number.data or "",
            is_same_person={"yes": True, "no": False}.get(self.same_person.data or ""),
        )


class UsernameForm(SiteForm):
    username = LineField(
        _l("用户名"), longest=40, required=_l("请填写用户名。"), render_kw=USERNAME_KEYS
    )


class ClerkForm(UsernameForm):
    name = LineField(_l("姓名"), longest=60, required=_l("请填写姓名。"))


class EmptyForm(SiteForm):
    """A button: nothing but the token against forgery and the key against double sending."""
