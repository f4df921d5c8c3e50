"""Figure 12: whether forks converge more often has nothing to do with when those that do converge."""

import numpy as np
import xarray as xr

from dynamicl.lab import Fates
from dynamicl.statistics import FateTimes, fate_times
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._forks import fates, forked, forks_cost
from ._judge import attempt, judge, words

CLAIM = "lookup.r4.median"


def median(lab: Lab) -> Outcome:
    """Correlate P(t) with the median S of the converging forks, over the steps t of a model's forks.

    The claim is held to have reproduced where for both models the interval of Spearman's correlation holds 0 and its
    permutation test has p > 0.05. With ten steps only correlations beyond about 0.65 can be told from none.
    """
    found = forked(lab)
    results = fates(lab, found)
    asked = [attempt(fate_times, _by_step(one)) for one in results]
    linked: list[FateTimes | None] = [times for times, _ in asked]
    none = [
        t is not None and t.correlation.low <= 0 <= t.correlation.high and t.p_value > 0.05 for t in linked
    ]
    told = "; ".join(
        f"model {which}: {words(t.correlation)}, p {t.p_value:.2g}, {len(t.steps)} steps"
        if t
        else f"model {which}: {why}"
        for which, t, (_, why) in zip(found.which, linked, asked, strict=True)
    )
    verdict = judge(
        lab,
        CLAIM,
        {"no correlation": all(none)},
        f"Spearman's correlation of P(t) and median S: {told}",
        linked[0].correlation if linked[0] else None,
        int(sum(one.counts()[1].sum() for one in results)),
        forks_cost,
        untestable=next((why for _, why in asked if why), ""),
    )
    parts = []
    for one in results:
        time = one.data["time"].where(one.data["observed"])
        parts.append(
            xr.Dataset(
                {
                    "fork_step": ("at", one.data["at"].values),
                    "probability": ("at", one.data["observed"].mean("fork").values),
                    "median": ("at", _medians(time.values)),
                    "times": (("at", "fork"), time.values),
                }
            )
        )
    kept = xr.concat(parts, "model", join="outer").assign_coords(model=found.which)
    return Outcome((verdict,), kept, found.trajectory.runs)


def _by_step(one: Fates) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    return {
        int(t): (one.data["time"].sel(at=t).values, one.data["observed"].sel(at=t).values)
        for t in one.data["at"].values
    }


def _medians(times: np.ndarray) -> list[float]:
    return [
        float(np.median(row[np.isfinite(row)])) if np.isfinite(row).any() else float("nan") for row in times
    ]


MEDIAN = Experiment(CLAIM, median, forks_cost)
