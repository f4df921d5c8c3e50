import numpy as np

from dynamicl.studies.distribution._regimes import (
    APPEARS,
    BY_HEART,
    FADES,
    FADING,
    NEVER,
    PERSISTING,
    REGIMES_EXPERIMENT,
)
from dynamicl.studies.distribution._runs import gathered
from studies.judging import judge_test

from .worlds import FLAT, HUMP, runs, with_curve

REGIME = [BY_HEART] * 3 + [FADING] * 2 + [PERSISTING]
CONDITION = ["p(bursty) 0", "1 drawing", "100 classes", "p 0.5", "p 0.9", "p(bursty) 1"]
STAYS = ((0, 0.5), (6e5, 0.9), (1.6e6, 0.9))


def laid_out(regime=REGIME):
    data = runs({"run": range(6)}).drop_vars("run")[["icl", "iwl", "ciwl", "flip"]]
    for place, name in enumerate(regime):
        knots = {BY_HEART: FLAT, FADING: HUMP, PERSISTING: STAYS}[name]
        data["icl"][place] = with_curve(data, "icl", knots)["icl"][place]
    return data.assign_coords(condition=("run", CONDITION), regime=("run", REGIME))


DATA = laid_out()
BROKEN = {
    NEVER: laid_out([BY_HEART, FADING, BY_HEART, FADING, FADING, PERSISTING]),
    FADES: laid_out([BY_HEART] * 3 + [PERSISTING, FADING, PERSISTING]),
    APPEARS: laid_out([BY_HEART] * 3 + [FADING] * 2 + [BY_HEART]),
}
test_judge = judge_test(REGIMES_EXPERIMENT, DATA, BROKEN)


def test_conditions_are_laid_one_after_the_other():
    first = runs({"noise": [0.0, 1.0], "init": range(2)})
    second = with_curve(runs({"init": range(3)}), "icl", FLAT)
    data = gathered({"first": first, "second": second})
    assert data["condition"].values.tolist() == ["first"] * 4 + ["second"] * 3
    assert data["icl"].dims[0] == "run" or data["icl"].dims[1] == "run"
    np.testing.assert_array_equal(data["icl"].isel(run=-1), second["icl"][2])
    assert data.attrs["evaluated"] == 1000


def test_the_note_counts_each_condition():
    assert "p 0.5: in 1 of 1 runs it appears, in 1 it fades" in REGIMES_EXPERIMENT.note(DATA)
