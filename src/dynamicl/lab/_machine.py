"""Where a result came from: versions and machine, written beside everything that is kept."""

import os
import platform
from importlib.metadata import version
from typing import Any

import jax

PACKAGES = ("dynamicl", "jax", "jaxlib", "equinox", "optax", "numpy")


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    devices = jax.devices()
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "devices": f"{len(devices)} x {devices[0].device_kind}",
    }
