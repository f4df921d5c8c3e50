"""Figure 4.6b: clamping computation after computation until what is left learns smoothly: three subcircuits."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, mean, median, ratio, share, words

from ._curves import learning_times, shapes, stack_runs
from ._populations import experiment
from ._runs import CLAMP_LENGTHS
from ._settings import Setting

CLAMPS = tuple(CLAMP_LENGTHS)
FREE = Threshold("share of unclamped runs with a phase change", ">", 0.5)
ATTEND = Threshold("share of runs with a phase change, step 1 clamped", ">", 0.5)
LAYER = Threshold("share of runs with a phase change, steps 1 and 2 clamped", ">", 0.5)
LAYER_SHORTER = Threshold("duration of the drop over the unclamped one, steps 1 and 2 clamped", "high <", 1.0)
MATCH = Threshold("share of runs with a phase change, match clamped", "<", 0.5)
MATCH_STRAIGHT = Threshold("r squared of the log loss, match clamped, minus the unclamped run's", ">", 0.0)
COPY = Threshold("share of runs with a phase change, copy clamped", ">", 0.5)
COPY_SHORTER = Threshold("duration of the drop over the unclamped one, copy clamped", "high <", 1.0)
COPY_EARLIER = Threshold("start of the drop over the unclamped one, copy clamped", "high <", 1.0)
BOTH = Threshold("share of runs with a phase change, layer 1 and copy clamped", "<", 0.5)
BOTH_STRAIGHT = Threshold(
    "r squared of the log loss, layer 1 and copy clamped, minus the unclamped run's", ">", 0.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Describe the shape of the loss under each clamp, and of the unclamped runs of the same seeds.

    A phase change is what the thesis calls one, a reverse S: the loss waits before it falls, by more than noise
    explains (the first criterion of `find_transition`), as no exponential does. `jump` is a plateau in the full sense
    of `find_transition`; the thesis claims one for the unclamped network alone. The drop's duration runs from 0.9 log 2
    to 0.1 log 2 in every curve alike.

    Returns:
        `loss` and `accuracy` (clamp, seed, sequences); the fields of `Shape`, `learning_time` and `learnt` by clamp and
        seed; `unclamped_loss` (seed, unclamped_sequences) and the fields of its shape by seed.
    """
    alone = stack_runs(trajectories["unclamped"], scale, seed=scale.seeds)
    curves = stack_runs(trajectories["clamped"], scale, clamp=CLAMPS, seed=scale.seeds)
    free, times = shapes(alone), learning_times(curves["loss"])
    unclamped = {f"unclamped_{name}": ("seed", free[name].values) for name in free.data_vars}
    held = curves[["loss", "accuracy"]].merge(shapes(curves)).merge(xr.Dataset(unclamped))
    return held.assign(
        learning_time=times["time"],
        learnt=times["observed"],
        unclamped_loss=alone["loss"].rename(sequences="unclamped_sequences"),
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Phase changes remain until match is clamped; with copy clamped the drop comes earlier and is shorter.

    Nearly exponential is what an exponential explains better than it does the unclamped run of the same seed, whose
    loss has a phase change: a share of its variance says nothing by itself.
    """
    seeds = data.sizes["seed"]
    waits = {name: share(data["waits"].sel(clamp=name)) for name in CLAMPS}
    straight = {name: mean(straighter(data, name)) for name in CLAMPS}
    attend, layer, match, copy, both = CLAMPS
    return (
        FREE.part(share(data["unclamped_waits"]), seeds),
        ATTEND.part(waits[attend], seeds),
        LAYER.part(waits[layer], seeds),
        shorter_part(LAYER_SHORTER, data, layer),
        MATCH.part(waits[match], seeds),
        MATCH_STRAIGHT.sure_part(straight[match], seeds),
        COPY.part(waits[copy], seeds),
        shorter_part(COPY_SHORTER, data, copy),
        COPY_EARLIER.part(ratio(onset(data, copy), onset(data)), seeds),
        BOTH.part(waits[both], seeds),
        BOTH_STRAIGHT.sure_part(straight[both], seeds),
    )


def straighter(data: xr.Dataset, clamp: str) -> np.ndarray:
    """Return by seed how much more of the log loss' variance an exponential explains under a clamp than without."""
    return data["straightness"].sel(clamp=clamp).values - data["unclamped_straightness"].values


def shorter_part(bar: Threshold, data: xr.Dataset, clamp: str) -> Part:
    """Compare durations of the drop; a drop that has not ended leaves it open, whichever of the two it is."""
    ended = int(both_ended(data, clamp).sum())
    missing = data.sizes["seed"] - ended
    return bar.part(shorter(data, clamp), ended, f"{missing} drops have not ended" if missing else "")


def both_ended(data: xr.Dataset, clamp: str) -> np.ndarray:
    """Tell by seed whether the drop ended both under a clamp and without."""
    product = data["duration"].sel(clamp=clamp).values * data["unclamped_duration"].values
    return np.isfinite(product) & (product > 0)


def shorter(data: xr.Dataset, clamp: str) -> Interval:
    """Estimate the ratio of durations over the seeds in which both drops ended; unknown of fewer than two."""
    first, second = data["duration"].sel(clamp=clamp).values, data["unclamped_duration"].values
    ended = both_ended(data, clamp)
    return ratio(first[ended], second[ended]) if ended.sum() > 1 else UNKNOWN


def onset(data: xr.Dataset, clamp: str = "") -> np.ndarray:
    """Return when the drop starts, under a clamp or without; at least one sequence, as ratios are taken."""
    values = data["onset"].sel(clamp=clamp) if clamp else data["unclamped_onset"]
    return np.maximum(values.values, 1.0)


def note(data: xr.Dataset) -> str:
    """Count waits and plateaus, say how long drops last, and compare what is left with copy clamped."""
    described = [
        f"{name}: {int(data['waits'].sel(clamp=name).sum())} ({int(data['jump'].sel(clamp=name).sum())}), drop "
        f"{words(shorter(data, name))} of the unclamped"
        for name in CLAMPS
    ]
    waiting = int(data["waits"].sel(clamp=CLAMPS[-1]).sum())
    wait = words(ratio(onset(data, CLAMPS[-1]), onset(data, CLAMPS[-2])))
    return (
        f"phase changes (with a plateau) of {data.sizes['seed']} runs under clamps {'; '.join(described)}; the "
        f"unclamped drop lasts {median(data['unclamped_duration']):,.0f} published sequences. With layer 1 and copy "
        f"clamped the loss still waits in {waiting} runs and starts to drop after {wait} of the time that it takes "
        "with copy alone clamped: what is left to learn there, queries that match keys, is itself a product of two "
        "matrices"
    )


CLAMPED = experiment(
    "induction.clamps",
    ["unclamped", "clamped"],
    measure=measure,
    judge=judge,
    criterion=(
        FREE,
        ATTEND,
        LAYER,
        LAYER_SHORTER,
        MATCH,
        MATCH_STRAIGHT,
        COPY,
        COPY_SHORTER,
        COPY_EARLIER,
        BOTH,
        BOTH_STRAIGHT,
    ),
    note=note,
)
