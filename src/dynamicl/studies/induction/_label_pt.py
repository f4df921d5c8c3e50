"""Figure 4.1, caption: rows of exemplars that attend to the label before them do not robustly emerge."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._patterns import patterns
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._networks import PREVIOUS_TOKEN
from ._populations import experiment
from ._settings import Setting

ROWS = {"labels": (1, 3), "exemplars": (2, 4)}
"""Positions whose attention to the position before them is looked at: labels to their exemplars, the second exemplar
and the query to the label before. The first exemplar has nothing before it."""
LABELS = Threshold("share of seeds with a previous-token head on label rows, for comparison", ">=", 0.8)
EXEMPLARS = Threshold("share of seeds with a previous-token head on exemplar rows", "<=", 0.5)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Look at the layer-1 heads of the trained networks.

    Returns:
        `attention` (row, seed, head): mean attention of a kind of row to the position before it. Even attention gives
        0.375 on label rows and 0.267 on exemplar rows.
    """
    attention, _ = patterns(trajectories["main"], [(row, None) for row in range(len(scale.seeds))])
    return xr.Dataset(
        {
            "attention": (
                ("row", "seed", "head"),
                np.stack([before(attention, rows) for rows in ROWS.values()]),
            )
        },
        {"row": list(ROWS), "seed": list(scale.seeds), "head": range(attention.shape[3])},
    )


def before(attention: np.ndarray, rows: tuple[int, ...]) -> np.ndarray:
    """Average layer 1's attention of some positions to those before them over sequences; shape (model, head).

    Args:
        attention: shape (model, batch, layer, head, query, key).
        rows: the positions.
    """
    queries = np.array(rows)
    return attention[:, :, 0][..., queries, queries - 1].mean(axis=(1, -1))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Heads that copy an exemplar into its label's row come in most seeds, heads that copy labels onward do not."""
    highest = data["attention"].max("head")
    formed = {row: share(highest.sel(row=row) >= PREVIOUS_TOKEN) for row in ROWS}
    seeds = data.sizes["seed"]
    return LABELS.part(formed["labels"], seeds), EXEMPLARS.part(formed["exemplars"], seeds)


LABEL_PT = experiment(
    "induction.label_pt",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(LABELS, EXEMPLARS),
)
