from dynamicl.studies.finetuning._controls import (
    CONTROLLED,
    DROP,
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
