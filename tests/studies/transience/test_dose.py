import numpy as np
import pytest
import xarray as xr

from dynamicl.lab import run_id
from dynamicl.specs import validate
from dynamicl.store import Trajectory
from dynamicl.studies import Lab
from dynamicl.studies._abilities import abilities
from dynamicl.studies.transience._dose import (
    CHEAPER,
    DOSE,
    DOSES,
    KEEPS,
    MLP_KEEPS,
    MLP_RESCUE,
    NOTHING_AS_HIGH,
    NOTHING_KEEPS,
    NOTHING_KEEPS_MLP,
    PASSES,
    RESCUE,
    WORKS,
    ends_of,
    measure,
    over_nothing,
    price_of_late,
    rescues,
)
from dynamicl.studies.transience._dose_runs import (
    KINDS,
    MOMENTS,
    NOTHING,
    PULSES,
    after_runs,
    checkpoint_at,
    dose_runs,
    listed,
    mlp_runs,
    pulse_runs,
    rescue_runs,
)
from dynamicl.studies.transience._settings import SETTINGS, setting
from dynamicl.training import plan
from studies.judging import judge_test

from .worlds import STAYS, X, hump, line, runs, with_curve

SHARES, STRENGTHS = [0.01, 0.1, 0.5], [1e-5, 1e-4]
LOST = {0.01: 0.6, 0.1: 0.7, 0.5: 0.85}


def stage(ends, dims, prefix):
    """Curves that go from .6 to their ends, with a coordinate of their own."""
    table = np.asarray(ends, float)
    rows = 0.6 + (table[..., None] - 0.6) * np.minimum(1, X / 8e5)
    axis = f"{prefix}_sequences"
    return xr.DataArray(rows, {**dims, axis: X}, (*dims, axis))


def dosed(ends, rescued=0.85, peaks=0.85, gain=0.2, left=0.0, mlp=(0.84, 0.85), mlp_rescued=(0.84, 0.85)):
    """Runs whose icl peaks at .85 and ends where it is said for each share; everything else is as in the finding."""
    data = runs({"kind": KINDS, "share": SHARES})
    tops = np.broadcast_to(peaks, 3)
    for place, (share, end) in enumerate(ends.items()):
        for i, kind in enumerate(KINDS):
            data = with_curve(data, "icl", hump(tops[place], end + 0.002 * i), kind=kind, share=share)
            assert SHARES[place] == share
    late = np.broadcast_to(rescued, (2, 3))
    pulses = np.array([[0.0, 1.0, 1.0]]) * np.ones((2, 1))
    moments = {"moment": list(MOMENTS), "pulse": list(PULSES)}
    mlps = [line(hump(0.85, end)) for end in mlp]
    return data.assign(
        free_icl=("sequences", line(hump(0.85, 0.5))),
        rescued_icl=stage(late, {"kind": list(KINDS), "share": SHARES}, "rescued"),
        pulsed_icl=stage(0.6 + gain * pulses, moments, "pulsed"),
        after_icl=stage(0.55 + left * pulses, moments, "after"),
        mlp_free_icl=("sequences", line(hump(0.85, 0.55))),
        mlp_icl=(("strength", "sequences"), np.array(mlps)),
        mlp_rescued_icl=stage(mlp_rescued, {"strength": STRENGTHS}, "rescued"),
    )


DATA = dosed(LOST)
BROKEN = {
    DOSE: dosed({0.01: 0.85, 0.1: 0.55, 0.5: 0.5}),
    KEEPS: dosed({0.01: 0.55, 0.1: 0.6, 0.5: 0.7}),
    RESCUE: dosed(LOST, rescued=0.7),
    # A tenth keeps icl just as high as counts, and a little lower when given late: then it takes half of all.
    CHEAPER: dosed({0.01: 0.6, 0.1: 0.81, 0.5: 0.85}, rescued=[0.7, 0.77, 0.85], peaks=[0.85, 0.82, 0.85]),
    WORKS: dosed(LOST, gain=0.0),
    PASSES: dosed(LOST, left=0.2),
    MLP_KEEPS: dosed(LOST, mlp=(0.6, 0.5)),
    MLP_RESCUE: dosed(LOST, mlp_rescued=(0.6, 0.85)),
}
test_judge = judge_test(DOSES, DATA, BROKEN)


def test_what_nothing_keeps_cannot_be_brought_back():
    parts = {part.name: part.undecided for part in DOSES.judge(BROKEN[KEEPS])}
    assert parts[RESCUE.name] == NOTHING_KEEPS and parts[CHEAPER.name] == NOTHING_AS_HIGH
    mlp = {part.name: part.undecided for part in DOSES.judge(BROKEN[MLP_KEEPS])}
    assert mlp[MLP_RESCUE.name] == NOTHING_KEEPS_MLP
    assert "matched" in DOSES.note(DATA) and "early, late by matched" in DOSES.note(DATA)


def test_only_what_was_kept_is_compared():
    before, after = (ends_of(DATA, name) for name in ("icl", "rescued_icl"))
    assert rescues(abilities(DATA[["icl"]]), before, after) == pytest.approx([-0.005] * 2, abs=0.03)
    more = with_curve(DATA, "icl", STAYS, share=0.01)
    assert len(rescues(abilities(more[["icl"]]), ends_of(more, "icl"), after)) == 4


def test_prices_by_hand():
    # Late, a hundredth over half of the time; from the start, half of all.
    assert price_of_late(DATA) == pytest.approx(0.5 * 0.01 / 0.5)
    assert price_of_late(BROKEN[CHEAPER]) == pytest.approx(0.5 * 0.5 / 0.1)
    np.testing.assert_allclose(over_nothing(BROKEN[PASSES], "after_icl"), 0.2)


def test_a_run_that_ends_earlier_has_its_own_end():
    table = DATA["after_icl"].values.copy()
    table[1, :, 51:] = np.nan
    ends = ends_of(DATA.assign(after_icl=(DATA["after_icl"].dims, table)), "after_icl")
    np.testing.assert_allclose(ends.values, 0.55, atol=0.003)


@pytest.mark.parametrize("scale", SETTINGS)
def test_runs_can_be_trained_and_shares_are_one_program(scale):
    numbers = setting(scale)
    specs = dose_runs(numbers)
    windows = pulse_runs(numbers, "ab", {"early": 3, "late": 4})
    later = after_runs(numbers, tuple("abcdef"), 5)
    for run in (*specs, *rescue_runs(numbers, "ab", 3), *windows, *later, *mlp_runs(numbers, 1.0, 3)):
        validate(run)
    assert len({run_id(run, numbers.recording()) for run in specs}) == 2 * len(numbers.doses)
    assert all(run.start.how == "init_from" for run in rescue_runs(numbers, "ab", 3))
    assert listed(numbers)["rescue"].run_steps <= listed(numbers)["dose"].run_steps
    assert len(plan(mlp_runs(numbers, 1.0, 3))) == 1


def test_a_pulse_is_a_window_and_what_comes_after_it():
    numbers = setting("laptop")
    windows = pulse_runs(numbers, "ab", {"early": 3, "late": 4})
    assert [run.start.step for run in windows] == [3, 3, 3, 4, 4, 4]
    plain = numbers.world.run(0, 0).task.train
    assert [run.task.train == plain for run in windows] == [pulse == NOTHING for pulse in PULSES] * 2
    assert {part.share for run in windows for part in run.task.train} == {0.5, 1.0}
    later = after_runs(numbers, tuple("abcdef"), 8000)
    assert [run.start.run for run in later] == list("abcdef")
    assert {(run.start.step, run.start.optimizer) for run in later} == {(8000, "kept")}
    assert all(run.task.train == plain for run in later)
    long = numbers.long * numbers.world.steps
    whole = [start * long + first.steps + second.steps for start, first, second in _chains(windows, later)]
    assert whole == pytest.approx([long] * 6, abs=2)
    seeds = {run.seeds.data for run in (*windows, *later)}
    assert len(seeds) == 2 and numbers.datas[0] not in seeds


def _chains(windows, later):
    return zip(np.repeat(list(MOMENTS.values()), 3), windows, later, strict=True)


class Recorded(Trajectory):
    """A trajectory with given records."""

    def __init__(self, data, runs=()):
        self.data, self.names = data, runs

    @property
    def dataset(self):
        return self.data

    @property
    def runs(self):
        return self.names

    @property
    def checkpoints(self):
        return [0, 10, 20, 30, 40]


def recorded(count, steps, level):
    """Records of some runs as the store gives them."""
    evaluators = ["train", "icl", "ciwl", "flip", "iwl"]
    table = np.full((count, len(steps), len(evaluators)), level)
    dims = ("run", "step", "evaluator")
    variables = {name: (dims, table) for name in ("accuracy_in_context", "accuracy", "loss")}
    variables |= {name: (("run", "step"), table[..., 0]) for name in ("train_loss", "squared_norm")}
    return Recorded(xr.Dataset(variables, {"step": steps, "evaluator": evaluators}), ["run"] * count)


def test_stages_are_arranged_with_their_own_times(tmp_path):
    numbers = setting("smoke")
    long, half, short = np.arange(0, 41, 4), np.arange(0, 21, 4), np.arange(0, 6)
    levels = {
        "dose": (2 * len(numbers.doses), long, 0.1),
        "whole": (1, long, 0.2),
        "rescue": (2 * len(numbers.doses), half, 0.3),
        "pulses": (6, short, 0.4),
        "after": (6, long, 0.5),
        "mlp": (1, long, 0.6),
        "mlp_dose": (len(numbers.strengths), long, 0.7),
        "mlp_rescue": (len(numbers.strengths), half, 0.8),
    }
    data = measure(
        Lab(tmp_path, "smoke"), numbers, {name: recorded(*records) for name, records in levels.items()}
    )
    names = ("icl", "free_icl", "rescued_icl", "pulsed_icl", "after_icl", "mlp_free_icl", "mlp_icl")
    for place, name in enumerate((*names, "mlp_rescued_icl"), start=1):
        np.testing.assert_allclose(data[name], place / 10)
    assert data["pulsed_icl"].dims == ("moment", "pulse", "pulsed_sequences")
    np.testing.assert_array_equal(data["rescued_sequences"], half * numbers.world.batch)


def test_stages_follow_what_they_start_from():
    numbers = setting("smoke")
    every = listed(numbers)
    whole = recorded(1, np.arange(3), 0.5)
    assert checkpoint_at(numbers, whole, 0.5) == 20 and checkpoint_at(numbers, whole, 0.3) == 10
    known = every["rescue"].describe({"whole": whole})
    assert {(run.start.run, run.start.step) for run in known.runs} == {("run", 20)}
    windows = every["pulses"].describe({"whole": whole})
    assert [run.start.step for run in windows.runs] == [0, 0, 0, 20, 20, 20]
    pulsed = Recorded(None, [f"pulse {i}" for i in range(6)])
    later = every["after"].describe({"pulses": pulsed})
    assert [run.start.run for run in later.runs] == [f"pulse {i}" for i in range(6)]
    mlps = every["mlp_rescue"].describe({"mlp": recorded(1, np.arange(3), 0.5)})
    assert {run.start.step for run in mlps.runs} == {20} and mlps.runs[0].model.mlp_ratio == 4
    for name, population in zip(
        ("rescue", "pulses", "after", "mlp_rescue"), (known, windows, later, mlps), strict=True
    ):
        assert population.run_steps <= every[name].run_steps
