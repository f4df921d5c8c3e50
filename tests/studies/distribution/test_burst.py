from dynamicl.studies.distribution._burst import BURST, ICL, ICL_MORE, IWL, NEVER
from studies.judging import judge_test

from .worlds import FLAT, hump, level, runs, with_curve

SHARES = [0.0, 0.5, 0.9, 1.0]
DATA = runs({"share": SHARES, "init": range(3)})
for place, share in enumerate(SHARES):
    for init in range(3):
        # Every run differs a little, so that the test of the trend counts out its distribution.
        here = {"share": share, "init": init}
        DATA = with_curve(DATA, "icl", hump(0.5 + 0.15 * place + 0.01 * init, 0.5 + 0.1 * place), **here)
        DATA = with_curve(DATA, "iwl", level(0.4 - 0.1 * place + 0.01 * init), **here)
DATA = with_curve(DATA, "icl", FLAT, share=0.0)


def barely():
    data = DATA
    for place, share in enumerate(SHARES[1:], 1):
        for init in range(3):
            low = hump(0.56 + 0.02 * place + 0.001 * init, 0.5)
            data = with_curve(data, "icl", low, share=share, init=init)
    return data


BROKEN = {
    NEVER: with_curve(DATA, "icl", hump(0.64, 0.5), share=0.0, init=1),
    ICL: with_curve(with_curve(DATA, "icl", hump(0.99, 0.9), share=0.5), "icl", hump(0.7, 0.6), share=0.9),
    ICL_MORE: barely(),
    IWL: with_curve(DATA, "iwl", level(0.5), share=1.0),
}
test_judge = judge_test(BURST, DATA, BROKEN)
