from dynamicl.studies.distribution._zipf_extreme import LOWER, ZIPF_EXTREME
from studies.judging import judge_test

from .test_zipf import DATA
from .worlds import level, with_curve

test_judge = judge_test(
    ZIPF_EXTREME, DATA, {LOWER: with_curve(DATA, "iwl_common", level(0.95), exponent=3.0)}
)
