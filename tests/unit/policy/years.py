"""Random years of a person, as contract.md writes activities."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

dates = st.dates(date(2021, 11, 1), date(2023, 2, 1)).map(str)
near = st.sampled_from([str(date(2022, 6, 18) + timedelta(days=n)) for n in range(3)])
times = st.sampled_from(["00:00", "08:30", "09:00", "14:00", "19:00"])
half_hours = st.integers(0, 30).map(lambda n: n / 2)
keys = st.none() | st.sampled_from("ABC")
subjects = st.sampled_from(["public", "professional"])


def fixed(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields}).map(
        lambda a: {name: value for name, value in a.items() if value is not None}
    )


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.dates(date(2021, 6, 1), date(2022, 12, 31)))
    last = first + timedelta(days=draw(st.integers(0, 420)))
    kind = draw(st.sampled_from(["posting", "absence"]))
    more = (
        {"reason": draw(st.sampled_from(["abroad", "illness", "maternity"]))}
        if kind == "absence"
        else {}
    )
    return {"kind": kind, "from": str(first), "to": str(last), **more}


activities = st.one_of(
    fixed(
        "training",
        subject=subjects,
        date=near | dates,
        starts_at=times,
        hours=half_hours,
        filed=st.booleans(),
        exception=st.booleans(),
        source=st.sampled_from(["base", "claim"]),
        key=keys,
    ),
    fixed("lecture", date=near | dates, starts_at=times, minutes=st.integers(0, 500), key=keys),
    fixed("expert_service", date=near | dates, starts_at=times, minutes=st.integers(0, 700)),
    fixed("self_study", date=dates, hours=half_hours, archive=st.booleans(), subject=subjects),
    fixed("achievement", date=dates, key=keys),
    fixed("publication", date=dates, key=keys, subject=subjects),
    fixed("exam", date=dates, key=keys),
    fixed(
        "competition",
        level=st.sampled_from(["national", "province", "city", "county"]),
        subject=subjects,
        date=dates,
        key=keys,
    ),
    fixed("online_course", date=dates, hours=half_hours, key=keys),
    periods(),
)
years = st.lists(activities, max_size=14).map(
    lambda found: [{"id": f"{(n * 7) % 15:x}-{n}", **a} for n, a in enumerate(found)]
)
