"""Figure 1: one-head runs end in one of two ways: a jump to accuracy 1, or a climb that stalls below."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._populations import Population, counts, from_scratch_cost, jumps, one_head, told
from ._settings import FEWEST, LEFT

CLAIM = "lookup.r1.bimodal"
SHARP = 0.5
"""A jump is sharp where 10 to 90 % of it take less than this share of the time before it."""
MOST = 0.9


def bimodal(lab: Lab) -> Outcome:
    """Sort one-head runs by how they end, and look how the exact ones got there.

    The claim is held to have reproduced where (1) both ends hold at least 5 % of the runs: exact (three evaluations in
    a row above 0.95) and not; (2) at least nine in ten exact runs get there by one sharp jump that `find_transition`
    finds, beginning within 0.1 of the accuracy of guessing among the values shown; (3) at least one run in twenty
    stalls: ends above that plateau by 0.1 and more, yet not exact. In the report every run leaves the plateau; where
    fewer than eight do before the training ends, how runs end cannot be told.
    """
    population = one_head(lab)
    curves = jump_table(population)
    found = counts(population.ends)
    total, exact = sum(found.values()), found["exact"]
    left = exact + found["stalled"]
    share = jeffreys(exact, total)
    sharp = int(curves["sharp"].sum())
    parts = {
        "both ends occur": 0.05 * total <= exact <= 0.95 * total,
        "exact runs got there by one sharp jump from the plateau": exact > 0 and sharp >= MOST * exact,
        "some stall below 1": found["stalled"] >= 0.05 * total,
    }
    widths = curves["jump_width"].values[population.exact]
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"of {total} runs {told(population.ends)}; exact share {words(share)}; {sharp} of {exact} exact runs by a "
        f"sharp jump, 10-90 % in {_median(widths):.0f} steps (median)",
        share,
        total,
        from_scratch_cost,
        f"runs still on the plateau after {population.chosen.steps} steps are censored: the report trained about eight "
        "times as long as its convergence takes, this about twice",
        untestable=f"only {left} of {total} runs left the plateau, fewer than {FEWEST}"
        if left < FEWEST
        else "",
    )
    return Outcome((verdict,), curves, population.trajectory.runs)


def jump_table(population: Population) -> xr.Dataset:
    """Return accuracy curves, how runs ended, and the jump of the exact ones (NaN where none was found)."""
    ended, plateau = population.ends, population.chosen.plateau
    data = population.data
    time, width, before = (np.full(ended.sizes["run"], np.nan) for _ in range(3))
    for i, jump in zip(population.exact, jumps(population, population.exact), strict=True):
        time[i], width[i], before[i] = jump.time, jump.width, jump.before
    kept = ended.assign(
        accuracy=(("run", "step"), data["accuracy"].transpose("run", "step").values),
        jump_time=("run", time),
        jump_width=("run", width),
        jump_before=("run", before),
        sharp=("run", (width < SHARP * time) & (np.abs(before - plateau) < LEFT)),
    )
    return kept.assign_coords(
        seed=("run", np.arange(ended.sizes["run"])), step=data["step"].values
    ).assign_attrs(plateau=plateau)


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")


BIMODAL = Experiment(CLAIM, bimodal, from_scratch_cost)
