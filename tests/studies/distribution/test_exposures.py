import numpy as np
import pytest

from dynamicl.studies.distribution._exposures import EXPOSURES, LESS, exposed
from studies.judging import judge_test

from .test_classes import COUNTS
from .worlds import level, runs, with_curve

DATA = runs({"classes": COUNTS, "init": range(3)})
for init in range(3):
    # A tenth of training is enough to know 100 classes.
    known = ((0, 0.0), (5e4, 0.8 + 0.01 * init), (1.6e6, 0.9))
    DATA = with_curve(DATA, "iwl", known, classes=100, init=init)
    DATA = with_curve(DATA, "iwl", ((0, 0.0), (1.6e6, 0.6)), classes=1600, init=init)
BROKEN = {LESS: with_curve(DATA, "iwl", level(0.95), classes=1600, init=1)}
test_judge = judge_test(EXPOSURES, DATA, BROKEN)


def test_exposures_are_counted_per_class():
    # 1.6e6 sequences of 3 items show each of 1600 classes 3000 times; 100 classes are there after a sixteenth.
    later = exposed(DATA, 1600, 3000.0)
    np.testing.assert_allclose(later, 0.6, atol=0.02)
    early = exposed(DATA, 100, 3000.0)
    assert early == pytest.approx([0.803, 0.813, 0.822], abs=0.01)
    assert "3,000 exposures" in EXPOSURES.note(DATA)
