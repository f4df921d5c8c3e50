import math

import pytest

from dynamicl.specs import SpecError
from dynamicl.statistics import Interval
from dynamicl.studies import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED, Part, Threshold, verdict_of
from dynamicl.studies._parts import COMPARISONS


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        (">", False, False, True),
        (">=", False, True, True),
        ("<", True, False, False),
        ("<=", True, True, False),
    ],
)
def test_values_are_compared_with_the_threshold(comparison, below, at, above):
    outcomes = [Part("x", value, 0.0, 9.0, 3, comparison, 2.0).holds for value in (1.0, 2.0, 3.0)]
    assert outcomes == [below, at, above]
    unknown = Part("x", math.nan, 1.0, 3.0, 3, comparison, 2.0)
    assert unknown.holds is None and unknown.undecided == "it is not known"


@pytest.mark.parametrize(
    ("comparison", "low", "high", "holds"),
    [
        ("low >", 2.1, 9.0, True),
        ("low >", 2.0, 9.0, False),
        ("low >", 1.9, 9.0, False),
        ("high <", -9.0, 1.9, True),
        ("high <", -9.0, 2.0, False),
        ("high <", -9.0, 2.1, False),
        ("low >", math.nan, math.nan, None),
        ("high <", math.nan, math.nan, None),
    ],
)
def test_ends_of_intervals_are_compared_with_the_threshold(comparison, low, high, holds):
    assert Part("x", 2.0, low, high, 3, comparison, 2.0).holds is holds


@pytest.mark.parametrize(
    ("measured", "holds"),
    [((1.0, 0.5, 1.4), True), ((1.0, 0.5, 1.6), None), ((2.0, 1.4, 2.6), None), ((2.0, 1.6, 2.4), False)],
)
def test_what_is_to_be_sure_is_undecided_where_its_interval_holds_the_threshold(measured, holds):
    bar = Threshold("factor", "<", 1.5)
    assert bar.sure_part(measured, 3).holds is holds
    assert bar.sure_part(measured, 3, "too short").undecided == "too short"


def test_every_comparison_is_tested_above():
    assert set(COMPARISONS) == {">", ">=", "<", "<=", "low >", "high <"}
    with pytest.raises(SpecError, match="`comparison` is '=': choose one of '>', '>=', '<', '<=', 'low >'"):
        Part("x", 1.0, comparison="=")


def test_a_part_is_a_sentence_and_a_record():
    part = Threshold("accuracy", ">=", 0.9).part(Interval(0.951234567, 0.93, 0.97), 5)
    assert part.sentence == "accuracy 0.9512 [0.93, 0.97] >= 0.9: holds"
    assert part.record() == {
        "name": "accuracy",
        "n": 5,
        "comparison": ">=",
        "holds": True,
        "value": 0.951235,
        "low": 0.93,
        "high": 0.97,
        "threshold": 0.9,
    }
    plain = Threshold("accuracy", ">=", 0.9).part(0.5, 5)
    assert plain.sentence == "accuracy 0.5 >= 0.9: fails" and plain.record()["low"] is None
    open_part = Threshold("accuracy", ">=", 0.9).part(0.5, 5, undecided="too few runs")
    assert open_part.holds is None and open_part.record()["undecided"] == "too few runs"
    assert open_part.sentence == "accuracy 0.5 >= 0.9: undecided, too few runs"
    assert Threshold("accuracy", ">=", 0.9).sentence == "accuracy >= 0.9"


def test_a_verdict_follows_from_the_parts():
    bar = Threshold("x", ">", 0.0)
    yes, no, unknown = bar.part(1.0, 1), bar.part(-1.0, 1), bar.part(1.0, 1, "why")
    assert verdict_of([yes, yes]) == REPRODUCED
    assert verdict_of([yes, no]) == verdict_of([no, unknown]) == NOT_REPRODUCED
    assert verdict_of([yes, unknown]) == verdict_of([]) == NOT_TESTABLE
