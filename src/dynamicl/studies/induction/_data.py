"""Figure 4.9: more classes make matching slower to learn, more labels copying."""

import itertools
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.clamps import keep_heads, layer_one, layer_one_and_copy, match
from dynamicl.statistics import Interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.training import RunSpec

from ._curves import learning_times, ratio, stack_runs
from ._judge import judge, words
from ._networks import Networks, fine, main_networks
from ._plateau import cost
from ._settings import HEADS, run, setting

CLAIM = "induction.data"
TASKS = ((50, 5), (100, 5), (200, 5), (50, 10), (50, 15))
"""Classes and labels; the first is the study's own task, whose runs are shared with other experiments."""
LENGTHS = {"network": 2e6, "match (B)": 3e5, "copy (C)": 3e5, "both (B, C)": 3e5}
SHARED = {"network": 2e6, "match (B)": 6e5, "copy (C)": 6e5, "both (B, C)": 6e5}
MATTERS = 1.2
"""A property matters to a subcircuit from this ratio of learning times on."""


def data(lab: Lab) -> Outcome:
    """Train with more classes, or more labels: the whole with one head, and its subcircuits B, C and both.

    B is what is left to learn with layer 1 and copying clamped, C with matching clamped, both with layer 1 clamped.
    Under the clamps that leave B no label enters the scores, so that labels cannot matter to it.
    Learning times are compared with those of 50 classes and 5 labels, seed by seed, for the most classes
    (200) and the most labels (15). A property matters where the typical ratio is at least 1.2 and its
    interval lies above 1; it does not where the ratio is below 1.2. The claim is held to have reproduced
    where classes matter to the network and to B and not to C, labels matter to the network and to C and not
    to B, and both matter with only layer 1 clamped.
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    curves: dict[str, Any] = {}
    runs: list[str] = []
    for part, length in LENGTHS.items():
        specs = [
            _spec(networks, part, SHARED[part] if sizes == TASKS[0] else length, *sizes, i)
            for sizes, i in itertools.product(TASKS, range(len(chosen.seeds)))
        ]
        recording = chosen.recording() if part == "network" else fine(chosen)
        trajectory = lab.train(specs, recording, f"induction: data, {part}")
        names = [f"{c} classes, {n} labels" for c, n in TASKS]
        whole = stack_runs(trajectory, chosen, task=names, seed=chosen.seeds)
        curves[part] = whole.sel(sequences=slice(None, chosen.published(chosen.lasting(length))))
        runs += trajectory.runs
    found = {part: learning_times(one["loss"]) for part, one in curves.items()}
    times = np.stack([one["time"].values for one in found.values()])
    learnt = np.stack([one["observed"].values for one in found.values()])
    by_classes = {part: ratio(times[k, 2], times[k, 0]) for k, part in enumerate(LENGTHS)}
    by_labels = {part: ratio(times[k, 4], times[k, 0]) for k, part in enumerate(LENGTHS)}
    network, matching, copying, both = LENGTHS
    parts = {
        "more classes delay the network": _matters(by_classes[network]),
        "more labels delay the network": _matters(by_labels[network]),
        "classes delay match": _matters(by_classes[matching]),
        "classes do not delay copy": by_classes[copying].value < MATTERS,
        "labels delay copy": _matters(by_labels[copying]),
        "labels do not delay match": by_labels[matching].value < MATTERS,
        "both matter with only layer 1 clamped": _matters(by_classes[both]) and _matters(by_labels[both]),
    }
    told = "; ".join(f"{part} {words(by_classes[part])} and {words(by_labels[part])}" for part in LENGTHS)
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"learning times with 200 classes, and with 15 labels, over those with 50 and 5: {told}; "
        f"{int((~learnt).sum())} of {learnt.size} runs do not learn in their time (their times are lower "
        "bounds)",
        by_classes[matching],
        learnt.size,
        _why(times[:2, :3]) if not parts["more classes delay the network"] else "",
    )
    return Outcome((verdict,), _table(curves, times, learnt), tuple(runs))


def _matters(found: Interval) -> bool:
    return found.value >= MATTERS and found.low > 1


def _why(times: np.ndarray) -> str:
    """Tell why a delay of matching need not show in the network: times of network and B, by classes and seed."""
    network, matching = times
    late = int((network[2] > network[0]).sum())
    return (
        f"with 200 classes the network is later in {late} of {network.shape[1]} seeds, but not by enough to tell: "
        f"matching alone takes {ratio(matching[0], network[0]).value:.0%} of the network's learning time, so that "
        f"{ratio(matching[2], matching[0]).value - 1:.0%} more of it is little"
    )


def _spec(networks: Networks, part: str, length: float, classes: int, labels: int, i: int) -> RunSpec:
    head, seed = networks.strongest[i], networks.chosen.seeds[i]
    rest = keep_heads(1, [head], HEADS)
    clamps = {
        "network": rest,
        "match (B)": layer_one_and_copy(head),
        "copy (C)": rest + match(head),
        "both (B, C)": rest + layer_one(),
    }[part]
    return run(networks.chosen, seed, length, clamps, classes=classes, labels=labels)


def _table(curves: dict[str, xr.Dataset], times: np.ndarray, learnt: np.ndarray) -> xr.Dataset:
    """Curves of the network and of its parts have axes `sequences` of their own."""
    whole, *parts = curves.values()
    names = list(curves)
    loss = xr.concat([one["loss"] for one in parts], dim="part").assign_coords(part=names[1:])
    dims = ("circuit", "task", "seed")
    return xr.Dataset(
        {
            "network_loss": whole["loss"].rename(sequences="network_sequences"),
            "part_loss": loss.rename(sequences="part_sequences"),
            "learning_time": (dims, times),
            "learnt": (dims, learnt),
        }
    ).assign_coords(circuit=names)


def data_cost(scale: str) -> int:
    """Return the run-steps of the main runs and of all tasks and parts."""
    chosen = setting(scale)
    steps = [chosen.lasting(n) for n in SHARED.values()]
    steps += [chosen.lasting(n) for n in LENGTHS.values()] * (len(TASKS) - 1)
    return cost(scale) + len(chosen.seeds) * sum(steps)


DATA = Experiment(CLAIM, data, data_cost)
