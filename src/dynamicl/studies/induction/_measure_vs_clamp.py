"""Figures 4.7 and 4.8: measures of progress jump for every subcircuit; clamping tells the copying one apart."""

import jax
import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import keep_heads, match, previous_token_attend
from dynamicl.lab import load_many
from dynamicl.statistics import PHASE_CHANGE_ABOVE, find_transition
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import least_of, mean, median, share, words
from dynamicl.toys import descend_population

from ._clamps import CLAMPS
from ._curves import WAITS, shape, stack_runs
from ._networks import main_networks
from ._populations import experiment
from ._sequences import sample
from ._settings import HEADS, Setting
from ._toy import INDEX_STEPS, plateau_indices

MEASURED = ("none", "1", "1,2,3qk,4")
"""The networks as they are, with the previous-token pattern perfected (step 1), with the induction pattern (match)."""
TOY_DRAWS = 16
INDEX_DRAWS = 200
TOY_STEPS = 1000
TOY_MEASURES = ("misalignment", "perfected")
TOY_LOSS = Threshold("toy: share of draws whose loss shows a phase change", ">", 0.5)
TOY_MEASURE = Threshold("toy: share of these in which a measure does, the rarer of two measures", ">", 0.5)
TOY_INDEX = Threshold(
    "toy: plateau index of a measure in unclamped draws, mean, the smaller of two measures",
    ">",
    PHASE_CHANGE_ABOVE,
)
TOY_CLAMPED = Threshold("toy: share of draws in which the clamped loss does", "<", 0.1)
MEASURE = Threshold(
    "networks: share of seeds in which a measure shows a phase change, the rarer of two", ">", 0.5
)
ATTEND = Threshold("networks: share of runs trained with step 1 clamped that show one", ">", 0.5)
MATCH = Threshold("networks: share of runs trained with match clamped that show one", "<", 0.5)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Perfect a part of each checkpoint of unclamped runs, and compare with runs trained under the same clamp.

    A phase change is a reverse S, as in `induction.clamps`.

    Returns:
        `loss` of the unclamped runs with a part perfected (measure, seed, checkpoint) and `measure_waits` (measure,
        seed); `clamped_loss` (clamp, seed, sequences) and `clamped_waits` (clamp, seed); of the toy `toy_loss_waits`,
        `toy_clamped_waits` (toy) and `toy_measure_waits` (toy_measure, toy), and `toy_measure_index` (toy_measure,
        index_toy) of more draws.
    """
    perfected = _perfected(scale, trajectories)
    held = stack_runs(trajectories["clamped"], scale, clamp=CLAMPS, seed=scale.seeds)
    held = held.sel(clamp=list(MEASURED[1:]))
    checkpoints = perfected["checkpoint"].values
    measure_waits = _waits(checkpoints, perfected["loss"].values)
    clamped_waits = _waits(held["sequences"].values, held["loss"].values, held["loss_error"].values)
    return perfected.assign(
        clamped_loss=held["loss"],
        measure_waits=(("measure", "seed"), measure_waits),
        clamped_waits=(("clamp", "seed"), clamped_waits),
    ).merge(toys())


def _waits(x: np.ndarray, curves: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
    """Say of curves of shape (a, b, x) whether they wait."""
    flags = np.zeros(curves.shape[:-1], bool)
    for place in np.ndindex(flags.shape):
        flags[place] = shape(x, curves[place], None if errors is None else errors[place]).waits
    return flags


def toys() -> xr.Dataset:
    """Look for phase changes in the toy's loss, free and clamped, and in measures of its first vector's progress."""
    keys = jax.random.split(jax.random.key(2), TOY_DRAWS)
    free = descend_population(keys, steps=TOY_STEPS)
    held = descend_population(keys, clamps=("b", "c"), steps=TOY_STEPS)
    curves = {
        "loss": np.asarray(free.loss),
        "clamped": np.asarray(held.loss),
        "misalignment": np.asarray(free.misalignment)[:, :, 0],
        "perfected": np.asarray(free.perfected_loss)[:, :, 0],
    }
    more = descend_population(jax.random.split(jax.random.key(3), INDEX_DRAWS), steps=INDEX_STEPS)
    measures = np.asarray(more.misalignment)[:, :, 0], np.asarray(more.perfected_loss)[:, :, 0]
    waits = {name: list(map(_toy_waits, table)) for name, table in curves.items()}
    return xr.Dataset(
        {
            "toy_loss_waits": ("toy", waits["loss"]),
            "toy_clamped_waits": ("toy", waits["clamped"]),
            "toy_measure_waits": (("toy_measure", "toy"), [waits[name] for name in TOY_MEASURES]),
            "toy_measure_index": (
                ("toy_measure", "index_toy"),
                [plateau_indices(curves, more) for curves in measures],
            ),
        },
        {"toy_measure": list(TOY_MEASURES)},
    )


def _toy_waits(curve: np.ndarray) -> bool:
    return find_transition(np.arange(len(curve)), curve, direction="falling", resamples=2).p_value <= WAITS


def _perfected(scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the loss at every checkpoint of the unclamped runs: as it is, and with each pattern perfected."""
    networks, free = main_networks(trajectories), trajectories["unclamped"]
    steps, seeds = free.checkpoints, range(len(scale.seeds))
    loaded = load_many(free, [(i, step) for i in seeds for step in steps])
    sets = []
    for best, previous in zip(networks.strongest, networks.previous_token_head, strict=True):
        rest = keep_heads(1, [best], HEADS)
        sets += [[rest, rest + previous_token_attend([previous]), rest + match(best)]] * len(steps)
    task = loaded.tasks["train"]
    loss = clamped_scores(loaded.model, task, sample(task, scale), sets).mean_loss
    table = np.moveaxis(loss.reshape(len(scale.seeds), len(steps), len(MEASURED)), 2, 0)
    coords = {
        "measure": list(MEASURED),
        "seed": list(scale.seeds),
        "checkpoint": scale.published(np.array(steps)),
    }
    return xr.Dataset({"loss": (("measure", "seed", "checkpoint"), table)}, coords)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Measures of progress jump whatever they measure; of clamped runs only those with step 1 clamped do."""
    seeds, toys = data.sizes["seed"], data.sizes["toy"]
    jumping = data["toy_loss_waits"].values
    toy_measures = data["toy_measure_waits"].transpose("toy_measure", "toy").values[:, jumping]
    index = data["toy_measure_index"].transpose("toy_measure", "index_toy").values
    indices = [mean(row[np.isfinite(row)]) for row in index]
    measures = [share(data["measure_waits"].sel(measure=name)) for name in MEASURED[1:]]
    attend, matched = (share(data["clamped_waits"].sel(clamp=name)) for name in MEASURED[1:])
    return (
        TOY_LOSS.part(share(jumping), toys),
        TOY_MEASURE.part(
            min(share(row) for row in toy_measures),
            int(jumping.sum()),
            undecided="" if jumping.any() else "no draw's loss shows one",
        ),
        TOY_INDEX.sure_part(least_of(indices), index.shape[1]),
        TOY_CLAMPED.part(share(data["toy_clamped_waits"]), toys),
        MEASURE.part(min(measures), seeds),
        ATTEND.part(attend, seeds),
        MATCH.part(matched, seeds),
    )


def note(data: xr.Dataset) -> str:
    """Give the middle draw's indices beside the mean that is judged: a few draws wait long."""
    index = data["toy_measure_index"].transpose("toy_measure", "index_toy").values
    names = data["toy_measure"].values
    told = [
        f"{name} {median(row):.2f}, mean {words(mean(row[np.isfinite(row)]))}"
        for name, row in zip(names, index, strict=True)
    ]
    return f"plateau indices of the toy's measures (median, mean): {'; '.join(told)}"


MEASURE_VS_CLAMP = experiment(
    "induction.measure_vs_clamp",
    ["main", "unclamped", "clamped"],
    measure=measure,
    judge=judge,
    criterion=(TOY_LOSS, TOY_MEASURE, TOY_INDEX, TOY_CLAMPED, MEASURE, ATTEND, MATCH),
    note=note,
)
