"""Input that `flask hours estimate` cannot read: the activity and the field are named."""

from typing import Any

import pytest

from ce_bases.policy.case_input import EstimateInputError, parse_json
from ce_bases.policy.estimate import estimate, estimate_all

GOOD = {"id": "a1", "kind": "training", "subject": "public", "date": "2022-06-20", "hours": 4}
STUDY = {"id": "a1", "kind": "self_study", "date": "2022-06-20", "hours": 4}


@pytest.mark.parametrize(
    ("activity", "field"),
    [
        ({**GOOD, "kind": "yoga"}, "kind"),
        ({**GOOD, "hour": 4}, "hour"),
        ({k: v for k, v in GOOD.items() if k != "subject"}, "subject"),
        ({**GOOD, "subject": "both"}, "subject"),
        ({**GOOD, "hours": -1}, "hours"),
        ({**GOOD, "hours": 0.25}, "hours"),
        ({**GOOD, "hours": True}, "hours"),
        ({**GOOD, "hours": "4"}, "hours"),
        ({**GOOD, "hours": float("inf")}, "hours"),
        ({**GOOD, "minutes": 45}, "hours"),
        ({k: v for k, v in GOOD.items() if k != "hours"}, "hours"),
        ({**{k: v for k, v in GOOD.items() if k != "hours"}, "minutes": 0.5}, "minutes"),
        ({**GOOD, "date": "2022-6-20"}, "date"),
        ({**GOOD, "date": "2022-02-30"}, "date"),
        ({**GOOD, "date": "２０２２-06-20"}, "date"),
        ({**GOOD, "date": None}, "date"),
        ({**GOOD, "starts_at": "24:00"}, "starts_at"),
        ({**GOOD, "starts_at": "9:00"}, "starts_at"),
        ({**GOOD, "filed": 1}, "filed"),
        ({**GOOD, "source": "bureau"}, "source"),
        ({**GOOD, "key": 5}, "key"),
        ({**GOOD, "id": 1}, "id"),
        ({**STUDY, "key": "k"}, "key"),
        ({**STUDY, "starts_at": "09:00"}, "starts_at"),
        ({**STUDY, "minutes": 45}, "minutes"),
        (
            {
                "id": "a1",
                "kind": "lecture",
                "date": "2022-06-20",
                "hours": 1,
                "subject": "professional",
            },
            "subject",
        ),
        ({"id": "a1", "kind": "expert_service", "date": "2022-06-20", "minutes": 60}, "starts_at"),
        ({"id": "a1", "kind": "exam", "date": "2022-06-20", "subject": "public"}, "subject"),
        ({"id": "a1", "kind": "posting", "from": "2022-02-01", "to": "2022-01-31"}, "to"),
        (
            {
                "id": "a1",
                "kind": "posting",
                "from": "2022-02-01",
                "to": "2022-03-31",
                "reason": "x",
            },
            "reason",
        ),
        ({"id": "a1", "kind": "absence", "from": "2022-02-01", "to": "2022-03-31"}, "reason"),
        (
            {
                "id": "a1",
                "kind": "competition",
                "level": "world",
                "subject": "public",
                "date": "2022-01-01",
            },
            "level",
        ),
    ],
)
def test_bad_input_names_the_activity_and_the_field(activity: dict[str, Any], field: str) -> None:
    with pytest.raises(EstimateInputError) as refusal:
        estimate({"year": 2022, "activities": [activity]})

    assert refusal.value.field == field
    assert "\n" not in str(refusal.value)
    if field != "id":
        assert refusal.value.activity == "a1"


@pytest.mark.parametrize(
    "case",
    [
        {"year": 2021, "activities": []},
        {"year": "2022", "activities": []},
        {"year": True, "activities": []},
        {"year": 2022.0, "activities": []},
        {"year": 10**30, "activities": []},
        {"activities": []},
        {"year": 2022},
        {"year": 2022, "activities": {}},
        {"year": 2022, "activities": [], "name": "x"},
        {"year": 2022, "activities": [GOOD, GOOD]},
        {"year": 2022, "activities": ["x"]},
        "x",
        None,
        [[]],
    ],
    ids=repr,
)
def test_bad_cases_are_refused(case: Any) -> None:
    with pytest.raises(EstimateInputError):
        estimate_all([case] if case != [[]] else case)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"year": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"year": Infinity}'],
    ids=["empty", "cut", "nan", "twice", "deep", "infinity"],
)
def test_bad_json_is_refused(text: str) -> None:
    with pytest.raises(EstimateInputError):
        estimate_all(parse_json(text))


def test_enormous_numbers_are_no_error() -> None:
    study = {**STUDY, "hours": 10**400, "archive": True}

    assert estimate({"year": 2022, "activities": [study]})["totals"]["all"]["credited"] == 40
