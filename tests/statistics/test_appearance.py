import numpy as np
import pytest

from dynamicl.statistics import CHANCE_MARGIN, IN_A_ROW, appears

TIMES = np.arange(20.0)


def plateau(height, length, start=8):
    curve = np.full(20, 0.5)
    curve[start : start + length] = height
    return curve


def test_exact_numbers():
    shown = appears(TIMES, plateau(0.7, 9), 0.0, chance=0.5)
    assert shown[:4] == (pytest.approx(0.2), pytest.approx(0.2), pytest.approx(0.2), True)
    assert (shown.time, shown.n) == (8.0, 20)


def test_time_in_a_row_counts():
    # A running median of 5 keeps a top of 3 and nothing of a top of 2.
    assert not appears(TIMES, plateau(0.9, 2), 0.0, chance=0.5).holds
    assert not appears(TIMES, plateau(0.9, 2), 0.0, chance=0.5, window=1).holds
    assert appears(TIMES, plateau(0.9, 2), 0.0, chance=0.5, in_a_row=2, window=1).holds
    assert appears(TIMES, plateau(0.9, 3), 0.0, chance=0.5).holds
    assert appears(TIMES, plateau(0.9, 5), 0.0, chance=0.5, in_a_row=6).value == pytest.approx(0)
    assert (CHANCE_MARGIN, IN_A_ROW) == (0.05, 3)


def test_margin_is_a_strict_bound_on_the_lower_edge():
    assert not appears(TIMES, plateau(0.75, 9), 0.0, chance=0.5, margin=0.25).holds
    assert appears(TIMES, plateau(0.75, 9), 0.0, chance=0.5, margin=0.249).holds
    noisy = appears(TIMES, plateau(0.58, 9), 0.03, chance=0.5)
    assert not noisy.holds and np.isnan(noisy.time)
    assert noisy.low < 0.05 < noisy.value < noisy.high


def test_fewer_evaluations_than_asked_for_never_appear():
    assert not appears(TIMES[:5], np.full(5, 0.9), 0.0, chance=0.5, in_a_row=6).holds


@pytest.mark.parametrize(
    ("options", "message"),
    [({"in_a_row": 0}, "`in_a_row` is 0; a whole number"), ({"level": 0.0}, "`level` is 0")],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        appears(TIMES, plateau(0.9, 5), 0.0, chance=0.5, **options)


def test_a_height_that_is_the_margin_but_for_rounding_has_a_time_where_it_is():
    shown = appears(range(10), [0.5] * 4 + [0.55] * 6, 0.0, chance=0.5)
    assert np.isnan(shown.time) if not shown.holds else shown.time == 4
