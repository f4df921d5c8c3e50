"""Appendix C.6: that classes and labels delay learning holds over initialisations; 15 labels can be as quick as 10."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import share

from ._data import CLASSES, LABELS, NEEDS, NETWORK, OWN
from ._data import measure as measure
from ._populations import experiment

TEN = "50 classes, 10 labels"
AS_QUICK = 1.1
"""15 labels are as quick as 10 up to this ratio of learning times."""
SLOWER = {
    task: Threshold(f"share of seeds that learn later with {task} than with {OWN}", ">=", 0.8)
    for task in (CLASSES, LABELS)
}
SOMETIMES = Threshold("share of seeds that learn 15 labels as quickly as 10", ">", 0.0)
NOT_ALWAYS = Threshold("share of seeds that learn 15 labels as quickly as 10, not all", "<", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Most seeds are delayed by more classes and by more labels; some, not all, learn 15 labels as quickly as 10."""
    times = data["learning_time"].sel(circuit=NETWORK)
    seeds = data.sizes["seed"]
    slower = (
        bar.part(share(times.sel(task=task) > times.sel(task=OWN)), seeds) for task, bar in SLOWER.items()
    )
    if TEN not in times["task"].values or not np.isfinite(times.sel(task=TEN)).all():
        missing = f"there are no runs with {TEN}"
        return (*slower, SOMETIMES.part(np.nan, seeds, missing), NOT_ALWAYS.part(np.nan, seeds, missing))
    quick = share(times.sel(task=LABELS) <= AS_QUICK * times.sel(task=TEN))
    return (*slower, SOMETIMES.part(quick, seeds), NOT_ALWAYS.part(quick, seeds))


LABELS_SEED = experiment(
    "induction.labels_seed",
    NEEDS,
    measure=measure,
    judge=judge,
    criterion=(*SLOWER.values(), SOMETIMES, NOT_ALWAYS),
)
