"""Figures 9, 10 and 11: P(M, t) rises with t and reaches 1 long before the model converges."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, jeffreys, trend_test
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, largest, words

from ._forks import Commitment, commitment, fates, parent_curve, parents
from ._populations import experiment
from ._settings import Setting

RISES = Threshold("p-value of a rise of P with t, larger of the models'", "<", 0.05)
EARLY = Threshold(
    "step at which P reaches 95 %, upper end of its interval, over S, latest of the models'", "<", 0.5
)
"""The report's reaches 1 at 5 % of S."""
THIN = 3
"""Every third evaluation of the forks is kept for the figure."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Fork converging models under many data seeds at each of ten steps t, and count who still converges.

    Commitment is where a rising fit of P(t) reaches 50 % and 95 %.

    Returns:
        By model: `S`, `parent_converged`, `deviance` of the logistic fit, `commitment` and `logistic` (level, end); by
        model and at: `fork_step`, `forks`, `converging`, `probability` with interval, the `rising` fit with band;
        `accuracy` (model, shown, fork, step) of three steps.
    """
    chosen = parents(scale, trajectories)
    tables = [_table(fate, commitment(fate)) for fate in fates(scale, trajectories)]
    whole = xr.concat(tables, "model", join="outer", coords="minimal", compat="override")
    return whole.assign(
        S=("model", chosen.times), parent_converged=("model", chosen.converged)
    ).assign_coords(model=chosen.seeds, level=[0.5, 0.95], end=["value", "low", "high"])


def _table(fate: xr.Dataset, fit: Commitment) -> xr.Dataset:
    """Tabulate one model's forks. Models are forked at different steps, so that these are counted, not named."""
    observed = fate["observed"].transpose("at", "fork").values
    forks, converging = np.full(len(observed), observed.shape[1]), observed.sum(axis=1)
    estimates = [jeffreys(int(k), int(n)) for k, n in zip(converging, forks, strict=True)]
    shown = fate["accuracy"].isel(at=[0, len(observed) // 2, -1], step=slice(None, None, THIN))
    logistic = fit.logistic or ((np.nan,) * 3,) * 2
    return xr.Dataset(
        {
            "fork_step": ("at", fate["at"].values.astype(float)),
            "forks": ("at", forks.astype(float)),
            "converging": ("at", converging.astype(float)),
            "probability": ("at", [estimate.value for estimate in estimates]),
            "low": ("at", [estimate.low for estimate in estimates]),
            "high": ("at", [estimate.high for estimate in estimates]),
            "rising": ("at", fit.curve.probability),
            "rising_low": ("at", fit.curve.low),
            "rising_high": ("at", fit.curve.high),
            "commitment": (("level", "end"), np.array(fit.isotonic)),
            "logistic": (("level", "end"), np.array(logistic)),
            "deviance": fit.deviance,
            "accuracy": (("shown", "fork", "step"), shown.values),
        },
        {"step": shown["step"].values, "at": np.arange(len(observed))},
    )


def trend(model: xr.Dataset) -> tuple[float, str]:
    """Return the p-value of a rise of one model's P with t, or NaN and why there is none."""
    there = np.isfinite(model["forks"].values)
    columns = (model[name].values[there] for name in ("fork_step", "forks", "converging"))
    steps, forks, converging = (column.astype(int) for column in columns)
    test, why = attempt(trend_test, steps, forks, converging)
    return (float(test.p_value), "") if test is not None else (float("nan"), why)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """For every model P rises, and reaches 95 % before half of the model's S, the interval included.

    It cannot be tested of a model that did not converge, or all of whose forks ended alike.
    """
    trends = [trend(data.isel(model=i)) for i in range(data.sizes["model"])]
    alike = next((why for _, why in trends if why), "")
    stray = not data["parent_converged"].values.astype(bool).all()
    why = "too few runs converged" if stray else alike
    upper = data["commitment"].sel(level=0.95, end="high") / data["S"]
    # A step that P never reaches has no upper end.
    latest = largest(upper) if np.isfinite(upper).all() else np.inf
    forks = int(np.nansum(data["forks"].values))
    return (
        RISES.part(float(np.max([p for p, _ in trends])), forks, why),
        EARLY.part(latest, forks, why),
    )


def note(data: xr.Dataset) -> str:
    """Describe P of every model."""
    return "; ".join(_told(data.isel(model=i)) for i in range(data.sizes["model"]))


def _told(model: xr.Dataset) -> str:
    there = np.isfinite(model["forks"].values)
    columns = ("fork_step", "low", "probability", "high")
    steps, low, p, high = (model[name].values[there] for name in columns)
    first, last = (f"P({steps[i]:.0f}) {p[i]:.2f} [{low[i]:.2f}, {high[i]:.2f}]" for i in (0, -1))
    passed = {
        f"{name} {level:.0%}": _since(model[name].sel(level=level).values, float(steps[0]))
        for name, level in (("commitment", 0.5), ("commitment", 0.95), ("logistic", 0.95))
    }
    return (
        f"model {int(model['model'])} (S {float(model['S']):.0f}): {first}, {last}; trend p {trend(model)[0]:.2g}; "
        f"{', '.join(f'{name} {when}' for name, when in passed.items())}, deviance {float(model['deviance']):.1f} a "
        "degree of freedom"
    )


def _since(ends: np.ndarray, first: float) -> str:
    """Write when P passed a probability; forks cannot tell of a time before the first."""
    step = Interval(*(float(end) for end in ends))
    return "from the start" if step.value <= first else f"at {words(step, '.0f')}"


def pages(scale: Setting, trajectories: Trajectories) -> dict[str, tuple[xr.Dataset, xr.Dataset]]:
    """Return each model's forks and own curve, for a page of their own."""
    seeds, tables = parents(scale, trajectories).seeds, fates(scale, trajectories)
    curves = [parent_curve(trajectories["parents"], i) for i in range(len(seeds))]
    return {f"seed {seed}": (tables[i], curves[i]) for i, seed in enumerate(seeds)}


EARLY_FATE = experiment(
    "lookup.r4.early_fate",
    ["one_head", "parents", "forks"],
    measure=measure,
    judge=judge,
    criterion=(RISES, EARLY),
    note=note,
    fates=pages,
)
