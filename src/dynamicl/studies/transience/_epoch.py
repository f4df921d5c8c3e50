"""Thesis 3.2.2: no run sees as much as one epoch of its data."""

import dataclasses

import jax
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import DEEP, World
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.tasks.exemplars import Gaussian, Portion

from ._populations import experiment
from ._settings import SETTINGS, Setting

PUBLISHED = 1.87e27
LONGEST = 5e7
"""Updates of the longest runs of the thesis."""
COUNT = Threshold("distinct sequences of the published task, relative deviation from 1.87e27", "<", 0.005)
SEEN = Threshold("sequences seen over distinct ones, largest over the worlds of all scales", "<", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Count the `distinct` and the `seen` sequences of the published run and of the main run of each scale."""
    worlds = {name: (one.world, one.long * one.world.steps) for name, one in SETTINGS.items()}
    distinct = [distinct_sequences(DEEP, repeating=True)]
    distinct += [distinct_sequences(world) for world, _ in worlds.values()]
    seen = [LONGEST * DEEP.batch, *(steps * world.batch for world, steps in worlds.values())]
    names = ["published", *worlds]
    return xr.Dataset({"distinct": ("world", distinct), "seen": ("world", seen)}, {"world": names})


def distinct_sequences(world: World, repeating: bool = False) -> float:
    """Count the sequences of a world's training task; no drawing is looked at for that.

    Args:
        world: whose task.
        repeating: count drawings of a class as if they could repeat in a sequence, as the thesis' product does.
    """
    numbers = Gaussian(dimensions=2, exemplars=world.drawings)
    spec = dataclasses.replace(world.task(), source=numbers, evaluators=())
    if repeating:
        (portion,) = spec.train
        kind = dataclasses.replace(portion.sequences, exemplars="independent")
        spec = dataclasses.replace(spec, train=(Portion(kind),))
    return float(spec.bind(spec.prepare()["train"], jax.random.key(0)).count())


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The count is the published one, and far more than any run sees."""
    distinct, seen = data["distinct"].values, data["seen"].values
    return (
        COUNT.part(abs(float(distinct[0]) / PUBLISHED - 1), 1),
        SEEN.part(float((seen / distinct).max()), seen.size),
    )


def note(data: xr.Dataset) -> str:
    """Correct the thesis' product."""
    return f"the published longest run sees {float(data['seen'][0]):.1e} sequences, where the thesis prints 6.4e8"


EPOCH = experiment("transience.epoch", measure=measure, judge=judge, criterion=(COUNT, SEEN), note=note)
