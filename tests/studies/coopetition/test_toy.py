import dataclasses

import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.studies import NOT_TESTABLE, Lab
from dynamicl.studies._parts import verdict_of
from dynamicl.studies.coopetition import _toy as module
from dynamicl.studies.coopetition._settings import setting
from dynamicl.studies.coopetition._toy import DIVOTS, ENOUGH, KEPT, TOY, TRANSIENT
from studies.judging import changed, judge_test

DIMS = ("offset", "seed")
ROWS = np.ones((2, ENOUGH + 100))
DATA = xr.Dataset(
    {
        "left": (DIMS, ROWS.astype(bool)),
        "lowest": (DIMS, 0.001 * ROWS),
        "final": (DIMS, ROWS * np.array([[0.5], [0.0]])),
        "rise": (DIMS, 0.02 * ROWS),
    },
    {"offset": [0.1, 0.0]},
)
BROKEN = {
    TRANSIENT: changed(DATA, "final", 0.01, offset=0.1),
    DIVOTS: changed(DATA, "rise", 0.0, offset=0.1),
    KEPT: changed(DATA, "final", 0.3, offset=0.0),
}
test_judge = judge_test(TOY, DATA, BROKEN)


def test_few_seeds_decide_nothing():
    parts = TOY.judge(DATA.isel(seed=slice(100)))
    assert verdict_of(parts) == NOT_TESTABLE
    assert "100 seeds leave the plateau, 1,000 are needed" in parts[0].sentence
    assert all(np.isnan(part.value) for part in TOY.judge(changed(DATA, "left", False)))
    assert [part.holds for part in TOY.judge(changed(DATA, "left", False, offset=0.0))] == [True, True, None]
    assert [part.holds for part in TOY.judge(changed(DATA, "left", False, offset=0.1))] == [None, None, True]


def test_what_is_measured_of_three_seeds(tmp_path, monkeypatch):
    # One map cell a kind, and all of dim d 160, as in the main runs: two programs, one for each number of seeds.
    small = {"STEPS": 400, "OFFSETS": (0.1,), "COMPETITIONS": (0.1,), "SIZES": (160,)}
    for name, value in small.items():
        monkeypatch.setattr(module, name, value)
    data = TOY.measure(
        Lab(tmp_path, "smoke"), dataclasses.replace(setting("smoke"), seeds=3, map_seeds=3), {}
    )
    assert dict(data["curves"].sizes) == {"offset": 2, "term": 4, "shown": 3, "step": 5}
    published = data.sel(offset=0.1)
    loss, first, second, competition = published["curves"].transpose("term", ...).values
    np.testing.assert_allclose(loss, (first + 0.1) * second + 0.1 * competition, rtol=1e-4)
    np.testing.assert_allclose(published["final"], first[:, -1], rtol=1e-5)
    assert (published["lowest"].values <= first.min(axis=1)).all() and (published["rise"].values >= 0).all()
    # The maps' only cell is the published toy.
    np.testing.assert_allclose(data["map_size"][0], data["map_constants"][0, 0])
    assert float(data["map_size"].sel(outcome="left")[0]) == published["left"].values.mean()


def test_scales_that_do_not_exist_are_refused():
    assert setting("laptop").seeds > ENOUGH
    with pytest.raises(SpecError, match="the coopetition study has no scale `huge`: choose one of smoke"):
        setting("huge")
