"""How many runs fit into memory at once.

The bound is what the machine declares, or what the environment variable DYNAMICL_MEMORY says in GiB, and not what
happens to be free: how a population is cut is part of its layout, and must not depend on what else is running.
"""

import math
import os
from pathlib import Path

import jax
import numpy as np

from dynamicl.models import Interface
from dynamicl.specs import SpecError, check
from dynamicl.training import RunSpec, network_of

COPIES = 10
"""Weights, two moments, gradient and update on the device; weights, moments and a commit's copies on the host."""
SHARE = 0.6
"""How much of the bound runs may take together."""
GIB = 2**30
NAMED = "DYNAMICL_MEMORY"
LIMIT_FILE = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says how much a container may use."""


def run_bytes(spec: RunSpec) -> int:
    """Estimate what one run's weights take with all that goes with them, in bytes."""
    sizes = [int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(network_of(spec).shapes)]
    return COPIES * 4 * sum(sizes)


def check_work(spec: RunSpec, sequences: int, together: int) -> None:
    """Refuse a population whose batches or evaluators do not fit, before anything is allocated.

    Activations of a batch are there once forward and once for the gradient; an evaluator's are there of one layer at a
    time; the task's tables are there once. An estimate from shapes, right within a factor of two on the reference
    network (31 GiB for a million sequences): it is there to name what to lower where the demand is absurd.

    Args:
        spec: of one run.
        sequences: of each evaluator.
        together: runs that advance at the same time.

    Raises:
        SpecError: names the largest demand, and what to lower.
    """
    prepared = spec.task.prepare()
    network = network_of(spec, prepared)
    tables = sum(leaf.nbytes for leaf in jax.tree.leaves(prepared) if isinstance(leaf, jax.Array))
    tokens, stream = sequence_numbers(spec, network.interface)
    layers = max(1, int(getattr(spec.model, "layers", 1)))
    demands = {
        "`batch_size`": 2 * 4 * spec.batch_size * (tokens + layers * stream) * together,
        "`sequences`": 2 * 4 * sequences * (tokens + stream) * together,
        "`task.classes` or the number of exemplars": tables,
    }
    room = memory_bound()
    total = sum(demands.values())
    if total > room:
        largest = max(demands, key=lambda name: demands[name])
        raise SpecError(
            f"a step or an evaluation would take about {total / GIB:.1f} GiB of {room / GIB:.1f} GiB, most of it "
            f"({demands[largest] / GIB:.1f} GiB) for {largest}: lower it, or raise {NAMED}"
        )


def sequence_numbers(spec: RunSpec, interface: Interface) -> tuple[int, int]:
    """Count the numbers that one sequence takes.

    Args:
        spec: of the run.
        interface: of its task.

    Returns:
        Those of its tokens, and those of one layer: its stream and its attention.
    """
    tokens = sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(interface.tokens))
    positions = int(interface.tokens.length)
    width = int(getattr(spec.model, "d_model", 0) or 64)
    heads = int(getattr(spec.model, "heads", 1))
    hidden = float(getattr(spec.model, "mlp_ratio", 0.0)) * width
    return tokens, int(positions * (6 * width + hidden) + 2 * heads * positions**2)


def memory_bound() -> int:
    """Return the memory that populations are cut by, in bytes: as set, or whole GiB of what the machine declares.

    Raises:
        SpecError: DYNAMICL_MEMORY is no number of GiB above 0.
    """
    named = os.environ.get(NAMED)
    if named is not None:
        return _named_bytes(named)
    return max(1, _declared_bytes() // GIB) * GIB


def _named_bytes(named: str) -> int:
    try:
        size = float(named)
    except ValueError:
        size = math.nan
    check(
        0 < size < 2**30, f"`{NAMED}` is {named!r}: give the GiB that populations may take, 16 for instance"
    )
    return int(size * GIB)


def _declared_bytes() -> int:
    """Return all memory of the accelerators together, or of the machine; what a container may use of it."""
    stats = [device.memory_stats() for device in jax.devices()]
    if all(stats):
        return sum(one["bytes_limit"] for one in stats if one)
    pages = os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in os.sysconf_names else 0
    whole = pages * os.sysconf("SC_PAGE_SIZE") if pages > 0 else 4 * GIB
    limit = LIMIT_FILE.read_text().strip() if LIMIT_FILE.is_file() else ""
    return min(whole, int(limit)) if limit.isdigit() else whole


def largest_population(spec: RunSpec) -> int:
    """Return how many runs like this one fit at once.

    Raises:
        SpecError: not even one does.
    """
    each, room = run_bytes(spec), SHARE * memory_bound()
    if each > room:
        raise SpecError(
            f"one run needs about {each / GIB:.1f} GiB and populations may take {room / GIB:.1f} GiB: make the model "
            f"smaller, or raise {NAMED} (in GiB; {SHARE:.0%} of it are used)"
        )
    return int(room // each)
