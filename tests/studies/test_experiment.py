from datetime import date
from types import SimpleNamespace

import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.studies import NOT_TESTABLE, Lab, conduct, put_off, why_unmeasured
from dynamicl.studies._parts import Part
from dynamicl.studies._plain import as_kept
from studies.samples import DATA, experiment


def test_what_is_judged_is_what_is_kept(tmp_path):
    seen = []

    def measure(lab, scale, trajectories):
        seen.append((lab.scale, scale, trajectories))
        return DATA

    outcome = conduct(experiment(measure=measure), Lab(tmp_path, "laptop", "dynamicl reproduce x"))
    assert seen == [("laptop", "laptop", {})]
    xr.testing.assert_identical(outcome.data, as_kept(DATA))
    verdict = outcome.verdict
    assert (verdict.scale, verdict.command, verdict.verdict) == (
        "laptop",
        "dynamicl reproduce x",
        "reproduced",
    )
    assert date.fromisoformat(verdict.date) and verdict.machine["cores"] >= 1 and verdict.versions["dynamicl"]


def test_without_measurements_nothing_is_judged_and_the_reason_is_given(tmp_path):
    claim = experiment(judge=None, note=None)
    outcome = put_off(claim, Lab(tmp_path, "laptop", "dynamicl reproduce x --no-train"), 1_234_567)
    why = "1,234,567 run-steps at scale `laptop` are not trained yet"
    assert why_unmeasured(as_kept(outcome.data)) == why and why_unmeasured(DATA) == ""
    verdict = outcome.verdict
    assert verdict.verdict == NOT_TESTABLE and verdict.command.endswith("--no-train")
    assert [part.undecided for part in verdict.parts] == [why] * len(claim.criterion)
    assert verdict.measured == f"nothing: {why}" and verdict.note == ""


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        (
            {"judge": lambda data: Part("other", 1.0, comparison=">", threshold=0.0)},
            "gives Part: give a tuple of parts",
        ),
        (
            {"judge": lambda data: (Part("other", 1.0, comparison=">", threshold=0.0),)},
            "gives the part 'other > 0', which its `criterion` does not ask for",
        ),
        ({"measure": lambda *given: {"x": 1}}, "`measure` of .* gives dict: give an `xarray.Dataset`"),
    ],
)
def test_what_is_no_measure_or_judge_of_the_criterion_is_refused(functions, message, tmp_path):
    functions = {"measure": lambda *given: DATA} | functions
    with pytest.raises(SpecError, match=message):
        conduct(experiment(**functions), Lab(tmp_path, "laptop", "dynamicl reproduce x"))


def test_the_training_of_runs_that_are_there_counts(tmp_path, monkeypatch):
    stores = {"x": {"seconds": 60.0}, "y": {"seconds": 2.5}}
    trained = [SimpleNamespace(path=path, attributes=stores[path]) for path in ("x", "x", "y")]
    library = SimpleNamespace(trajectory=lambda runs: SimpleNamespace(members=[(s, 0) for s in trained]))
    monkeypatch.setattr("dynamicl.studies._experiment.Library", lambda path: library)
    trajectories = {"main": SimpleNamespace(runs=("a", "b")), "more": SimpleNamespace(runs=("b", "c"))}
    monkeypatch.setattr(Lab, "train_all", lambda lab, populations: trajectories)
    fates = {"seed 1": (DATA, DATA)}
    outcome = conduct(experiment(fates=lambda scale, trajectories: fates), Lab(tmp_path, "laptop"))
    assert outcome.verdict.seconds == 62.5 and outcome.runs == ("a", "b", "c") and outcome.fates == fates
