from dynamicl.studies.coopetition._l1_alike import ALIKE, L1_ALIKE
from studies.judging import judge_test

from .test_l1_heads import DATA

OTHER = DATA.copy(deep=True)
OTHER["previous"].loc[{"kind": "flip"}] = OTHER["itself"].loc[{"kind": "flip"}].values
test_judge = judge_test(L1_ALIKE, DATA, {ALIKE: OTHER})
