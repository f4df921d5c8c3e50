"""How many runs fit into memory at once.

The bound is what the machine declares, or what the environment variable DYNAMICL_MEMORY says in GiB, and not what
happens to be free: how a population is cut is part of its layout, and must not depend on what else is running.
"""

import math
import os
from pathlib import Path

import jax
import numpy as np

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
    """Estimate what one run takes, in bytes."""
    sizes = [int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(network_of(spec).shapes)]
    return COPIES * 4 * sum(sizes)


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
