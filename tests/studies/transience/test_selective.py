from dynamicl.studies.transience._selective import (
    ATTENTION,
    EMBEDDER,
    KEEPS,
    LOSES,
    MLP,
    NO_ICL,
    NOTHING,
    SELECTED,
    SELECTIVE,
)
from studies.judging import judge_test

from .worlds import FLAT, STAYS, hump, runs, with_curve

DATA = runs({"part": SELECTED}).assign_attrs(strength=1e-5)
DATA = with_curve(DATA, "icl", STAYS, part=[MLP, EMBEDDER])
BROKEN = {
    LOSES[NOTHING]: with_curve(DATA, "icl", STAYS, part=NOTHING),
    LOSES[ATTENTION]: with_curve(DATA, "icl", STAYS, part=ATTENTION),
    KEEPS[MLP]: with_curve(DATA, "icl", hump(0.8), part=MLP),
    KEEPS[EMBEDDER]: with_curve(DATA, "icl", hump(0.8), part=EMBEDDER),
}
test_judge = judge_test(SELECTIVE, DATA, BROKEN)


def test_without_icl_nothing_is_kept_or_lost():
    part = SELECTIVE.judge(with_curve(DATA, "icl", FLAT, part=MLP))[2]
    assert part.holds is None and part.undecided == NO_ICL and "1e-05" in SELECTIVE.note(DATA)
