import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_local import LOCAL, VARIES, settled
from studies.judging import judge_test


def neighbours(wins, forks=16):
    wins = np.array(wins)
    attrs = {"forks": forks, "scatter": float(np.std(wins / forks)), "tossed": 0.1}
    return xr.Dataset(
        {"converged": ("at", wins), "probability": ("at", wins / forks)},
        {"at": 50 + np.arange(len(wins))},
        attrs,
    )


DATA = neighbours([2, 15, 3, 14, 8, 1, 16, 4, 13, 8, 2])
COINS = neighbours([11, 12, 10, 13, 11, 9, 12, 11, 10, 12, 11])
test_judge = judge_test(LOCAL, DATA, {VARIES: COINS})


def test_a_settled_fate_does_not_vary():
    (part,) = LOCAL.judge(neighbours([16, 16, 15, 16, 16, 16, 15, 16, 16, 16, 16]))
    assert part.holds is None and part.undecided.startswith("P is 0.99 at these steps, where hardly any fork")
    assert settled(0.04) and settled(0.96) and settled(0.94) == settled(0.06) == ""
    (part,) = LOCAL.judge(neighbours([16] * 11))
    assert part.holds is None and np.isnan(part.value)
