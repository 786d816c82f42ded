"""The accounts anybody may try: user name, password, and what each is for."""

from dataclasses import dataclass

from ce_bases.bureaus.directory import BY_CODE, CITY_CODE
from ce_bases.core.actors import Role

#: The stage of the demo: a base, a unit and a bureau of one county, and a second county.
HOME, ELSEWHERE = "370811", "370881"
BASE = "任城区卫生健康专业技术人员继续教育基地"
CITY_BASE = "济宁市教育专业技术人员继续教育基地"
OTHER_BASE = "曲阜市文化旅游专业技术人员继续教育基地"
UNIT = "任城区仁和医院"
BUREAU = BY_CODE[HOME].name
OTHER_BUREAU = BY_CODE[ELSEWHERE].name
CITY_BUREAU = BY_CODE[CITY_CODE].name


@dataclass(frozen=True, slots=True)
class Listed:
    """One account of the list."""

    username: str
    password: str
    role: Role
    organisation: str
    name: str


LISTED = (
    Listed("learner", "demo-reading-lamp", Role.PROFESSIONAL, UNIT, "宋雅宁"),
    Listed("unit", "demo-brass-abacus", Role.UNIT, UNIT, "冯海燕"),
    Listed("clerk", "demo-paper-crane", Role.BASE, BASE, "孟晓琳"),
    Listed("clerk2", "demo-copper-bell", Role.BASE, BASE, "田立波"),
    Listed("lecturer", "demo-white-chalk", Role.LECTURER, UNIT, "韩思远"),
    Listed("officer", "demo-red-seal-ink", Role.COUNTY, BUREAU, "郝庆梅"),
    Listed("officer2", "demo-green-tea-cup", Role.COUNTY, BUREAU, "邵文涛"),
    Listed("city", "demo-grand-canal-boat", Role.CITY, CITY_BUREAU, "万春霞"),
    Listed("cityclerk", "demo-lotus-pond", Role.BASE, CITY_BASE, "段志磊"),
    Listed("stranger", "demo-stone-bridge", Role.BASE, OTHER_BASE, "颜培芳"),
    Listed("otherofficer", "demo-cypress-gate", Role.COUNTY, OTHER_BUREAU, "尹宪峰"),
    Listed("admin", "demo-steady-engine", Role.ADMIN, "", "系统管理员"),
)
BY_USERNAME = {listed.username: listed for listed in LISTED}
