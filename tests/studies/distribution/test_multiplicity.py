from dynamicl.studies.distribution._multiplicity import MORE, MULTIPLICITY, TREND
from studies.judging import judge_test

from .worlds import level, runs, with_curve

LABELS = [1, 2, 4]
DATA = runs({"labels": LABELS, "init": range(2)})
SMALL = DATA
for place, labels in enumerate(LABELS):
    for init in range(2):
        here = {"labels": labels, "init": init}
        DATA = with_curve(DATA, "icl", level(0.6 + 0.1 * place + 0.01 * init), **here)
        SMALL = with_curve(SMALL, "icl", level(0.6 + 0.02 * place + 0.001 * init), **here)
BROKEN = {TREND: with_curve(DATA, "icl", level(0.95), labels=2), MORE: SMALL}
test_judge = judge_test(MULTIPLICITY, DATA, BROKEN)


def test_the_ceiling_of_iwl_is_said():
    assert "of at most 0.25 with 4" in MULTIPLICITY.note(DATA)
