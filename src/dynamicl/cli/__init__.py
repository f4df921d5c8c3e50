"""The command `dynamicl`."""

from ._main import main as main
