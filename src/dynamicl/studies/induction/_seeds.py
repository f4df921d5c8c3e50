"""Figure C.6: over heads of all seeds, induction strength goes with what a head can do alone, and how fast."""

import xarray as xr

from dynamicl.circuits import clamped_scores, keep_each
from dynamicl.statistics import Interval, correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, words

from ._curves import learning_times, stack_runs
from ._networks import main_networks
from ._populations import experiment
from ._sequences import sample
from ._settings import HEADS, Setting

LINKS = {
    "accuracy": Threshold("rank correlation of induction strength with accuracy alone", "low >", 0.0),
    "loss": Threshold("rank correlation of induction strength with loss alone", "high <", 0.0),
    "learning_time": Threshold(
        "rank correlation of induction strength with learning time alone", "high <", 0.0
    ),
}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Compare each head's induction strength in the full network with its accuracy, loss and learning time alone.

    Accuracy and loss are the trained full network's with all other layer-2 heads silenced; the learning time is that
    of a run trained with the head alone.

    Returns:
        By seed and head `induction_strength`, `accuracy`, `loss`, `learning_time`, `learnt`.
    """
    networks = main_networks(trajectories)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sets = [keep_each(1, HEADS)] * len(scale.seeds)
    scores = clamped_scores(loaded.model, task, sample(task, scale), sets)
    curves = stack_runs(trajectories["single_heads"], scale, head=range(HEADS), seed=scale.seeds)
    times = learning_times(curves["loss"]).transpose("seed", "head")
    dims = ("seed", "head")
    return xr.Dataset(
        {
            "induction_strength": (dims, networks.strength),
            "accuracy": (dims, scores.accuracy),
            "loss": (dims, scores.mean_loss),
            "learning_time": (dims, times["time"].values),
            "learnt": (dims, times["observed"].values),
        },
        {"seed": list(scale.seeds), "head": range(HEADS)},
    )


def linked(data: xr.Dataset, name: str, kind: str) -> Interval:
    """Correlate induction strength with another property over all heads; unknown where one of them does not vary."""
    columns = (data[one].transpose("seed", "head").values.ravel() for one in ("induction_strength", name))
    return attempt(correlation_interval, *columns, kind=kind)[0] or UNKNOWN


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Strength goes with accuracy, and against loss and learning time; intervals exclude 0."""
    heads = data["induction_strength"].size
    return tuple(bar.part(linked(data, name, "spearman"), heads) for name, bar in LINKS.items())


def note(data: xr.Dataset) -> str:
    """Give Pearson's correlations beside the rank correlations."""
    told = ", ".join(f"{name.replace('_', ' ')} {words(linked(data, name, 'pearson'))}" for name in LINKS)
    late = int((~data["learnt"].values.astype(bool)).sum())
    return f"Pearson's correlations: {told}; {late} of {data['learnt'].size} learning times censored"


SEEDS = experiment(
    "induction.seeds",
    ["main", "single_heads"],
    measure=measure,
    judge=judge,
    criterion=tuple(LINKS.values()),
    note=note,
)
