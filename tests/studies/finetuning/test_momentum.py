import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.finetuning._momentum import LEARNT, MOMENTUM_ATTENTION, NOT_LATER
from studies.judging import changed, judge_test

PLAIN = np.array([3e5, 4e5, 5e5])
DATA = xr.Dataset(
    {
        "t50": (("attention", "seed"), [PLAIN, 0.5 * PLAIN]),
        "learnt": (("attention", "seed"), np.ones((2, 3), bool)),
    },
    {"attention": ["plain", "momentum"], "seed": [0, 1, 2]},
    {"momentum": 0.5},
)
test_judge = judge_test(
    MOMENTUM_ATTENTION,
    DATA,
    {
        NOT_LATER: changed(DATA, "t50", 1.1 * PLAIN, attention="momentum"),
        LEARNT: changed(DATA, "learnt", False, attention="momentum", seed=2),
    },
)


def test_the_ratio_is_paired_by_seed():
    part = MOMENTUM_ATTENTION.judge(DATA)[0]
    # Every seed needs half of its own time, so that the interval has no width.
    assert (part.value, part.low, part.high, part.n) == (pytest.approx(0.5),) * 3 + (3,)


def test_a_note_gives_medians_and_lower_bounds():
    note = MOMENTUM_ATTENTION.note(changed(DATA, "learnt", False, attention="plain", seed=1))
    assert note.startswith(
        "median t50 at 200,000 sequences with a factor of 0.5 a position, at 400,000 without; 1 of 3"
    )
