import xarray as xr

from dynamicl.studies.mixture._landscape import ABRUPT, BEFORE_ALPHA, BEFORE_BETA, LANDSCAPE, SLOPE
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {
        "slope": ("pair", [-0.0441176]),
        "expected": ("pair", [-0.0441176]),
        "half": (("contexts", "logit"), [[95.0, 99.0, 98.0], [82.0, 81.0, 81.0]]),
        "index": ("contexts", [0.9, 0.9]),
    },
    {"contexts": ["middle", "all"], "logit": ["xi", "alpha", "beta1"]},
)
BROKEN = {
    SLOPE: DATA.assign(slope=DATA["slope"] + 1e-4),
    BEFORE_ALPHA: changed(DATA, "half", 90.0, contexts="middle", logit="alpha"),
    BEFORE_BETA: changed(DATA, "half", 90.0, contexts="middle", logit="beta1"),
    ABRUPT: changed(DATA, "index", 0.2, contexts="middle"),
}
test_judge = judge_test(LANDSCAPE, DATA, BROKEN)
