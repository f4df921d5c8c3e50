import numpy as np
import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.induction import _more_vectors as module
from dynamicl.studies.induction._more_vectors import FOUR, MORE_VECTORS, THREE
from dynamicl.studies.induction._settings import setting
from studies.judging import changed, judge_test


def spread(centre):
    return centre * np.linspace(0.95, 1.05, 40)


# A draw that never escapes is later than all others.
LATE = np.append(spread(4000.0)[1:], np.inf)
DATA = xr.Dataset(
    {"escape": (("vectors", "draw"), np.stack([spread(60.0), spread(400.0), LATE]))}, {"vectors": [2, 3, 4]}
)
BROKEN = {
    THREE: changed(DATA, "escape", spread(500.0), vectors=2),
    FOUR: changed(DATA, "escape", spread(300.0), vectors=4),
}
test_judge = judge_test(MORE_VECTORS, DATA, BROKEN)


def test_what_is_measured_of_two_and_three_vectors(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STEPS", {2: 2000, 3: 20_000})
    monkeypatch.setattr(module, "DRAWS", 1)
    data = MORE_VECTORS.measure(Lab(tmp_path, "smoke"), setting("smoke"), {})
    two, three = data["escape"].values
    assert two.size == setting("smoke").toys and np.median(three) > np.median(two) > 10
    # Shown curves are half of nothing learnt where they escape.
    for row, escape in zip(data["loss"].sel(vectors=2).values, two, strict=True):
        later = data["share"].values * 2000 > escape + 10
        assert (row[later] < 0.5).all() and row[0] > 0.5
