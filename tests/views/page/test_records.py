import dataclasses
import json

import numpy as np
import pytest

from dynamicl.views.page._records import (
    clamped_records,
    interval,
    json_safe,
    read_json,
    steps_in,
    transition_records,
    verdict_records,
)


@dataclasses.dataclass(frozen=True)
class Interval:
    value: float
    low: float
    high: float


def test_records_become_plain_json():
    value = {
        "a": np.float32(0.5),
        "b": np.array([1, 2]),
        "c": float("nan"),
        3: (Interval(1.0, 0.0, float("inf")),),
    }
    plain = json_safe(value)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain == {"a": 0.5, "b": [1, 2], "c": None, "3": [{"value": 1.0, "low": 0.0, "high": None}]}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ((3.0, 2.0, 4.0), [3.0, 2.0, 4.0]),
        ({"value": 3, "low": 2, "high": 4}, [3, 2, 4]),
        (Interval(3.0, 2.0, 4.0), [3.0, 2.0, 4.0]),
        (3.0, [3.0, None, None]),
        (None, None),
        ((float("nan"), 1.0, 2.0), None),
        ("soon", None),
    ],
)
def test_intervals_come_in_several_forms(given, read):
    assert interval(given) == read


def test_a_transition_without_a_time_is_not_found():
    records = transition_records(
        [
            {"run": "a", "curve": "loss", "found": True, "time_steps": (5, 4, 6), "width_steps": (2, 1, 3)},
            {"run": "b", "found": True},
        ]
    )
    assert [r["found"] for r in records] == [True, False]
    assert records[0]["width"] == 2 and records[0]["time_sequences"] is None


def test_times_are_in_sequences_for_all_transitions_or_for_none():
    known = {"run": "a", "found": True, "time_steps": (5, 4, 6), "time_sequences": (50, 40, 60)}
    unknown = {"run": "b", "found": True, "time_steps": (5, 4, 6)}
    assert transition_records([known])[0]["time_sequences"] == [50, 40, 60]
    assert [r["time_sequences"] for r in transition_records([known, unknown])] == [None, None]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "1" * 5000, "no JSON"])
def test_json_that_nests_without_end_is_no_json(text):
    assert read_json(text, "nothing") == "nothing"


def test_verdicts_are_sorted_under_their_studies():
    rows, studies = verdict_records(
        [{"id": "b.x"}, {"id": "a.y"}, {"id": "b.z"}], [{"name": "a", "title": "A"}, {"name": "unused"}]
    )
    assert [row["study"] for row in rows] == ["b", "a", "b"]
    assert studies == [{"name": "a", "title": "A", "summary": ""}, {"name": "b", "title": "b", "summary": ""}]


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("1", ["1"]),
        ("1, 2, 3qk, 4", ["1", "2", "3qk", "4"]),
        ("copy", ["3v", "5"]),
        ("layer 1", ["1", "2"]),
        ("temperature 15", []),
    ],
)
def test_steps_are_read_from_a_name(name, steps):
    assert list(steps_in(name)) == steps


def test_clamped_curves_of_one_run_or_many():
    records = clamped_records(
        {
            "1": {"sequences": [1, 2], "loss": [0.5, float("nan")]},
            "x": {"sequences": [1], "loss": [[1.0], [2.0]], "steps": ["5"]},
        }
    )
    assert records[0] == {"name": "1", "steps": ["1"], "sequences": [1, 2], "loss": [[0.5, None]]}
    assert records[1]["steps"] == ["5"] and records[1]["loss"] == [[1.0], [2.0]]


@pytest.mark.parametrize("entry", [{}, {"sequences": [1, 2], "loss": [1.0]}])
def test_clamped_curves_of_another_length_are_refused(entry):
    with pytest.raises(ValueError, match="give `loss` as \\(sequences,\\) or \\(runs, sequences\\)"):
        clamped_records({"1": entry})


def test_text_that_is_no_json_gives_the_default():
    assert read_json("{", 7) == 7 and read_json('{"a": 1}', 7) == {"a": 1} and read_json(None, 7) == 7
