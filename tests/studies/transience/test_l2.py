from dynamicl.studies.transience._l2 import AGAIN, KEEPS, L2, LOSES, NO_IWL
from studies.judging import judge_test

from .worlds import FLAT, STAYS, hump, level, runs, with_curve

STRENGTHS = [0.0, 1e-6, 1e-5, 1e-4, 1e-3]
DATA = runs({"strength": STRENGTHS})
DATA = with_curve(DATA, "icl", STAYS, strength=1e-5)
BROKEN = {
    KEEPS: with_curve(DATA, "icl", hump(0.85), strength=1e-5),
    LOSES: with_curve(DATA, "icl", STAYS, strength=0.0),
    AGAIN: with_curve(DATA, "icl", STAYS, strength=1e-3),
    NO_IWL: with_curve(DATA, "iwl", level(0.3), strength=1e-3),
}
test_judge = judge_test(L2, DATA, BROKEN)


def test_where_icl_never_came_it_is_not_kept():
    flat = with_curve(DATA, "icl", FLAT, strength=1e-5)
    parts = {part.name: part.holds for part in L2.judge(flat)}
    assert not parts[KEEPS.name] and "no icl at 1e-05" in L2.note(flat)
