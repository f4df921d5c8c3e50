import numpy as np
import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.mixture import _l_equals_n_time as module
from dynamicl.studies.mixture._l_equals_n_time import L_EQUALS_N_TIME, LONGER
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {"solved": (("labels", "start"), [[800.0, 500.0], [90.0, 80.0], [70.0, 60.0]])},
    {"labels": [8, 16, 32]},
)
test_judge = judge_test(L_EQUALS_N_TIME, DATA, {LONGER: changed(DATA, "solved", 600.0, labels=16)})


def test_what_is_measured_of_two_pairs(tmp_path, monkeypatch):
    small = {"PAIRS": 2, "MULTIPLES": (1, 2), "STARTS": (0.1, 0.3), "STEPS": 1500}
    for name, value in small.items():
        monkeypatch.setattr(module, name, value)
    data = L_EQUALS_N_TIME.measure(Lab(tmp_path, "smoke"), "smoke", {})
    assert data["labels"].values.tolist() == [2, 4] and np.isfinite(data["solved"]).all()
    # A start further along is solved sooner; the kept curve is that of the smallest.
    assert (data["solved"].diff("start") < 0).all()
    first = data.isel(labels=0)
    after = first["step"].values > float(first["solved"][0])
    assert (first["loss"].values[after] <= 0.1).all() and (first["loss"].values[~after] > 0.09).all()
