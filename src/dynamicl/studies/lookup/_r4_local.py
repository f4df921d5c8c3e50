"""Figure 13: does P vary between neighbouring steps?"""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, dispersion_test, jeffreys
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, words

from ._ends import ended
from ._forks import neighbour_steps
from ._populations import experiment
from ._settings import Setting

VARIES = Threshold("p-value of one common P at neighbouring steps, Tarone's test", "<", 0.05)
NEGLIGIBLE = 0.05
"""A standard deviation of P between steps below this counts as none; as `same` has it of means."""
SURE = 0.95
"""One-sided, that it is."""
SETTLED = 0.95
"""Where P is at least this, or at most what is left of 1, too few forks end the other way for P to be seen to vary."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Fork the first model at consecutive steps where P is between one half and one.

    Returns:
        By step: `probability` with interval and the number that `converged`; the number of `forks` at each step, P
        `together`, and the `scatter` of P beside that of as many `tossed` coins as attributes.
    """
    steps, forks = neighbour_steps(scale, trajectories), scale.neighbour_forks
    ends = ended(scale, trajectories["neighbours"]).ends
    wins = ends["converged"].values.reshape(len(steps), forks).sum(axis=1)
    together = jeffreys(int(wins.sum()), len(steps) * forks).value
    each = [jeffreys(int(count), forks) for count in wins]
    return xr.Dataset(
        {
            "probability": ("at", [one.value for one in each]),
            "low": ("at", [one.low for one in each]),
            "high": ("at", [one.high for one in each]),
            "converged": ("at", wins),
        },
        {"at": list(steps)},
        {
            "together": together,
            "scatter": float(np.std(wins / forks, ddof=1)),
            "tossed": float(np.sqrt(together * (1 - together) / forks)),
            "forks": forks,
        },
    )


def common(data: xr.Dataset) -> Interval:
    """Estimate P over all these forks together."""
    return jeffreys(int(data["converged"].sum()), data.sizes["at"] * int(data.attrs["forks"]))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """P varies by more than repeated tosses of one coin.

    The report shows that estimates of P from a few forks each scatter between neighbouring steps; so do repeated tosses
    of one coin. It cannot be tested where P is above 0.95 or below 0.05. Where the test finds nothing it fails only if
    P surely varies by less than 0.05 (`most_variation`), and is open otherwise.
    """
    wins, share = data["converged"].values, common(data).value
    forks = np.full(wins.size, int(data.attrs["forks"]))
    test, why = attempt(dispersion_test, forks, wins)
    p_value = float("nan") if test is None else float(test.p_value)
    why = why or settled(share)
    if not why and p_value >= VARIES.value:
        why = not_excluded(most_variation(int(forks[0]), wins))
    return (VARIES.part(p_value, int(forks.sum()), why),)


def most_variation(forks: int, wins: np.ndarray, simulations: int = 8000) -> float:
    """Return the largest standard deviation of P between steps that is not excluded, one-sided at 95 %.

    P is drawn from beta distributions about its common value. A deviation is excluded where the counts would scatter
    more than they do in 95 % of the draws with nearly as many wins in all, the nearest quarter.

    Args:
        forks: at each step.
        wins: how many of them converged, shape (step,).
        simulations: draws for each deviation that is tried.
    """
    share, generator, largest = wins.sum() / (forks * wins.size), np.random.default_rng(0), 0.0
    for deviation in np.linspace(0.0, np.sqrt(share * (1 - share)), 52)[1:-1]:
        certainty = share * (1 - share) / deviation**2 - 1
        p = generator.beta(share * certainty, (1 - share) * certainty, (simulations, wins.size))
        drawn = generator.binomial(forks, p)
        nearest = np.argsort(np.abs(drawn.sum(axis=1) - wins.sum()), kind="stable")[: simulations // 4]
        if np.mean(drawn[nearest].var(axis=1) <= wins.var()) > 1 - SURE:
            largest = float(deviation)
    return largest


def not_excluded(deviation: float) -> str:
    """Say that P may well vary; "" where it surely does not."""
    if deviation < NEGLIGIBLE:
        return ""
    return f"P may vary by as much as {deviation:.2f}, and less than {NEGLIGIBLE:g} counts as none"


def settled(share: float) -> str:
    """Say that P is too near 0 or 1 to vary; "" where it is not."""
    if 1 - SETTLED < share < SETTLED:
        return ""
    return f"P is {share:.2f} at these steps, where hardly any fork ends the other way"


def note(data: xr.Dataset) -> str:
    """Compare the scatter of P with that of tossed coins."""
    steps, p = data["at"].values, data["probability"].values
    (part,) = judge(data)
    alone = "; by its scatter alone, as the report shows it, it would be called reproduced"
    seen = not part.holds and data.attrs["scatter"] >= NEGLIGIBLE
    return (
        f"P between {p.min():.2f} and {p.max():.2f} at steps {steps[0]} to {steps[-1]} ({int(data.attrs['forks'])} "
        f"forks each, together {words(common(data))}); standard deviation {data.attrs['scatter']:.3f}, of tossed coins "
        f"{data.attrs['tossed']:.3f}{alone if seen else ''}"
    )


LOCAL = experiment(
    "lookup.r4.local",
    ["one_head", "parents", "forks", "neighbours"],
    measure=measure,
    judge=judge,
    criterion=(VARIES,),
    note=note,
)
