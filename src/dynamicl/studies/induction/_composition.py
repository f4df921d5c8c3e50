"""Table C.3: previous-token heads of layer 1 serve layer 2's patterns, the others its values."""

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import ablate_heads, preserve
from dynamicl.statistics import mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._networks import Networks, main_networks
from ._plateau import cost
from ._sequences import every_sequence
from ._settings import HEADS

CLAIM = "induction.composition"
KEPT = {"patterns": ("pattern",), "values": ("v",)}
SETS = ("previous-token heads", "the rest", "all")
HARM = 0.1
"""An ablation harms where it costs this much accuracy, and a part does without it where it costs under 0.05."""


def composition(lab: Lab) -> Outcome:
    """Silence sets of layer-1 heads while layer 2 keeps its patterns, or its values, of a clean pass.

    Previous-token heads are those whose label tokens give the token before them at least 0.6 of their
    attention. Every distinct training sequence is scored. The claim is held to have reproduced where, as
    means over seeds, silencing the previous-token heads costs under 0.05 with patterns kept and over 0.1 with
    values kept; silencing the rest costs under 0.05 with values kept and over 0.1 with patterns kept; and
    silencing all costs over 0.1 with either, more with values kept.
    """
    networks = main_networks(lab)
    loaded = networks.load()
    task, seeds = loaded.tasks["train"], networks.chosen.seeds
    sets = [
        [
            (),
            *(
                ablate_heads(0, some) + preserve(1, kept)
                for some in _sets(networks, i)
                for kept in KEPT.values()
            ),
        ]
        for i in range(len(seeds))
    ]
    accuracy = clamped_scores(loaded.model, task, every_sequence(task), sets).accuracy
    whole, table = accuracy[:, 0], accuracy[:, 1:].reshape(len(seeds), len(SETS), len(KEPT))
    lost = (whole[:, None, None] - table).mean(axis=0)
    parts = {
        "previous-token heads are not needed for values": lost[0, 0] < HARM / 2,
        "they are for patterns": lost[0, 1] > HARM,
        "the rest is not needed for patterns": lost[1, 1] < HARM / 2,
        "it is for values": lost[1, 0] > HARM,
        "all of layer 1 is needed for both, for patterns more": lost[2, 1] > lost[2, 0] > HARM,
    }
    cells = {
        (name, kept): mean_interval(table[:, j, k])
        for j, name in enumerate(SETS)
        for k, kept in enumerate(KEPT)
    }
    told = "; ".join(
        f"without {name} {words(cells[name, 'patterns'], '.3f')} and {words(cells[name, 'values'], '.3f')}"
        for name in SETS
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"accuracy {whole.mean():.4f}; with patterns and with values kept: {told}; previous-token heads "
        f"{[list(heads) for heads in networks.previous_token_heads]}",
        cells[SETS[0], "patterns"],
        len(seeds),
        _why(networks, lost),
    )
    member = np.array([[head in heads for head in range(HEADS)] for heads in networks.previous_token_heads])
    data = xr.Dataset(
        {
            "accuracy": (("seed", "ablated", "kept"), table),
            "clean_accuracy": ("seed", whole),
            "previous_token_head": (("seed", "head"), member),
            "previous_token_attention": (("seed", "head"), networks.previous),
        },
        {"seed": list(seeds), "ablated": list(SETS), "kept": list(KEPT), "head": range(HEADS)},
    )
    return Outcome((verdict,), data, networks.trajectory.runs)


def _why(networks: Networks, lost: np.ndarray) -> str:
    """Tell what may be behind the parts that fail; losses by set and by what is kept."""
    reasons = []
    if lost[1, 1] >= HARM / 2:
        best = [
            networks.previous[i, list(_sets(networks, i)[1])].max(initial=0.0)
            for i in range(len(networks.previous))
        ]
        reasons.append(
            f"layer-1 heads do not fall into two kinds: the strongest of the rest gives {np.mean(best):.2f} of its "
            "attention to the token before (even attention gives 0.375), and some pattern goes with it"
        )
    if lost[2, 0] > max(lost[2, 1], HARM):
        reasons.append(
            "layer 1 matters more for values than for patterns, the other way round than in the thesis' network"
        )
    return "; ".join(reasons)


def _sets(networks: Networks, i: int) -> tuple[tuple[int, ...], ...]:
    some = networks.previous_token_heads[i]
    return some, tuple(head for head in range(HEADS) if head not in some), ()


COMPOSITION = Experiment(CLAIM, composition, cost)
