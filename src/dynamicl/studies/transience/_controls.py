"""Our own: is the story the same with eight pairs in place of two, and with an embedder that learns with the rest?"""

import dataclasses

import xarray as xr

from dynamicl.studies._curves import CHANCE
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import World
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Population, Populations, Trajectories
from dynamicl.studies._summaries import largest
from dynamicl.studies._unmeasured import unmeasured

from ._populations import experiment, populations
from ._runs import curves
from ._settings import Setting

BASE, PAIRS, EMBEDDER = CONTROLS = ("base", "eight pairs", "learnt embedder")
RISES = Threshold("height that flip surely keeps, least over base and controls", ">", CHANCE)
FALLS = Threshold("flip at the end minus at its height, largest over base and controls", "<", -0.1)
FOLLOWS = Threshold("ciwl at the end, least over base and controls", ">", 0.6)
CRITERION = (RISES, FALLS, FOLLOWS)
SAME = "the base has eight pairs and a learnt embedder itself at this scale"


def controls(scale: Setting) -> dict[str, World]:
    """Return the worlds of the controls; none where the base is like that already."""
    if scale.world.embedder:
        return {}
    return {
        PAIRS: scale.world.changed(pairs=8, burst=3),
        EMBEDDER: scale.world.changed(embedder=True, features="pixels"),
    }


def listed(scale: Setting) -> Populations:
    """List the main runs and one run of each control, as long as flip takes."""
    runs = {name: world.run(scale.inits[0], scale.datas[0]) for name, world in controls(scale).items()}
    known = {name: Population(f"transience: {name}", (run,), scale.recording()) for name, run in runs.items()}
    return {"whole": populations(scale)["whole"], **known} if known else {}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `control`, the base among them; none where there is nothing to compare."""
    if not trajectories:
        return unmeasured(SAME)
    base = curves(trajectories["whole"], scale, init=scale.inits).isel(init=0, drop=True)
    others = [
        curves(trajectories[name], scale, control=[name]).drop_vars("squared_norm") for name in CONTROLS[1:]
    ]
    first = base.expand_dims(control=[BASE]).drop_vars("squared_norm")
    # The base is longer: what all have is compared.
    return xr.concat([first, *others], "control", join="inner", combine_attrs="override")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Flip rises and falls, and ciwl follows, with eight pairs and with a learnt embedder as without."""
    runs = passages(data)
    return (
        RISES.part(min(run.sure for run in runs), len(runs)),
        FALLS.part(largest([run.end - run.peak for run in runs]), len(runs)),
        FOLLOWS.part(min(run.looked_up for run in runs), len(runs)),
    )


def note(data: xr.Dataset) -> str:
    """Say when each peaks."""
    pairs = zip(data["control"].values.tolist(), passages(data), strict=True)
    words = [
        f"{name}: flip {run.peak:.2f} at {run.peak_time:,.0f}, {run.end:.2f} at the end"
        for name, run in pairs
    ]
    return "; ".join(words)


CONTROLLED = dataclasses.replace(
    experiment(
        "transience.controls",
        measure=measure,
        judge=judge,
        criterion=CRITERION,
        note=note,
        finding=(
            "with eight pairs in place of two, and with an embedder that learns with the rest in place of frozen "
            "features, flip rises above one half and falls again as ciwl rises"
        ),
    ),
    populations=listed,
)
