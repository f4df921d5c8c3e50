import pytest

from dynamicl.specs import SpecError, validate
from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies._abilities import NOWHERE
from dynamicl.studies.induction._frozen_encoder import (
    CLASSES,
    FALLS,
    FEW,
    FROZEN,
    FROZEN_ENCODER,
    LEARNT,
    LEFT_OUT,
    MANY,
    ORDER,
    READINGS,
    RISES,
    listed,
    scale_of,
)
from dynamicl.studies.transience._settings import setting
from studies.judging import judge_test
from studies.transience.worlds import FLAT, hump, runs, with_curve

DATA = runs({"encoder": READINGS, "classes": CLASSES}).drop_vars("squared_norm")
DATA = with_curve(with_curve(DATA, "icl", hump(0.85), classes=MANY), "icl", hump(0.7), classes=FEW)
BROKEN = {
    RISES: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.48), (1.6e6, 0.1)), encoder=LEARNT, classes=MANY),
    FALLS: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.7), (1.6e6, 0.68)), encoder=LEARNT, classes=MANY),
    ORDER: with_curve(DATA, "icl", hump(0.95), encoder=FROZEN, classes=FEW),
}
test_judge = judge_test(FROZEN_ENCODER, DATA, BROKEN)


def test_without_icl_there_is_no_order():
    *_, order = FROZEN_ENCODER.judge(with_curve(DATA, "icl", FLAT, encoder=LEARNT))
    assert order.undecided == NOWHERE


def test_where_it_costs_too_much_it_is_left_out_and_says_so(tmp_path):
    for scale in ("demo", "laptop"):
        assert listed(scale_of(scale)) == {}
        assert why_unmeasured(FROZEN_ENCODER.measure(Lab(tmp_path, scale), None, {})) == LEFT_OUT
    assert scale_of("paper") == setting("laptop")
    with pytest.raises(SpecError, match="the induction study has no scale `huge`"):
        scale_of("huge")


@pytest.mark.parametrize("scale", ["smoke", "paper"])
def test_one_run_of_each_kind_has_an_encoder_that_learns(scale):
    scale = scale_of(scale)
    assert not any(hasattr(run.model, "body") for run in listed(scale)["whole"].runs)
    many, few = listed(scale)["learnt"].runs
    assert hasattr(many.model, "body") and hasattr(few.model, "body")
    assert (many.task.classes, few.task.classes) == (scale.world.classes, scale.less[0])
    for run in (many, few):
        validate(run)
