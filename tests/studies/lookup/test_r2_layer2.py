import xarray as xr

from dynamicl.studies.lookup._r2_layer2 import LAYER_TWO, RULES
from studies.judging import changed, judge_test

ATTRS = {"pairs": 3, "exact_runs": 3, "all_runs": 64, "habits": ""}
SCORES = [0.97, 0.95, 0.9]
DATA = xr.Dataset({name: ("run", SCORES) for name in RULES}, attrs=ATTRS)
BROKEN = {bar: changed(DATA, name, [0.6, 0.95, 0.9]) for name, bar in RULES.items()}
test_judge = judge_test(LAYER_TWO, DATA, BROKEN)


def test_too_few_pairs_decide_nothing():
    assert [part.holds for part in LAYER_TWO.judge(DATA.assign_attrs(pairs=2))] == [None, None]
