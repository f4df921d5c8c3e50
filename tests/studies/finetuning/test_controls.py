from dynamicl.studies.finetuning._controls import (
    CONTROLLED,
    DROP,
    NO_DROP,
    NORM,
    SHIFTED,
    UNRELATED,
    UNTRAINED,
)
from studies.judging import judge_test

from .synthetic import dataset

BROKEN = {
    UNTRAINED: ("untrained", 0.3),
    UNRELATED: ("unrelated", 0.35),
    SHIFTED: ("shifted", 0.0),
    NORM: ("per-layer-norm", 0.3),
    DROP: ("per-layer-drop", 0.25),
}
test_judge = judge_test(
    CONTROLLED.experiment,
    CONTROLLED.cut(dataset()),
    {bar: CONTROLLED.cut(dataset({("outputs", name): value})) for bar, (name, value) in BROKEN.items()},
)


def test_an_equal_drop_that_nothing_gives_leaves_that_part_open():
    *others, drop = CONTROLLED.judge(CONTROLLED.cut(dataset({("outputs", "per-layer-drop"): float("nan")})))
    assert all(part.holds for part in others)
    assert drop.holds is None and drop.undecided == NO_DROP
