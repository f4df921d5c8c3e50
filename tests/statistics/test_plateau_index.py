import numpy as np
import pytest

from dynamicl.statistics import PHASE_CHANGE_ABOVE, SMOOTH_BELOW, plateau_index

TIMES = np.linspace(0, 100, 1001)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_exponential_closed_form(rate):
    index = plateau_index(TIMES, 3 + np.exp(-rate * TIMES), 0.0)
    # t10 / t90 = ln(10/9) / ln 10, whatever rate and offset.
    assert index.value == pytest.approx(np.log(10 / 9) / np.log(10), abs=0.003)
    assert index.t90 == pytest.approx(np.log(10) / rate, rel=0.01)
    assert index.kind == "smooth"


def test_straight_line_and_sigmoid():
    ramp = np.interp(TIMES, [0, 90, 100], [1, 0, 0])
    index = plateau_index(TIMES, ramp, 0.0)
    assert index.value == pytest.approx(1 / 9)
    sigmoid = plateau_index(TIMES, 1 / (1 + np.exp((TIMES - 60) / 2)), 0.0)
    assert sigmoid.value == pytest.approx((60 - 2 * np.log(9)) / (60 + 2 * np.log(9)), abs=0.001)
    assert sigmoid.kind == "phase change"
    assert (SMOOTH_BELOW, PHASE_CHANGE_ABOVE) == (0.15, 0.35)


def test_between_the_kinds():
    # Waits for a, falls in b: t10 = a + b/10, t90 = a + 9b/10.
    index = plateau_index(TIMES, np.interp(TIMES, [0, 10, 80, 100], [1, 1, 0, 0]), 0.0)
    assert index.value == pytest.approx(17 / 73, abs=1e-3)
    assert index.kind == "in between"


def test_phase_is_counted_from_its_start():
    curve = np.where(TIMES < 20, 2 - TIMES / 20, np.interp(TIMES, [20, 60, 80], [1, 1, 0]))
    index = plateau_index(TIMES, curve, 0.0, start=20, end=100)
    assert (index.t10, index.t90) == pytest.approx((62, 78))
    assert index.value == pytest.approx(42 / 58)
    assert index.n == 801
    # A later rise is left out by the end.
    late = np.where(TIMES > 90, 3.0, curve)
    assert plateau_index(TIMES, late, 0.0, start=20, end=90).value == pytest.approx(42 / 58)


def test_coarse_evaluations_widen_the_interval():
    fine, coarse = (plateau_index(t, np.exp(-t / 2), 0.0) for t in (TIMES, TIMES[::40]))
    assert coarse.low == 0 and coarse.high >= 0.15 > fine.high
    step = plateau_index(range(10), [1.0] + [0.0] * 9, 0.0)
    assert (step.low, step.high) == (0, 1)


def test_interval_covers_noise():
    rng = np.random.default_rng(0)
    truth = 1 / (1 + np.exp((TIMES[::10] - 60) / 4))
    index = plateau_index(TIMES[::10], truth + 0.03 * rng.standard_normal(101), 0.03)
    assert index.low < (60 - 4 * np.log(9)) / (60 + 4 * np.log(9)) < index.high


def test_no_drop():
    index = plateau_index(TIMES, TIMES, 0.0)
    assert index.kind == "no drop"
    assert np.isnan([index.value, index.low, index.high]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 99.9}, "`start` 99.9 and `end` 100 have 2 evaluations between them; at least 5"),
        ({"level": 0.0}, "`level` is 0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        plateau_index(TIMES, TIMES, 0.0, **options)
