import numpy as np
import xarray as xr

from dynamicl.studies.induction import _measure_vs_clamp as module
from dynamicl.studies.induction._measure_vs_clamp import MEASURE_VS_CLAMP, MEASURED, TOY_MEASURES
from studies.judging import changed, judge_test

SEEDS, TOYS = 5, 20
LOSS = np.arange(TOYS) < 18
DATA = xr.Dataset(
    {
        "measure_waits": (("measure", "seed"), np.ones((3, SEEDS), bool)),
        "clamped_waits": (("clamp", "seed"), np.tile([[True], [False]], (1, SEEDS))),
        "toy_loss_waits": ("toy", LOSS),
        "toy_clamped_waits": ("toy", np.zeros(TOYS, bool)),
        "toy_measure_waits": (("toy_measure", "toy"), np.stack([LOSS, LOSS])),
        "toy_measure_index": (("toy_measure", "index_toy"), np.full((2, 7), 0.4)),
    },
    {
        "measure": list(MEASURED),
        "clamp": list(MEASURED[1:]),
        "toy_measure": list(TOY_MEASURES),
        "seed": range(SEEDS),
    },
)
FEW, MANY = (np.arange(SEEDS) < count for count in (2, 3))
NONE = np.zeros(TOYS, bool)
BROKEN = {
    module.TOY_LOSS: changed(DATA, "toy_loss_waits", NONE),
    module.TOY_MEASURE: changed(DATA, "toy_measure_waits", np.arange(TOYS) < 9, toy_measure="perfected"),
    module.TOY_INDEX: changed(DATA, "toy_measure_index", 0.3, toy_measure="perfected"),
    module.TOY_CLAMPED: changed(DATA, "toy_clamped_waits", np.arange(TOYS) < 2),
    module.MEASURE: changed(DATA, "measure_waits", FEW, measure=MEASURED[2]),
    module.ATTEND: changed(DATA, "clamped_waits", FEW, clamp=MEASURED[1]),
    module.MATCH: changed(DATA, "clamped_waits", MANY, clamp=MEASURED[2]),
}
test_judge = judge_test(MEASURE_VS_CLAMP, DATA, BROKEN)


def test_measures_count_where_the_loss_jumps():
    # Draws whose loss does not wait cannot make up for those whose measure does not.
    late = changed(DATA, "toy_loss_waits", np.arange(TOYS) < 10)
    waits = (np.arange(TOYS) >= 6) & (np.arange(TOYS) < 10)
    part = MEASURE_VS_CLAMP.judge(changed(late, "toy_measure_waits", waits, toy_measure="misalignment"))[1]
    assert part.value == 0.4 and part.n == 10 and part.holds is False
