from dataclasses import replace
from pathlib import Path

from dynamicl.studies import Lab
from dynamicl.studies.finetuning._construction import CONSTRUCTION, EXACT
from dynamicl.studies.finetuning._scales import SCALES
from studies.judging import changed, judge_test

DATA = CONSTRUCTION.measure(Lab(Path("nowhere"), "smoke"), replace(SCALES["smoke"], draws=5), {})
WRONG = changed(DATA, "error", 1e-4, attention="linear", draw=3)
test_judge = judge_test(CONSTRUCTION, DATA, {EXACT: WRONG})


def test_the_softmax_is_no_step():
    assert float(DATA["error"].sel(attention="softmax").min()) > 0.1
