import numpy as np
import xarray as xr

from dynamicl.studies.lookup._control import CONTROL, FORK, FORKS, PARENT, PARENTS, equal_share
from studies.judging import changed, judge_test

KIND = [FORK, FORK, FORK, FORK, PARENT, PARENT]
DATA = xr.Dataset({"equal_weights": ("pair", np.ones(6)), "kind": ("pair", KIND)})
BROKEN = {
    FORKS: changed(DATA, "equal_weights", 0.999, pair=2),
    PARENTS: changed(DATA, "equal_weights", 0.999, pair=5),
}
test_judge = judge_test(CONTROL, DATA, BROKEN)


def test_equal_weights_are_counted_without_the_optimizers_state():
    one = {"a": np.arange(4.0), "b": np.zeros(4), "optimizer/a": np.ones(4)}
    other = {"a": np.array([0.0, 1.0, 2.0, 9.0]), "b": np.zeros(4), "optimizer/a": np.zeros(4)}
    assert equal_share(one, other) == 7 / 8 and equal_share(one, one) == 1
