import xarray as xr

from dynamicl.studies.mixture._tying import EARLIER, TYING
from studies.judging import changed, judge_test

DATA = xr.Dataset({"t10": (("contexts", "xi"), [[90.0, 40.0]])}, {"contexts": ["middle"], "xi": [0.0, 1.0]})
test_judge = judge_test(TYING, DATA, {EARLIER: changed(DATA, "t10", 50.0, xi=1.0)})
