import numpy as np
import pytest

from dynamicl.studies.distribution._recurrent_iwl import CLOSE, RECURRENT_IWL, best
from studies.judging import judge_test

from .test_recurrent import DATA as SWEEP
from .test_recurrent import NAMES
from .worlds import level, with_curve

DATA = with_curve(with_curve(SWEEP, "iwl", level(0.3)), "iwl", level(0.31), architecture=NAMES[1], pair=2)
BROKEN = {CLOSE: with_curve(DATA, "iwl", level(0.4), architecture=NAMES[2], pair=0)}
test_judge = judge_test(RECURRENT_IWL, DATA, BROKEN)


def test_what_diverged_has_no_say():
    data = DATA.copy(deep=True)
    data["iwl"][0, 0] = np.nan
    assert best(data, recurrent=False) == pytest.approx(0.3)
