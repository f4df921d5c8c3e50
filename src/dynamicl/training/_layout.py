"""Where runs are computed: the mesh of devices over which runs, or a run's batches, are spread."""

import jax
import numpy as np
from jax.sharding import Mesh

from ._cohort import Cohort

AXES = ("run", "shard")


def run_mesh(devices: int | None = None, shards: int = 1) -> Mesh:
    """Return the mesh for a cohort.

    Args:
        devices: use only the first few.
        shards: devices that share each run's batches.

    Returns:
        A mesh with axes `run` and `shard`.
    """
    available = np.array(jax.devices()[:devices])
    return Mesh(available[: len(available) // shards * shards].reshape(-1, shards), AXES)


BATCH_WORK = 2e8
"""Multiplications a step from which a batch is worth spreading over devices: an estimate, not yet measured."""


def shards_of(cohort: Cohort, work: float, devices: int) -> int:
    """Return into how many pieces the batches of a cohort are cut.

    They are cut only where the runs are fewer than the devices, the batch can be cut evenly, no clamp averages over it,
    and the work of a step is worth an exchange between devices.

    Args:
        cohort: the runs.
        work: of a run's step, in multiplications: parameters x tokens in a batch.
        devices: that there are.
    """
    static = cohort.static
    shards = devices // cohort.size
    averaged = any(clamp.value.kind == "mean" for clamp in static.clamps)
    if shards < 2 or static.batch_size % shards or averaged or work < BATCH_WORK:
        return 1
    return shards


def layout(mesh: Mesh, strategy: str, runs: int) -> str:
    """Describe how a population is laid out; equal layouts (and versions) give equal bits.

    A sequential layout computes each run by itself, so the number of runs leaves no mark on the bits, nor the number
    of devices above one. For a single device the compiler partitions nothing and fuses otherwise, which changes last
    bits, so that is told apart. Vectorised, the compiler chooses its products by how many runs a device holds, so their
    number is part of the layout.
    """
    kind = mesh.devices.flat[0].device_kind
    shards = mesh.shape["shard"]
    if shards > 1:
        return f"batches in {shards} pieces on {kind}"
    if strategy == "sequential":
        return f"sequential on {'one' if mesh.size == 1 else 'several'} {kind}"
    return f"{runs} runs vectorised over {mesh.size} x {kind}"
