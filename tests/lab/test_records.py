"""Records of evaluators that are not always due: nothing that was recorded is lost."""

import dataclasses

import numpy as np
import pytest

from dynamicl.lab import train_population
from dynamicl.store import Library
from dynamicl.training import At, Evaluator, Every, Recording

from .populations import BASE, runs

RARELY = Recording(Every(10), At(()), 8, (), evaluators=(Evaluator("train", 0, Every(20), ("norms",)),))


def test_measures_of_a_rare_evaluator_are_kept_at_each_of_its_evaluations(tmp_path):
    data = train_population([dataclasses.replace(BASE, steps=40)], RARELY, tmp_path).dataset
    norms = data["squared_norm"].isel(run=0)
    assert np.isfinite(norms.sel(step=[0, 20, 40])).all() and np.isnan(norms.sel(step=[10, 30])).all()


def test_a_longer_run_has_no_record_of_an_evaluator_that_only_a_shorter_one_ended_with(tmp_path):
    recording = Recording(Every(10), At(()), 8, (), evaluators=(Evaluator("train", evaluate=At(())),))
    (short,), (long,) = runs(1, steps=20), runs(1, steps=40)
    train_population([short], recording, tmp_path / "joined")
    joined = train_population([long], recording, tmp_path / "joined").dataset
    whole = train_population([long], recording, tmp_path / "whole").dataset
    assert joined["accuracy"].equals(whole["accuracy"])
    assert np.isnan(joined["accuracy"].sel(evaluator="train", step=20)).all()


def test_a_run_that_ended_is_finished_beside_one_that_is_not(tmp_path, monkeypatch):
    """Asked for alone it is there, and nothing else is trained."""
    from dynamicl.lab import _commits, _population, cost

    short, long = dataclasses.replace(runs(1)[0], steps=20), runs(2, steps=60)[1]
    recording = Recording(Every(10), Every(10), 8, ())
    monkeypatch.setattr(_commits, "COMMIT_SECONDS", -1.0)
    original = _population.train

    def interrupted(*given):
        for event, state in original(*given):
            yield event, state
            if event.step >= 40:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(_population, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train_population([short, long], recording, tmp_path)
    whole = Library(tmp_path).trajectory()
    assert list(whole.status.values()) == ["finished", "running"]
    assert cost([short], recording, tmp_path)["run_steps"] == 0
    assert train_population([short], recording, tmp_path).dataset["step"].values[-1] >= 20
    assert Library(tmp_path).trajectory().status == whole.status
    assert "<td>20</td>" in whole._repr_html_()
