"""The main runs' networks, and which of their heads matter.

The thesis' networks of seed 5 have their strongest induction head at layer 2, head 3, and a previous-token head at
layer 1, head 2. Every seed has heads of its own; they are found from the last evaluation of its main run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamicl.clamps import keep_heads
from dynamicl.lab import Loaded, load_many
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Lab
from dynamicl.training import Recording, RunSpec

from ._settings import HEADS, Setting, main_runs, run, setting

PREVIOUS_TOKEN = 0.6
"""Mean attention of label tokens to the token before them from which on a layer-1 head counts as a previous-token
head. Even attention gives 0.375."""


@dataclass(frozen=True, eq=False)
class Networks:
    """Trained main runs, in the order of the seeds.

    Attributes:
        chosen: the scale's numbers.
        trajectory: of the main runs.
        strength: final induction strength of layer-2 heads (seed, head).
        previous: final previous-token attention of layer-1 heads (seed, head).
    """

    chosen: Setting
    trajectory: Any
    strength: np.ndarray
    previous: np.ndarray

    @property
    def strongest(self) -> list[int]:
        """The strongest induction head of each seed."""
        return [int(head) for head in self.strength.argmax(axis=1)]

    @property
    def previous_token_head(self) -> list[int]:
        """The strongest previous-token head of each seed."""
        return [int(head) for head in self.previous.argmax(axis=1)]

    @property
    def previous_token_heads(self) -> list[tuple[int, ...]]:
        """All previous-token heads of each seed, the strongest at least."""
        return [
            tuple(int(h) for h in range(HEADS) if row[h] >= PREVIOUS_TOKEN or h == row.argmax())
            for row in self.previous
        ]

    def load(self, steps: tuple[int | None, ...] = (None,)) -> Loaded:
        """Load the networks at some checkpoints (`None`: the last), all checkpoints of the first seed first."""
        return load_many(
            self.trajectory, [(i, step) for i in range(len(self.chosen.seeds)) for step in steps]
        )


def main_networks(lab: Lab) -> Networks:
    """Train (or find) the main runs and look which heads they formed."""
    chosen = setting(lab.scale)
    runs, recording = main_runs(chosen)
    trajectory = lab.train(runs, recording, "induction: main runs")
    last = trajectory.dataset.isel(step=-1)
    return Networks(
        chosen,
        trajectory,
        last["induction_strength"].sel(layer=2).transpose("run", "head").values,
        last["previous_token_attention"].sel(layer=1).transpose("run", "head").values,
    )


def one_head_runs(
    networks: Networks, sequences: float, clamps: tuple[tuple, ...] | None = None
) -> list[RunSpec]:
    """Describe one run a seed with only the seed's strongest head left in layer 2.

    Args:
        networks: the main runs.
        sequences: published length.
        clamps: further clamps of each seed.
    """
    return [
        run(networks.chosen, seed, sequences, keep_heads(1, [head], HEADS) + more)
        for seed, head, more in zip(
            networks.chosen.seeds,
            networks.strongest,
            clamps or [()] * len(networks.chosen.seeds),
            strict=True,
        )
    ]


def fine(chosen: Setting, checkpoints: int = 0) -> Recording:
    """Return the recording of clamped runs, four times as dense as that of others: their drops are short."""
    return chosen.recording(checkpoints=checkpoints, dense=4)


UNCLAMPED = 1.2e6


def unclamped(lab: Lab, networks: Networks) -> Trajectory:
    """Train (or find) the runs with only the strongest head in layer 2 and nothing else clamped.

    Every clamp is compared with them. Kept with 40 checkpoints in 1e6 published sequences.
    """
    runs = one_head_runs(networks, UNCLAMPED)
    return lab.train(runs, fine(networks.chosen, checkpoints=40), "induction: only the strongest head")


def unclamped_cost(scale: str) -> int:
    """Return the run-steps of the unclamped runs."""
    chosen = setting(scale)
    return len(chosen.seeds) * chosen.lasting(UNCLAMPED)
