import numpy as np
import pytest
import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.induction import _jit as module
from dynamicl.studies.induction._jit import CALLS, FASTER, JIT
from dynamicl.studies.induction._settings import setting
from studies.judging import changed, judge_test

SPREAD = np.linspace(0.95, 1.05, 7)
DATA = xr.Dataset(
    {"seconds": (("way", "repeat"), np.stack([2e-4 * SPREAD, 8e-2 * SPREAD[::-1]]))}, {"way": list(CALLS)}
)
BROKEN = {FASTER: changed(DATA, "seconds", 1.5e-3 * SPREAD, way="operation by operation")}
test_judge = judge_test(JIT, DATA, BROKEN)


@pytest.mark.whole
def test_compiling_pays(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REPEATS", 2)
    monkeypatch.setattr(module, "CALLS", {"compiled": 5, "operation by operation": 1})
    data = JIT.measure(Lab(tmp_path, "smoke"), setting("smoke"), {})
    compiled, eager = (data["seconds"].sel(way=way).values for way in CALLS)
    assert (eager > 2 * compiled).all() and "microseconds" in JIT.note(data)
