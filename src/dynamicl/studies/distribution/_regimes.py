"""Thesis 2.4: three regimes, by what becomes of in-context learning."""

import dataclasses
import operator

import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._abilities import Ability, abilities, share_absent, share_part
from dynamicl.studies._curves import MOST
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import least_of, share
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import HALF, at_share, curves, gathered, variation_axes
from ._settings import Setting

BY_HEART, FADING, PERSISTING = REGIMES = ("iwl only", "transient", "persistent-looking")
NEVER = Threshold(
    "share of runs in which icl is never above chance, least over no bursts, no variation and 100 classes",
    ">=",
    MOST,
)
FADES = Threshold(
    "share of runs with 1600 classes in which icl appears and fades, least over half and nine tenths bursty",
    ">=",
    MOST,
)
APPEARS = Threshold("share of runs with many varied classes, all bursty, in which icl appears", ">=", MOST)
TOO_SHORT = "icl appears in a run that is too short to see it fade"


def conditions(scale: Setting, trajectories: Trajectories) -> dict[str, dict[str, xr.Dataset]]:
    """Return the curves of the conditions that the thesis names, by regime and condition."""
    burst = curves(trajectories["burst"], scale, {"share": scale.shares, "init": scale.inits})
    counts = curves(trajectories["classes"], scale, {"classes": scale.class_counts, "init": scale.inits})
    single = curves(trajectories["variation"], scale, variation_axes(scale))
    half = curves(trajectories["transient"], scale, {"init": few(scale)})
    few_classes = {**_counts(counts), scale.world.classes: at_share(burst, scale.share)}
    fewest, transient = min(scale.class_counts), scale.transient_classes
    return {
        BY_HEART: {
            "p(bursty) 0": at_share(burst, scale.shares[0]),
            "1 drawing": single.sel(noise=0.0, drop=True),
            f"{fewest} classes": few_classes[fewest],
        },
        FADING: {
            f"{transient} classes, p {HALF:g}": half,
            f"{transient} classes, p {scale.share:g}": few_classes[transient],
        },
        PERSISTING: {"p(bursty) 1": at_share(burst, scale.shares[-1])},
    }


def _counts(counts: xr.Dataset) -> dict[int, xr.Dataset]:
    return {int(classes): counts.sel(classes=classes, drop=True) for classes in counts["classes"].values}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `run`, with the `condition` and the `regime` that the thesis puts it in."""
    named = conditions(scale, trajectories)
    regimes = []
    for regime, parts in named.items():
        one = gathered(parts)[["icl", "iwl", "ciwl", "flip"]]
        regimes.append(one.assign_coords(regime=("run", [regime] * one.sizes["run"])))
    return xr.concat(regimes, "run", combine_attrs="override")


def runs_in(data: xr.Dataset, regime: str) -> list[list[Ability]]:
    """Describe the in-context learning of a regime's runs, condition by condition."""
    own = data.isel(run=data["regime"].values == regime)
    names = own["condition"].values
    return [abilities(own.isel(run=names == name)) for name in dict.fromkeys(names.tolist())]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In-context learning never shows in the first regime, comes and goes in the second, comes in the third."""
    never, fading, persisting = (runs_in(data, regime) for regime in REGIMES)
    fades = [share_part(FADES, list(map(come_and_gone, runs)), TOO_SHORT) for runs in fading]
    return (
        NEVER.part(least_of(list(map(share_absent, never))), sum(map(len, never))),
        least_part(fades, sum(map(len, fading))),
        APPEARS.part(least_share(persisting, "appears"), sum(map(len, persisting))),
    )


def come_and_gone(run: Ability) -> bool | None:
    """Tell whether icl appears in a run and fades; `None` where it appears and the run is too short to tell."""
    return None if run.appears and run.fading.undecided else run.rises_and_fades


def least_part(parts: list[Part], n: int) -> Part:
    """Return the part of the condition that speaks most against the claim, on the evidence of all."""
    worst = min(parts, key=lambda part: (part.holds is not False, part.holds is not None, part.value))
    return dataclasses.replace(worst, n=n)


def least_share(conditions: list[list[Ability]], what: str) -> Interval:
    """Return the share of runs of which something is true, in the condition where it is smallest."""
    return least_of([share(list(map(operator.attrgetter(what), runs))) for runs in conditions])


def note(data: xr.Dataset) -> str:
    """Say what became of icl in each condition."""
    words = []
    for condition in dict.fromkeys(data["condition"].values.tolist()):
        runs = abilities(data.isel(run=data["condition"].values == condition))
        seen = sum(run.appears for run in runs), sum(run.rises_and_fades for run in runs)
        words.append(f"{condition}: in {seen[0]} of {len(runs)} runs it appears, in {seen[1]} it fades")
    return "; ".join(words)


REGIMES_EXPERIMENT = experiment(
    "distribution.regimes",
    ["burst", "classes", "variation", "transient"],
    measure=measure,
    judge=judge,
    criterion=(NEVER, FADES, APPEARS),
    note=note,
)
