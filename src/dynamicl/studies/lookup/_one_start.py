"""Figure 8: one initialisation under different data sometimes converges, sometimes not."""

import numpy as np
from scipy import stats

from dynamicl.statistics import jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._norms import cost
from ._populations import one_head, one_initialisation, parents, told

CLAIM = "lookup.r4.seed"


def seed(lab: Lab) -> Outcome:
    """Train the first parent's initialisation under many data seeds and count how often it converges.

    The claim is held to have reproduced where at least two runs converge and at least two do not: then the 95 %
    Jeffreys interval of P lies inside 0 and 1. (The report's P is about 0.1.)
    """
    scratch = one_head(lab)
    population = one_initialisation(lab, scratch)
    ended = population.ends
    k, n = int(ended["converged"].sum()), ended.sizes["run"]
    share = jeffreys(k, n)
    k_all, n_all = int(scratch.ends["converged"].sum()), scratch.ends.sizes["run"]
    p_value = float(stats.fisher_exact([[k, n - k], [k_all, n_all - k_all]]).pvalue)
    verdict = judge(
        lab,
        CLAIM,
        {"some converge and some do not": 2 <= k <= n - 2},
        f"P {words(share, '.3f')}: of {n} data seeds {told(ended)}; over initialisations "
        f"{words(jeffreys(k_all, n_all), '.3f')} (Fisher's p of the same P: {p_value:.2g})",
        share,
        n,
        cost,
        f"initialisation {parents(scratch)[0]}, chosen because it converges under its own data",
    )
    data = population.data
    kept = ended.assign(accuracy=(("run", "step"), data["accuracy"].transpose("run", "step").values))
    kept = kept.assign_coords(seed=("run", np.arange(n)), step=data["step"].values)
    return Outcome((verdict,), kept, population.trajectory.runs)


SEED = Experiment(CLAIM, seed, cost)
