"""Section 4.2.1, footnote 1: a frozen encoder in place of one that learns leaves what chapter 3 finds unchanged.

The ledger has no criterion. What has to stay is fixed here: in-context learning comes to rule and ceases to (flip), and
its peak is higher with more classes. The networks are those of the transience study, at `paper` too of its laptop's
world: the published one takes 30 GPU hours a run.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import abilities, unless_one_appears
from dynamicl.studies._curves import CHANCE
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Population, Populations, Trajectories, needing
from dynamicl.studies._unmeasured import unmeasured
from dynamicl.studies._world_setting import few as inits_of
from dynamicl.studies.transience._populations import populations
from dynamicl.studies.transience._runs import curves, main_few, size_name, size_settings
from dynamicl.studies.transience._settings import Setting, setting

from ._settings import setting as of_induction

FROZEN, LEARNT = READINGS = ("frozen", "learnt")
MANY, FEW = CLASSES = ("many classes", "few classes")
RISES = Threshold("flip at its height, lower 95 % bound, many classes, least over both encoders", ">", CHANCE)
FALLS = Threshold("flip at the end minus at its height, many classes, largest over both encoders", "<", -0.1)
ORDER = Threshold("peak of icl, many classes minus few, least over both encoders", ">", 0.0)


LEFT_OUT = (
    "two networks whose embedder learns, 32,000 run-steps at some 15 a second of two cores, beside the transience "
    "study's own: `--scale paper` trains them"
)


def scale_of(name: str) -> Setting | None:
    """Return the transience study's numbers; `None` where a learning embedder costs too much.

    Raises:
        SpecError: there is no such scale.
    """
    of_induction(name)
    if name in ("demo", "laptop"):
        return None
    return setting("laptop" if name == "paper" else name)


def listed(scale: Setting | None) -> Populations:
    """List the transience study's runs with many and few classes, and one of each with an encoder that learns."""
    if scale is None:
        return {}
    own = needing(populations, ["whole", "classes"])(scale)
    few = scale.world.changed(classes=scale.less[0], drawings=scale.less[1])
    worlds = [base.changed(embedder=True, features="pixels") for base in (scale.world, few)]
    runs = tuple(one.run(scale.inits[0], scale.datas[0]) for one in worlds)
    return {**own, "learnt": Population("induction: encoders that learn", runs, scale.recording())}


def measure(lab: Lab, scale: Setting | None, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `encoder` and `classes`, as far as all runs have them; none where they are left out."""
    if scale is None:
        return unmeasured(LEFT_OUT)
    first = scale.inits[0]
    many = main_few(trajectories["whole"], scale).sel(init=first, drop=True)
    sizes = curves(
        trajectories["classes"], scale, size=list(size_settings(scale)), init=list(inits_of(scale))
    )
    few = sizes.sel(size=size_name(scale.less), init=first, drop=True)
    own = xr.concat([many, few], "classes", join="inner", combine_attrs="override")
    own = own.assign_coords(classes=list(CLASSES))
    learnt = curves(trajectories["learnt"], scale, classes=list(CLASSES))
    # The study's own runs are longer: what all have is compared.
    both = [one.drop_vars("squared_norm") for one in (own, learnt)]
    return xr.concat(both, xr.Variable("encoder", list(READINGS)), join="inner", combine_attrs="override")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Flip rises and falls with either encoder, and more classes make the peak of icl higher."""
    ruled = [passages(data.sel(encoder=[name], classes=MANY))[0] for name in READINGS]
    many, few = (abilities(data.sel(encoder=list(READINGS), classes=[name])) for name in CLASSES)
    higher = np.subtract([run.peak for run in many], [run.peak for run in few])
    return (
        RISES.part(min(run.sure for run in ruled), len(ruled)),
        FALLS.part(float(np.max([run.end - run.peak for run in ruled])), len(ruled)),
        ORDER.part(float(higher.min()), len(many), unless_one_appears(many, few)),
    )


def note(data: xr.Dataset) -> str:
    """Give the peaks."""
    words = []
    for name in READINGS:
        heights = [abilities(data.sel(encoder=[name], classes=[size]))[0].peak for size in CLASSES]
        words.append(f"{name} encoder: icl peaks at {heights[0]:.2f}, with few classes at {heights[1]:.2f}")
    return "; ".join(words)


FROZEN_ENCODER = Experiment(
    "induction.frozen_encoder",
    setting=scale_of,
    populations=listed,
    measure=measure,
    judge=judge,
    criterion=(RISES, FALLS, ORDER),
    note=note,
)
