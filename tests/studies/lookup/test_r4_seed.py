import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_seed import SEED, SOME, SOME_NOT
from studies.judging import judge_test


def runs(exact, other):
    kind = np.repeat(["exact", "plateau"], [exact, other])
    return xr.Dataset(
        {"converged": ("run", kind == "exact"), "kind": ("run", kind)},
        attrs={"initialisation": 1, "scratch_exact": 30, "scratch_runs": 60},
    )


test_judge = judge_test(SEED, runs(2, 2), {SOME: runs(1, 20), SOME_NOT: runs(20, 1)})


def test_the_note_compares_with_other_initialisations():
    told = SEED.note(runs(30, 30))
    assert told.startswith(
        "P 0.500 [0.376, 0.624]: of 60 data seeds 30 exact, 0 stalled below 1, 30 still on"
    )
    assert "Fisher's p of the same P: 1)" in told and "initialisation 1, chosen because" in told
