"""The programs in `tools/`, as modules for their tests."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

TOOLS = Path(__file__).parents[1] / "tools"


def load_tool(name: str) -> ModuleType:
    """Load `tools/NAME.py`, once a process, under a name that nothing else has."""
    known = f"tools_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, TOOLS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up.
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]
