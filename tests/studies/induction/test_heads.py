import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._heads import HEADS, SEVERAL, STRONGEST, TOGETHER, rise_and_drop
from studies.judging import changed, judge_test

FINAL = np.tile([0.8, 0.5, 0.1, 0.2, 0.0, 0.1, 0.2, 0.1], (3, 1))
DATA = xr.Dataset(
    {
        "induction_strength": (("run", "step", "head"), np.stack([0 * FINAL, FINAL], axis=1)),
        "rise": ("run", [106.0, 210.0, 290.0]),
        "drop": ("run", [110.0, 200.0, 300.0]),
        "drop_width": ("run", [10.0, 40.0, 50.0]),
        "second": ("run", [1.1, 1.2, np.nan]),
    },
    {"run": list("abc"), "step": [0, 100], "head": range(8)},
)
one_inductive = changed(DATA, "induction_strength", 0.1, run=["a", "b"], step=100, head=1)
BROKEN = {
    STRONGEST: changed(DATA, "induction_strength", 0.2, run="a", step=100, head=[0, 1]),
    SEVERAL: one_inductive,
    TOGETHER: changed(DATA, "rise", 340.0, run="c"),
}
test_judge = judge_test(HEADS, DATA, BROKEN)


def test_rises_and_drops_are_crossings_of_the_curves():
    steps = np.arange(0, 1001, 10.0)
    noise = 0.002 * np.random.default_rng(0).normal(size=len(steps))
    loss = 0.7 / (1 + np.exp((steps - 500) / 20)) + noise
    strong, weak = (
        height / (1 + np.exp((middle - steps) / 30)) for height, middle in ((0.8, 500), (0.6, 600))
    )
    moments = rise_and_drop(steps, np.stack([strong, weak, 0 * steps], axis=1), loss)
    assert moments["rise"].item() == pytest.approx(500, abs=2)
    assert moments["drop"].item() == pytest.approx(500, abs=10)
    # A logistic of 20 steps goes from 90 to 10 % in 2 log 9 of them.
    assert moments["drop_width"].item() == pytest.approx(20 * 2 * np.log(9), rel=0.15)
    # 0.3 is passed at 500 + 30 log(3 / 5) and at 600.
    assert moments["second"].item() == pytest.approx(600 / (500 + 30 * np.log(0.6)), rel=0.01)
    flat = rise_and_drop(steps, np.zeros((len(steps), 2)), np.full(len(steps), 0.7))
    assert np.isnan([flat["drop"], flat["drop_width"], flat["second"]]).all()
