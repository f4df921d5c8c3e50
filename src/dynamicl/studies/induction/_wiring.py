"""Figure C.3: which layer-1 heads feed which layer-2 heads."""

from typing import Any

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores, composition_scores, single_paths
from dynamicl.clamps import ablate_heads, keep_heads, preserve
from dynamicl.lab import load
from dynamicl.statistics import correlation_interval, mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._networks import Networks, main_networks
from ._plateau import cost
from ._sequences import sample
from ._settings import HEADS

CLAIM = "induction.wiring"
ACTIVE = 0.6
"""Accuracy from which on a path counts as active; copying any label of the context gives 0.5."""
KEPT = {"match": ("v",), "copy": ("pattern",)}
"""What layer 2 keeps from a clean pass, by the part that the path is then left with."""
SEQUENCES = 2000


def wiring(lab: Lab) -> Outcome:
    """Measure all 64 single paths of each seed's trained network, and the composition scores of its weights.

    A path is active where its accuracy with layer 2's values preserved is above 0.6. The claim is held to have
    reproduced where in most seeds some layer-2 head has two or more active paths and some layer-1 head feeds two or
    more; the best path's mean accuracy is at least 0.8; and composition scores are noisier: over all paths
    they explain less than half of the variance (K scores of the accuracies with values preserved, V scores of
    those with patterns preserved).
    """
    networks = main_networks(lab)
    loaded = networks.load()
    task, seeds = loaded.tasks["train"], networks.chosen.seeds
    sequences = sample(task, SEQUENCES)
    paths = {part: single_paths(loaded.model, task, sequences, kept) for part, kept in KEPT.items()}
    scores = [composition_scores(load(networks.trajectory, i).model) for i in range(len(seeds))]
    weights = {name: np.stack([one[name] for one in scores]) for name in ("q", "k", "v")}
    clean = clamped_scores(loaded.model, task, sequences, [[()]] * len(seeds)).accuracy[:, 0]
    active = paths["match"] > ACTIVE
    convergent, divergent = active.sum(axis=1).max(axis=1) > 1, active.sum(axis=2).max(axis=1) > 1
    best = mean_interval(paths["match"].max(axis=(1, 2)))
    linked = {
        part: correlation_interval(weights[name].ravel(), paths[part].ravel())
        for part, name in (("match", "k"), ("copy", "v"))
    }
    parts = {
        "many to many": bool((convergent & divergent).mean() > 0.5),
        "single paths reach up to 0.8 and more": best.value >= 0.8,
        "composition scores are noisier": max(one.value**2 for one in linked.values()) < 0.5,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"{active.sum(axis=(1, 2)).tolist()} active paths of 64 a seed; layer-2 heads with several in "
        f"{int(convergent.sum())}, layer-1 heads with several in {int(divergent.sum())} of {len(seeds)} "
        f"seeds; best path {words(best)}; correlation with composition scores K {words(linked['match'])}, V "
        f"{words(linked['copy'])}",
        best,
        len(seeds),
        f"best paths by seed {paths['match'].max(axis=(1, 2)).round(2).tolist()}, while all heads together reach "
        f"{clean.round(3).tolist()}: several layer-1 heads share the work of one path"
        if best.value < 0.8
        else "",
    )
    dims = ("seed", "first", "second")
    kept = {f"path_{part}": (dims, table) for part, table in paths.items()}
    kept |= {f"composition_{name}": (dims, table) for name, table in weights.items()}
    kept |= {
        f"lesion_{part}": (dims, table) for part, table in _lesions(networks, loaded.model, task).items()
    }
    coords = {"seed": list(seeds), "first": range(HEADS), "second": range(HEADS)}
    data = xr.Dataset(kept, coords).assign(
        previous_token_attention=(("seed", "first"), networks.previous),
        induction_strength=(("seed", "second"), networks.strength),
    )
    return Outcome((verdict,), data, networks.trajectory.runs)


def _lesions(networks: Networks, models: Any, task: Any) -> dict[str, np.ndarray]:
    """Change of accuracy when one layer-1 head is silenced, with one layer-2 head left (Figure C.3a)."""
    found = {}
    for part, kept in KEPT.items():
        sets = [
            keep_heads(1, [second], HEADS) + ablate_heads(0, [first]) + preserve(1, kept, [second])
            for first in range(HEADS)
            for second in range(HEADS)
        ]
        sets += [keep_heads(1, [second], HEADS) for second in range(HEADS)]
        scores = clamped_scores(
            models, task, sample(task, SEQUENCES), [sets] * len(networks.chosen.seeds)
        ).accuracy
        lesioned = scores[:, : HEADS**2].reshape(-1, HEADS, HEADS)
        found[part] = lesioned - scores[:, None, HEADS**2 :]
    return found


WIRING = Experiment(CLAIM, wiring, cost)
