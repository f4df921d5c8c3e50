"""Thesis figure 5.4: heads that are alike on average differ sequence by sequence, and sharpening one alone may hurt."""

import itertools

import numpy as np
import xarray as xr

from dynamicl.clamps import Clamp, Constant, attention_temperature, keep_heads
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._networks import accuracies, label_attention, last_networks, pearson, spearman
from ._populations import experiment
from ._settings import Setting

TEMPERATURES = 2.0 ** np.arange(-3, 3)
ALIKE, APART = 0.1, 0.8
"""Difference of two heads' mean leads below which they are alike, correlation below which they differ."""
SHOWN = 300
"""Sequences kept for the figure."""
PAIRS = Threshold("share of pairs of heads that are alike on average and correlate below .8", ">=", 0.5)
ALONE = Threshold("heads whose accuracy alone falls with temperature", ">=", 7.0)
TOGETHER = Threshold("heads with whose temperature the whole network's accuracy rises", ">=", 2.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Look at the long run's last network on ciwl sequences.

    Returns:
        `mean` by head, `correlation` by head and `other`: of the leads (attention to the right label minus to the
        other) over sequences; `lead` (sequence, head) of the first ones; `alone` and `together` (head, temperature):
        accuracy at a temperature of one head, attention being on labels only, without and with the other heads.
    """
    loaded = last_networks(trajectories["long"])
    lead = label_attention(loaded, "ciwl", scale.sample).delta[0]
    pairs = np.reshape([pearson(first, second) for first in lead.T for second in lead.T], (HEADS, HEADS))
    grid = list(itertools.product(range(HEADS), TEMPERATURES))
    sets = [keep_heads(1, [head], HEADS) + _sharpened(head, heat) for head, heat in grid]
    sets += [_sharpened(head, heat) for head, heat in grid]
    scores = accuracies(loaded, "ciwl", scale.sample, sets)[0].reshape(2, HEADS, len(TEMPERATURES))
    by_heat = ("head", "temperature")
    return xr.Dataset(
        {
            "mean": ("head", lead.mean(axis=0)),
            "correlation": (("head", "other"), np.array(pairs)),
            "lead": (("sequence", "head"), lead[:SHOWN]),
            "alone": (by_heat, scores[0]),
            "together": (by_heat, scores[1]),
        },
        {"head": range(HEADS), "other": range(HEADS), "temperature": TEMPERATURES},
    )


def _sharpened(head: int, temperature: float) -> tuple[Clamp, ...]:
    """Restrict the query to labels, and give one head a temperature."""
    site = "layers.1.attn.scores"
    items = (Clamp(site, Constant(-1e9), queries=("query",), keys=("exemplars", "query")),)
    return attention_temperature(1, float(temperature), [head]) + items


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Most pairs are alike on average only; sharpening helps a head alone and often hurts it among others.

    Whether accuracy rises or falls as a head is sharpened is told by its rank correlation with all temperatures.
    """
    means, links = data["mean"].values, data["correlation"].transpose("head", "other").values
    pairs = list(itertools.combinations(range(len(means)), 2))
    differ = [abs(means[i] - means[j]) < ALIKE and links[i, j] < APART for i, j in pairs]
    alone, together = (data[name].transpose("head", "temperature").values for name in ("alone", "together"))
    # All are heads of one network.
    return (
        PAIRS.part(float(np.mean(differ)), 1),
        ALONE.part(float(np.sum([spearman(TEMPERATURES, curve) < 0 for curve in alone])), 1),
        TOGETHER.part(float(np.sum([spearman(TEMPERATURES, curve) > 0 for curve in together])), 1),
    )


SUPERPOSITION = experiment(
    "coopetition.superposition",
    ["long"],
    measure=measure,
    judge=judge,
    criterion=(PAIRS, ALONE, TOGETHER),
)
