import dataclasses
import json
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.studies import (
    NOT_REPRODUCED,
    NOT_TESTABLE,
    REPRODUCED,
    Experiment,
    Lab,
    Outcome,
    Verdict,
    conduct,
    find_experiments,
    ledger,
    read_outcome,
    read_verdicts,
    write_outcome,
)


def verdict(name="induction.plateau", said=REPRODUCED, measured="0.69 nats", interval=(1.0, 2.0), **more):
    return Verdict(
        name, said, measured, interval, 5, "laptop", "dynamicl reproduce induction.plateau", **more
    )


DATA = xr.Dataset(
    {
        "loss": (("run", "step"), np.array([[1.5, np.nan, np.inf], [0.123456789, 1e-9, -2.0]], np.float32)),
        "whole": (("run", "step"), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
        "observed": ("run", np.array([True, False])),
        "first": ("run", np.array([3, 2**40])),
        "nothing": ("run", np.array([np.nan, np.nan])),
        "name": ("run", np.array(["a", "bé"])),
        "best": ((), 0.25),
        "word": ((), "so"),
        "empty": ("none", np.zeros(0)),
    },
    {"run": ["x", "y"], "step": [0, 10, 20], "sequences": ("step", [0, 320, 640])},
    {"level": 0.5, "labels": ["1", "2"], "nested": {"a": [1, 2]}},
)


def test_an_outcome_comes_back_with_dims_types_and_five_digits(tmp_path):
    write_outcome(tmp_path / "deep" / "induction", "induction.plateau", Outcome((verdict(),), DATA))
    back = read_outcome(tmp_path / "deep" / "induction", "induction.plateau")
    assert back.attrs == DATA.attrs
    assert {k: v.dims for k, v in back.variables.items()} == {k: v.dims for k, v in DATA.variables.items()}
    for name, value in DATA.variables.items():
        assert back[name].dtype.kind == value.dtype.kind, name
        if value.dtype.kind != "f":
            assert np.array_equal(back[name], value), name
    np.testing.assert_allclose(back["loss"], [[1.5, np.nan, np.nan], [0.12346, 1e-9, -2.0]], rtol=1e-6)
    assert back["first"].values.tolist() == [3, 2**40] and back["observed"].values.tolist() == [True, False]
    assert back["best"].item() == 0.25 and back["word"].item() == "so"


def test_files_are_plain_and_whole(tmp_path):
    write_outcome(tmp_path, "induction.plateau", Outcome((verdict(),), DATA))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.json", "induction.plateau.json"]
    text = (tmp_path / "induction.plateau.json").read_text()
    assert (
        "NaN" not in text
        and "Infinity" not in text
        and json.loads(text)["variables"]["loss"]["values"][0][1] is None
    )


def test_a_new_verdict_takes_the_place_of_the_old(tmp_path):
    first, second = verdict(), verdict("induction.heads", NOT_REPRODUCED, 0.5, None)
    write_outcome(tmp_path, "induction.plateau", Outcome((first, second), xr.Dataset()))
    write_outcome(tmp_path, "induction.plateau", Outcome((verdict(said=NOT_TESTABLE),), xr.Dataset()))
    records = read_verdicts(tmp_path)
    assert [(r["id"], r["verdict"]) for r in records] == [
        ("induction.plateau", NOT_TESTABLE),
        ("induction.heads", NOT_REPRODUCED),
    ]
    assert records[1] == second.record()


def test_nothing_is_read_where_nothing_is(tmp_path):
    assert read_verdicts(tmp_path / "nowhere") == []
    with pytest.raises(
        SpecError, match="there is no result `.*x.y.json`: make it with `dynamicl reproduce x.y`"
    ):
        read_outcome(tmp_path, "x.y")


def test_a_broken_file_is_a_line(tmp_path):
    for name in ("claims.json", "x.y.json"):
        (tmp_path / name).write_text('{"half": ')
    with pytest.raises(
        SpecError, match="`.*claims.json` cannot be read .*: make it again with `dynamicl reproduce`"
    ):
        read_verdicts(tmp_path)
    with pytest.raises(SpecError, match="`.*x.y.json` cannot be read"):
        read_outcome(tmp_path, "x.y")


def test_every_claim_has_its_words():
    rows = ledger()
    assert len(rows) > 20
    for name, row in rows.items():
        assert row.id == name and name.startswith(f"{row.study}.")
        assert row.document and row.figure and row.claim


def test_a_verdict_takes_over_its_claims_row():
    row = ledger()["induction.plateau"]
    found = verdict(document="elsewhere", interval=(0.1234567, 2.0))
    assert (found.document, found.figure, found.claim, found.paper) == (
        row.document,
        row.figure,
        row.claim,
        row.paper,
    )
    record = found.record()
    assert record["interval"] == [0.123457, 2.0] and json.loads(json.dumps(record)) == record
    own = verdict("induction.ours", claim="a finding of our own", interval=None)
    assert own.record()["claim"] == "a finding of our own" and own.record()["interval"] is None


def test_a_verdict_is_one_of_three():
    with pytest.raises(
        SpecError, match="`verdict` is 'true': choose one of 'reproduced', 'not reproduced', 'not testable"
    ):
        verdict(said="true")


@pytest.mark.parametrize(
    ("scale", "said", "kept"),
    [
        ("smoke", NOT_REPRODUCED, NOT_TESTABLE),
        ("smoke", REPRODUCED, REPRODUCED),
        ("laptop", NOT_REPRODUCED, NOT_REPRODUCED),
        ("paper", NOT_TESTABLE, NOT_TESTABLE),
    ],
)
def test_a_failure_at_smoke_decides_nothing(tmp_path, scale, said, kept):
    lab = Lab(tmp_path, scale, "dynamicl reproduce x")
    found = lab.verdict("induction.plateau", said, 1.5, (1.0, 2.0), 2, "why")
    assert (found.verdict, found.scale, found.command, found.note) == (
        kept,
        scale,
        "dynamicl reproduce x",
        "why",
    )
    assert found.versions["dynamicl"]


def test_an_experiment_dates_its_verdicts_and_counts_the_training_of_runs_found(tmp_path, monkeypatch):
    said = Outcome((verdict(),), DATA, ("a", "b", "c"))
    stores = {"x": {"seconds": 60.0}, "y": {"seconds": 2.5}}
    trained = [SimpleNamespace(path=path, attributes=stores[path]) for path in ("x", "x", "y")]
    found = SimpleNamespace(trajectory=lambda runs: SimpleNamespace(members=[(s, 0) for s in trained]))
    monkeypatch.setattr("dynamicl.studies._experiment.Library", lambda path: found)
    outcome = conduct(Experiment("induction.plateau", lambda lab: said), Lab(tmp_path, "laptop"))
    (dated,) = outcome.verdicts
    assert dated.seconds == 62.5 and outcome.data is said.data and outcome.runs == said.runs
    assert date.fromisoformat(dated.date) and dated.machine["cores"] >= 1
    assert dataclasses.replace(dated, seconds=0.0, date="", machine={}) == said.verdicts[0]


def test_experiments_by_name_and_by_study():
    (one,) = find_experiments(["induction.plateau"])
    assert one.name == "induction.plateau" and 0 < one.run_steps("smoke") < one.run_steps("paper")
    study = find_experiments(["induction"])
    assert one in study and len({experiment.name for experiment in study}) == len(study)
    assert find_experiments(["induction.plateau", "induction"])[0] == one
    assert len(find_experiments(["induction.plateau", "induction"])) == len(study)
    assert {e.name.partition(".")[0] for e in find_experiments(["induction", "lookup"])} == {
        "induction",
        "lookup",
    }


@pytest.mark.parametrize("name", ["induktion", "induction.plato", "plateau", ""])
def test_experiments_that_are_not(name):
    with pytest.raises(SpecError, match=f"no experiment `{name}`: did you mean `induction"):
        find_experiments([name])
