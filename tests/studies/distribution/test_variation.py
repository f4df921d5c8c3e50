import numpy as np

from dynamicl.studies.distribution._variation import (
    APPEARS,
    EASIER,
    IWL,
    NEVER,
    NOWHERE,
    SAME,
    VARIATION,
    least_share,
)
from studies.judging import judge_test

from .worlds import FLAT, HUMP, level, runs, with_curve

NOISY, MANY = "1 drawing, noise 1", "20 drawings"
DATA = runs({"variation": [SAME, NOISY, MANY], "share": [0.5, 0.9, 1.0], "init": [0]})
DATA = with_curve(DATA, "icl", FLAT, variation=SAME)
DATA = with_curve(DATA, "icl", FLAT, variation=NOISY, share=[0.5, 0.9])
DATA = with_curve(DATA, "icl", FLAT, variation=MANY, share=0.5)
for i, name in enumerate((SAME, NOISY, MANY)):
    for j, share in enumerate((0.5, 0.9, 1.0)):
        DATA = with_curve(DATA, "iwl", level(0.6 - 0.2 * i - 0.01 * j), variation=name, share=share)
BROKEN = {
    NEVER: with_curve(DATA, "icl", HUMP, variation=SAME, share=1.0),
    APPEARS: with_curve(
        with_curve(DATA, "icl", FLAT, variation=NOISY, share=1.0), "icl", HUMP, variation=MANY, share=0.5
    ),
    EASIER: with_curve(DATA, "icl", HUMP, variation=NOISY, share=0.5),
    IWL: with_curve(DATA, "iwl", level(0.7), variation=MANY),
}
test_judge = judge_test(VARIATION, DATA, BROKEN)


def test_the_least_share_is_where_half_of_the_runs_learn_in_context():
    assert least_share(DATA.sel(variation=SAME)) == NOWHERE
    assert least_share(DATA.sel(variation=NOISY)) == 1.0 and least_share(DATA.sel(variation=MANY)) == 0.9
    assert np.isfinite(NOWHERE)
