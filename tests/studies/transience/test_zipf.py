import numpy as np

from dynamicl.studies.transience._zipf import GENTLER, LATER, NEVER, ZIPF
from studies.judging import judge_test

from .worlds import FLAT, X, hump, runs, with_curve


def with_skewed(data, *knots):
    """Add runs at exponent 1 of twice the length."""
    places, values = zip(*knots, strict=True)
    long_x = 2 * X
    curve = np.interp(long_x, places, values)
    rows = (("init", "skewed_sequences"), np.tile(curve, (2, 1)))
    added = {f"skewed_{name}": rows for name in ("icl", "iwl", "ciwl", "flip")}
    return data.assign(added).assign_coords(skewed_sequences=long_x)


BASE = runs({"exponent": [0.0, 2.0], "init": range(2)})
BASE = with_curve(with_curve(BASE, "icl", FLAT, exponent=2.0), "icl", hump(0.85), exponent=0.0)
SLOW = ((0, 0.5), (1.2e6, 0.85), (3.2e6, 0.7))
DATA = with_skewed(BASE, *SLOW)
BROKEN = {
    LATER: with_skewed(BASE, (0, 0.5), (4e5, 0.85), (3.2e6, 0.7)),
    GENTLER: with_skewed(BASE, (0, 0.5), (1.2e6, 0.9), (1.4e6, 0.5), (3.2e6, 0.5)),
    NEVER: with_curve(DATA, "icl", hump(0.65), exponent=2.0, init=1),
}
test_judge = judge_test(ZIPF, DATA, BROKEN)


def test_what_was_not_followed_to_its_half_is_said():
    assert "in 2 of 2 runs at exponent 1 icl did not fall half way" in ZIPF.note(DATA)
