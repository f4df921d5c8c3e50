"""Thesis figure 5.7: some layer-1 heads go from the previous token to themselves."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import curves, late_of_heads
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import closest, share

from ._networks import PREVIOUS
from ._populations import experiment
from ._settings import Setting

LOSS = 0.5
"""Share of its previous-token attention that a head must lose."""
KINDS = ("train", "icl", "ciwl", "flip")
GONE = Threshold(
    "share of runs with a layer-1 head above .3 at the flip peak that loses half while self attention rises",
    ">",
    0.5,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`.

    With `previous` and `itself` (init, sequences, kind, head): attention of label tokens in layer 1, on every kind.
    """
    recorded = trajectories["whole"].dataset.sel(layer=1)
    data = curves(trajectories["whole"], scale, init=scale.inits).assign_coords(kind=list(KINDS))
    for name, measured in (("previous", "previous_token_attention"), ("itself", "self_attention")):
        names = [measured if kind == "train" else f"{measured}@{kind}" for kind in KINDS]
        table = [recorded[one].transpose("run", "step", "head").values for one in names]
        data[name] = (("init", "sequences", "kind", "head"), np.stack(table, axis=2))
    return data


def changes(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return previous-token attention at the flip peak, its share lost by the end, and the rise of self attention.

    On training sequences, each of shape (run, head).
    """
    x = data["sequences"].values.astype(float)
    previous, own = (
        data[name].sel(kind="train").transpose("init", "sequences", "head").values
        for name in ("previous", "itself")
    )
    places = [closest(x, run.peak_time) for run in passages(data)]
    runs = np.arange(len(places))
    at_peak, own_at_peak = previous[runs, places], own[runs, places]
    ends = [late_of_heads(x, values) for values in (previous, own)]
    return at_peak, 1 - ends[0] / at_peak, ends[1] - own_at_peak


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In most runs a previous-token head turns to itself."""
    at_peak, lost, gained = changes(data)
    turned = (at_peak > PREVIOUS) & (lost >= LOSS) & (gained > 0)
    return (GONE.part(share(turned.any(axis=1)), len(turned)),)


def note(data: xr.Dataset) -> str:
    """Count the previous-token heads at the flip peak."""
    at_peak, _, _ = changes(data)
    return f"previous-token heads at the flip peak, by run: {(at_peak > PREVIOUS).sum(axis=1).tolist()}"


L1_HEADS = experiment(
    "coopetition.l1_heads", ["whole"], measure=measure, judge=judge, criterion=(GONE,), note=note
)
