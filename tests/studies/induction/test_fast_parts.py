import numpy as np
import xarray as xr

from dynamicl.studies.induction._data import CIRCUITS, CLASSES, LABELS, NETWORK, OWN
from dynamicl.studies.induction._fast_parts import FAST_PARTS, FASTER, FORETOLD, delays
from studies.judging import changed, judge_test

TASKS = [OWN, CLASSES, "50 classes, 10 labels", LABELS]
FACTORS = np.array([1.0, 1.3, 1.6, 2.0])
SEEDS = np.linspace(0.9, 1.1, 5)
BASE = {NETWORK: 5e5, "match (B)": 1e5, "copy (C)": 5e4, "both (B, C)": 2e5}
TIMES = np.stack([BASE[circuit] * FACTORS[:, None] ** (1 + SEEDS / 10) * SEEDS for circuit in CIRCUITS])
DATA = xr.Dataset(
    {
        "learning_time": (("circuit", "task", "seed"), TIMES),
        "learnt": (("circuit", "task", "seed"), np.ones_like(TIMES, bool)),
    },
    {"circuit": list(CIRCUITS), "task": TASKS, "seed": range(5)},
)
# Slower by as much on every task: delays stay.
SLOW_MATCH, SLOW_COPY = (
    DATA.assign(
        learning_time=DATA["learning_time"].where(DATA["circuit"] != part, 8 * factor * DATA["learning_time"])
    )
    for part, factor in (("match (B)", 0.5), ("copy (C)", 1.0))
)
BROKEN = {
    FASTER["match (B)"]: SLOW_MATCH,
    FASTER["copy (C)"]: SLOW_COPY,
    FORETOLD: changed(DATA, "learning_time", TIMES[0][::-1][[3, 0, 1, 2]], circuit=NETWORK),
}
test_judge = judge_test(FAST_PARTS, DATA, BROKEN)


def test_a_part_that_does_not_learn_is_not_faster():
    parts = FAST_PARTS.judge(changed(DATA, "learnt", False, circuit="copy (C)", task=OWN, seed=0))
    assert parts[0].holds and parts[1].holds is None and "1 runs do not learn" in parts[1].undecided


def test_delays_are_ratios_by_seed():
    expected = [TIMES[0][task][seed] / TIMES[0][0][seed] for task in (1, 2, 3) for seed in range(5)]
    np.testing.assert_allclose(delays(DATA["learning_time"].sel(circuit=NETWORK)), expected)
