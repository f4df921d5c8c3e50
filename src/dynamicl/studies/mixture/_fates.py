"""Our own, a mechanism for fates: with L = N, does the side of a saddle decide whether a run matches or eliminates?

Both fates solve the task: a run may attend to the right label and read it, or attend away from it and answer with the
label that it does not see. Runs are forked under new data at many steps. One number of the forked state, its coordinate
on the saddle's unstable direction, is to tell the probability that it will match, by one logistic curve for all.
"""

from typing import NamedTuple

import numpy as np
import scipy
import xarray as xr

from dynamicl.statistics import Interval, bootstrap_interval, clopper_pearson, fit_logits
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, words

from ._fates_runs import Sizes, populations, sizes
from ._fates_state import places
from ._readings import end_of

MATCHES = 0.5
"""Attention to the right label (TILA2) at the end from which on a run matches; it eliminates where that is less than
even attention to all tokens gives, 1 / (2 N + 1) and a little less for the error of the mean."""
ELIMINATES = 0.85
"""Share of even attention below which it eliminates."""
DECIDED = 0.9
"""Share of forks whose fate must be seen by the end; the others are left out, and more of them might be of one kind."""
GROUPS = 10
"""Held-out forks are compared with their prediction in tenths, sorted by it."""
WEAK = 0.01
"""Penalty on the slope, so that it stays finite where the number parts the fates without a mistake."""
RESAMPLES = 500
TOLD = 1e-3
"""Predictions are held this far from 0 and 1, so that a single surprise costs a finite amount."""
SLOPE = Threshold(
    "slope of the logit of P(match) over the coordinate, in its standard deviations", "low >", 0.0
)
CALIBRATED = Threshold(
    "tenths of the held-out forks whose share lies outside its interval (95 % for all ten together)", "<", 1.0
)
BETTER = Threshold(
    "log loss a fork of the logistic curve minus that of a constant, held-out parents", "high <", 0.0
)
ALIKE = "all forks ended alike"
UNSEEN = "too many forks had not parted by the end"


def measure(lab: Lab, size: Sizes, trajectories: Trajectories) -> xr.Dataset:
    """Read where every forked state lies, and count what became of its forks.

    Returns:
        `coordinate`, `alpha`, `xi`, `matched`, `eliminated` (parent, at), and `tila2` (parent, step), the parents' own
        attention to the right label; attributes `forks`, their number at each state, and `pairs`.
    """
    forks = trajectories["fate_forks"].dataset["tila2@novel"].transpose("run", "step")
    ends = end_of(forks.values).reshape(size.parents, len(size.at), size.forks)
    parents = trajectories["fate_parents"]
    place = places(parents, size.at, size.sequences)
    own = parents.dataset["tila2@novel"].transpose("run", "step")
    states = {
        "coordinate": place.unstable,
        "alpha": place.alpha,
        "xi": place.xi,
        "matched": (ends > MATCHES).sum(axis=-1),
        "eliminated": (ends < ELIMINATES * even(size.pairs)).sum(axis=-1),
    }
    return xr.Dataset(
        {name: (("parent", "at"), values) for name, values in states.items()}
        | {"tila2": (("parent", "step"), own.values)},
        {"parent": range(size.parents), "at": list(size.at), "step": own["step"].values},
        {"forks": size.forks, "pairs": size.pairs},
    )


def even(pairs: int) -> float:
    """Return the attention to the right label where all tokens get the same."""
    return 1 / (2 * pairs + 1)


class Logistic(NamedTuple):
    """A fitted curve.

    Attributes:
        weights: offset and slope over the standardised coordinate, shape (2,).
        centre: of the coordinate.
        spread: its standard deviation.
    """

    weights: np.ndarray
    centre: float
    spread: float

    def probability(self, coordinate: np.ndarray) -> np.ndarray:
        """Return P(match)."""
        offset, slope = self.weights
        return np.asarray(scipy.special.expit(offset + slope * (coordinate - self.centre) / self.spread))


class States(NamedTuple):
    """Forked states, each field of shape (parent, at).

    Attributes:
        coordinate: on the unstable direction.
        matched: forks that matched.
        decided: forks that matched or eliminated.
    """

    coordinate: np.ndarray
    matched: np.ndarray
    decided: np.ndarray

    def of(self, parents: np.ndarray | slice) -> "States":
        """Return the states of some parents."""
        return States(*(field[parents] for field in self))

    @property
    def alike(self) -> bool:
        """Whether all forks that decided had the same fate."""
        return self.matched.sum() in (0, self.decided.sum())


def states_of(data: xr.Dataset) -> States:
    """Return the states of a dataset of `measure`."""
    names = ("coordinate", "matched", "eliminated")
    coordinate, matched, eliminated = (data[name].transpose("parent", "at").values for name in names)
    return States(coordinate, matched.astype(float), (matched + eliminated).astype(float))


def fit(states: States) -> Logistic:
    """Fit one curve to all states."""
    x = states.coordinate.ravel()
    centre, spread = float(x.mean()), float(x.std()) or 1.0
    design = np.stack([np.ones_like(x), (x - centre) / spread], axis=1)
    weights = fit_logits(design, states.matched.ravel(), states.decided.ravel(), np.array([0.0, WEAK]))
    return Logistic(weights, centre, spread)


class HeldOut(NamedTuple):
    """What a curve fitted to one half of the parents says of the other half.

    Attributes:
        predicted: P of each state, shape (parent, at).
        states: what became of them.
        constant: share among the fitted half.
    """

    predicted: np.ndarray
    states: States
    constant: float

    def gains(self) -> np.ndarray:
        """Return each parent's log loss a fork under the curve minus that under the constant."""
        return self._loss(self.predicted) - self._loss(np.full_like(self.predicted, self.constant))

    def _loss(self, probability: np.ndarray) -> np.ndarray:
        told = np.clip(probability, TOLD, 1 - TOLD)
        _, matched, decided = self.states
        losses = -(matched * np.log(told) + (decided - matched) * np.log(1 - told))
        return np.asarray(losses.sum(axis=-1) / np.maximum(decided.sum(axis=-1), 1))

    def tenths(self) -> list[tuple[float, Interval]]:
        """Return mean prediction and observed share, with its interval, of each tenth of the states with forks."""
        told, matched, decided = (
            table.ravel() for table in (self.predicted, self.states.matched, self.states.decided)
        )
        seen = np.flatnonzero(decided)
        order = seen[np.argsort(told[seen])]
        if not order.size:
            return []
        groups = np.array_split(order, min(GROUPS, order.size))
        level = 1 - 0.05 / len(groups)
        tenths = []
        for group in groups:
            forks = decided[group]
            share = clopper_pearson(int(matched[group].sum()), int(forks.sum()), level=level)
            tenths.append((float(np.average(told[group], weights=forks)), share))
        return tenths


def held_out(data: xr.Dataset) -> HeldOut:
    """Fit every second parent, and predict the others."""
    states = states_of(data)
    fitted, other = states.of(slice(0, None, 2)), states.of(slice(1, None, 2))
    share = float(fitted.matched.sum() / max(fitted.decided.sum(), 1))
    return HeldOut(fit(fitted).probability(other.coordinate), other, share)


def slope_of(states: States) -> Interval:
    """Estimate the slope with an interval over parents, whose states are not independent."""

    def slope(parents: np.ndarray) -> float:
        return float(fit(states.of(parents.astype(int).ravel())).weights[1])

    parents = np.arange(len(states.coordinate))
    return bootstrap_interval(parents, slope, method="percentile", resamples=RESAMPLES)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The coordinate tells the fate, as a probability that holds for parents it was not fitted to, and tells much."""
    states = states_of(data)
    if states.alike:
        return tuple(bar.part(np.nan, states.decided.size, ALIKE) for bar in (SLOPE, CALIBRATED, BETTER))
    unseen = "" if states.decided.sum() >= DECIDED * data.attrs["forks"] * states.decided.size else UNSEEN
    other = held_out(data)
    outside = sum(not share.low <= told <= share.high for told, share in other.tenths())
    gains = other.gains()
    return (
        SLOPE.part(slope_of(states), len(states.coordinate), unseen),
        CALIBRATED.part(float(outside), other.predicted.size, unseen),
        BETTER.part(mean(gains), len(gains), unseen),
    )


def note(data: xr.Dataset) -> str:
    """Give shares by step, and how many states were undecided when they were forked."""
    states = states_of(data)
    shares = states.matched.sum(axis=0) / np.maximum(states.decided.sum(axis=0), 1)
    by_step = ", ".join(f"{share:.2f} at {at}" for at, share in zip(data["at"].values, shares, strict=True))
    both = int(((states.matched > 0) & (states.matched < states.decided)).sum())
    every = data.attrs["forks"] * states.decided.size
    text = (
        f"share of forks that match {by_step}; {both} of {states.decided.size} states have forks of both fates; "
        f"{int(every - states.decided.sum())} of {every} forks had not parted by the end"
    )
    if states.alike:
        return text
    return f"{text}; log loss a fork against a constant {words(mean(held_out(data).gains()))}"


FATES = Experiment(
    "mixture.fates",
    setting=sizes,
    populations=populations,
    measure=measure,
    judge=judge,
    criterion=(SLOPE, CALIBRATED, BETTER),
    note=note,
    finding=(
        "with as many labels as pairs, the probability that a run comes to match and not to eliminate is a logistic "
        "function of one number, its coordinate on the unstable direction of the saddle at the origin, from the first "
        "step on"
    ),
)
