import numpy as np
import pytest

from dynamicl.studies.transience._default import APPEARS, DEFAULT, FADES, IWL, LOSS, with_time
from studies.judging import judge_test

from .worlds import STAYS, level, runs, with_curve

DATA = runs({"init": range(3)})
SPIKES = with_curve(DATA, "icl", ((0, 0.45), (1.6e6, 0.42)))
# Smoothing leaves a single one of these, which is not three in a row.
SPIKES["icl"].values[:, 40:45:2] = 0.9
BROKEN = {
    APPEARS: SPIKES,
    FADES: with_curve(DATA, "icl", STAYS),
    LOSS: with_curve(DATA, "train_loss", ((0, 9.0), (4e5, 0.3), (1.6e6, 0.5))),
    IWL: with_curve(DATA, "iwl", ((0, 1e-3), (1.6e6, 1e-4))),
}
test_judge = judge_test(DEFAULT, DATA, BROKEN)


def test_what_goes_with_time():
    assert with_time(np.arange(20.0) ** 3) == pytest.approx(1) and with_time(
        -np.arange(20.0)
    ) == pytest.approx(-1)
    assert with_time(np.ones(20)) == 0


def test_runs_too_short_to_fade_leave_that_open():
    parts = {part.name: part for part in DEFAULT.judge(DATA.isel(sequences=slice(0, 50)))}
    assert parts[FADES.name].holds is None and parts[APPEARS.name].holds


def test_peaks_are_told():
    assert "icl peaks at 0.79 at 576,000" in DEFAULT.note(with_curve(DATA, "iwl", level(0.01)))
