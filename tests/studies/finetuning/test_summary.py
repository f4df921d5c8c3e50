"""What is kept of the cells, which tasks count, and what becomes of a claim without cells."""

import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import NOT_TESTABLE, ledger, verdict_of
from dynamicl.studies._plain import as_kept
from dynamicl.studies.finetuning import EXPERIMENTS, ON_CELLS, gains, judgeable, means, read_cells, summary
from dynamicl.studies.finetuning._results import no_cells
from dynamicl.studies.finetuning._summary import interval_of

from .synthetic import QUERIES, answers, dataset

BY_NAME = {claim.id.partition(".")[2]: claim for claim in ON_CELLS}


def test_every_row_of_the_ledger_has_an_experiment():
    rows = {name for name in ledger() if name.startswith("finetuning.")}
    assert rows == {one.id for one in EXPERIMENTS if not one.finding}


def test_means_are_over_layers_and_queries():
    data = dataset()
    data["similarity"].loc[{"measure": "outputs", "token": "verbaliser", "task": "mr", "query": 0}] += QUERIES
    kept = summary(data, ("outputs",), ("original", "rate-0.1"))
    np.testing.assert_allclose(means(kept, "outputs", "original", ["mr"]), [[1.298, 1.3, 1.302]])
    assert np.isnan(means(kept, "outputs", "rate-0.1", ["mr"])).all()


def test_gain_is_the_mean_difference_of_accuracy():
    gain = gains(dataset())
    np.testing.assert_allclose(gain["gain"], 16 / 40)
    assert (gain["low"] > 0.2).all() and (gain["high"] < 0.6).all()


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - {"recall", "baseline"}))
def test_tasks_without_gain_cannot_be_judged(name):
    claim = BY_NAME[name]
    data = claim.cut(dataset(right=answers(in_context=0)))
    assert judgeable(data) == [] and verdict_of(claim.judge(data)) == NOT_TESTABLE
    for part in claim.judge(data):
        assert part.undecided.startswith("on no task that was measured (sst2, sst5, mr, subj")
        assert "beats zero-shot" in part.undecided


def test_a_claim_about_tasks_that_were_not_measured_says_so():
    table1 = BY_NAME["table1"]
    parts = table1.judge(table1.cut(dataset(tasks=("agnews", "cb"))))
    assert {"(none of those that the claim is about)" in part.undecided for part in parts} == {True}


@pytest.mark.parametrize("name", ["table2", "linear", "labels", "per_layer_map"])
def test_variants_without_cells_cannot_be_judged(name):
    claim = BY_NAME[name]
    parts = claim.judge(claim.cut(dataset(only="original")))
    assert {part.undecided for part in parts} == {"no cell has been measured for it"}


def test_one_variant_may_be_there_and_the_other_not():
    table1 = BY_NAME["table1"]
    first, second = table1.judge(table1.cut(dataset(only="original")))
    assert first.holds and second.holds is None


@pytest.mark.parametrize("claim", ON_CELLS, ids=lambda claim: claim.id)
def test_without_any_cell_a_verdict_says_so(claim):
    data = as_kept(claim.cut(no_cells("no data yet")))
    parts = claim.experiment.parts(data, "laptop")
    assert verdict_of(parts) == NOT_TESTABLE and {part.undecided for part in parts} == {"no data yet"}
    assert claim.experiment.note(data) == "" and [part.n for part in parts] == [0] * len(parts)


def test_intervals_of_none_one_and_several():
    assert interval_of(np.array([np.nan]))[1] == 0
    (value, low, _), n = interval_of(np.array([np.nan, 2.0]))
    assert (value, n) == (2.0, 1) and np.isnan(low)
    (value, low, high), n = interval_of(np.array([[1.0, 2.0], [3.0, np.nan]]))
    assert (value, n) == (2.0, 3) and low == pytest.approx(2 - 4.3027 / 3**0.5, abs=1e-3) and high > 4


def test_a_note_names_the_model_and_where_context_helps():
    table2 = BY_NAME["table2"]
    note = table2.experiment.note(table2.cut(dataset(tasks=("sst2",))))
    assert note.startswith(
        "made up: 39 cells, 32 demonstrations, 40 queries a task; in-context minus zero-shot"
    )
    assert "sst2 0.40 [0." in note


def test_a_folder_without_cells(tmp_path):
    with pytest.raises(SpecError, match="which holds no cell: make some with `dynamicl finetuning`"):
        read_cells(tmp_path)
