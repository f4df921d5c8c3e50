"""How many runs fit into memory at once."""

import os

import jax
import numpy as np

from dynamicl.specs import SpecError
from dynamicl.training import RunSpec, network_of

COPIES = 10
"""Weights, two moments, gradient and update on the device; weights, moments and a commit's copies on the host."""
SHARE = 0.6


def run_bytes(spec: RunSpec) -> int:
    """Estimate what one run takes, in bytes."""
    sizes = [int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(network_of(spec).shapes)]
    return COPIES * 4 * sum(sizes)


def free_bytes() -> int:
    """Return the memory that a population may use: the accelerators', or the machine's free part."""
    stats = [device.memory_stats() for device in jax.devices()]
    if all(stats):
        return sum(one["bytes_limit"] - one["bytes_in_use"] for one in stats if one)
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 4 * 2**30


def largest_population(spec: RunSpec) -> int:
    """Return how many runs like this one fit at once.

    Raises:
        SpecError: not even one does.
    """
    each, room = run_bytes(spec), SHARE * free_bytes()
    if each > room:
        raise SpecError(
            f"one run needs about {each / 2**30:.1f} GiB and {room / 2**30:.1f} GiB are free: make the model "
            "smaller, or free memory"
        )
    return int(room // each)
