"""The populations differ in momentum alone, and t50 is read off their losses."""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl.models import TransformerSpec
from dynamicl.studies.finetuning._networks import HALF, MOMENTUM, half_times, populations
from dynamicl.studies.finetuning._scales import SCALES
from dynamicl.studies.induction._settings import run, setting


def test_runs_differ_in_momentum_alone():
    plain, momentum = populations(SCALES["laptop"].networks).values()
    assert len(plain.runs) == len(momentum.runs) == 5
    for one, other in zip(plain.runs, momentum.runs, strict=True):
        assert dataclasses.replace(other, model=one.model) == one
        assert (one.model, other.model) == (TransformerSpec(), TransformerSpec(momentum=MOMENTUM))


def test_plain_runs_are_those_of_the_induction_study():
    assert populations(SCALES["laptop"].networks)["plain"].runs[3] == run(setting("laptop"), 3)
    # On features that need no extra, at every scale.
    published = dataclasses.replace(setting("paper"), encoder="random-convolution")
    assert populations(SCALES["paper"].networks)["plain"].runs[0] == run(published, 5)


def test_t50_by_hand():
    loss = xr.DataArray(
        [[2 * HALF, 1.5 * HALF, 0.5 * HALF], [2 * HALF, 2 * HALF, 2 * HALF]],
        {"seed": [0, 1], "sequences": [0.0, 100.0, 200.0]},
        ("seed", "sequences"),
    )
    times, learnt = half_times(loss)
    np.testing.assert_allclose(times, [150, 200])
    assert learnt.tolist() == [True, False]
