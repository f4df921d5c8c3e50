import numpy as np
import xarray as xr

from dynamicl.studies.mixture._saddle import EIGENVALUES, ELIMINATES, ONLY_ENTRY, SADDLE, SLOWER
from studies.judging import changed, judge_test

N = np.array([4.0, 8.0])
ENTRY = (N - 1) / (N * (N + 1) * (2 * N + 1))
HESSIAN = np.zeros((2, 3, 3))
HESSIAN[:, 0, 1] = HESSIAN[:, 1, 0] = -ENTRY
END = np.array([[[6.0, 6.0, 5.0], [-100.0, -9.0, 5.0]]] * 2)
DATA = xr.Dataset(
    {
        "hessian": (("pairs", "row", "column"), HESSIAN),
        "slope": (("pairs", "row"), np.zeros((2, 3))),
        "eigenvalues": (("pairs", "number"), np.stack([-ENTRY, 0 * ENTRY, ENTRY], axis=1)),
        "solved": (("start", "side"), [[900.0, 28000.0], [400.0, 27000.0]]),
        "end": (("start", "side", "logit"), END),
    },
    {"pairs": N, "side": ["in context", "elimination"], "logit": ["xi", "alpha", "beta1"]},
)
BROKEN = {
    ONLY_ENTRY: DATA.assign(slope=DATA["slope"] + 1e-3),
    EIGENVALUES: DATA.assign(eigenvalues=1.1 * DATA["eigenvalues"]),
    SLOWER: changed(DATA, "solved", 5000.0, side="elimination"),
    ELIMINATES: changed(DATA, "end", 1.0, side="elimination", logit="alpha"),
}
test_judge = judge_test(SADDLE, DATA, BROKEN)


def test_the_hessian_is_judged_as_well_as_the_slope():
    bent = DATA.copy(deep=True)
    bent["hessian"][0, 2, 2] = 1e-3
    assert SADDLE.judge(bent)[0].holds is False
