import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._icl_only import CONDITIONS, ICL_ONLY, LEARNS, SLOW
from studies.judging import judge_test

from .worlds import X, line, with_curve

PLATEAU, FAST = ((0, 9.0), (1e5, 0.72), (1.6e6, 0.7)), ((0, 9.0), (1e5, 0.72), (1.5e5, 0.3), (1.6e6, 0.1))
LOSS = np.stack([np.tile(line(knots), (2, 1)) for knots in (PLATEAU, FAST)])
DIMS = ("condition", "data", "sequences")
DATA = xr.Dataset(
    {"loss": (DIMS, LOSS), "icl": (DIMS, 0 * LOSS + 0.5), "foreign_loss": ("sequences", line(PLATEAU))},
    {"condition": list(CONDITIONS), "data": [0, 1], "sequences": X},
)
SOON = ((0, 9.0), (1e5, 0.72), (4e5, 0.6), (1.6e6, 0.3))
BROKEN = {
    LEARNS: with_curve(DATA, "loss", PLATEAU, condition="grafted", data=[1]),
    SLOW: with_curve(DATA, "loss", SOON, condition="free", data=[0]),
}
test_judge = judge_test(ICL_ONLY, DATA, BROKEN)


def test_five_times_as_long_is_slow_enough():
    late = ((0, 9.0), (1e5, 0.72), (1e6, 0.70), (1.1e6, 0.3), (1.6e6, 0.3))
    assert all(part.holds for part in ICL_ONLY.judge(with_curve(DATA, "loss", late, condition="free")))
    assert "never below log 2" in ICL_ONLY.note(DATA)
