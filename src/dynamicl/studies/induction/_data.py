"""Figure 4.9: more classes make matching slower to learn, more labels copying."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio

from ._clamps import CLAMPS
from ._curves import learning_times, stack_runs, unlearnt
from ._networks import main_networks
from ._populations import experiment
from ._runs import NETWORK_LENGTH, PART_LENGTH, PARTS
from ._settings import ENDS, HEADS, Setting

NEEDS = ("main", "single_heads", "clamped", "larger_networks", "larger_parts")
"""Populations that `measure` reads."""
NETWORK = "network"
CIRCUITS = (NETWORK, *PARTS)
OF_CLAMPS = {"match (B)": "1,2,3v,5", "copy (C)": "1,2,3qk,4", "both (B, C)": "1,2"}
"""Which clamped runs learn each part on the study's own task."""
MATTERS = 1.2
"""A property matters to a circuit from this ratio of learning times on, with an interval above 1."""
OWN, CLASSES, LABELS = (f"{classes} classes, {labels} labels" for classes, labels in ENDS)


class Delay:
    """The two parts of "more classes (or labels) delay a circuit", or the one of "they do not".

    Attributes:
        circuit: which.
        task: the one with more classes or labels.
        matters: whether the task is to delay it.
        thresholds: of the parts.
    """

    def __init__(self, circuit: str, task: str, matters: bool = True):
        """Fix the thresholds."""
        self.circuit, self.task = circuit, task
        name = f"learning time of {circuit} with {task} over that with {OWN}"
        large = Threshold(name, ">=", MATTERS)
        certain = Threshold(f"{name}, certainly longer", "low >", 1.0)
        little = Threshold(f"{name}, not to matter", "<", MATTERS)
        self.matters = matters
        self.thresholds: tuple[Threshold, ...] = (large, certain) if matters else (little,)

    def parts(self, data: xr.Dataset) -> list[Part]:
        """Compare the learning times of both tasks, seed by seed."""
        found, seeds = delay(data, self.circuit, self.task), data.sizes["seed"]
        if self.matters:
            large, certain = self.thresholds
            return [large.sure_part(found, seeds), certain.part(found, seeds)]
        bound = unlearnt(data["learnt"].sel(circuit=self.circuit, task=self.task))
        return [threshold.sure_part(found, seeds, bound) for threshold in self.thresholds]


DELAYS = (
    Delay(NETWORK, CLASSES),
    Delay(NETWORK, LABELS),
    Delay("match (B)", CLASSES),
    Delay("copy (C)", CLASSES, matters=False),
    Delay("copy (C)", LABELS),
    Delay("both (B, C)", CLASSES),
    Delay("both (B, C)", LABELS),
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Gather learning times with more classes, or more labels: of the whole with one head, and of its subcircuits.

    B is what is left to learn with layer 1 and copying clamped, C with matching clamped, both with layer 1 clamped.
    Under the clamps that leave B no label enters the scores, so that labels cannot matter to it. On the study's own
    task the runs are those of other claims.

    Returns:
        `network_loss` (task, seed, network_sequences), `part_loss` (part, task, seed, part_sequences);
        `learning_time` and `learnt` (circuit, task, seed). Times of runs that do not learn are lower bounds.
    """
    names = [f"{classes} classes, {labels} labels" for classes, labels in scale.tasks]
    network = _network(scale, trajectories, names)
    parts = _parts(scale, trajectories, names)
    whole, part = learning_times(network), learning_times(parts)
    circuits = {"circuit": list(CIRCUITS), "task": names, "seed": list(scale.seeds)}
    tables = {
        ours: np.concatenate([whole[theirs].values[None], part[theirs].values])
        for ours, theirs in (("learning_time", "time"), ("learnt", "observed"))
    }
    curves = {
        "network_loss": network.rename(sequences="network_sequences"),
        "part_loss": parts.rename(sequences="part_sequences"),
    }
    dims = ("circuit", "task", "seed")
    data = xr.Dataset(curves | {name: (dims, table) for name, table in tables.items()}, circuits)
    # Tasks that a scale leaves out are unknown: NaN, and not learnt.
    missing = [task for task in (OWN, CLASSES, LABELS) if task not in names]
    return data.reindex(task=[*names, *missing], fill_value={"learnt": False}) if missing else data


def _network(scale: Setting, trajectories: Trajectories, names: list[str]) -> xr.DataArray:
    heads = stack_runs(trajectories["single_heads"], scale, head=range(HEADS), seed=scale.seeds)["loss"]
    strongest = main_networks(trajectories).strongest
    own = [
        heads.sel(head=head, seed=seed, drop=True) for head, seed in zip(strongest, scale.seeds, strict=True)
    ]
    first = xr.concat(own, "seed").expand_dims(task=names[:1]).assign_coords(seed=list(scale.seeds))
    more = stack_runs(trajectories["larger_networks"], scale, task=names[1:], seed=scale.seeds)["loss"]
    return _joined(first, more, "task", scale.published(scale.lasting(NETWORK_LENGTH)))


def _parts(scale: Setting, trajectories: Trajectories, names: list[str]) -> xr.DataArray:
    held = stack_runs(trajectories["clamped"], scale, clamp=CLAMPS, seed=scale.seeds)["loss"]
    own = held.sel(clamp=[OF_CLAMPS[part] for part in PARTS]).rename(clamp="part")
    first = own.assign_coords(part=list(PARTS)).expand_dims(task=names[:1])
    axes = {"part": PARTS, "task": names[1:], "seed": scale.seeds}
    more = stack_runs(trajectories["larger_parts"], scale, **axes)["loss"]
    joined = _joined(first, more, "task", scale.published(scale.lasting(PART_LENGTH)))
    return joined.transpose("part", "task", "seed", "sequences")


def _joined(first: xr.DataArray, more: xr.DataArray, dim: str, until: float) -> xr.DataArray:
    """Put runs of the study's own task before the others, cut to the others' length."""
    return xr.concat([first, more], dim, join="outer").sel(sequences=slice(None, until))


def delay(data: xr.Dataset, circuit: str, task: str) -> Interval:
    """Estimate a circuit's typical learning time on a task over that on the study's own."""
    times = data["learning_time"].sel(circuit=circuit)
    return ratio(times.sel(task=task).values, times.sel(task=OWN).values)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Classes delay the network and B and not C, labels delay the network and C, both delay both.

    That labels do not delay B is so by construction and no part: no label enters its scores.
    """
    return tuple(part for one in DELAYS for part in one.parts(data))


def note(data: xr.Dataset) -> str:
    """Say what share of the network's time matching takes, and how many times are lower bounds."""
    times = data["learning_time"].sel(task=OWN)
    matching = ratio(times.sel(circuit="match (B)").values, times.sel(circuit=NETWORK).values).value
    network = data["learning_time"].sel(circuit=NETWORK)
    later = int((network.sel(task=CLASSES).values > network.sel(task=OWN).values).sum())
    return (
        f"with {CLASSES} the network is later in {later} of {data.sizes['seed']} seeds; matching alone takes "
        f"{matching:.0%} of the network's learning time, so that more of it is little; "
        f"{int((~data['learnt'].values).sum())} of {data['learnt'].size} runs do not learn in their time (lower bounds)"
    )


DATA = experiment(
    "induction.data",
    NEEDS,
    measure=measure,
    judge=judge,
    criterion=tuple(threshold for one in DELAYS for threshold in one.thresholds),
    note=note,
)
