"""Every judge on a dataset where its claim is true, and on one a part where that part alone is false."""

import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import ledger
from dynamicl.studies._parts import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED, verdict_of
from dynamicl.studies.finetuning import EQUATIONS, JUDGES, gains, judgeable, read_cells
from dynamicl.studies.finetuning._depth import rho
from dynamicl.studies.finetuning._recall import excess

from .synthetic import answers, dataset

ELSEWHERE = {"finetuning.momentum"}
"""Rows that the lab's own transformer decides."""

DECIDED = sorted(set(JUDGES) - {"finetuning.baseline"})


def outcomes(claim, data):
    return [part.holds for part in JUDGES[claim](data)]


def test_every_row_of_the_ledger_has_a_judge():
    rows = {name for name in ledger() if name.startswith("finetuning.")}
    assert rows == set(JUDGES) | set(EQUATIONS) | ELSEWHERE


@pytest.mark.parametrize("claim", DECIDED)
def test_true_claims_are_reproduced(claim):
    assert verdict_of(JUDGES[claim](dataset())) == REPRODUCED


FALSE = [
    ("finetuning.table1", {("outputs", "original"): 0.05}, [False, True]),
    ("finetuning.table1", {("outputs", "linearised"): 0.05}, [True, False]),
    ("finetuning.table2", {("outputs", "per-layer"): 0.29}, [False]),
    ("finetuning.linear", {("outputs", "linearised"): 0.31}, [False, True]),
    ("finetuning.linear", {("map_after", "linearised"): 0.51}, [True, False]),
    ("finetuning.map_up", {("map_after", "original"): [0.5, 0.5, 0.39, 0.5, 0.5, 0.5]}, [False, True]),
    ("finetuning.map_up", {("map_after", "linearised"): [0.39, 0.5, 0.5, 0.5, 0.5, 0.5]}, [True, False]),
    ("finetuning.per_layer_map", {("map_after", "original"): 0.25}, [False, True]),
    (
        "finetuning.per_layer_map",
        {("map_after", "per-layer"): [0.41, 0.41, 0.41, 0.3, 0.3, 0.3]},
        [True, False],
    ),
    ("finetuning.labels", {("outputs", "switched-both"): 0.05}, [False]),
]


@pytest.mark.parametrize(("claim", "changes", "expected"), FALSE)
def test_each_part_can_fail_alone(claim, changes, expected):
    data = dataset(changes)
    assert outcomes(claim, data) == expected
    assert verdict_of(JUDGES[claim](data)) == NOT_REPRODUCED


def test_depth_fails_where_similarity_falls_with_the_layer():
    assert outcomes("finetuning.depth", dataset(depth=-1.0)) == [False]


def test_recall_fails_where_both_make_other_answers_right():
    data = dataset(right=answers(in_context=12, tuned=12, shift=12))
    assert outcomes("finetuning.recall", data) == [False]


def test_recall_is_undefined_below_twenty_new_answers():
    (part,) = JUDGES["finetuning.recall"](dataset(right=answers(tuned=6)))
    assert (
        part.holds is None
        and part.undecided == "no task has 20 new correct answers of the trained model; the most is 18"
    )


def test_excess_by_hand():
    right = np.array([[0, 0, 0, 0, 1], [1, 1, 0, 0, 0], [1, 0, 1, 0, 1]], float)[:, :, None]
    assert excess(right) == pytest.approx(1 / 2 - 2 / 4)


def test_tasks_without_gain_cannot_be_judged():
    data = dataset(right=answers(in_context=0))
    assert judgeable(data) == []
    for claim in DECIDED:
        parts = JUDGES[claim](data)
        if claim != "finetuning.recall":
            assert verdict_of(parts) == NOT_TESTABLE
            assert {part.undecided for part in parts} == {
                "in-context learning does not beat zero-shot on any task with this model"
            }


def test_gain_is_the_mean_difference_of_accuracy():
    gain = gains(dataset())
    np.testing.assert_allclose(gain["gain"], 16 / 40)
    assert (gain["low"] > 0.2).all() and (gain["high"] < 0.6).all()


def test_what_has_not_been_measured_cannot_be_judged():
    data = dataset(only="original")
    for claim in ("finetuning.table2", "finetuning.linear", "finetuning.labels"):
        assert {part.undecided for part in JUDGES[claim](data)} == {"no cell has been measured for it"}
    first, second = JUDGES["finetuning.table1"](data)
    assert first.holds and second.holds is None


def test_baseline_needs_the_reports_model():
    (part,) = JUDGES["finetuning.baseline"](dataset())
    assert part.holds is None and "fairseq-dense-1.3B" in part.undecided
    from dynamicl.studies.finetuning import published

    data = dataset({("outputs", "original"): list(published("outputs", "original").values())})
    data.attrs["model"] = "fairseq-dense-1.3B"
    assert outcomes("finetuning.baseline", data) == [True]
    data["similarity"].loc[{"measure": "outputs", "task": "mr"}] += 0.1
    assert outcomes("finetuning.baseline", data) == [False]


@pytest.mark.parametrize("claim", EQUATIONS)
def test_equations_hold_and_the_softmax_breaks_them(claim):
    measure, judge = EQUATIONS[claim]
    data = measure(draws=5)
    assert verdict_of(judge(data)) == REPRODUCED
    wrong = data.copy(deep=True)
    wrong["error"].loc[{"attention": "linear", "draw": 3}] = 1e-4
    assert [part.holds for part in judge(wrong)].count(False) == len(judge(wrong)) // 2 or len(
        judge(wrong)
    ) == 1
    assert verdict_of(judge(wrong)) == NOT_REPRODUCED


def test_softmax_that_changes_nothing_fails_the_duality():
    measure, judge = EQUATIONS["finetuning.dual"]
    data = measure(draws=2)
    data["error"].loc[{"attention": "softmax", "equation": "3-4"}] = 1e-3
    assert [part.holds for part in judge(data)] == [True, True, True, False]


def test_rho_leaves_out_what_is_undefined():
    assert rho(np.array([np.nan, 1.0, 2.0, 3.0])) == pytest.approx(1)
    assert np.isnan(rho(np.array([np.nan, 1.0, 2.0])))


def test_a_folder_without_cells(tmp_path):
    with pytest.raises(SpecError, match="which holds no cell: make some with `dynamicl finetuning`"):
        read_cells(tmp_path)
