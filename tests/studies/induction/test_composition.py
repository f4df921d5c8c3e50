import numpy as np
import xarray as xr

from dynamicl.studies.induction import _composition as module
from dynamicl.studies.induction._composition import ALL, COMPOSITION, KEPT, PREVIOUS, REST, SETS
from studies.judging import changed, judge_test

SEEDS = 4
CLEAN = np.array([0.999, 0.998, 0.997, 0.999])
LOST = np.array([[0.01, 0.3], [0.6, 0.01], [0.4, 0.8]])
DATA = xr.Dataset(
    {
        "accuracy": (("seed", "ablated", "kept"), CLEAN[:, None, None] - LOST),
        "clean_accuracy": ("seed", CLEAN),
        "previous_token_head": (("seed", "head"), np.tile(np.arange(8) < 2, (SEEDS, 1))),
        "previous_token_attention": (("seed", "head"), np.tile(np.linspace(0.9, 0.2, 8), (SEEDS, 1))),
    },
    {"seed": range(SEEDS), "ablated": list(SETS), "kept": list(KEPT), "head": range(8)},
)


def with_accuracy(value, ablated, kept):
    return changed(DATA, "accuracy", value, ablated=ablated, kept=kept)


BROKEN = {
    module.PREVIOUS_PATTERNS: with_accuracy(0.9, PREVIOUS, "patterns"),
    module.PREVIOUS_VALUES: with_accuracy(0.95, PREVIOUS, "values"),
    module.REST_VALUES: with_accuracy(0.9, REST, "values"),
    module.REST_PATTERNS: with_accuracy(0.95, REST, "patterns"),
    module.ALL_PATTERNS: with_accuracy(0.95, ALL, "patterns"),
    module.ALL_MORE: with_accuracy(0.7, ALL, "values"),
}
test_judge = judge_test(COMPOSITION, DATA, BROKEN)


def test_the_strongest_of_the_rest_is_told():
    assert "gives 0.70 of its attention to the token before" in COMPOSITION.note(DATA)
