"""The main runs' networks, and which of their heads matter.

The thesis' networks of seed 5 have their strongest induction head at layer 2, head 3, and a previous-token head at
layer 1, head 2. Every seed has heads of its own; they are read off the last evaluation of its main run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamicl.lab import Loaded, load_many
from dynamicl.studies._populations import Trajectories

from ._settings import HEADS, Setting

PREVIOUS_TOKEN = 0.6
"""Mean attention of label tokens to the token before them from which on a layer-1 head counts as a previous-token
head. Even attention gives 0.375."""


@dataclass(frozen=True, eq=False)
class Networks:
    """Trained main runs, in the order of the seeds.

    Attributes:
        trajectory: of the main runs.
        strength: final induction strength of layer-2 heads (seed, head).
        previous: final previous-token attention of layer-1 heads (seed, head).
    """

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
        heads = []
        for attention in self.previous:
            strong = np.flatnonzero(attention >= PREVIOUS_TOKEN)
            heads.append(tuple(np.union1d(strong, attention.argmax()).tolist()))
        return heads

    def load(self, steps: tuple[int | None, ...] = (None,)) -> Loaded:
        """Load the networks at some checkpoints (`None`: the last), all checkpoints of the first seed first."""
        places = [(i, step) for i in range(len(self.strength)) for step in steps]
        return load_many(self.trajectory, places)


def main_networks(trajectories: Trajectories) -> Networks:
    """Look which heads the main runs formed."""
    main = trajectories["main"]
    last = main.dataset.isel(step=-1)
    return Networks(
        main,
        last["induction_strength"].sel(layer=2).transpose("run", "head").values,
        last["previous_token_attention"].sel(layer=1).transpose("run", "head").values,
    )


def placeholder(setting: Setting) -> Networks:
    """Return networks whose first heads are the strongest, to count runs whose heads are not known yet."""
    first = np.tile(np.arange(HEADS, 0, -1.0), (len(setting.seeds), 1))
    return Networks(None, first, first)
