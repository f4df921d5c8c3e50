"""`finetuning.baseline`: the report replicates the results of Dai et al. on GPT 1.3B with a negligible difference."""

import xarray as xr

from .._parts import Part
from ._estimates import undecided
from ._results import cell_means, published

MODEL = "fairseq-dense-1.3B"
"""The folder's name under which the report's model is expected."""

MOST_DIFFERENCE = 0.05
NAME = "largest difference of mean SimAOU from the report's table 2a"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the original model against the report's own numbers; only its own model can be.

    Args:
        data: of `read_cells`.
    """
    if not str(data.attrs["model"]).startswith(MODEL):
        return undecided(NAME, "<", MOST_DIFFERENCE, f"needs the model {MODEL}, 2.6 GB, fetched while online")
    tasks = [str(task) for task in data["task"].values]
    means = cell_means(data, "outputs", "original", tasks).mean("seed")
    numbers = published("outputs", "original")
    differences = [abs(float(means.sel(task=task)) - numbers[task]) for task in tasks]
    return (Part(NAME, max(differences), n=len(tasks), comparison="<", threshold=MOST_DIFFERENCE),)
