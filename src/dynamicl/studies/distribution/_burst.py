"""Thesis figure 2.2: the burstier the data, the more is learnt in context and the less in weights."""

import xarray as xr

from dynamicl.studies._abilities import by_level, late_by_level, levels_of, share_absent, trend_parts
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._runs import curves
from ._settings import Setting

NEVER = Threshold("share of runs without bursty sequences in which icl is never above chance", ">=", 1.0)
ICL = Threshold("p of Jonckheere's test that mean icl rises with p(bursty)", "<", 0.05)
ICL_MORE = Threshold("mean icl over training, most bursty minus least", ">=", 0.1)
IWL = Threshold("p of Jonckheere's test that final iwl falls with p(bursty)", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `share` (p(bursty)) and `init`."""
    return curves(trajectories["burst"], scale, {"share": scale.shares, "init": scale.inits})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Nothing is learnt in context without bursts, more of it with more of them, and less in weights."""
    runs = by_level(data, "share")
    return (
        NEVER.part(share_absent(runs[0]), len(runs[0])),
        *trend_parts(levels_of(runs, "mean"), "up", ICL, ICL_MORE),
        *trend_parts(late_by_level(data, "share", "iwl"), "down", IWL),
    )


BURST = experiment(
    "distribution.burst", ["burst"], measure=measure, judge=judge, criterion=(NEVER, ICL, ICL_MORE, IWL)
)
