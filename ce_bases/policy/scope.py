"""Who files with whom, and whom a class may address — 二(二)3."""

CITY_BUREAU = "370800"

#: From narrow to wide.
REACHES = ("unit", "sector", "county", "city")


def receiving_bureau(level: str, area_code: str) -> str:
    """The code of the bureau of the same level that receives an organiser's filings — 二(二)3.

    County-level organisers (departments of a county too) file with their county's bureau,
    every higher level with the city's.
    """
    return area_code if level == "county" else CITY_BUREAU


def allowed_reaches(kind: str, level: str) -> tuple[str, ...]:
    """Whom an organiser may address, narrow to wide — 二(二)3.

    A department: its own sector, unit or area. A base of city level and above (and the city
    bureau): the whole city. A county-level base or bureau: its own county.
    """
    area = "county" if level == "county" else "city"
    if kind == "department":
        return ("unit", "sector", area)
    return ("unit", "sector", "county") if level == "county" else REACHES


def may_address(kind: str, level: str, reach: str) -> bool:
    """Whether an organiser of this kind and level may address `reach` — 二(二)3."""
    return reach in allowed_reaches(kind, level)


def reach_rank(reach: str) -> int:
    """How wide a reach is, for telling whether a change widens it."""
    return REACHES.index(reach)


def needs_lead_time(kind: str, form: str) -> bool:
    """Whether a class must be filed ahead: all but a 公益课堂 that a bureau holds itself."""
    return not (kind == "bureau" and form == "lecture")
