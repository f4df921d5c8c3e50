import numpy as np
import pytest
import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.induction import _cost as module
from dynamicl.studies.induction._cost import COST, LEAST, MOST, WAYS
from dynamicl.studies.induction._settings import setting
from studies.judging import changed, judge_test

SPREAD = np.linspace(0.95, 1.05, 7)
DATA = xr.Dataset(
    {"seconds": (("way", "repeat"), np.stack([2e-4 * SPREAD, 6e-4 * SPREAD]))}, {"way": list(WAYS)}
)
BROKEN = {
    LEAST: changed(DATA, "seconds", 3e-4 * SPREAD, way="clamped step"),
    MOST: changed(DATA, "seconds", 1e-3 * SPREAD, way="clamped step"),
}
test_judge = judge_test(COST, DATA, BROKEN)


@pytest.mark.whole
def test_a_step_costs_more_than_looking(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REPEATS", 3)
    monkeypatch.setattr(module, "CALLS", 20)
    data = COST.measure(Lab(tmp_path, "smoke"), setting("smoke"), {})
    looking, step = (np.median(data["seconds"].sel(way=way)) for way in WAYS)
    assert step > looking > 0 and "batch 32" in COST.note(data)
