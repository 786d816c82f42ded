"""The bureaus of the 2022 notice's annex 继续教育工作联系电话: fixed data, not rows."""

from dataclasses import dataclass

CITY_CODE = "370800"
PLATFORM_SUPPORT_PHONE = "400-806-8255"


@dataclass(frozen=True, slots=True)
class Bureau:
    """A human-resources bureau: `code` is its area's code and stands in filing numbers."""

    code: str
    area: str
    name: str
    phone: str

    @property
    def is_city(self) -> bool:
        return self.code == CITY_CODE


BUREAUS: tuple[Bureau, ...] = (
    Bureau("370811", "任城区", "任城区人力资源和社会保障局", "0537-6588233"),
    Bureau("370812", "兖州区", "兖州区人力资源和社会保障局", "0537-3428539"),
    Bureau("370881", "曲阜市", "曲阜市人力资源和社会保障局", "0537-4498644"),
    Bureau("370831", "泗水县", "泗水县人力资源和社会保障局", "0537-4365218"),
    Bureau("370883", "邹城市", "邹城市人力资源和社会保障局", "0537-5257818"),
    Bureau("370826", "微山县", "微山县人力资源和社会保障局", "0537-8227386"),
    Bureau("370827", "鱼台县", "鱼台县人力资源和社会保障局", "0537-6211905"),
    Bureau("370828", "金乡县", "金乡县人力资源和社会保障局", "0537-8709221"),
    Bureau("370829", "嘉祥县", "嘉祥县人力资源和社会保障局", "0537-6987017"),
    Bureau("370830", "汶上县", "汶上县人力资源和社会保障局", "0537-7211106"),
    Bureau("370832", "梁山县", "梁山县人力资源和社会保障局", "0537-7360950"),
    Bureau("370871", "高新区", "高新区人事劳动保障局", "0537-2363862"),
    Bureau("370872", "太白湖新区", "太白湖新区人力资源和社会保障局", "0537-6537188"),
    Bureau("370873", "经济技术开发区", "经济技术开发区人力资源和社会保障局", "0537-6980818"),
    Bureau(CITY_CODE, "济宁市", "济宁市人力资源和社会保障局", "0537-2967959"),
)
BY_CODE = {bureau.code: bureau for bureau in BUREAUS}
CODES = tuple(BY_CODE)
COUNTIES = tuple(bureau for bureau in BUREAUS if not bureau.is_city)


def area_name(code: str) -> str:
    """The area a code stands for; the code itself when it is not one of ours."""
    bureau = BY_CODE.get(code)
    return bureau.area if bureau else code
