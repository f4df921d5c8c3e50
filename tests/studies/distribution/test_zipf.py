import pytest

from dynamicl.studies.distribution._zipf import (
    BOTH_ICL,
    BOTH_IWL,
    ICL,
    RARE,
    UNIFORM,
    ZIPF,
    bars,
    rare_bounds,
)
from studies.judging import judge_test

from .worlds import level, runs, with_curve

EXPONENTS = [0.0, 1.0, 2.0, 3.0]
COMMON = [0.01, 0.8, 0.9, 0.7]
DATA = runs({"exponent": EXPONENTS, "init": range(2)})
for place, exponent in enumerate(EXPONENTS):
    for init in range(2):
        here = {"exponent": exponent, "init": init}
        DATA = with_curve(DATA, "icl", level(0.9 - 0.12 * place - 0.01 * init), **here)
        DATA = with_curve(DATA, "iwl_common", level(COMMON[place] + 0.001 * init), **here)
BROKEN = {
    ICL: with_curve(DATA, "icl", level(0.95), exponent=3.0),
    BOTH_ICL: with_curve(
        with_curve(DATA, "icl", level(0.55), exponent=[1.0]), "icl", level(0.5), exponent=2.0
    ),
    BOTH_IWL: with_curve(DATA, "iwl_common", level(0.4), exponent=1.0),
    UNIFORM: with_curve(DATA, "iwl_common", level(0.2), exponent=0.0),
    RARE: with_curve(DATA, "iwl_rare", level(3e-4), exponent=2.0),
}
test_judge = judge_test(ZIPF, DATA, BROKEN)


def test_bars_are_means_over_the_last_fifth():
    late = with_curve(DATA, "icl", ((0, 0.5), (1.28e6, 0.5), (1.6e6, 0.9)), exponent=0.0)
    # Twenty points after .5, from .52 to .9.
    assert bars(late, "icl")[0] == pytest.approx([0.71, 0.71])


def test_no_hit_in_many_sequences_bounds_what_rare_classes_are_known():
    # 3.7 / 200,000 sequences, over chance 1 / 12,800.
    assert rare_bounds(DATA)[0] == pytest.approx(3.69 / 200_000 * 12_800, rel=0.01)
