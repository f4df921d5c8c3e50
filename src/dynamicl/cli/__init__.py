"""The command `dynamicl`."""

from ._main import console as console
from ._main import main as main
