import numpy as np
import pytest

from dynamicl.studies.transience._train_loss import (
    FALLS,
    HIGHER,
    SMOOTHER,
    TRAIN_LOSS,
    kept_best,
    roughness,
    slopes,
)
from studies.judging import judge_test

from .test_l2 import DATA as BY_STRENGTH
from .worlds import X, runs, with_curve

ROUGH = np.where(np.arange(X.size) % 2, 1.3, 0.7)
STRENGTH = 1e-5
"""That which keeps icl best."""


def with_total(free, penalised):
    """Runs whose total loss ends at given heights, as (height, roughness) without penalty and with."""
    data = runs({"init": range(3)})
    total = 0 * BY_STRENGTH["icl"]
    falling = 2.0 - X / X[-1]
    total.loc[{"strength": 0.0}] = falling * free[0] * ROUGH ** free[1]
    total.loc[{"strength": STRENGTH}] = falling * penalised[0] * ROUGH ** penalised[1]
    return data.assign(total=total, penalised_icl=BY_STRENGTH["icl"])


DATA = with_total((0.1, 1.0), (0.3, 0.2))
BROKEN = {
    FALLS: with_curve(DATA, "train_loss", ((0, 9.0), (4e5, 0.3), (1.6e6, 0.5))),
    HIGHER: with_total((0.3, 1.0), (0.1, 0.2)),
    SMOOTHER: with_total((0.1, 0.2), (0.3, 1.0)),
}
test_judge = judge_test(TRAIN_LOSS, DATA, BROKEN)


def test_the_strength_is_that_which_keeps_icl_best():
    assert DATA["strength"].values[kept_best(DATA)] == STRENGTH


def test_a_power_law_has_its_exponent_as_slope():
    data = runs({"init": [0]})
    data["train_loss"].values[:] = np.maximum(X, 1.0) ** -0.5
    assert slopes(data) == pytest.approx([-0.5], abs=0.01)
    assert roughness(np.exp(np.array([0.0, 1.0, 0.0, 1.0]))) == pytest.approx(8 / 9)
