"""Every core works, and programs compile in seconds: what is said to the compiler before it starts."""

import os
from importlib.util import find_spec

import jax

ADDED = "DYNAMICL_XLA_FLAGS"
"""Environment variable that holds what was added to XLA_FLAGS here: a worker that inherits it counts its own cores."""
CUDA_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
"""Packages through which JAX finds NVIDIA's GPUs."""
ON_CUDA = {"--xla_gpu_enable_triton_gemm": "false", "--xla_gpu_autotune_level": "0"}
"""Trying out kernels for every small product took more than a minute a program, and what was found was no faster."""


def use_every_core(cache: str | None = None) -> None:
    """Make one host device of every CPU core, each computing its own runs, and keep compiled programs on disk.

    Where JAX can find a GPU, its compiler takes the library's products instead of looking for kernels of its own.

    Call it before the first computation of the process: afterwards JAX has fixed its devices, and the call changes
    nothing. Variables already set by the user win.

    Args:
        cache: folder of compiled programs; `None` leaves JAX's setting.
    """
    inherited = os.environ.get(ADDED, "").split()
    flags = [flag for flag in os.environ.get("XLA_FLAGS", "").split() if flag not in inherited]
    wanted = {
        "--xla_force_host_platform_device_count": str(_cores()),
        # With a device per core, threads inside a product only get in each other's way.
        "--xla_cpu_multi_thread_eigen": "false",
    }
    if any(find_spec(plugin) for plugin in CUDA_PLUGINS):
        wanted |= ON_CUDA
    chosen = {flag.partition("=")[0] for flag in flags}
    added = [f"{name}={value}" for name, value in wanted.items() if name not in chosen]
    os.environ["XLA_FLAGS"] = " ".join([*flags, *added])
    os.environ[ADDED] = " ".join(added)
    if cache is not None:
        jax.config.update("jax_compilation_cache_dir", cache)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
