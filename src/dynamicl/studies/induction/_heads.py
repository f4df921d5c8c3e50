"""Figure 4.3b: several heads of layer 2 become induction heads as the loss drops, one of them first."""

import numpy as np
import xarray as xr

from dynamicl.statistics import crossing, find_transition
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median, share

from ._populations import experiment
from ._settings import BATCH, Setting

INDUCTIVE = 0.3
"""A head counts as an induction head from this strength on; the published run's weakest named one has 0.29."""
STRONGEST = Threshold("final induction strength of the strongest head, weakest run", ">", INDUCTIVE)
SEVERAL = Threshold(f"heads of a strength above {INDUCTIVE}, median run", ">=", 2.0)
TOGETHER = Threshold("share of runs whose strongest head rises within the loss' drop", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Measure when the heads of layer 2 rise and when the loss drops.

    Returns:
        `induction_strength` (run, step, head) and `loss` (run, step); by run `rise` (steps until the strongest head
        has half of its final strength), `drop` and `drop_width` (steps, from 10 to 90 %; NaN without a transition), and
        `second` (when the second head becomes inductive over when the first does; NaN where only one does).
    """
    data = trajectories["main"].dataset
    strength = data["induction_strength"].sel(layer=2).transpose("run", "step", "head")
    loss = data["loss"].sel(evaluator="train").transpose("run", "step")
    steps = data["step"].values
    moments = xr.concat(
        [rise_and_drop(steps, strength.values[i], loss.values[i]) for i in range(len(loss))], "run"
    )
    curves = {
        "induction_strength": (strength.dims, strength.values),
        "loss": (loss.dims, loss.values),
    }
    coords = {"run": data["run"].values, "step": steps, "head": strength["head"].values}
    return xr.Dataset(curves, coords | {"sequences": ("step", steps * BATCH)}).merge(moments)


def rise_and_drop(steps: np.ndarray, strength: np.ndarray, loss: np.ndarray) -> xr.Dataset:
    """Return when one run's heads rise, strength of shape (step, head), and when its loss drops."""
    drop = find_transition(steps, loss, batch=BATCH)
    best = strength.max(axis=1)
    rise = crossing(steps, best, float(best[-1] / 2), direction="rising")
    crossings = [crossing(steps, curve, INDUCTIVE, direction="rising") for curve in strength.T]
    times = sorted(one.time for one in crossings if one.observed)
    middle, width = (drop.time_steps, drop.width_steps) if drop.found else (None, None)
    return xr.Dataset(
        {
            "rise": rise.time,
            "drop": middle.value if middle else np.nan,
            "drop_width": width.value if width else np.nan,
            "second": times[1] / times[0] if len(times) > 1 and times[0] > 0 else np.nan,
        }
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every run has an induction head, the median run several, and they rise within the loss' drop.

    Within the drop means between its 10 % and 90 % points.
    """
    runs = data.sizes["run"]
    final = data["induction_strength"].isel(step=-1).transpose("run", "head").values
    inductive = (final > INDUCTIVE).sum(axis=1)
    apart = np.abs(data["rise"].values - data["drop"].values)
    return (
        STRONGEST.part(final.max(axis=1).min(), runs),
        SEVERAL.part(np.median(inductive), runs),
        TOGETHER.part(share(apart <= data["drop_width"].values / 2), runs),
    )


def note(data: xr.Dataset) -> str:
    """Say how much later the second head comes."""
    return f"the second head follows the first after {median(data['second']):.2f} times as many sequences (median)"


HEADS = experiment(
    "induction.heads",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(STRONGEST, SEVERAL, TOGETHER),
    note=note,
)
