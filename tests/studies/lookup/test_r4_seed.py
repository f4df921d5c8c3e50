import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_seed import SEED, SOME, SOME_NOT
from studies.judging import judge_test


def runs(exact, other, climbing=0, latest=5000):
    kind = np.repeat(["exact", "plateau", "climbing"], [exact, other, climbing])
    return xr.Dataset(
        {
            "converged": ("run", kind == "exact"),
            "kind": ("run", kind),
            "time": ("run", np.where(kind == "exact", latest, 9000.0)),
        },
        {"step": [0, 4500, 9000]},
        {"initialisation": 1, "scratch_exact": 30, "scratch_runs": 60},
    )


test_judge = judge_test(SEED, runs(2, 2), {SOME: runs(1, 20), SOME_NOT: runs(20, 1)})


def test_what_still_climbs_has_not_failed_to_converge():
    some, some_not = SEED.judge(runs(20, 1, climbing=3))
    assert some.holds and some_not.value == 1 and some_not.undecided == "it hangs on runs that still climb"
    assert (
        SEED.judge(runs(20, 2, climbing=3))[1].holds and SEED.judge(runs(20, 0, climbing=1))[1].holds is False
    )
    assert SEED.judge(runs(1, 5, climbing=3))[0].undecided == "it hangs on runs that still climb"


def test_who_does_not_converge_is_known_only_after_the_others_have_long_done_so():
    assert SEED.judge(runs(20, 5, latest=8099))[1].holds
    (some, some_not) = SEED.judge(runs(20, 5, latest=8100))
    assert some.holds and some_not.undecided == "some converge as late as at 90% of the training"


def test_the_note_compares_with_other_initialisations():
    told = SEED.note(runs(30, 30))
    assert told.startswith(
        "P 0.500 [0.376, 0.624]: of 60 data seeds 30 exact, 0 stalled below 1, 30 still on"
    )
    assert "Fisher's p of the same P: 1)" in told and "initialisation 1, chosen because" in told
