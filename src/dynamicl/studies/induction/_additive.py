"""Figure 4.5a: heads add up; ablations one by one hide what keeping one at a time shows."""

import numpy as np
import xarray as xr

from dynamicl.circuits import ablate_each, clamped_scores, keep_each, loss_attribution
from dynamicl.statistics import correlation_interval, mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._networks import main_networks
from ._plateau import cost
from ._sequences import sample
from ._settings import HEADS

CLAIM = "induction.additive"


def additive(lab: Lab) -> Outcome:
    """Ablate each layer-2 head of the trained networks, and all but each.

    The claim is held to have reproduced where, as means over seeds, ablating a head other than the strongest costs
    less than 0.5 points of accuracy; keeping only the strongest, and keeping all but it, each leave at least
    0.95; and a head's accuracy alone correlates with its induction strength (Pearson over heads of all seeds,
    interval above 0.3).
    """
    networks = main_networks(lab)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sets = [(), *ablate_each(1, HEADS), *keep_each(1, HEADS)]
    scores = clamped_scores(loaded.model, task, sample(task), [sets] * len(networks.chosen.seeds))
    whole, without, alone = (
        scores.accuracy[:, 0],
        scores.accuracy[:, 1 : HEADS + 1],
        scores.accuracy[:, HEADS + 1 :],
    )
    seeds, best = np.arange(len(whole)), np.array(networks.strongest)
    costs = whole[:, None] - without
    others = np.array([np.delete(costs[i], best[i]).mean() for i in seeds])
    weak, strong = mean_interval(others), mean_interval(costs[seeds, best])
    only, but = mean_interval(alone[seeds, best]), mean_interval(without[seeds, best])
    link = correlation_interval(networks.strength.ravel(), alone.ravel())
    parts = {
        "ablating any but the strongest costs nothing": weak.value < 0.005,
        "the strongest alone suffices": only.value >= 0.95,
        "the others without it suffice": but.value >= 0.95,
        "accuracy alone goes with induction strength": link.low > 0.3,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"accuracy {whole.mean():.4f}; ablating one of the others costs {words(weak, '.4f')}, the strongest "
        f"{words(strong, '.4f')}; only the strongest {words(only, '.3f')}; all but it {words(but, '.3f')}; "
        f"correlation of accuracy alone with induction strength {words(link)}",
        only,
        len(whole),
    )
    saved = loss_attribution(loaded.model, task, sample(task, 1000), 1)
    by_head = ("seed", "head")
    data = xr.Dataset(
        {
            "induction_strength": (by_head, networks.strength),
            "accuracy_without": (by_head, without),
            "accuracy_alone": (by_head, alone),
            "loss_saved": (by_head, saved),
            "accuracy": ("seed", whole),
        },
        {"seed": list(networks.chosen.seeds), "head": range(HEADS)},
    )
    return Outcome((verdict,), data, networks.trajectory.runs)


ADDITIVE = Experiment(CLAIM, additive, cost)
