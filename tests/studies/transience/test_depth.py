import numpy as np
import xarray as xr

from dynamicl.studies.transience._depth import (
    CRITERION,
    DEPTH,
    FADES,
    HEIGHT,
    HEIGHT_RHO,
    ONSET,
    ONSET_RHO,
    PRICE,
)

from .worlds import STAYS, hump, runs, with_curve

LAYERS = [2, 4, 6, 12]
RNG = np.random.default_rng(2)
PEAKS, TIMES = 0.8 + 0.05 * RNG.standard_normal((4, 8)), 6e5 + 5e4 * RNG.standard_normal((4, 8))
DEEPER = np.arange(4)[:, None]


def by_depth(peaks=PEAKS, times=TIMES):
    data = runs({"layers": LAYERS, "init": range(8)}).assign(trained=((), True))
    for i, layers in enumerate(LAYERS):
        for init in range(8):
            knots = hump(float(peaks[i, init]), at=float(times[i, init]))
            data = with_curve(data, "icl", knots, layers=layers, init=init)
    return data


def failing(data):
    return [part.name for part in DEPTH.judge(data) if part.holds is False]


def test_true_and_each_side_false():
    assert all(part.holds for part in DEPTH.judge(by_depth()))
    assert failing(with_curve(by_depth(), "icl", STAYS, layers=2, init=0)) == [FADES.name]
    assert failing(by_depth(peaks=PEAKS - 0.07 * DEEPER + 0.1)) == [HEIGHT.name, HEIGHT_RHO.name]
    assert failing(by_depth(times=TIMES - 1e5 * DEEPER)) == [ONSET.name, ONSET_RHO.name]


def test_what_was_not_trained_names_its_price():
    parts = DEPTH.judge(xr.Dataset({"trained": ((), False)}))
    assert [part.name for part in parts] == [bar.name for bar in CRITERION]
    assert all(part.holds is None and part.undecided == PRICE for part in parts)
