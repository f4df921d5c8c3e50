"""PyTorch and transformers, imported at their first use: the package works without them, and starts without them."""

import importlib
from typing import Any

from dynamicl.specs import SpecError


class _Library:
    """A module that is imported when something of it is needed."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(_import(self._name), attribute)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SpecError(
            f"`{name}` cannot be imported ({error}): install the extra with `pip install dynamicl[lm]`"
        ) from error


torch: Any = _Library("torch")
transformers: Any = _Library("transformers")
