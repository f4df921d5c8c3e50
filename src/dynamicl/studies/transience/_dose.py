"""Our own: how much of what keeps in-context learning is needed, and whether it still helps once icl is fading.

Sequences whose context shows the query's own drawing, or whose labels are drawn anew, are mixed into the bursty ones:
from the start, or from the middle of a main run on, where flip is gone and icl is fading.
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from dynamicl.lab import init_from
from dynamicl.statistics import Interval
from dynamicl.studies._abilities import KEPT, Ability, abilities, by_level, levels_of, trend_parts
from dynamicl.studies._curves import late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._summaries import closest, words
from dynamicl.tasks.exemplars import SequenceKind, bursty, icl_only, matched, mixture
from dynamicl.training import RunSpec

from ._populations import experiment, populations
from ._runs import curves
from ._settings import Setting

MAKERS: Mapping[str, Callable[[int], SequenceKind]] = {"matched": matched, "in-context-only": icl_only}
KINDS = tuple(MAKERS)
FRESH_DATA = 200
"""Added to the data seed of runs that go on, so that they see data that no other run saw."""
DOSE = Threshold("p of Jonckheere's test that less of icl is lost with a larger share", "<", 0.05)
KEEPS = Threshold("peak minus end of icl, upper 95 % bound, least over shares and kinds", "<", KEPT)
RESCUE = Threshold(
    "final icl, share given from the middle on minus from the start, least over what keeps icl from the start",
    ">=",
    -KEPT,
)
NOTHING_KEEPS = "no share keeps icl from the start"


def _mixed(scale: Setting, kind: str, share: float, length: float, data: int) -> RunSpec:
    """Describe a run of the base with a share of other sequences."""
    run = scale.world.run(scale.inits[0], data, length)
    train = mixture(share, MAKERS[kind](scale.world.burst), bursty(scale.world.burst))
    return dataclasses.replace(run, task=dataclasses.replace(run.task, train=train))


def dose_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs from the start: kinds outermost, then shares."""
    data = scale.datas[0]
    return [_mixed(scale, kind, share, scale.long, data) for kind in KINDS for share in scale.doses]


def rescue_runs(scale: Setting, run: str, step: int) -> list[RunSpec]:
    """Describe runs that go on from a main run: kinds outermost, then shares."""
    data = scale.datas[0] + FRESH_DATA
    specs = [_mixed(scale, kind, share, _rest(scale), data) for kind in KINDS for share in scale.doses]
    return [init_from(spec, run, step) for spec in specs]


def _rest(scale: Setting) -> float:
    """Return the length that is left after the middle."""
    return scale.long / 2


def _rescues(scale: Setting, trajectories: Trajectories) -> Population:
    whole = trajectories["whole"]
    steps = np.array(whole.checkpoints)
    middle = int(steps[closest(steps, scale.long * scale.world.steps / 2)])
    runs = rescue_runs(scale, whole.runs[0], middle)
    return Population("transience: shares from the middle on", tuple(runs), scale.recording())


def listed(scale: Setting) -> Populations:
    """List the main runs and those of this finding."""
    doses = tuple(dose_runs(scale))
    steps = round(_rest(scale) * scale.world.steps)
    return {
        "whole": populations(scale)["whole"],
        "dose": Population("transience: shares from the start", doses, scale.sparse(whole=False)),
        "rescue": Dependent(("whole",), (steps,) * len(doses), lambda known: _rescues(scale, known)),
    }


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `kind` and `share`, `free_icl` without any, and `rescued_icl` (kind, share)."""
    axes = {"kind": KINDS, "share": scale.doses}
    data = curves(trajectories["dose"], scale, **axes)
    free = curves(trajectories["whole"], scale, init=scale.inits)["icl"].isel(init=0, drop=True)
    rescued = curves(trajectories["rescue"], scale, **axes)["icl"].rename(sequences="rescued_sequences")
    return data.assign(free_icl=free, rescued_icl=rescued)


def by_share(data: xr.Dataset) -> list[list[Ability]]:
    """Describe icl of the runs at each share, none first."""
    free = data[["free_icl"]].rename(free_icl="icl").assign_attrs(data.attrs)
    return [abilities(free), *by_level(data, "share")]


def rescues(data: xr.Dataset) -> list[float]:
    """Return final icl of rescued runs minus that of the same share from the start, where that kept icl."""
    x, later = (data[name].values.astype(float) for name in ("sequences", "rescued_sequences"))
    ordered = data.transpose("kind", "share", ...)
    runs = abilities(ordered[["icl"]])
    first, second = rows(ordered, "icl"), ordered["rescued_icl"].values.reshape(len(runs), -1)
    return [
        late(later, after) - late(x, before)
        for run, before, after in zip(runs, first, second, strict=True)
        if run.appears and run.lost < KEPT
    ]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The larger the share the less is lost; some share keeps it all; half the training is enough to bring it back."""
    levels = by_share(data)
    bounds = [run.fading.high for level in levels[1:] for run in level if run.appears]
    apart = rescues(data)
    return (
        *trend_parts(levels_of(levels, "lost"), "down", DOSE),
        KEEPS.part(min(bounds, default=float("nan")), len(bounds)),
        RESCUE.part(min(apart, default=float("nan")), len(apart), "" if apart else NOTHING_KEEPS),
    )


def note(data: xr.Dataset) -> str:
    """Give what is lost at each share of each kind."""
    pieces = []
    for kind in data["kind"].values.tolist():
        runs = abilities(data[["icl"]].sel(kind=[kind]))
        lost = [words(Interval(*run.fading[:3])) for run in runs]
        pairs = zip(data["share"].values.tolist(), lost, strict=True)
        pieces.append(f"{kind} {', '.join(f'{text} at {share:g}' for share, text in pairs)}")
    return f"peak minus end of icl: {'; '.join(pieces)}"


DOSES = dataclasses.replace(
    experiment(
        "transience.dose",
        measure=measure,
        judge=judge,
        criterion=(DOSE, KEEPS, RESCUE),
        note=note,
        finding=(
            "a share of sequences whose context shows the query's own drawing, or whose labels are drawn anew, keeps "
            "in-context learning, the more the larger it is; given from the middle of training on, it brings back what "
            "it would have kept"
        ),
    ),
    populations=listed,
)
