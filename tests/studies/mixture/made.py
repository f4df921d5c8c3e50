"""Learning curves made up for the judges: smooth rises at known times."""

import numpy as np
import xarray as xr

STEPS = np.arange(0, 40_001, 400)
LABELS, PAIRS, RUNS = 32, 8, 6
MIDDLE = 20_000 + 150.0 * np.arange(RUNS)


def rise(when, low, high, width=300.0, steps=STEPS):
    """Curves (run, step) that rise from one level to another about a time of their own."""
    when = np.asarray(when, float)[:, None]
    return low + (high - low) / (1 + np.exp(-np.clip((steps - when) / width, -60, 60)))


def curves(**named):
    """A dataset as `curves_of` gives it."""
    return xr.Dataset(
        {name: (("run", "step"), values) for name, values in named.items()},
        {"run": range(RUNS), "step": STEPS},
        {"labels": LABELS, "pairs": PAIRS, "steps": int(STEPS[-1]), "paper_steps": 150_000},
    )


def in_context(when=MIDDLE, end=1.0):
    """Accuracy: from 1 / L to 1 / N at a quarter of the time, then the jump."""
    slow = rise(np.asarray(when) / 4, 1 / LABELS, 1 / PAIRS, 1000)
    return slow + rise(when, 0, end - 1 / PAIRS)


def jump_data():
    """Curves of Figure 4 as the document draws them."""
    return curves(
        novel=in_context(),
        ila1=rise(MIDDLE, 0.12, 0.9),
        ila1_labels=rise(MIDDLE, 0.17, 0.95),
        tila2=rise(MIDDLE, 1 / 17, 0.9),
        cla=rise(MIDDLE / 4, 0.25, 1),
        tla2=rise(MIDDLE / 4, 0.47, 0.95),
        label_entropy=1 - rise(MIDDLE, 0, 0.9),
        loss=3.5 - 3.5 * in_context(),
    )


def cells():
    """Ends of every cell as Figure 2 has them: a dataset as `ends_by_cell` gives it."""
    rows = []
    for classes in (128, 512, 2048):
        for burst in (0, 1, 2):
            novel = 0.0 if burst == 0 else min(1, 0.1 * np.log2(classes / 64) + 0.2 * burst)
            rows.append((classes, burst, 0.1, np.nan, 1.0, novel, 1 - 0.8 * novel))
    middle = {"novel": 0.5, "in_weights": 0.6}
    for eps, novel in ((0.0, 0.4), (0.3, 0.7), (0.6, 0.9)):
        rows.append((512, 1, eps, np.nan, 1.0, novel, 1 - 0.8 * novel))
    for alpha, novel, weights in (
        (0.0, middle["novel"], 0.6),
        (0.5, 0.7, 0.7),
        (1.0, 0.9, 0.8),
        (1.5, 0.4, 0.95),
    ):
        rows.append((512, 1, 0.1, alpha, 1.0, novel, weights))
    rows += [(512, 1, 0.1, np.nan, share, 0.1, 0.99) for share in (0.5, 0.9)]
    columns = list(zip(*rows, strict=True))
    noise = 0.002 * np.arange(3)
    named = {
        name: ("cell", np.array(column, float))
        for name, column in zip(("classes", "burst", "eps", "alpha", "bursty"), columns, strict=False)
    }
    rare = np.where(np.isfinite(named["alpha"][1]), 0.04, np.nan)
    data = xr.Dataset(
        {
            "novel": (("cell", "seed"), np.array(columns[5])[:, None] + noise),
            "in_weights": (("cell", "seed"), np.array(columns[6])[:, None] - noise),
            "rare": (("cell", "seed"), rare[:, None] + noise),
            "rising": (("cell", "seed"), np.zeros((len(rows), 3))),
        },
        {**named, "seed": range(3)},
        {"labels": LABELS, "line_classes": 512},
    )
    return data


def where(data, **at):
    """The places of cells with these coordinates; NaN means balanced labels."""
    chosen = np.ones(data.sizes["cell"], bool)
    for name, value in at.items():
        column = data[name].values
        chosen &= np.isnan(column) if np.isnan(value) else column == value
    return np.flatnonzero(chosen)


def with_cells(data, variable, values, **at):
    """The same cells with other values at some of them."""
    copy = data.copy(deep=True)
    copy[variable].values[where(data, **at)] = np.asarray(values, float)[..., None] + 0.002 * np.arange(3)
    return copy
