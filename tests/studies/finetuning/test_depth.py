import numpy as np
import pytest

from dynamicl.studies.finetuning._depth import DEPTH, RISES, rho
from studies.judging import judge_test

from .synthetic import dataset

test_judge = judge_test(DEPTH.experiment, DEPTH.cut(dataset()), {RISES: DEPTH.cut(dataset(depth=-1.0))})


def test_rho_leaves_out_what_is_undefined():
    assert rho(np.array([np.nan, 1.0, 2.0, 3.0])) == pytest.approx(1)
    assert np.isnan(rho(np.array([np.nan, 1.0, 2.0])))
