import pytest

from dynamicl.specs import validate
from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.transience._controls import (
    BASE,
    CONTROLLED,
    CONTROLS,
    EMBEDDER,
    FALLS,
    FOLLOWS,
    PAIRS,
    RISES,
    SAME,
    listed,
)
from dynamicl.studies.transience._settings import setting
from studies.judging import judge_test

from .worlds import runs, with_curve

DATA = runs({"control": CONTROLS})
BROKEN = {
    RISES: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.48), (1.6e6, 0.1)), control=PAIRS),
    FALLS: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.7), (1.6e6, 0.68)), control=EMBEDDER),
    FOLLOWS: with_curve(DATA, "ciwl", ((0, 0.5), (1.6e6, 0.55)), control=BASE),
}
test_judge = judge_test(CONTROLLED, DATA, BROKEN)


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_the_controls_can_be_trained(scale):
    populations = listed(setting(scale))
    assert list(populations) == ["whole", PAIRS, EMBEDDER]
    ((pairs,), (embedder,)) = (populations[name].runs for name in CONTROLS[1:])
    for run in (pairs, embedder):
        validate(run)
    assert pairs.task.pairs == 8 and pairs.task.train[0].sequences.context.burst == 3
    assert embedder.model.body.layers == 2 and embedder.task.source.table.encoder == "pixels"


def test_where_the_base_is_like_that_there_is_nothing_to_compare(tmp_path):
    scale = setting("paper")
    assert listed(scale) == {}
    assert why_unmeasured(CONTROLLED.measure(Lab(tmp_path, "paper"), scale, {})) == SAME
