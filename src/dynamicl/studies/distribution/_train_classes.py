"""Thesis figure A.1: in context, trained classes give the same picture as unseen ones, a little higher."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.statistics import correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves, skewed, variation_axes
from ._settings import Setting

ALIKE = Threshold("Spearman's correlation over conditions of icl on trained and on unseen classes", ">", 0.9)
HIGHER = Threshold("icl on trained classes minus on unseen ones, mean over conditions", ">=", 0.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return mean icl over training and runs on unseen and on `trained` classes, by `condition`."""
    axes: dict[str, Mapping[str, Sequence[Any]]] = {
        "burst": {"share": scale.shares, "init": scale.inits},
        "classes": {"classes": scale.class_counts, "init": scale.inits},
        "zipf": {"exponent": skewed(scale), "init": few(scale)},
        "multiplicity": {"labels": scale.multiplicities, "init": few(scale)},
        "variation": variation_axes(scale),
    }
    names: list[str] = []
    unseen: list[float] = []
    trained: list[float] = []
    for population, levels in axes.items():
        data = curves(trajectories[population], scale, levels).mean(["init", "sequences"])
        flat = data.stack(condition=[dim for dim in levels if dim != "init"], create_index=False)
        names += [f"{population} {place}" for place in range(flat.sizes["condition"])]
        unseen += flat["icl"].values.tolist()
        trained += flat["icl_trained"].values.tolist()
    return xr.Dataset(
        {"unseen": ("condition", unseen), "trained": ("condition", trained)}, {"condition": names}
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Conditions stand in the same order, and trained classes are no harder."""
    unseen, trained = data["unseen"].values, data["trained"].values
    found, why = attempt(correlation_interval, unseen, trained, kind="spearman")
    return (
        ALIKE.sure_part(found if found is not None else UNKNOWN, unseen.size, why),
        HIGHER.sure_part(mean(np.asarray(trained) - np.asarray(unseen)), unseen.size),
    )


TRAIN_CLASSES = experiment(
    "distribution.train_classes",
    ["burst", "classes", "zipf", "multiplicity", "variation"],
    measure=measure,
    judge=judge,
    criterion=(ALIKE, HIGHER),
)
