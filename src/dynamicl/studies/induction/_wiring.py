"""Figure C.3: which layer-1 heads feed which layer-2 heads."""

from typing import Any

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores, composition_scores, single_paths
from dynamicl.clamps import ablate_heads, keep_heads, preserve
from dynamicl.lab import load
from dynamicl.statistics import Interval, correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, mean, share, words
from dynamicl.tasks import Sequence

from ._networks import main_networks
from ._populations import experiment
from ._sequences import sample
from ._settings import HEADS, Setting

ACTIVE = 0.6
"""Accuracy from which on a path counts as active; copying any label of the context gives 0.5."""
KEPT = {"match": ("v",), "copy": ("pattern",)}
"""What layer 2 keeps from a clean pass, by the part that the path is then left with."""
SCORES = {"match": "k", "copy": "v"}
"""The composition score that should tell each."""
SEQUENCES = 2000
MANY = Threshold(
    "share of seeds with several active paths into a layer-2 head and out of a layer-1 head", ">", 0.5
)
BEST = Threshold("accuracy of the best single path", ">=", 0.8)
NOISY = Threshold(
    "share of the paths' variance that composition scores explain, the larger of K and V", "<", 0.5
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Measure all 64 single paths of each seed's trained network, and the composition scores of its weights.

    Returns:
        By seed, first and second head: accuracies `path_match` and `path_copy`, `composition_q`, `_k`, `_v`,
        changes of accuracy `lesion_match` and `lesion_copy`; `previous_token_attention` (seed, first),
        `induction_strength` (seed, second); `accuracy` of the whole network by seed.
    """
    networks = main_networks(trajectories)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sequences, seeds = sample(task, scale, SEQUENCES), len(scale.seeds)
    scores = [composition_scores(load(networks.trajectory, i).model) for i in range(seeds)]
    dims = ("seed", "first", "second")
    tables = {}
    for part, preserved in KEPT.items():
        tables[f"path_{part}"] = single_paths(loaded.model, task, sequences, preserved)
        tables[f"lesion_{part}"] = _lesions(loaded.model, task, sequences, preserved, seeds)
    for name in ("q", "k", "v"):
        tables[f"composition_{name}"] = np.stack([one[name] for one in scores])
    clean = clamped_scores(loaded.model, task, sequences, [[()]] * seeds).accuracy[:, 0]
    return xr.Dataset(
        {name: (dims, table) for name, table in tables.items()},
        {"seed": list(scale.seeds), "first": range(HEADS), "second": range(HEADS)},
    ).assign(
        previous_token_attention=(("seed", "first"), networks.previous),
        induction_strength=(("seed", "second"), networks.strength),
        accuracy=("seed", clean),
    )


def _lesions(
    models: Any, task: Any, sequences: Sequence, preserved: tuple[str, ...], seeds: int
) -> np.ndarray:
    """Change of accuracy when one layer-1 head is silenced, with one layer-2 head left (Figure C.3a)."""
    sets = [
        keep_heads(1, [second], HEADS) + ablate_heads(0, [first]) + preserve(1, preserved, [second])
        for first in range(HEADS)
        for second in range(HEADS)
    ]
    whole = [keep_heads(1, [second], HEADS) for second in range(HEADS)]
    scores = clamped_scores(models, task, sequences, [sets + whole] * seeds).accuracy
    lesioned = scores[:, : HEADS**2].reshape(-1, HEADS, HEADS)
    return lesioned - scores[:, None, HEADS**2 :]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Paths are many to many, single ones reach high, and composition scores follow them only roughly.

    A path is active where its accuracy with layer 2's values preserved is above 0.6. In most seeds some layer-2 head
    has two or more active paths and some layer-1 head feeds two or more. K scores are compared with the accuracies with
    values preserved, V scores with those with patterns preserved.
    """
    paths = data["path_match"].transpose("seed", "first", "second").values
    active = paths > ACTIVE
    converging = active.sum(axis=1).max(axis=1) >= 2
    diverging = active.sum(axis=2).max(axis=1) >= 2
    explained = max(linked(data, part).value ** 2 for part in KEPT)
    return (
        MANY.part(share(converging & diverging), len(paths)),
        BEST.sure_part(mean(paths.max(axis=(1, 2))), len(paths)),
        NOISY.part(explained, len(paths)),
    )


def linked(data: xr.Dataset, part: str) -> Interval:
    """Correlate the paths' accuracies with the composition score that should tell them, over all seeds."""
    names = (f"composition_{SCORES[part]}", f"path_{part}")
    scores, paths = (data[name].transpose("seed", "first", "second").values.ravel() for name in names)
    return attempt(correlation_interval, scores, paths)[0] or UNKNOWN


def note(data: xr.Dataset) -> str:
    """Count active paths and say how composition scores correlate."""
    paths = data["path_match"].transpose("seed", "first", "second").values
    active = (paths > ACTIVE).sum(axis=(1, 2))
    return (
        f"{active.tolist()} active paths of {HEADS**2} a seed, best {paths.max(axis=(1, 2)).round(2).tolist()}; "
        f"correlation with composition scores K {words(linked(data, 'match'))}, V {words(linked(data, 'copy'))}"
    )


WIRING = experiment(
    "induction.wiring",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(MANY, BEST, NOISY),
    note=note,
)
