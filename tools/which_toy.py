"""Which toy foretells the learning curves of the studies? Writes docs/results/toys/which_toy.json and .png.

`python tools/which_toy.py` (five minutes). Every curve is a loss that a study keeps under docs/results. It is fitted by
each toy up to a share of its length, and the toy foretells the rest. A curve begins where the loss has come down to
its plateau, and ends at 1.25 times the time to a tenth of it, so that the fitted part holds none or little of the drop.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("agg")
import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.lines import Line2D

from dynamicl.statistics import SMOOTHING, crossing, running_median
from dynamicl.studies._results import read_outcome, write_dataset
from dynamicl.toys import Family, compare_families, nested_family, vector_family
from dynamicl.toys._fits import FEWEST
from dynamicl.views._figures import STYLE

RESULTS = Path(__file__).parents[1] / "docs" / "results"
FRACTIONS = (0.2, 0.3, 0.4)
FAMILIES = ("2 vectors", "3 vectors", "4 vectors", "nested logits")
NEAR_PLATEAU = 1.1
"""A curve begins where its loss is below so many times the plateau."""
LEARNT = 0.1
"""A run has learnt where its loss is below this share of the plateau; others are left out."""
LENGTH = 1.25
"""Length of a curve in units of that time."""
WITHIN = 0.2
"""A jump is foretold where its time is off by less than this, in logarithms (a fifth)."""


class Source(NamedTuple):
    """Learning curves that a study keeps.

    Attributes:
        study: for people.
        folder: under docs/results.
        name: of the dataset.
        loss: its variable.
        along: the axis of time.
        plateau: loss at the plateau, nats.
        labels: of the task (L).
        pairs: in a context (N).
    """

    study: str
    folder: str
    name: str
    loss: str
    along: str
    plateau: float
    labels: int
    pairs: int


SOURCES = (
    Source(
        "induction", "induction", "induction.clamps", "unclamped_loss", "unclamped_sequences", np.log(2), 5, 2
    ),
    Source(
        "induction, drawings",
        "laptop/induction",
        "induction.clamps",
        "unclamped_loss",
        "unclamped_sequences",
        np.log(2),
        5,
        2,
    ),
    Source("lookup", "lookup", "lookup.r1.loss", "train_loss", "step", np.log(3), 4, 3),
    Source("mixture, network", "mixture", "mixture.measures", "loss", "step", np.log(32), 32, 8),
    Source("mixture, minimal head", "mixture", "mixture.minimal", "loss", "step", np.log(32), 32, 8),
)


VECTORS = tuple(map(vector_family, (2, 3, 4)))


@functools.cache
def nested(labels: int, pairs: int) -> Family:
    """Return the nested logits of a task, once: a family is compiled when it is first used."""
    return nested_family(labels, pairs)


def families(source: Source) -> list[Family]:
    """Return the toys that are compared: two, three and four vectors, and the nested logits of the task."""
    return [*VECTORS, nested(source.labels, source.pairs)]


def curves(source: Source) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return times from the plateau's beginning on, and losses, of every run that learns."""
    data = read_outcome(RESULTS / source.folder, source.name)
    times = np.asarray(data[source.along].values, float)
    table = data[source.loss].transpose(..., source.along).values.reshape(-1, times.size)
    pieces = (plateau_and_drop(times, loss, source.plateau) for loss in table)
    return [piece for piece in pieces if piece is not None]


def plateau_and_drop(
    times: np.ndarray, loss: np.ndarray, plateau: float | np.floating
) -> tuple[np.ndarray, np.ndarray] | None:
    """Cut a curve to its plateau and drop; `None` where it never learns, or is recorded too rarely to be fitted."""
    smooth = running_median(loss, SMOOTHING)
    begins, learnt = (crossing(times, smooth, float(share * plateau)) for share in (NEAR_PLATEAU, LEARNT))
    if not (begins.observed and learnt.observed):
        return None
    end = begins.time + LENGTH * (learnt.time - begins.time)
    inside = (times >= begins.time) & (times <= end)
    own = times[inside] - begins.time
    too_coarse = (own <= FRACTIONS[0] * own[-1]).sum() < FEWEST
    return None if too_coarse else (own, loss[inside])


def compare() -> xr.Dataset:
    """Foretell every curve by every toy.

    Returns:
        `held_out`, `log_error`, `residual` (curve, fraction, family) and `observed` (curve, fraction), see
        `compare_families`; `study` of each curve.
    """
    tables, studies = [], []
    for source in SOURCES:
        for times, loss in curves(source):
            tables.append(compare_families(times, loss, families(source), fractions=FRACTIONS, floor=0.0))
            studies.append(source.study)
    return xr.concat(tables, "curve").assign_coords(study=("curve", studies))


def summary(data: xr.Dataset, fraction: float = 0.3) -> list[str]:
    """Return the lines of a table in Markdown: by study how far off the toys are, and how often they foretell."""
    lines = [
        "| curves | runs | " + " | ".join(FAMILIES) + " | least error |",
        "| --- | --- |" + " --- |" * (len(FAMILIES) + 1),
    ]
    for source in SOURCES:
        own = data.isel(curve=data["study"].values == source.study).sel(fraction=fraction)
        # A jump that is never foretold is infinitely late; kept data have no infinity.
        errors = np.nan_to_num(np.abs(own["log_error"].transpose("curve", "family").values), nan=np.inf)
        seen = np.isfinite(own["observed"].values)
        cells = [
            f"{np.median(errors[seen, i]):.2f} ({np.mean(errors[seen, i] < WITHIN):.0%})"
            for i in range(len(FAMILIES))
        ]
        held_out = own["held_out"].transpose("curve", "family").values[seen]
        best = np.bincount(held_out.argmin(axis=1), minlength=len(FAMILIES))
        leader = f"{FAMILIES[int(best.argmax())]} ({best.max()})"
        lines.append(f"| {source.study} | {int(seen.sum())} | {' | '.join(cells)} | {leader} |")
    return lines


def draw(data: xr.Dataset) -> None:
    """Draw the errors of all curves by study and toy."""
    with pyplot.rc_context(STYLE):
        figure, panels = pyplot.subplots(1, len(FRACTIONS), figsize=(8.4, 3.2), sharey=True)
        for panel, fraction in zip(panels, FRACTIONS, strict=True):
            for i, family in enumerate(FAMILIES):
                errors = data["log_error"].sel(fraction=fraction, family=family).values
                for j, source in enumerate(SOURCES):
                    own = errors[data["study"].values == source.study]
                    own = own[np.isfinite(own)]
                    panel.plot(own, np.full(own.size, j + 0.18 * (i - 1.5)), ".", color=f"C{i}", ms=4)
            panel.axvline(0, color="#888888", lw=0.8)
            panel.set(title=f"fitted to {fraction:.0%}", xlim=(-1.6, 1.6), xlabel="ln(foretold / observed)")
        panels[0].set_yticks(range(len(SOURCES)), [source.study for source in SOURCES])
        panels[0].invert_yaxis()
        handles = [Line2D([], [], marker=".", ls="", color=f"C{i}") for i in range(len(FAMILIES))]
        panels[-1].legend(handles, FAMILIES, fontsize=7, loc="upper right")
        figure.savefig(RESULTS / "toys" / "which_toy.png")


def main() -> None:
    """Compare, keep, draw and print."""
    data = compare()
    write_dataset(RESULTS / "toys", "which_toy", data)
    draw(data)
    print("\n".join(summary(data)))


if __name__ == "__main__":
    main()
