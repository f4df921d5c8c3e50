from dynamicl.studies.transience._iwl_transient import FADES, IWL_TRANSIENT, NOTHING
from studies.judging import judge_test

from .test_l2 import DATA as BY_STRENGTH
from .worlds import level, with_curve

DATA = with_curve(BY_STRENGTH, "iwl", ((0, 0), (6e5, 0.5), (1.6e6, 0.1)), strength=1e-5)
BROKEN = {FADES: with_curve(BY_STRENGTH, "iwl", ((0, 0), (6e5, 0.5), (1.6e6, 0.5)), strength=1e-5)}
test_judge = judge_test(IWL_TRANSIENT, DATA, BROKEN)


def test_what_never_came_cannot_go():
    # At the largest strength and at none it does not count.
    (part,) = IWL_TRANSIENT.judge(with_curve(BY_STRENGTH, "iwl", level(0.4), strength=[0.0, 1e-3]))
    assert part.holds is None and part.undecided == NOTHING
    assert "peak minus end of ciwl" in IWL_TRANSIENT.note(DATA)
