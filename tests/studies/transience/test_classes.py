import pytest

from dynamicl.studies._abilities import NOT_EVERYWHERE, NOWHERE
from dynamicl.studies._plain import as_kept
from dynamicl.studies.transience._classes import (
    ABOVE_LESS,
    ABOVE_POOLED,
    CLASSES,
    GENTLER,
    HURTS,
    LESS,
    MANY,
    POOLED,
    SIZES,
)

from .worlds import FLAT, hump, runs, with_curve

STEEP = ((0, 0.5), (6e5, 0.75), (7.5e5, 0.5), (1.6e6, 0.5))
DATA = runs({"size": SIZES, "init": range(2)}).assign_coords(
    words=("size", ["12800 x 20", "1600 x 20", "1600 x 160"])
)
DATA = with_curve(DATA, "icl", hump(0.9, 0.6), size=MANY)
DATA = with_curve(DATA, "icl", STEEP, size=LESS)
DATA = with_curve(DATA, "icl", hump(0.7), size=POOLED)
HIGH = ((0, 0.5), (6e5, 0.95), (7.5e5, 0.5), (1.6e6, 0.5))
"""Higher than with many classes, and steeper."""
BROKEN = {
    ABOVE_POOLED: with_curve(DATA, "icl", hump(0.95), size=POOLED),
    ABOVE_LESS: with_curve(DATA, "icl", HIGH, size=LESS),
    GENTLER: with_curve(DATA, "icl", hump(0.75, 0.65), size=LESS),
    HURTS: with_curve(DATA, "icl", hump(0.8), size=POOLED),
}


def test_pooled_above_many_is_above_few_too():
    parts = {part.name: part.holds for part in CLASSES.judge(BROKEN[ABOVE_POOLED])}
    assert not parts[ABOVE_POOLED.name] and not parts[HURTS.name] and parts[ABOVE_LESS.name]


def test_what_never_learns_in_context_has_no_slope_and_no_peak_to_compare():
    nothing = with_curve(DATA, "icl", FLAT, size=LESS)
    parts = {part.name: part.undecided for part in CLASSES.judge(nothing)}
    assert parts[GENTLER.name] == NOT_EVERYWHERE and not parts[HURTS.name] and not parts[ABOVE_LESS.name]
    parts = {
        part.name: part.undecided for part in CLASSES.judge(with_curve(nothing, "icl", FLAT, size=POOLED))
    }
    assert parts[HURTS.name] == NOWHERE and not parts[ABOVE_POOLED.name]


@pytest.mark.parametrize("threshold", [None, ABOVE_LESS, GENTLER, HURTS])
def test_each_part_can_fail(threshold):
    parts = CLASSES.judge(as_kept(DATA if threshold is None else BROKEN[threshold]))
    failing = [part.name for part in parts if not part.holds]
    assert failing == ([] if threshold is None else [threshold.name])
    assert [part.name for part in parts] == [bar.name for bar in CLASSES.criterion]
