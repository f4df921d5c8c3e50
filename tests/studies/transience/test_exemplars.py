from dynamicl.studies.transience._exemplars import EXEMPLARS, FADES, PEAK, SLOPE
from studies.judging import judge_test

from .worlds import hump, runs, with_curve

DRAWINGS = [5, 10, 20]


def by_drawings(peaks):
    data = runs({"drawings": DRAWINGS, "init": range(2)})
    for drawings, peak in zip(DRAWINGS, peaks, strict=True):
        for init in range(2):
            data = with_curve(data, "icl", hump(peak + 0.005 * init), drawings=drawings, init=init)
    return data


DATA = by_drawings([0.65, 0.75, 0.9])


def slower():
    """The higher the peak, the later it comes and the slower it falls."""
    data = DATA
    for drawings, peak, end in zip(DRAWINGS, (0.8, 0.85, 0.9), (0.5, 0.62, 0.75), strict=True):
        for init in range(2):
            knots = hump(peak + 0.005 * init, end + 0.005 * init)
            data = with_curve(data, "icl", knots, drawings=drawings, init=init)
    return data


def lower():
    """The lower the peak, the sooner it is gone."""
    data = DATA
    for drawings, peak, gone in zip(DRAWINGS, (0.9, 0.8, 0.7), (1.5e6, 1e6, 6.6e5), strict=True):
        for init in range(2):
            knots = ((0, 0.5), (6e5, peak - 0.005 * init), (gone, 0.5), (1.6e6, 0.5))
            data = with_curve(data, "icl", knots, drawings=drawings, init=init)
    return data


def one_stays():
    knots = ((0, 0.5), (6e5, 0.63), (9e5, 0.58), (1.6e6, 0.6))
    return with_curve(DATA, "icl", knots, drawings=5, init=0)


BROKEN = {PEAK: lower(), SLOPE: slower(), FADES: one_stays()}
test_judge = judge_test(EXEMPLARS, DATA, BROKEN)
