"""Figure 4.3a: the loss waits at log 2, then drops; the network generalises to new classes and label pairs."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Transition, find_transition
from dynamicl.store import Trajectory
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, mean, share

from ._populations import experiment
from ._settings import BATCH, Setting

LOG2 = float(np.log(2))
DROP = Threshold("share of runs whose loss drops from a plateau", ">=", 1.0)
LEVEL = Threshold("largest distance of a plateau from log 2, nats", "<", 0.1)
GENERAL = {
    "train": Threshold("final accuracy in training", ">=", 0.99),
    "held-out labels": Threshold("final accuracy on held-out label pairs", ">=", 0.9),
    "held-out classes": Threshold("final accuracy on held-out classes", ">=", 0.9),
}


FEATURES = {
    "random-convolution": "a frozen random convolution",
    "mobilenet-v2": "those of a MobileNetV2 trained on photographs",
}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Find the transition of every main run's loss.

    Returns:
        `loss` and `accuracy` (run, step, evaluator); `jump`, `plateau_loss`, and `transition` with its interval
        (sequences) by run.
    """
    data = trajectories["main"].dataset
    drops = transitions(trajectories["main"])
    curves = {name: (data[name].dims, data[name].values) for name in ("loss", "accuracy")}
    times = [drop.time_sequences or (np.nan, np.nan, np.nan) for drop in drops]
    by_run = {
        "jump": [drop.found for drop in drops],
        "plateau_loss": [drop.before.value if drop.before else np.nan for drop in drops],
        "transition": [time[0] for time in times],
        "transition_low": [time[1] for time in times],
        "transition_high": [time[2] for time in times],
    }
    steps = data["step"].values
    coords = {name: data[name].values for name in ("run", "step", "evaluator")}
    return xr.Dataset(
        curves | {name: ("run", values) for name, values in by_run.items()},
        coords | {"sequences": ("step", steps * BATCH)},
        {"encoder": scale.encoder},
    )


def transitions(trajectory: Trajectory) -> list[Transition]:
    """Find the transition of every run's training loss."""
    data = trajectory.dataset.sel(evaluator="train")
    loss, error = (data[name].transpose("run", "step").values for name in ("loss", "loss_error"))
    return [
        find_transition(data["step"].values, loss[i], standard_error=error[i], batch=BATCH)
        for i in range(len(loss))
    ]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every run drops from a plateau at log 2, and the last networks are right, also on what was held out."""
    runs = data.sizes["run"]
    away = np.abs(data["plateau_loss"].values - LOG2)
    final = data["accuracy"].isel(step=-1)
    return (
        DROP.part(share(data["jump"]), runs),
        LEVEL.part(largest(away), runs),
        *(bar.part(mean(final.sel(evaluator=name)), runs) for name, bar in GENERAL.items()),
    )


def note(data: xr.Dataset) -> str:
    """Say when the drop comes, and what held-out drawings give."""
    drawings = mean(data["accuracy"].isel(step=-1).sel(evaluator="held-out exemplars")).value
    median = float(np.nanmedian(data["transition"])) if data["jump"].any() else np.nan
    features = FEATURES[data.attrs.get("encoder", "random-convolution")]
    return (
        f"median drop at {median:,.0f} sequences; final accuracy on held-out drawings {drawings:.3f}. Features are "
        f"{features}, not the thesis' pretrained residual network: some unseen characters can hardly be told apart by "
        "them"
    )


PLATEAU = experiment(
    "induction.plateau",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(DROP, LEVEL, *GENERAL.values()),
    note=note,
)
