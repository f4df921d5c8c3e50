import dataclasses
import json

import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.lab import record_later, train_population
from dynamicl.lab import _population as population
from dynamicl.lab._population import run_id
from dynamicl.probes import _registry as registry
from dynamicl.specs import SpecError
from dynamicl.training import At, Every, Probe, Program, Recording

from .populations import BASE, RECORDING, runs

WINDOW = (Clamp("hidden", Constant(0.5), strength=0.5, windows=((30, 60),)),)


def hidden_mean(model, activations, sequences):
    return {"hidden_mean": jnp.mean(activations["hidden"])}


@pytest.fixture(autouse=True)
def mine(monkeypatch):
    monkeypatch.setattr(registry, "_PROBES", dict(registry._PROBES))
    return registry.register_measure(Probe("mine", ("hidden",), hidden_mean, {"hidden_mean": ()}))


def test_later_is_what_would_have_been_recorded(tmp_path, monkeypatch):
    """Under clamps with windows too, run by run; and nothing is trained for it."""
    specs = [dataclasses.replace(spec, clamps=WINDOW) for spec in runs(2)]
    others = [dataclasses.replace(spec, batch_size=5) for spec in runs(1)]
    recorded = Recording(Every(20), Every(20), RECORDING.sequences, ("mine", "norms"))
    at_once = train_population([*specs, *others], recorded, tmp_path / "once")
    without = dataclasses.replace(recorded, measures=())
    trained = train_population([*specs, *others], without, tmp_path / "later")
    monkeypatch.setattr(Program, "advance", None)
    later = record_later(trained, ["mine", "norms"])
    assert later["hidden_mean"].dims == ("run", "checkpoint")
    assert later["run"].values.tolist() == list(trained.runs)
    assert json.loads(later.attrs["probes"]) == {"mine": 1, "norms": 1}
    for name in ("hidden_mean", "squared_norm"):
        expected = at_once.dataset[name].sel(step=later["checkpoint"].values).values
        np.testing.assert_allclose(later[name].values, expected, rtol=1e-6)
    assert len(np.unique(later["hidden_mean"].values)) == later["hidden_mean"].size


def test_a_changed_probe_never_serves_old_records(tmp_path, mine):
    recording = Recording(Every(30), At(()), 8, ("mine",))
    before = train_population([BASE], recording, tmp_path)
    registry.register_measure(
        dataclasses.replace(mine, version=2, compute=lambda *given: {"hidden_mean": jnp.float32(3.0)})
    )
    after = train_population([BASE], recording, tmp_path)
    assert before.runs != after.runs == (run_id(BASE, recording),)
    assert (after.dataset["hidden_mean"] == 3).all() and not (before.dataset["hidden_mean"] == 3).any()
    assert [one.members[0][0].header["probes"] for one in (before, after)] == [{"mine": 1}, {"mine": 2}]
    unconcerned = dataclasses.replace(recording, measures=())
    assert population._versions(unconcerned) == {}


def test_what_cannot_be_measured_is_refused(tmp_path):
    trained = train_population([BASE], RECORDING, tmp_path)
    with pytest.raises(SpecError, match="`measures` is empty: name at least one"):
        record_later(trained, [])
    with pytest.raises(SpecError, match="unknown measure `minx` .* did you mean `mine`"):
        record_later(trained, ["minx"])


def test_runs_without_checkpoints_cannot_be_measured(tmp_path):
    class Bare:
        checkpoints = ()

    with pytest.raises(
        SpecError, match="these runs have no checkpoints to measure: record some in `checkpoint`"
    ):
        record_later(Bare(), ["mine"])
