"""Measures that were not recorded while runs trained, computed from their checkpoints: nothing is trained again."""

import dataclasses
import json
from collections.abc import Sequence

import equinox as eqx
import numpy as np
import xarray as xr

from dynamicl.probes import probes
from dynamicl.specs import check, check_list, from_json
from dynamicl.store import Library, Store, Trajectory, number_uneven
from dynamicl.training import Checkpoint, Probe, Program, RunState, plan, unpack

from ._records import to_extras
from ._starts import lend


def record_later(trajectory: Trajectory, measures: Sequence[str]) -> xr.Dataset:
    """Compute measures at the checkpoints that were kept, as the runs would have recorded them there.

    The sequences are those that the runs' recording names, the runs' clamps apply as they did at that step, and the
    weights are the checkpoint's. Costs one forward pass a checkpoint and what the measures themselves cost. Nothing is
    written: keep what is returned where you like.

    Args:
        trajectory: of a library or store.
        measures: names of registered measures, whenever they are recorded otherwise.

    Returns:
        The measures' variables over (run, checkpoint, ...), NaN where a run has no such checkpoint; attribute `probes`
        is the version of each measure, as JSON.

    Raises:
        SpecError: an unknown measure, or none; runs without checkpoints.
        StoreError: a checkpoint is damaged.
    """
    check_list(measures, "measures", "a list of names")
    check(bool(measures), "`measures` is empty: name at least one")
    check(
        bool(trajectory.checkpoints), "these runs have no checkpoints to measure: record some in `checkpoint`"
    )
    wanted = tuple(dataclasses.replace(probe, at="checkpoint") for probe in probes(measures))
    stores = dict.fromkeys(store for store, _ in trajectory.members)
    parts = number_uneven([_measured(store, wanted) for store in stores if store.checkpoints])
    together = xr.concat(parts, "run", join="outer") if len(parts) > 1 else parts[0]
    versions = {probe.name: probe.version for probe in wanted}
    return together.reindex(run=list(trajectory.runs)).assign_attrs(probes=json.dumps(versions))


def _measured(store: Store, wanted: tuple[Probe, ...]) -> xr.Dataset:
    """Measure every checkpoint of one store."""
    (cohort,) = plan([from_json(text) for text in store.specs])
    program = Program(cohort, wanted, from_json(store.header["recording"]).sequences_of("train"))
    lend(program, Library(store.path.parent))
    fresh = program.real(program.initialise())
    found = []
    own = [store.checkpoints_of(run) for run in store.runs]
    for step in sorted(set().union(*own)):
        values = program.inspect(program.place(_at_checkpoint(store, fresh, step)))
        labelled = to_extras(program, Checkpoint(step, values), store.runs)
        if labelled is not None:
            there = xr.DataArray([step in steps for steps in own], dims="run")
            found.append(labelled.where(there).expand_dims(checkpoint=[step], axis=1))
    return xr.concat(found, "checkpoint")


def _at_checkpoint(store: Store, fresh: RunState, step: int) -> RunState:
    """Return a cohort's state with the weights of the first checkpoint from a step on, as far as measures read it."""
    kept = min(kept for kept in store.checkpoints if kept >= step)
    weights = unpack(store.checkpoint(kept), fresh.weights, "checkpoint")
    steps = np.full_like(fresh.step, step)
    return eqx.tree_at(lambda state: (state.weights, state.step), fresh, (weights, steps))
