import numpy as np
import xarray as xr

from dynamicl.studies.induction._seeds import LINKS, SEEDS
from studies.judging import changed, judge_test

RNG = np.random.default_rng(0)
STRENGTH = RNG.random((5, 8))
UNRELATED = np.abs(STRENGTH - 0.5)
DIMS = ("seed", "head")
DATA = xr.Dataset(
    {
        "induction_strength": (DIMS, STRENGTH),
        "accuracy": (DIMS, 0.5 + STRENGTH / 2),
        "loss": (DIMS, 1 - STRENGTH),
        "learning_time": (DIMS, 1e5 * (2 - STRENGTH)),
        "learnt": (DIMS, np.ones((5, 8), bool)),
    },
    {"seed": range(5), "head": range(8)},
)
BROKEN = {threshold: changed(DATA, name, UNRELATED) for name, threshold in LINKS.items()}
test_judge = judge_test(SEEDS, DATA, BROKEN)


def test_what_does_not_vary_is_not_correlated():
    parts = SEEDS.judge(changed(DATA, "learning_time", np.ones((5, 8))))
    assert [part.holds for part in parts] == [True, True, None] and np.isnan(parts[2].value)
