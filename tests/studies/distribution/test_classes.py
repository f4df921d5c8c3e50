from dynamicl.studies.distribution._classes import CLASSES, ICL, IWL, NEVER
from studies.judging import judge_test

from .worlds import FLAT, hump, level, runs, with_curve

COUNTS = [100, 1600, 12_800]
DATA = runs({"classes": COUNTS, "init": range(3)})
for place, classes in enumerate(COUNTS):
    for init in range(3):
        here = {"classes": classes, "init": init}
        DATA = with_curve(DATA, "icl", hump(0.5 + 0.2 * place + 0.01 * init), **here)
        # Slow to be learnt, the slower the more classes there are.
        DATA = with_curve(DATA, "iwl", ((0, 0), (1.6e6, 0.9 - 0.3 * place + 0.01 * init)), **here)
DATA = with_curve(DATA, "icl", FLAT, classes=100)
BROKEN = {
    NEVER: with_curve(DATA, "icl", hump(0.6), classes=100, init=2),
    ICL: with_curve(DATA, "icl", hump(0.99, 0.9), classes=1600),
    IWL: with_curve(DATA, "iwl", level(0.95), classes=12_800),
}
test_judge = judge_test(CLASSES, DATA, BROKEN)
