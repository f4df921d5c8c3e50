from dynamicl.studies._abilities import NOT_EVERYWHERE
from dynamicl.studies.transience._width import PEAK, SLOPE, WIDTH
from studies.judging import judge_test

from .worlds import FLAT, runs, with_curve

WIDTHS = [32, 64, 128]


def by_width(peaks, gone):
    """icl by width: the height of its peak, and when it is back at chance."""
    data = runs({"width": WIDTHS, "init": range(2)})
    for width, peak, end in zip(WIDTHS, peaks, gone, strict=True):
        for init in range(2):
            knots = ((0, 0.5), (6e5, peak + 0.005 * init), (end + 1e4 * init, 0.5), (1.6e6, 0.5))
            data = with_curve(data, "icl", knots, width=width, init=init)
    return data


DATA = by_width((0.7, 0.8, 0.9), (6.6e5, 9e5, 1.55e6))
BROKEN = {
    PEAK: by_width((0.9, 0.85, 0.8), (6.6e5, 9e5, 1.55e6)),
    SLOPE: by_width((0.7, 0.8, 0.9), (1.4e6, 1.2e6, 7e5)),
}
test_judge = judge_test(WIDTH, DATA, BROKEN)


def test_without_icl_at_a_width_the_decay_is_open():
    peak, slope = WIDTH.judge(with_curve(DATA, "icl", FLAT, width=32))
    assert peak.holds and slope.undecided == NOT_EVERYWHERE
