"""This process, with all of its devices: the place of everyday use."""

from dataclasses import dataclass

from .._planning import ToDo
from ._place import Home


@dataclass(frozen=True)
class Here:
    """Train in this process, cohort by cohort."""

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        from .._population import train_here

        train_here(todo, home)

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the programs that the missing runs compile to, as this machine's memory cuts them."""
        from .._population import fitting_cohorts

        return len(fitting_cohorts(list(todo.missing.values()), home.recording, home.known))


HERE = Here()
