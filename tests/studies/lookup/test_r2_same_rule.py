import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r2_same_rule import HOLDS, SAME, SAME_RULE
from studies.judging import changed, judge_test

RUNS = 4
TRANSFER = 0.2 + 0.3 * np.eye(RUNS)
DATA = xr.Dataset(
    {"fixed": ("learnt_on", [0.97, 0.95, 0.93, 0.96]), "transfer": (("learnt_on", "scored_on"), TRANSFER)},
    attrs={"pairs": 3, "exact_runs": RUNS, "all_runs": 64},
)
BROKEN = {
    HOLDS: changed(DATA, "fixed", [0.5, 0.51, 0.52, 0.5]),
    SAME: changed(DATA, "fixed", [1.0, 1.0, 0.85, 0.85]),
}
test_judge = judge_test(SAME_RULE, DATA, BROKEN)


def test_a_learnt_rule_is_scored_on_others():
    assert (
        SAME_RULE.note(DATA)
        == "a rule learnt on one seed scores 0.50 there and 0.20 [0.20, 0.20] on other seeds"
    )
    assert [part.holds for part in SAME_RULE.judge(DATA.assign_attrs(exact_runs=0))] == [None, None]
