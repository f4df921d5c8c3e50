import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._ends import KINDS
from dynamicl.studies.lookup._r1_two_head import SHARPLY, SOME, TWO_HEAD, VARIED, entropy_difference
from studies.judging import judge_test


def ended(exact, stalled, plateau, blunt=0, one_head=(30, 0, 0)):
    """Two-head runs that ended in these ways beside one-head runs."""
    kind = np.repeat(KINDS, [exact, stalled, plateau])
    sharp = (kind == KINDS[0]) & (np.arange(kind.size) >= blunt)
    other = np.repeat(KINDS, one_head)
    return xr.Dataset({"kind": ("run", kind), "sharp": ("run", sharp), "one_head_kind": ("run", other)})


DATA = ended(10, 10, 10, blunt=2)
BROKEN = {
    VARIED: ended(10, 10, 10, one_head=(10, 10, 10)),
    SOME: ended(1, 15, 14),
    SHARPLY: ended(10, 10, 10, blunt=3),
}
test_judge = judge_test(TWO_HEAD, DATA, BROKEN)


def test_entropy_difference():
    first, second = np.array([KINDS[0], KINDS[2]] * 20), np.array([KINDS[2]] * 40)
    more = entropy_difference(first, second)
    assert more.value == pytest.approx(np.log(2)) and 0.6 < more.low <= more.high <= np.log(2) + 1e-9
