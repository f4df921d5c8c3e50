import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._ends import KINDS
from dynamicl.studies.lookup._r1_two_head import SHARPLY, SOME, TWO_HEAD, VARIED, entropy_difference
from studies.judging import judge_test


def ended(exact, stalled, plateau, blunt=0, one_head=(30, 0, 0)):
    """Two-head runs that ended in these ways beside one-head runs."""
    kind = np.repeat(KINDS[:3], [exact, stalled, plateau])
    sharp = (kind == KINDS[0]) & (np.arange(kind.size) >= blunt)
    other = np.repeat(KINDS[:3], one_head)
    return xr.Dataset({"kind": ("run", kind), "sharp": ("run", sharp), "one_head_kind": ("run", other)})


DATA = ended(10, 10, 10, blunt=2)
BROKEN = {
    VARIED: ended(27, 3, 0, one_head=(15, 15, 0)),
    SOME: ended(1, 15, 14),
    SHARPLY: ended(10, 10, 10, blunt=3),
}
test_judge = judge_test(TWO_HEAD, DATA, BROKEN)


def test_entropy_difference():
    first, second = np.array([KINDS[0], KINDS[1]] * 20), np.array([KINDS[1]] * 40)
    more = entropy_difference(first, second)
    assert more.value == pytest.approx(np.log(2)) and 0.6 < more.low <= more.high <= np.log(2) + 1e-9


def test_still_being_on_the_plateau_is_no_way_to_end():
    varied = TWO_HEAD.judge(ended(20, 0, 10))[0]
    assert varied.value == 0 and varied.n == 20 and varied.undecided == "its interval holds the threshold"
    assert TWO_HEAD.judge(ended(10, 10, 10, one_head=(10, 10, 10)))[0].holds is None


def test_two_head_runs_that_still_climb_count_as_stalled_like_one_head_runs_without_curves():
    old = ended(10, 10, 10)
    new = old.assign(kind=("run", np.where(old["kind"] == "stalled", "climbing", old["kind"])))
    assert TWO_HEAD.judge(new) == TWO_HEAD.judge(old)


def test_it_takes_eight_runs_of_either_number_of_heads_that_left_the_plateau():
    assert TWO_HEAD.judge(ended(4, 4, 22))[0].undecided == ""
    for few in (ended(4, 3, 23), ended(10, 10, 10, one_head=(7, 0, 23))):
        assert TWO_HEAD.judge(few)[0].undecided == "only 7 runs left the plateau, fewer than 8"
