"""Figure 4.3b: several heads of layer 2 become induction heads as the loss drops, one of them first."""

import numpy as np

from dynamicl.statistics import bootstrap_interval, crossing, find_transition
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.studies._verdict import NOT_REPRODUCED, REPRODUCED

from ._plateau import cost
from ._settings import BATCH, main_runs, setting

CLAIM = "induction.heads"
INDUCTIVE = 0.3
"""A head counts as an induction head from this strength on; the published run's weakest named one has 0.29."""


def heads(lab: Lab) -> Outcome:
    """Measure when each layer-2 head becomes an induction head.

    The claim is held to have reproduced where in every run the strongest head is inductive, at least two heads are in
    the median run, and the mean strength's mid-rise falls between the 10 % and 90 % points of the loss' drop, widened
    by half its width on either side.
    """
    chosen = setting(lab.scale)
    runs, recording = main_runs(chosen)
    trajectory = lab.train(runs, recording, "induction: main runs")
    data = trajectory.dataset
    strength = data["induction_strength"].sel(layer=2)
    steps = data["step"].values
    counts, gaps, strongest, together, firsts = [], [], [], [], []
    for i in range(data.sizes["run"]):
        one = strength[i].values
        final = one[-1]
        drop = find_transition(steps, data["loss"][i].sel(evaluator="train").values, batch=BATCH)
        best = one.max(axis=1)
        rise = crossing(steps, best, float(best[-1] / 2), direction="rising")
        counts.append(int((final > INDUCTIVE).sum()))
        strongest.append(float(final.max()))
        times = sorted(
            c.time
            for h in range(one.shape[1])
            if (c := crossing(steps, one[:, h], INDUCTIVE, direction="rising")).observed
        )
        gaps.append(times[1] / times[0] if len(times) > 1 else np.nan)
        firsts.append(times[0] * BATCH if times else np.nan)
        if drop.found and drop.time_steps and drop.width_steps:
            together.append(abs(rise.time - drop.time_steps.value) <= drop.width_steps.value)
        else:
            together.append(False)
    interval = bootstrap_interval(strongest, "mean")
    ok = min(strongest) > INDUCTIVE and np.median(counts) >= 2 and all(together)
    verdict = lab.verdict(
        CLAIM,
        REPRODUCED if ok else NOT_REPRODUCED,
        f"strongest head {interval.value:.2f} on average; induction heads (> {INDUCTIVE}) per run: "
        f"{counts}; rise within the loss' drop in {sum(together)} of {len(together)} runs; {_second(gaps)}",
        (interval.low, interval.high),
        len(runs),
    )
    kept = data[["induction_strength"]].sel(layer=2).assign(loss=data["loss"].sel(evaluator="train"))
    kept = kept.drop_vars(["layer", "evaluator"]).assign_coords(sequences=("step", steps * BATCH))
    return Outcome((verdict,), kept, trajectory.runs)


def _second(gaps: list[float]) -> str:
    there = [gap for gap in gaps if np.isfinite(gap)]
    if not there:
        return "no run has a second induction head"
    return f"the second head follows the first after {np.median(there):.2f} times as many sequences (median)"


HEADS = Experiment(CLAIM, heads, cost)
