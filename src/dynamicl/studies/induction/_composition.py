"""Table C.3: previous-token heads of layer 1 serve layer 2's patterns, the others its values."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import Clamp, ablate_heads, preserve
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._networks import Networks, main_networks
from ._populations import experiment
from ._sequences import whole
from ._settings import HEADS, Setting

KEPT = {"patterns": ("pattern",), "values": ("v",)}
PREVIOUS, REST, ALL = SETS = ("previous-token heads", "the rest", "all")
HARM, HARMLESS = 0.1, 0.05
"""Accuracy that an ablation costs where a part needs what is ablated, and where it does without."""
PREVIOUS_PATTERNS = Threshold(f"accuracy lost without {PREVIOUS}, patterns kept", "<", HARMLESS)
PREVIOUS_VALUES = Threshold(f"accuracy lost without {PREVIOUS}, values kept", ">", HARM)
REST_VALUES = Threshold(f"accuracy lost without {REST}, values kept", "<", HARMLESS)
REST_PATTERNS = Threshold(f"accuracy lost without {REST}, patterns kept", ">", HARM)
ALL_PATTERNS = Threshold("accuracy lost without all of layer 1, patterns kept", ">", HARM)
ALL_MORE = Threshold("accuracy lost without all of layer 1, values kept minus patterns kept", ">", 0.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Silence sets of layer-1 heads while layer 2 keeps its patterns, or its values, of a clean pass.

    Previous-token heads are those whose label tokens give the token before them at least 0.6 of their attention. Every
    distinct training sequence is scored.

    Returns:
        `accuracy` (seed, ablated, kept), `clean_accuracy` (seed), `previous_token_head` and `previous_token_attention`
        (seed, head).
    """
    networks = main_networks(trajectories)
    loaded = networks.load()
    task, seeds = loaded.tasks["train"], len(scale.seeds)
    sets = [[(), *_ablations(networks, i)] for i in range(seeds)]
    accuracy = clamped_scores(loaded.model, task, whole(task, scale), sets).accuracy
    by_head = ("seed", "head")
    member = [np.isin(range(HEADS), heads) for heads in networks.previous_token_heads]
    return xr.Dataset(
        {
            "accuracy": (("seed", "ablated", "kept"), accuracy[:, 1:].reshape(seeds, len(SETS), len(KEPT))),
            "clean_accuracy": ("seed", accuracy[:, 0]),
            "previous_token_head": (by_head, np.array(member)),
            "previous_token_attention": (by_head, networks.previous),
        },
        {"seed": list(scale.seeds), "ablated": list(SETS), "kept": list(KEPT), "head": range(HEADS)},
    )


def _ablations(networks: Networks, i: int) -> list[tuple]:
    """List a seed's clamps: sets of heads outermost, then what layer 2 keeps."""
    some = networks.previous_token_heads[i]
    rest = tuple(head for head in range(HEADS) if head not in some)
    return [
        _silenced(heads) + preserve(1, kept) for heads in (some, rest, range(HEADS)) for kept in KEPT.values()
    ]


def _silenced(heads: Sequence[int]) -> tuple[Clamp, ...]:
    """Silence heads of layer 1; none where there are none, which to `ablate_heads` are all."""
    return ablate_heads(0, heads) if heads else ()


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Patterns need the previous-token heads, values the others, and all of layer 1 patterns more."""
    lost = data["clean_accuracy"] - data["accuracy"]
    seeds = data.sizes["seed"]

    def cost(ablated: str, kept: str) -> np.ndarray:
        return lost.sel(ablated=ablated, kept=kept).values

    return (
        PREVIOUS_PATTERNS.part(mean(cost(PREVIOUS, "patterns")), seeds),
        PREVIOUS_VALUES.part(mean(cost(PREVIOUS, "values")), seeds),
        REST_VALUES.part(mean(cost(REST, "values")), seeds),
        REST_PATTERNS.part(mean(cost(REST, "patterns")), seeds),
        ALL_PATTERNS.part(mean(cost(ALL, "patterns")), seeds),
        ALL_MORE.part(mean(cost(ALL, "values") - cost(ALL, "patterns")), seeds),
    )


def note(data: xr.Dataset) -> str:
    """Say how nearly the strongest of the other heads is a previous-token head, too."""
    member = data["previous_token_head"].values.astype(bool)
    attention = np.where(member, 0.0, data["previous_token_attention"].values)
    heads = [np.flatnonzero(row).tolist() for row in member]
    return (
        f"accuracy {data['clean_accuracy'].values.mean():.4f}; previous-token heads {heads}; the strongest of the rest "
        f"gives {attention.max(axis=1).mean():.2f} of its attention to the token before (even attention gives 0.375)"
    )


COMPOSITION = experiment(
    "induction.composition",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(PREVIOUS_PATTERNS, PREVIOUS_VALUES, REST_VALUES, REST_PATTERNS, ALL_PATTERNS, ALL_MORE),
    note=note,
)
