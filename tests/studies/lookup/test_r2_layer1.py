import xarray as xr

from dynamicl.studies.lookup._r2_layer1 import COLLECT, LAYER_ONE
from dynamicl.studies.lookup._rules import too_short
from studies.judging import changed, judge_test

ATTRS = {"pairs": 3, "exact_runs": 4, "all_runs": 64, "habits": "key: end -1 (3 of 4)"}
DATA = xr.Dataset({"collect_accuracy": ("run", [0.97, 0.95, 0.9, 0.92])}, attrs=ATTRS)
test_judge = judge_test(LAYER_ONE, DATA, {COLLECT: changed(DATA, "collect_accuracy", [0.5, 0.95, 0.9, 0.9])})


def test_the_reports_rules_need_three_pairs_and_two_runs():
    assert "2 pairs have no other: it takes at least 3" in too_short(2)
    assert too_short(3) == too_short(26) == ""
    (part,) = LAYER_ONE.judge(DATA.assign_attrs(pairs=2))
    assert part.holds is None and part.undecided == too_short(2)
    (part,) = LAYER_ONE.judge(DATA.assign_attrs(exact_runs=1))
    assert part.undecided == "1 of 64 runs converged, fewer than 2"
    assert LAYER_ONE.note(DATA).endswith("key: end -1 (3 of 4)")
