import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.coopetition._icl_only import CONDITIONS, ICL_ONLY, PLATEAU, SLOW
from studies.judging import judge_test

from .worlds import X, line, with_curve

STAYS, FAST = ((0, 9.0), (1e5, 0.72), (1.6e6, 0.7)), ((0, 9.0), (1e5, 0.72), (1.5e5, 0.3), (1.6e6, 0.1))
LOSS = np.stack([np.tile(line(knots), (2, 1)) for knots in (STAYS, FAST)])
DIMS = ("condition", "data", "sequences")
DATA = xr.Dataset(
    {"loss": (DIMS, LOSS), "icl": (DIMS, 0 * LOSS + 0.5), "foreign_loss": ("sequences", line(STAYS))},
    {"condition": list(CONDITIONS), "data": [0, 1], "sequences": X},
)
LATE = ((0, 9.0), (1e5, 0.72), (1e6, 0.70), (1.1e6, 0.3), (1.6e6, 0.3))
SOON = ((0, 9.0), (1e5, 0.72), (4e5, 0.6), (1.6e6, 0.3))
test_judge = judge_test(ICL_ONLY, DATA, {SLOW: with_curve(DATA, "loss", SOON, condition="free", data=[0])})


def test_five_times_as_long_is_slow_enough():
    assert ICL_ONLY.judge(with_curve(DATA, "loss", LATE, condition="free"))[0].holds
    assert "another initialisation never" in ICL_ONLY.note(DATA)


@pytest.mark.parametrize(
    ("free", "grafted", "holds"),
    [(STAYS, STAYS, None), (STAYS, LATE, None), (SOON, STAYS, False)],
    ids=["neither comes", "the free run is followed for less than five times as long", "the free one alone"],
)
def test_what_one_run_alone_does(free, grafted, holds):
    data = with_curve(DATA, "loss", free, condition="free")
    (part,) = ICL_ONLY.judge(with_curve(data, "loss", grafted, condition="grafted"))
    assert part.holds is holds and part.undecided == ("" if holds is False else PLATEAU)
