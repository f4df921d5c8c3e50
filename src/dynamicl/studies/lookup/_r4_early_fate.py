"""Figures 9, 10 and 11: P(M, t) rises with t and reaches 1 long before the model converges."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, jeffreys, trend_test
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, words

from ._forks import Commitment, commitment, fates, parent_curve, parents
from ._populations import experiment
from ._settings import Setting

RISES = Threshold("p-value of a rise of P with t, larger of the models'", "<", 0.05)
EARLY = Threshold(
    "step at which P reaches 95 %, upper end of its interval, over S, latest of the models'", "<", 0.5
)
"""The report's reaches 1 at 5 % of S."""
CEILING = 0.9
"""Where P at the first step may be as high as this, hardly any room is left in which a rise could be seen."""
SELECTED = (
    "P along a run that was chosen because it converges rises by that choice alone, and would fall along one that does "
    "not; runs that fail are not forked here, so that of the claim only how early P is near 1 is put to the test"
)
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

    It cannot be tested of a model that did not converge, or all of whose forks ended alike. No rise says nothing where
    P may be near 1 from the first step on (`at_ceiling`), and an interval on both sides of half of S does not say when.
    """
    models = [data.isel(model=i) for i in range(data.sizes["model"])]
    trends = [trend(model) for model in models]
    alike = next((why for _, why in trends if why), "")
    stray = not data["parent_converged"].values.astype(bool).all()
    why = "too few runs converged" if stray else alike
    forks = int(np.nansum(data["forks"].values))
    flat = [model for model, (p, _) in zip(models, trends, strict=True) if p >= RISES.value]
    high = bool(flat) and all(at_ceiling(model) for model in flat)
    shares = data["commitment"].sel(level=0.95) / data["S"]
    # A step that P never reaches has no ends.
    low, upper = (shares.sel(end=end).fillna(np.inf).values for end in ("low", "high"))
    both = (low < EARLY.value).all() and (upper >= EARLY.value).any()
    return (
        RISES.part(
            float(np.max([p for p, _ in trends])),
            forks,
            why
            or (f"where P does not rise it may be above {CEILING:g} from the first step on" if high else ""),
        ),
        EARLY.part(
            float(upper.max()),
            forks,
            why or (f"an interval reaches from before {EARLY.value:g} S to after it" if both else ""),
        ),
    )


def at_ceiling(model: xr.Dataset) -> bool:
    """Say whether P of one model may be too high at its first step for a rise to be seen."""
    first = (int(model[name].values[0]) for name in ("converging", "forks"))
    return jeffreys(*first).high >= CEILING


def note(data: xr.Dataset) -> str:
    """Describe P of every model, and what no fork of these tells."""
    models = "; ".join(_told(data.isel(model=i)) for i in range(data.sizes["model"]))
    return f"{models}; {SELECTED}"


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
