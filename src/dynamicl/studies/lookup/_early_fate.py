"""Figures 9, 10 and 11: P(M, t) rises with t and reaches 1 long before the model converges."""

import numpy as np
import xarray as xr

from dynamicl.lab import Fates, parent_curve
from dynamicl.statistics import Interval, Trend, jeffreys, trend_test
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._forks import Commitment, Parents, commitment, fates, forked, forks_cost
from ._judge import attempt, judge, words
from ._populations import converged

CLAIM = "lookup.r4.early_fate"
EARLY = 0.5
THIN = 3
"""Every third evaluation of the forks is kept for the figure."""


def early_fate(lab: Lab) -> Outcome:
    """Fork two converging models under many data seeds at each of ten steps t, and count who still converges.

    Commitment is where a rising fit of P(t) reaches 50 % and 95 %. The claim is held to have reproduced where for both
    models (1) P rises: the trend test of the forks has p < 0.05; (2) it reaches 95 % before half of the model's S, the
    upper end of the interval included. (The report's reaches 1 at 5 % of S.) It cannot be tested of a model that did
    not converge, or all of whose forks ended alike.
    """
    found = forked(lab)
    results = fates(lab, found)
    fits = [commitment(one) for one in results]
    trends = [attempt(trend_test, *one.counts()) for one in results]
    alike = next((why for trend, why in trends if trend is None), "")
    ends = [fit.isotonic[1] for fit in fits]
    early = [end.high < EARLY * time for end, time in zip(ends, found.times, strict=True)]
    parts = {
        "P rises with t": all(t is not None and t.p_value < 0.05 for t, _ in trends),
        "95 % before half of S": all(early),
    }
    told = "; ".join(
        _told(which, time, one, fit, trend)
        for which, time, one, fit, (trend, _) in zip(
            found.which, found.times, results, fits, trends, strict=True
        )
    )
    share = ends[0]._replace(
        value=ends[0].value / found.times[0],
        low=ends[0].low / found.times[0],
        high=ends[0].high / found.times[0],
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        told,
        share,
        int(sum(one.counts()[1].sum() for one in results)),
        forks_cost,
        f"in {sum(early)} of {len(early)} models the 95 % step lies before half of S, its interval included; the "
        "interval here is of the first model's 95 % step over its S",
        untestable=alike
        if all(found.population.ends["converged"].values[found.which])
        else "too few runs converged",
    )
    runs = (*found.trajectory.runs, *(run for one in results for runs in one.runs.values() for run in runs))
    pages = {
        f"seed {which}": (one.data, parent_curve(lab.path, run, converged))
        for which, run, one in zip(found.which, found.trajectory.runs, results, strict=True)
    }
    return Outcome((verdict,), _kept(found, results, fits), runs, pages)


def _told(which: int, time: float, one: Fates, fit: Commitment, trend: Trend | None) -> str:
    steps, forks, wins = one.counts()
    first, last = (jeffreys(int(wins[i]), int(forks[i])) for i in (0, -1))
    text = (
        f"model {which} (S {time:.0f}): P({steps[0]}) {words(first)}, P({steps[-1]}) {words(last)}"
        f"{f', trend p {trend.p_value:.2g}' if trend else ''}; 50 % "
        f"{_since(fit.isotonic[0], int(steps[0]))}, 95 % at {words(fit.isotonic[1], '.0f')} "
        f"({fit.isotonic[1].value / time:.0%} of S)"
    )
    if fit.logistic is not None:
        text += (
            f", logistic {_since(fit.logistic[0], int(steps[0]))} and at {words(fit.logistic[1], '.0f')}, deviance "
            f"{fit.deviance:.1f} a degree of freedom"
        )
    return text


def _since(step: Interval, first: int) -> str:
    """Write when P passed a probability; forks cannot tell of a time before the first."""
    return "from the start" if step.value <= first else f"at {words(step, '.0f')}"


def _kept(found: Parents, results: list[Fates], fits: list[Commitment]) -> xr.Dataset:
    parts = []
    for at, one, fit in zip(found.at, results, fits, strict=True):
        _, forks, wins = one.counts()
        each = [jeffreys(int(k), int(n)) for k, n in zip(wins, forks, strict=True)]
        # Models are forked at different steps, so that these are counted, not named.
        data = one.data[["time", "observed"]].assign_coords(at=np.arange(len(at)))
        some = one.data["accuracy"].isel(at=[0, len(at) // 2, -1], step=slice(None, None, THIN))
        data = data.assign(
            fork_step=("at", np.array(at)),
            probability=("at", [e.value for e in each]),
            low=("at", [e.low for e in each]),
            high=("at", [e.high for e in each]),
            rising=("at", fit.curve.probability),
            rising_low=("at", fit.curve.low),
            rising_high=("at", fit.curve.high),
            commitment=(("level", "end"), np.array(fit.isotonic)),
            accuracy=(("shown", "fork", "step"), some.values),
        )
        parts.append(data.assign_coords(step=some["step"].values))
    whole = xr.concat(parts, "model", join="outer", coords="minimal", compat="override")
    return whole.assign(S=("model", found.times)).assign_coords(
        model=found.which, level=[0.5, 0.95], end=["value", "low", "high"]
    )


EARLY_FATE = Experiment(CLAIM, early_fate, forks_cost)
