"""The lab's own networks of this study: an induction task, learnt with plain and with momentum attention.

The task, the network and the unit of time (published sequences: updates at a rate of 1e-5) are the induction study's.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.models import TransformerSpec
from dynamicl.statistics import crossing
from dynamicl.store import Trajectory
from dynamicl.studies._populations import Population, Populations
from dynamicl.studies.induction._curves import LOG2
from dynamicl.studies.induction._settings import BATCH, PAPER_RATE
from dynamicl.tasks import FewShotSpec
from dynamicl.training import Every, OptimizerSpec, Recording, RunSpec, Seeds

HALF = 0.5 * LOG2
"""t50 is where the loss has fallen half-way from its plateau, at log 2 with two labels in a context, to 0."""

ONSET = 0.9 * LOG2
MOMENTUM = 0.5
"""Fixed before the first run; the document gives no number."""


@dataclass(frozen=True)
class Networks:
    """A scale's populations.

    Attributes:
        learning_rate: Adam's; the length of runs follows from it.
        seeds: of initialisation and data.
        sequences: published sequences that a run lasts.
        evaluations: in a run.
        checkpoints: in a run.
        scored: sequences of the evaluator.
        sample: sequences on which both ways of learning are compared.
    """

    learning_rate: float
    seeds: tuple[int, ...]
    sequences: float = 1e6
    evaluations: int = 50
    checkpoints: int = 20
    scored: int = 500
    sample: int = 100

    @property
    def steps(self) -> int:
        """Updates of a run."""
        return max(1, round(self.sequences * PAPER_RATE / self.learning_rate / BATCH))

    def published(self, steps: Any) -> Any:
        """Return the published sequences that a number of updates (or an array of them) stands for."""
        return steps * BATCH * self.learning_rate / PAPER_RATE


def runs(networks: Networks, momentum: float) -> tuple[RunSpec, ...]:
    """Describe one run a seed.

    Args:
        networks: a scale's populations.
        momentum: of attention.
    """
    task = FewShotSpec(held_out_exemplars=0, test_classes=0)
    return tuple(
        RunSpec(
            task=task,
            model=TransformerSpec(momentum=momentum),
            optimizer=OptimizerSpec(name="adam", learning_rate=networks.learning_rate),
            seeds=Seeds(init=seed, data=seed),
            steps=networks.steps,
            batch_size=BATCH,
        )
        for seed in networks.seeds
    )


def populations(networks: Networks) -> Populations:
    """List the populations: plain attention, with checkpoints, and momentum attention."""
    evaluate = Every(max(1, networks.steps // networks.evaluations))
    kept = Every(max(1, networks.steps // networks.checkpoints))
    ends = Every(2**30)
    scored = networks.scored
    return {
        "plain": Population(
            "finetuning: plain attention", runs(networks, 0.0), Recording(evaluate, kept, scored)
        ),
        "momentum": Population(
            "finetuning: momentum attention", runs(networks, MOMENTUM), Recording(evaluate, ends, scored)
        ),
    }


def losses(trajectory: Trajectory, networks: Networks) -> xr.DataArray:
    """Return the loss on training sequences, (seed, sequences), sequences as published ones."""
    data = trajectory.dataset.sel(evaluator="train")
    coords = {"seed": list(networks.seeds), "sequences": networks.published(data["step"].values)}
    return xr.DataArray(data["loss"].transpose("run", "step").values, coords, ("seed", "sequences"))


def half_times(loss: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Return t50 of every seed in published sequences, and whether it was reached; else it is a lower bound.

    Args:
        loss: (seed, sequences).
    """
    passed = [crossing(loss["sequences"].values, row, HALF) for row in loss.transpose("seed", ...).values]
    return np.array([one.time for one in passed]), np.array([one.observed for one in passed])
