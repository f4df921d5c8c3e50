"""From the engine's records to labelled arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.probes import part_names
from dynamicl.specs import check
from dynamicl.tasks import DISJOINT_ROLES
from dynamicl.training import SCORES, Checkpoint, Program, Records, recorded_name

PER_RUN = ("train_loss", "gradient_norm", "learning_rate")


def to_dataset(program: Program, records: Sequence[Records], runs: Sequence[str]) -> xr.Dataset:
    """Stack evaluations along `step`, with dimension names and coordinates as the store keeps them."""
    dims: dict[str, tuple[str, ...]] = dict.fromkeys(SCORES, ("evaluator",)) | dict.fromkeys(PER_RUN, ())
    dims |= _dims_of_probes(program, "evaluation")
    variables = {}
    for name, axes in dims.items():
        series = _series(records, name)
        if series is not None:
            variables[name] = (("run", "step", *axes), series)
    steps = np.array([r.step for r in records], np.int64)
    seen = ("step", steps * program.cohort.static.batch_size)
    return xr.Dataset(variables, _coordinates(program, variables, runs) | {"step": steps, "sequences": seen})


def _series(records: Sequence[Records], name: str) -> np.ndarray | None:
    """Stack a variable's values, shape (run, step, ...), NaN at evaluations that are without; None of none at all."""
    recorded = [record.values[name] for record in records if name in record.values]
    if not recorded:
        return None
    unknown = np.full_like(recorded[0], np.nan, dtype=np.float32)
    values = [record.values.get(name, unknown) for record in records]
    return np.stack(values, axis=1).astype(np.float32)


def to_extras(program: Program, checkpoint: Checkpoint, runs: Sequence[str]) -> xr.Dataset | None:
    """Label the measures made at a checkpoint; `None` where there are none."""
    dims = _dims_of_probes(program, "checkpoint")
    variables = {
        name: (("run", *dims[name]), value.astype(np.float32))
        for name, value in checkpoint.values.items()
        if name in dims
    }
    return xr.Dataset(variables, _coordinates(program, variables, runs)) if variables else None


def _dims_of_probes(program: Program, at: str) -> dict[str, tuple[str, ...]]:
    """Return the axes of every variable that probes record at evaluations or checkpoints."""
    dims: dict[str, tuple[str, ...]] = {}
    for evaluator, watch in program.watched.items():
        for probe in watch.probes:
            if probe.at == at:
                dims |= {recorded_name(name, evaluator): tuple(axes) for name, axes in probe.dims.items()}
    return dims


def _coordinates(program: Program, variables: dict[str, Any], runs: Sequence[str]) -> dict[str, Any]:
    sizes: dict[str, int] = {}
    for name, (dims, values) in variables.items():
        for dim, size in zip(dims, values.shape, strict=True):
            check(
                sizes.setdefault(dim, size) == size,
                f"`{name}` has {size} along `{dim}`, and another measure's variable {sizes[dim]}: give that axis a "
                "name of its own in the measure's `dims`",
            )
    known = {
        "evaluator": list(program.evaluators),
        "layer": range(1, sizes.get("layer", 0) + 1),
        "head": range(sizes.get("head", 0)),
        "query_role": list(DISJOINT_ROLES),
        "key_role": list(DISJOINT_ROLES),
        "part": list(part_names(program.model_shapes)),
    }
    return {"run": list(runs)} | {name: list(values) for name, values in known.items() if name in sizes}
