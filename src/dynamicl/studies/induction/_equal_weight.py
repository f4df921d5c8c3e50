"""Section 4.3, footnote 8: on the plateau the two labels of the context get equal weight in each sequence."""

import numpy as np
import xarray as xr
from scipy.special import softmax

from dynamicl.lab import load
from dynamicl.statistics import find_transition
from dynamicl.store import Trajectory
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import closest, largest, mean
from dynamicl.tasks import Sequence

from ._curves import LOG2
from ._populations import experiment
from ._sequences import sample
from ._settings import BATCH, Setting

EVEN = 0.1
"""Both labels have equal weight where the right one's share of the two is within this of one half."""
ON_PLATEAU = 0.1
"""A network is on the plateau where its loss is within so many nats of log 2."""
BOTH = Threshold("probability of the two labels of the context together, on the plateau", ">=", 0.9)
ALIKE = Threshold(f"share of sequences with labels within {EVEN} of equal weight, on the plateau", ">=", 0.9)
APART = Threshold("the same share at the end", "<=", 0.1)
MOMENTS = ("plateau", "end")
EDGES = np.linspace(0, 1, 21)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Look at the answers of every main run half way to its drop, and at the end.

    Returns:
        By seed and moment `both` (mean probability of the two labels), `even` (share of sequences in which they have
        nearly equal weight) and, by bin, `sequences` (share of them in which the right label has such a share of the
        two); `plateau_loss` by seed, nats, of the network that is looked at.
    """
    main = trajectories["main"]
    curves = main.dataset["loss"].sel(evaluator="train").transpose("run", "step")
    seeds = []
    for row, loss in enumerate(curves.values):
        at = plateau_checkpoint(curves["step"].values, loss, np.asarray(main.checkpoints))
        moments = [_answers(main, scale, row, step) for step in (at, main.checkpoints[-1])]
        seen = float(np.interp(at, curves["step"].values, loss))
        seeds.append(xr.concat(moments, xr.Variable("moment", list(MOMENTS))).assign(plateau_loss=seen))
    return xr.concat(seeds, xr.Variable("seed", list(scale.seeds)))


def plateau_checkpoint(steps: np.ndarray, loss: np.ndarray, checkpoints: np.ndarray) -> int:
    """Return the checkpoint nearest half way to the drop; where there is no drop, half way to the end."""
    drop = find_transition(steps, loss, batch=BATCH)
    middle = drop.time_steps.value / 2 if drop.time_steps else steps[-1] / 2
    return int(checkpoints[closest(checkpoints, middle)])


def _answers(main: Trajectory, scale: Setting, row: int, step: int) -> xr.Dataset:
    loaded = load(main, row, step)
    sequences = sample(loaded.tasks["train"], scale)
    return weights(np.asarray(loaded.with_clamps()(sequences)), sequences)


def weights(logits: np.ndarray, sequences: Sequence) -> xr.Dataset:
    """Describe how an answer's probability is dealt among the labels of the context; logits of shape (batch, label)."""
    probability = softmax(logits.astype(float), axis=1)
    both = probability[np.asarray(sequences.options)].reshape(len(logits), 2).sum(axis=1)
    right = probability[np.arange(len(logits)), np.asarray(sequences.target)] / both
    counts, _ = np.histogram(right, EDGES)
    return xr.Dataset(
        {
            "both": both.mean(),
            "even": np.mean(np.abs(right - 0.5) <= EVEN),
            "sequences": ("bin", counts / len(right)),
        },
        {"bin": (EDGES[1:] + EDGES[:-1]) / 2},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """On the plateau both labels share nearly all probability evenly, sequence by sequence; at the end they do not."""
    seeds = data.sizes["seed"]
    plateau, end = (data.sel(moment=moment) for moment in MOMENTS)
    away = largest(np.abs(data["plateau_loss"].values - LOG2))
    off = "" if away < ON_PLATEAU else f"a network is {away:.2f} nats off the plateau half way to its drop"
    return (
        BOTH.part(mean(plateau["both"]), seeds, off),
        ALIKE.part(mean(plateau["even"]), seeds, off),
        APART.part(mean(end["even"]), seeds),
    )


def note(data: xr.Dataset) -> str:
    """Say how widely shares are spread on the plateau, and where they peak."""
    shares = data["sequences"].sel(moment="plateau").mean("seed")
    middle = float((shares * shares["bin"]).sum())
    spread = float((shares * (shares["bin"] - middle) ** 2).sum()) ** 0.5
    peak = float(shares["bin"].values[shares.values.argmax()])
    return f"on the plateau the right label's share peaks near {peak:.2g}; its standard deviation is {spread:.2f}"


EQUAL_WEIGHT = experiment(
    "induction.equal_weight",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(BOTH, ALIKE, APART),
    note=note,
)
