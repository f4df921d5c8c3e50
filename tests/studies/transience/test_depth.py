import numpy as np

from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.transience._depth import (
    DEPTH,
    FADES,
    HEIGHT,
    HEIGHT_RHO,
    ONSET,
    ONSET_RHO,
    PRICE,
)
from dynamicl.studies.transience._settings import setting

from .worlds import hump, runs, with_curve

LAYERS = [2, 4, 6, 12]
# The same runs at every depth, so that nothing goes with it.
PEAKS, TIMES = (
    np.tile(0.8 + np.linspace(-0.03, 0.03, 8), (4, 1)),
    np.tile(np.linspace(5.5e5, 6.5e5, 8), (4, 1)),
)
DEEPER = np.arange(4)[:, None]


def by_depth(peaks=PEAKS, times=TIMES):
    data = runs({"layers": LAYERS, "init": range(8)})
    for i, layers in enumerate(LAYERS):
        for init in range(8):
            knots = hump(float(peaks[i, init]), at=float(times[i, init]))
            data = with_curve(data, "icl", knots, layers=layers, init=init)
    return data


def failing(data):
    return [part.name for part in DEPTH.judge(data) if part.holds is False]


def test_true_and_each_side_false():
    assert all(part.holds for part in DEPTH.judge(by_depth()))
    top, at = float(PEAKS[0, 0]), float(TIMES[0, 0])
    assert failing(with_curve(by_depth(), "icl", hump(top, top, at), layers=2, init=0)) == [FADES.name]
    # Where a pointed peak is found moves a little with its height, and the other way round.
    assert {HEIGHT.name, HEIGHT_RHO.name} <= set(failing(by_depth(peaks=PEAKS - 0.05 * DEEPER + 0.08)))
    assert {ONSET.name, ONSET_RHO.name} <= set(failing(by_depth(times=TIMES - 1e5 * DEEPER)))


def test_what_was_not_trained_names_its_price(tmp_path):
    data = DEPTH.measure(Lab(tmp_path, "laptop"), setting("laptop"), {})
    assert why_unmeasured(data) == PRICE
