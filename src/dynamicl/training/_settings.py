"""JAX's process-wide settings: they change numbers, so they are part of a run's record and are checked."""

import os

import jax

from dynamicl.specs import check

X64 = "jax_enable_x64"
GENERATOR = ("jax_threefry_partitionable", "jax_default_prng_impl", X64)
"""Settings that decide what a key draws: under others nothing that is drawn is the same."""

ARITHMETIC = ("jax_default_matmul_precision", "jax_numpy_dtype_promotion")
"""Settings that decide how numbers are computed."""

XLA_FLAGS = "XLA_FLAGS"
DEVICE_COUNT = "--xla_force_host_platform_device_count"


def jax_settings() -> dict[str, str]:
    """Return the settings of this process that results depend on, as text by name.

    `XLA_FLAGS` come sorted and without the number of host devices, of which the layout says what matters.
    """
    settings = {name: str(getattr(jax.config, name)) for name in (*GENERATOR, *ARITHMETIC)}
    flags = (flag for flag in os.environ.get(XLA_FLAGS, "").split() if not flag.startswith(DEVICE_COUNT))
    return settings | {XLA_FLAGS: " ".join(sorted(flags))}


def check_precision() -> None:
    """Raise `SpecError` in 64-bit mode, which would mix two precisions in one program."""
    check(
        not getattr(jax.config, X64),
        f"`{X64}` is on, and dynamicl trains in 32 bits: unset JAX_ENABLE_X64, or set it to 0",
    )
