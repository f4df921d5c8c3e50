from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dynamicl.studies import Lab
from dynamicl.studies.finetuning._dual import BROKEN, DUAL, EXACT
from dynamicl.studies.finetuning._scales import SCALES
from studies.judging import changed, judge_test

DATA = DUAL.measure(Lab(Path("nowhere"), "smoke"), replace(SCALES["smoke"], draws=5), {})
WRONG = {"attention": "linear", "draw": 3}
SAME = {"attention": "softmax", "draw": 0}
test_judge = judge_test(
    DUAL,
    DATA,
    {
        **{EXACT[name]: changed(DATA, "error", 1e-4, equation=name, **WRONG) for name in EXACT},
        **{BROKEN[name]: changed(DATA, "error", 1e-3, equation=name, **SAME) for name in BROKEN},
    },
)


def test_errors_are_rounding_or_of_order_one():
    assert DATA.sizes["draw"] == 5
    assert float(DATA["error"].sel(attention="linear").max()) < 1e-12
    assert float(DATA["error"].sel(attention="softmax").min()) == pytest.approx(1, abs=0.99)
    assert np.isfinite(DATA["error"]).all()
