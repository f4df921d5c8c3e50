import numpy as np
import xarray as xr

from dynamicl.studies.induction._l1_output import COSTS, EARLY, EXCESS, GROWS, L1_OUTPUT
from studies.judging import changed, judge_test

SEEDS = [0, 1, 2, 3]
NOISE = 0.01 * np.arange(4)[:, None]
DIMS = ("seed", "sequences")
DATA = xr.Dataset(
    {
        "layer1_loss_change": (DIMS, np.array([0.0, 0.2, 0.25, 0.05, 0.01]) + NOISE),
        "layer2_loss_change": (DIMS, np.array([0.0, 0.1, 0.2, 0.5, 1.0]) + NOISE),
        "final_accuracy": ("seed", [0.99, 0.995, 0.992, 0.998]),
        "final_accuracy_cut": ("seed", [0.988, 0.994, 0.99, 0.995]),
        "learning_time": ("seed", [2.5e5, 2.2e5, 2.9e5, 2.5e5]),
    },
    {"seed": SEEDS, "sequences": [0.0, 1e5, 2e5, 3e5, 4e5]},
)
BROKEN = {
    COSTS: changed(DATA, "final_accuracy_cut", [0.98, 0.98, 0.98, 0.98]),
    EARLY: changed(DATA, "layer1_loss_change", np.array([-0.5, -0.1, -0.08, -0.5, -0.6]) + NOISE),
    EXCESS: changed(DATA, "layer1_loss_change", 0.4, sequences=4e5),
    GROWS: changed(DATA, "layer2_loss_change", 0.15, seed=3, sequences=4e5),
}
test_judge = judge_test(L1_OUTPUT, DATA, BROKEN)


def test_noise_before_learning_costs_nothing():
    """The largest of many checkpoints is above zero by noise alone; their mean is not."""
    rng = np.random.default_rng(0)
    many = DATA.isel(sequences=[0] * 40 + [-1]).assign_coords(sequences=[*range(40), 4e5])
    sure = 0
    for _ in range(40):
        noise = 0.001 * rng.normal(size=many["layer1_loss_change"].shape)
        sure += bool(L1_OUTPUT.judge(changed(many, "layer1_loss_change", noise))[1].holds)
    assert sure <= 4
