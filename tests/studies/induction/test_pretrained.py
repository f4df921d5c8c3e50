import numpy as np
import pytest
import xarray as xr

from dynamicl.data import PretrainedMobileNet
from dynamicl.store import Trajectory
from dynamicl.studies import Lab
from dynamicl.studies.induction._populations import populations
from dynamicl.studies.induction._pretrained import (
    ENCODERS,
    MISSING,
    NOT_ABOVE,
    NOT_BELOW,
    PRETRAINED,
    SHORTER,
    measure,
    needed,
    note,
)
from dynamicl.studies.induction._settings import setting
from studies.judging import judge_test

SEQUENCES = np.linspace(0, 1e6, 1001)
EVALUATORS = ["train", "held-out classes"]


def curves(random, pretrained):
    """Losses that fall in steps at the times given, by encoder and seed."""
    times = np.array([random, pretrained])[..., None]
    return xr.Dataset(
        {
            "loss": (("encoder", "seed", "sequences"), np.where(times > SEQUENCES, 0.7, 0.1)),
            "final_accuracy": (("encoder", "seed", "evaluator"), np.full((2, len(random), 2), 0.9)),
        },
        {"encoder": list(ENCODERS), "sequences": SEQUENCES, "evaluator": EVALUATORS},
    )


RANDOM = [4.5e5, 4.6e5, 4.4e5, 4.5e5]
DATA = curves(RANDOM, [2.8e5, 2.7e5, 2.75e5, 2.8e5])
BROKEN = {
    NOT_BELOW: curves(RANDOM, [1.8e5, 1.9e5, 2e5, 1.8e5]),
    NOT_ABOVE: curves([5e5] * 4, [3.8e5, 3.9e5, 4e5, 3.8e5]),
    SHORTER: curves([2.8e5, 2.7e5, 2.8e5, 2.7e5], [2.8e5, 2.7e5, 2.75e5, 2.8e5]),
}
test_judge = judge_test(PRETRAINED, DATA, BROKEN)


def test_without_the_weights_nothing_is_decided_and_main_runs_are_all_it_needs(monkeypatch):
    monkeypatch.setattr(PretrainedMobileNet, "is_installed", staticmethod(lambda: False))
    assert set(needed(setting("smoke"))) == {"random-convolution"}
    parts = PRETRAINED.judge(DATA.sel(encoder=[ENCODERS[0]]))
    assert {part.undecided for part in parts} == {MISSING}


def test_runs_differ_in_their_features_alone(monkeypatch):
    monkeypatch.setattr(PretrainedMobileNet, "is_installed", staticmethod(lambda: True))
    for scale in ("smoke", "paper"):
        every = needed(setting(scale))
        own = every[setting(scale).encoder]
        assert own is populations(setting(scale))["main"]
    for plain, other in zip(*(population.runs for population in every.values()), strict=True):
        assert other.task.source.encoder == "mobilenet-v2" and plain.task.source.encoder == ENCODERS[0]
        assert (plain.seeds, plain.model, plain.steps) == (other.seeds, other.model, other.steps)


def test_the_note_gives_both_times():
    assert note(DATA).startswith("random-convolution: 449,")
    assert "held-out classes 0.90" in note(DATA)


@pytest.mark.parametrize("count", [1, 2])
def test_times_are_told_for_the_encoders_that_are_there(count):
    assert note(DATA.isel(encoder=slice(count))).count("sequences") == count


class Recorded(Trajectory):
    """A trajectory with given records."""

    def __init__(self, data):
        self.data = data

    @property
    def dataset(self):
        return self.data


def recorded(level):
    """Records of two runs as the store gives them."""
    dims = ("run", "step", "evaluator")
    table = np.full((2, 3, 2), level)
    names = ("loss", "loss_error", "accuracy")
    variables = {name: (dims, table) for name in names} | {"train_loss": (("run", "step"), table[..., 0])}
    return Recorded(xr.Dataset(variables, {"run": ["a", "b"], "step": [0, 1, 2], "evaluator": EVALUATORS}))


@pytest.mark.parametrize("names", [ENCODERS[:1], ENCODERS])
def test_what_was_trained_is_measured_encoder_by_encoder(names, tmp_path):
    levels = dict(zip(ENCODERS, (0.7, 0.3), strict=True))
    trajectories = {name: recorded(levels[name]) for name in names}
    data = measure(Lab(tmp_path, "smoke", "a test"), setting("smoke"), trajectories)
    assert data["encoder"].values.tolist() == list(ENCODERS[: len(names)])
    np.testing.assert_array_equal(data["loss"].isel(seed=0, sequences=0), [levels[name] for name in names])
    assert data["final_accuracy"].dims == ("encoder", "seed", "evaluator")
