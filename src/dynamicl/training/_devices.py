"""Every core works: host devices on a CPU, and the mesh over which runs are sharded."""

import os

import jax
import numpy as np
from jax.sharding import Mesh


def use_every_core(cache: str | None = None) -> None:
    """Make one host device of every CPU core, each computing its own runs, and keep compiled programs on disk.

    Call it before the first computation of the process: afterwards JAX has fixed its devices, and the call changes
    nothing. Variables already set by the user win.

    Args:
        cache: folder of compiled programs; `None` leaves JAX's setting.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    wanted = {
        "--xla_force_host_platform_device_count": str(_cores()),
        # With a device per core, threads inside a product only get in each other's way.
        "--xla_cpu_multi_thread_eigen": "false",
    }
    added = [f"{name}={value}" for name, value in wanted.items() if name not in flags]
    os.environ["XLA_FLAGS"] = " ".join([flags, *added]).strip()
    if cache is not None:
        jax.config.update("jax_compilation_cache_dir", cache)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_mesh(devices: int | None = None) -> Mesh:
    """Return the mesh over which runs are sharded: all devices, or the first few."""
    available = jax.devices()
    return Mesh(np.array(available[: devices or len(available)]), ("run",))


def layout(mesh: Mesh, strategy: str, runs: int) -> str:
    """Describe how a population is laid out; equal layouts (and versions) give equal bits.

    A sequential layout computes each run by itself, so the number of runs leaves no mark on the bits, nor the number
    of devices above one. For a single device the compiler partitions nothing and fuses otherwise, which changes last
    bits, so that is told apart. Vectorised, the compiler chooses its products by how many runs a device holds, so their
    number is part of the layout.
    """
    kind = mesh.devices.flat[0].device_kind
    if strategy == "sequential":
        return f"sequential on {'one' if mesh.size == 1 else 'several'} {kind}"
    return f"{runs} runs vectorised over {mesh.size} x {kind}"
