"""Names of people who do not exist: common surnames, and given names put together."""

from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
# Every third name begins with one of the dozen that are commonest.
_COMMONEST = "王李张刘陈杨赵孙徐马孔孟"
_FIRST = "文志建晓海春立玉秀雅思明庆广兆传继宪昭成美丽新国永振福桂淑凤景培德承维佳雨欣梓"
_SECOND = "斌峰涛梅琴娟洁宁鹏磊辉芳霞兰华军伟勇平红燕玲萍英杰强敏静超亮刚健莉慧颖琳帆航瑞泽涵妍"


def person_name(rng: Random) -> str:
    """A surname and a given name of two characters (one in eight has one)."""
    surname = rng.choice(_COMMONEST if rng.random() < 0.34 else _SURNAMES)
    if rng.random() < 0.125:
        return surname + rng.choice(_SECOND)
    return surname + rng.choice(_FIRST) + rng.choice(_SECOND)
