import numpy as np
import xarray as xr

from dynamicl.studies.induction._label_pt import EXEMPLARS, LABEL_PT, LABELS, ROWS, before
from studies.judging import changed, judge_test

LOW = np.full((2, 5, 8), 0.3)
LOW[0, :, 2] = 0.95
DATA = xr.Dataset(
    {"attention": (("row", "seed", "head"), LOW)}, {"row": list(ROWS), "seed": range(5), "head": range(8)}
)
BROKEN = {
    LABELS: changed(DATA, "attention", 0.3, row="labels", seed=[0, 1], head=2),
    EXEMPLARS: changed(DATA, "attention", 0.9, row="exemplars", seed=[0, 1, 2], head=5),
}
test_judge = judge_test(LABEL_PT, DATA, BROKEN)


def test_attention_to_the_position_before_against_a_plain_loop():
    attention = np.random.default_rng(0).random((2, 3, 2, 4, 5, 5))
    for rows in ROWS.values():
        expected = np.zeros((2, 4))
        for model, head in np.ndindex(2, 4):
            entries = [attention[model, b, 0, head, row, row - 1] for b in range(3) for row in rows]
            expected[model, head] = np.mean(entries)
        np.testing.assert_allclose(before(attention, rows), expected)
