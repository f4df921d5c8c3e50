"""Every core works: host devices on a CPU."""

import os

import jax


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
