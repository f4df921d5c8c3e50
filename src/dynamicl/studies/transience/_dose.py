"""Our own: how much of what keeps in-context learning is needed, and whether it still helps once icl is fading.

Sequences whose context shows the query's own drawing, or whose labels are drawn anew, are mixed into the bursty ones:
from the start, from the middle of a long run on, where flip is gone and icl is fading, or for a while alone (a pulse).
Beside them a penalty on the MLPs, from the start or from the middle on. At `laptop` all of it takes 1.4 million
run-steps.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._abilities import KEPT, Ability, abilities, by_level, levels_of, trend_parts
from dynamicl.studies._curves import late
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, words

from ._dose_runs import KINDS, MIDDLE, MOMENTS, NOTHING, PULSES, listed
from ._populations import experiment
from ._runs import curves
from ._settings import Setting

DOSE = Threshold("p of Jonckheere's test that less of icl is lost with a larger share", "<", 0.05)
KEEPS = Threshold("peak minus end of icl, upper 95 % bound, least over shares and kinds", "<", KEPT)
RESCUE = Threshold(
    "final icl, share given from the middle on minus from the start, least over what keeps icl from the start",
    ">=",
    -KEPT,
)
CHEAPER = Threshold(
    "fewest such sequences that end with icl as high as it peaks without, given late over given from the start",
    "<",
    1.0,
)
WORKS = Threshold(
    "icl at the end of a pulse minus that of a pulse of nothing, largest over pulses", ">", KEPT
)
PASSES = Threshold(
    "icl at the end of training, after a pulse minus after a pulse of nothing, largest over pulses", "<", KEPT
)
MLP_KEEPS = Threshold(
    "peak minus end of icl, upper 95 % bound, penalty on the MLPs, least over strengths", "<", KEPT
)
MLP_RESCUE = Threshold(
    "final icl, penalty on the MLPs from the middle on minus from the start, least over strengths that keep icl",
    ">=",
    -KEPT,
)
CRITERION = (DOSE, KEEPS, RESCUE, CHEAPER, WORKS, PASSES, MLP_KEEPS, MLP_RESCUE)
NOTHING_KEEPS = "no share keeps icl from the start"
NOTHING_KEEPS_MLP = "no penalty on the MLPs keeps icl from the start"
NOTHING_AS_HIGH = "no share given from the start, or none given late, ends as high"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `kind` and `share`, and icl under everything else.

    Returns:
        Those of runs with shares from the start; `free_icl` without any, `rescued_icl` (kind, share); `pulsed_icl` and
        `after_icl` (moment, pulse); `mlp_free_icl`, `mlp_icl` and `mlp_rescued_icl` (strength). Each stage has its own
        coordinate of sequences, counted from its beginning.
    """
    axes = {"kind": KINDS, "share": scale.doses}
    data = curves(trajectories["dose"], scale, **axes)
    free, plain_mlp = (
        curves(trajectories[name], scale, run=[0])["icl"].isel(run=0, drop=True) for name in ("whole", "mlp")
    )

    def stage(name: str, prefix: str, **dims: Sequence[Any]) -> xr.DataArray:
        return curves(trajectories[name], scale, **dims)["icl"].rename(sequences=f"{prefix}_sequences")

    return data.assign(
        free_icl=free,
        rescued_icl=stage("rescue", "rescued", **axes),
        pulsed_icl=stage("pulses", "pulsed", moment=tuple(MOMENTS), pulse=PULSES),
        after_icl=stage("after", "after", moment=tuple(MOMENTS), pulse=PULSES),
        mlp_free_icl=plain_mlp,
        mlp_icl=curves(trajectories["mlp_dose"], scale, strength=scale.strengths)["icl"],
        mlp_rescued_icl=stage("mlp_rescue", "rescued", strength=scale.strengths),
    )


def by_share(data: xr.Dataset) -> list[list[Ability]]:
    """Describe icl of the runs at each share, none first."""
    return [_of(data, "free_icl"), *by_level(data, "share")]


def _of(data: xr.Dataset, name: str) -> list[Ability]:
    """Describe the runs of another variable that is recorded from the start."""
    return abilities(data[[name]].rename({name: "icl"}).assign_attrs(data.attrs))


def ends_of(data: xr.Dataset, name: str) -> xr.DataArray:
    """Return icl in the last part of each run, which may end before the longest does."""
    (axis,) = (str(dim) for dim in data[name].dims if str(dim).endswith("sequences"))
    table = data[name].transpose(..., axis)
    x = data[axis].values.astype(float)

    def last(curve: np.ndarray) -> float:
        there = np.isfinite(curve)
        return late(x[there], curve[there]) if there.any() else np.nan

    return table.isel({axis: 0}, drop=True).copy(data=np.apply_along_axis(last, -1, table.values))


def rescues(runs: list[Ability], before: xr.DataArray, after: xr.DataArray) -> list[float]:
    """Return what is lost by beginning late: final icl given late minus from the start, where that kept icl.

    Args:
        runs: from the start.
        before: their ends.
        after: the ends of those that began late, of the same shape.
    """
    pairs = zip(runs, before.values.ravel(), after.values.ravel(), strict=True)
    return [float(late - early) for run, early, late in pairs if run.appears and run.lost < KEPT]


def price_of_late(data: xr.Dataset) -> float:
    """Return the fewest special sequences that bring icl back over the fewest that keep it; NaN where none does.

    Both count where icl ends as high as it peaks without any, less what looks as if it persisted.
    """
    (free,) = _of(data, "free_icl")
    shares = data["share"] * xr.ones_like(ends_of(data, "icl"))
    early, after = (shares.where(ends_of(data, name) >= free.peak - KEPT) for name in ("icl", "rescued_icl"))
    cheapest = [float(costs.min()) if costs.notnull().any() else np.nan for costs in (early, after)]
    return (1 - MIDDLE) * cheapest[1] / cheapest[0]


def over_nothing(data: xr.Dataset, name: str) -> list[float]:
    """Return icl at the end of a stage of each pulse minus that of the pulse of nothing at the same moment."""
    ends = ends_of(data, name)
    return (ends.sel(pulse=list(KINDS)) - ends.sel(pulse=NOTHING)).values.ravel().tolist()


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """More loses less, and enough loses nothing; late is enough, and cheaper; a pulse passes; so with the MLPs."""
    ordered = data.transpose("kind", "share", ...)
    levels = by_share(ordered)
    bounds = [run.fading.high for level in levels[1:] for run in level if run.appears]
    runs = abilities(ordered[["icl"]])
    apart = rescues(runs, ends_of(ordered, "icl"), ends_of(ordered, "rescued_icl"))
    price = price_of_late(ordered)
    works, passes = (over_nothing(data, name) for name in ("pulsed_icl", "after_icl"))
    mlps = _of(data, "mlp_icl")
    mlp_bounds = [run.fading.high for run in mlps if run.appears]
    mlp_apart = rescues(mlps, ends_of(data, "mlp_icl"), ends_of(data, "mlp_rescued_icl"))
    return (
        *trend_parts(levels_of(levels, "lost"), "down", DOSE),
        KEEPS.part(min(bounds, default=np.nan), len(bounds)),
        RESCUE.part(min(apart, default=np.nan), len(apart), "" if apart else NOTHING_KEEPS),
        CHEAPER.part(price, len(runs), "" if np.isfinite(price) else NOTHING_AS_HIGH),
        WORKS.part(largest(works), len(works)),
        PASSES.part(largest(passes), len(passes)),
        MLP_KEEPS.part(min(mlp_bounds, default=np.nan), len(mlp_bounds)),
        MLP_RESCUE.part(
            min(mlp_apart, default=np.nan), len(mlp_apart), "" if mlp_apart else NOTHING_KEEPS_MLP
        ),
    )


def note(data: xr.Dataset) -> str:
    """Give what is lost at each share of each kind and each strength, and what pulses leave."""
    pieces = []
    for kind in data["kind"].values.tolist():
        lost = _lost(abilities(data[["icl"]].sel(kind=[kind])), data["share"].values)
        pieces.append(f"{kind} {lost}")
    pieces.append(f"penalty on the MLPs {_lost(_of(data, 'mlp_icl'), data['strength'].values)}")
    (free,) = _of(data, "mlp_free_icl")
    left = ", ".join(f"{gain:+.2f}" for gain in over_nothing(data, "after_icl"))
    return (
        f"peak minus end of icl: {'; '.join(pieces)}; MLPs without penalty {free.lost:.2f}; final icl after pulses "
        f"over that after a pulse of nothing {left} ({', '.join(MOMENTS)} by {', '.join(KINDS)})"
    )


def _lost(runs: list[Ability], levels: np.ndarray) -> str:
    """Write what is lost at each level."""
    lost = [words(Interval(*run.fading[:3])) for run in runs]
    return ", ".join(f"{text} at {level:g}" for level, text in zip(levels.tolist(), lost, strict=True))


DOSES = dataclasses.replace(
    experiment(
        "transience.dose",
        measure=measure,
        judge=judge,
        criterion=CRITERION,
        note=note,
        finding=(
            "a share of sequences whose context shows the query's own drawing, or whose labels are drawn anew, keeps "
            "in-context learning, the more the larger it is; given from the middle of training on, it brings back what "
            "it would have kept, for fewer such sequences; given for a while, it helps no longer than it is given; a "
            "penalty on the MLPs keeps it and brings it back too"
        ),
    ),
    populations=listed,
)
