from dynamicl.studies.coopetition._no_iwl import (
    AUXILIARY,
    CUT,
    LEAST,
    LITTLE,
    MOST,
    NO_HEADS,
    NO_IWL,
    SOME,
    VARIANTS,
)
from studies.judging import changed, judge_test

from .worlds import world

DATA = (
    world({})
    .assign(ciwl_cut=("variant", [0.98, 0.62, 0.97]), pure=((), 0.0015))
    .assign_coords(variant=list(VARIANTS))
    .assign_attrs(rare=200_000, sample=2000)
)
BROKEN = {
    LEAST: changed(DATA, "pure", 0.0006),
    MOST: changed(DATA, "pure", 0.006),
    SOME: changed(DATA, "ciwl_cut", 0.51, variant=NO_HEADS),
    LITTLE: changed(DATA, "ciwl_cut", 0.8, variant=NO_HEADS),
    AUXILIARY: changed(DATA, "ciwl_cut", 0.9, variant=CUT),
}
test_judge = judge_test(NO_IWL, DATA, BROKEN)
