"""`finetuning.baseline`: the report replicates the results of Dai et al. on GPT 1.3B with a negligible difference."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._results import WHY, published
from ._summary import MISSING, means, summary

MODEL = "fairseq-dense-1.3B"
"""The folder's name under which the report's model is expected."""

CLOSE = Threshold("largest difference of mean SimAOU from the report's table 2a", "<", 0.05)
OTHER_MODEL = f"only the report's own model can decide it: {MODEL}, 2.6 GB, fetched while online"


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU of the original model."""
    return summary(cells, ("outputs",), ("original",))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The report's own numbers are met on every task, in its own model; in others nothing is decided.

    Args:
        data: of `cut`.
    """
    tasks = [str(task) for task in data["task"].values]
    by_task = means(data, "outputs", "original", tasks).mean("seed")
    printed = published("outputs", "original")
    differences = [abs(float(by_task.sel(task=task)) - printed[task]) for task in tasks]
    known = [difference for difference in differences if difference == difference]
    why = "" if str(data.attrs["model"]).startswith(MODEL) else OTHER_MODEL
    why = data.attrs.get(WHY, "") or why or ("" if known else MISSING)
    return (CLOSE.part(max(known, default=float("nan")), len(known), why),)


BASELINE = FromCells("finetuning.baseline", cut, judge, (CLOSE,))
