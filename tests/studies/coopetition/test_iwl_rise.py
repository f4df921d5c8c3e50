from dynamicl.studies.coopetition._data import FEW_FEW, NAMES
from dynamicl.studies.coopetition._iwl_rise import ABOVE, IWL_RISE, MLP, RISING
from studies.judging import changed, judge_test

from .worlds import with_curve, world

RISES, FALLS = ((0, 0.0), (1.6e6, 0.05)), ((0, 0.0), (8e5, 0.09), (1.6e6, 0.05))
DATA = (
    with_curve(world({"init": range(2)}), "iwl", RISES)
    .assign(mlp_iwl=("setting", [0.01, 0.02, 0.1, 0.3]))
    .assign_coords(setting=list(NAMES))
)
BROKEN = {
    ABOVE: with_curve(DATA, "iwl", ((0, 0.0), (1.6e6, 0.001))),
    RISING: with_curve(DATA, "iwl", FALLS),
    MLP: changed(DATA, "mlp_iwl", 0.01, setting=FEW_FEW),
}
test_judge = judge_test(IWL_RISE, DATA, BROKEN)


def test_without_mlps_that_part_is_open():
    part = IWL_RISE.judge(DATA.drop_vars("mlp_iwl"))[2]
    assert part.holds is None and "GPU" in part.undecided


def test_every_run_is_above_chance():
    one = with_curve(DATA, "iwl", ((0, 0.0), (1.6e6, 0.001)), init=[1])
    assert IWL_RISE.judge(one)[0].holds is False
