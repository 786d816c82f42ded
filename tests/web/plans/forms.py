"""What a browser sends from the filing form."""

from typing import Any

from bs4 import BeautifulSoup

from tests.factories.world import World


def filled_form(world: World, *, opens_on: str = "2022-06-20", **changes: Any) -> dict[str, Any]:
    """Every starred field of a plan with one session; `changes` by field name."""
    return {
        "title": "装配式建筑专题培训班",
        "subject": "professional",
        "form": "face_to_face",
        "reach": "county",
        "audience": "全区建筑工程专业技术人员",
        "planned_number": "50",
        "aims": "掌握装配式建筑设计与施工要点。",
        "outline": "设计、生产、运输、安装、验收。",
        "assessment": "结业测试",
        "fee_cents": "0",
        "contact_name": "王老师",
        "contact_phone": "0537-2200000",
        "enrol_how": "电话报名",
        "enrol_closes_at": "2022-06-18T17:00",
        **row(world, 0, held_on=opens_on),
        **changes,
    }


def row(world: World, index: int, **changes: Any) -> dict[str, Any]:
    """One session's fields as row `index` of the form."""
    values = {
        "held_on": "2022-06-20",
        "starts_at": "09:00",
        "ends_at": "12:00",
        "halves": "4",
        "topic": "装配式建筑施工技术",
        "lecturer_id": str(world.lecturer_id),
        "venue_id": str(world.venue_id),
        **changes,
    }
    return {f"sessions-{index}-{name}": value for name, value in values.items()}


def typed(html: str) -> dict[str, str]:
    """What the page's filing form would send as it stands."""
    page = BeautifulSoup(html, "html.parser")
    for pattern in page.find_all("template"):
        pattern.decompose()
    values = {}
    form = page.select_one("main form[method=post]")
    assert form is not None
    for field in form.find_all(["input", "textarea"]):
        if field.get("name"):
            text = (
                field.text.removeprefix("\r\n").removeprefix("\n")
                if field.name == "textarea"
                else field.get("value", "")
            )
            values[str(field["name"])] = str(text)
    for select in form.find_all("select"):
        chosen = select.find("option", selected=True)
        values[str(select["name"])] = str(chosen["value"]) if chosen else ""
    return values


def problems(html: str) -> dict[str, str]:
    """What the page says beside its fields, by the field's id; each is linked from the summary."""
    page = BeautifulSoup(html, "html.parser")
    found = {
        str(error["id"]).removesuffix("-error"): error.get_text(strip=True).removeprefix("有误：")
        for error in page.select(".field__error")
    }
    linked = {str(link["href"]).removeprefix("#") for link in page.select(".error-summary a")}
    assert linked == set(found), "the summary links to every field in trouble"
    return found
