"""Figure 1d: accuracy on trained classes with swapped labels agrees with that on novel classes."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import largest, mean, words

from ._curves import measure as measure
from ._curves import rise
from ._populations import experiment
from ._readings import end_of, too_few

AGREE = Threshold("distance of swapped from novel accuracy at the end, largest over runs", "<", 0.05)


def difference(data: xr.Dataset) -> np.ndarray:
    """Return swapped less novel accuracy at the end, by run."""
    swap, novel = (end_of(data[name].transpose("run", "step").values) for name in ("swap", "novel"))
    return swap - novel


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the runs that found the in-context solution: where neither metric rises, they agree on nothing."""
    solved = rise(data).solved
    return (AGREE.part(largest(np.abs(difference(data)[solved])), int(solved.sum()), too_few(solved)),)


def note(data: xr.Dataset) -> str:
    """Give the mean difference."""
    return f"swapped less novel accuracy {words(mean(difference(data)), '.3f')}"


SWAP = experiment("mixture.swap", ["curves"], measure=measure, judge=judge, criterion=(AGREE,), note=note)
