"""Figures 4.7 and 4.8: measures of progress jump for every subcircuit; clamping tells the copying one apart."""

import jax
import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import keep_heads, match, previous_token_attend
from dynamicl.lab import load_many
from dynamicl.statistics import find_transition
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.toys import descend_population

from ._clamps import CLAMPS, clamps_cost, train_clamped
from ._curves import WAITS, shape, stack_runs
from ._judge import judge
from ._networks import Networks, main_networks, unclamped
from ._sequences import sample
from ._settings import HEADS

CLAIM = "induction.measure_vs_clamp"
MEASURED = ("none", "1", "1,2,3qk,4")
TOY_DRAWS = 16
TOY_STEPS = 1000


def measure_vs_clamp(lab: Lab) -> Outcome:
    """Perfect a part of each checkpoint of unclamped runs, and compare with runs trained under the same clamp.

    Toy first: along unclamped training, the misalignment of the first vector and the loss with the others at their
    truth. Then networks: along the unclamped runs with the strongest head alone, the loss with the previous-token
    pattern perfected (step 1) and with the induction pattern perfected (match). A phase change is a reverse S, as in
    `induction.clamps`. The claim is held to have reproduced where, in the toy, the measured curves show a phase change
    in most draws that have one in their loss, and the clamped curve does in few (under 10 %); and where both measures
    show a phase change in most networks, while of the runs trained under the clamps most show one with step 1 and few
    (under half) with match.
    """
    toys = _toy_jumps()
    networks = main_networks(lab)
    chosen, seeds = networks.chosen, len(networks.chosen.seeds)
    free = unclamped(lab, networks)
    measured = _perfected(networks, free)
    held = stack_runs(train_clamped(lab, networks), chosen, clamp=CLAMPS, seed=chosen.seeds)
    x = measured["checkpoint"].values
    jumps = {
        name: sum(shape(x, measured["loss"].sel(measure=name, seed=s).values).waits for s in chosen.seeds)
        for name in MEASURED
    }
    trained = {
        name: sum(
            shape(
                held["sequences"].values,
                *(held[k].sel(clamp=name, seed=s).values for k in ("loss", "loss_error")),
            ).waits
            for s in chosen.seeds
        )
        for name in MEASURED[1:]
    }
    parts = {
        "toy: measures jump with the loss": min(toys["misalignment"], toys["perfected"])
        > toys["loss"] / 2
        > 0,
        "toy: the clamped curve does not": toys["clamped"] < 0.1 * TOY_DRAWS,
        "networks: both measures jump": min(jumps["1"], jumps["1,2,3qk,4"]) > seeds / 2,
        "networks: under clamps only step 1 does": trained["1"] > seeds / 2 > trained["1,2,3qk,4"],
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"toy, of {TOY_DRAWS} draws: {toys['loss']} losses jump, with them {toys['misalignment']} "
        f"misalignments and {toys['perfected']} perfected losses; {toys['clamped']} clamped runs. Networks, "
        f"of {seeds} seeds, phase changes in the measure (in the clamped run): step 1 {jumps['1']} "
        f"({trained['1']}), match {jumps['1,2,3qk,4']} ({trained['1,2,3qk,4']}); unclamped loss "
        f"{jumps['none']}",
        None,
        seeds,
    )
    clamped = held["loss"].sel(clamp=list(MEASURED[1:])).rename("clamped_loss")
    data = measured.assign(clamped_loss=clamped)
    return Outcome((verdict,), data, free.runs)


def _toy_jumps() -> dict[str, int]:
    """Count phase changes: in the loss, and where it has one, in the measures of the first vector; and when clamped."""
    keys = jax.random.split(jax.random.key(2), TOY_DRAWS)
    free = descend_population(keys, steps=TOY_STEPS)
    held = descend_population(keys, clamps=("b", "c"), steps=TOY_STEPS)
    jumping = [_jumps(curve) for curve in np.asarray(free.loss)]

    def among(curves: np.ndarray) -> int:
        return sum(_jumps(curve) for curve, has in zip(curves, jumping, strict=True) if has)

    return {
        "loss": sum(jumping),
        "misalignment": among(np.asarray(free.misalignment)[:, :, 0]),
        "perfected": among(np.asarray(free.perfected_loss)[:, :, 0]),
        "clamped": sum(_jumps(curve) for curve in np.asarray(held.loss)),
    }


def _jumps(curve: np.ndarray) -> bool:
    return find_transition(np.arange(len(curve)), curve, direction="falling", resamples=2).p_value <= WAITS


def _perfected(networks: Networks, trajectory: Trajectory) -> xr.Dataset:
    """Loss at every checkpoint of the unclamped runs: as it is, and with each pattern perfected."""
    chosen, steps = networks.chosen, trajectory.checkpoints
    loaded = load_many(trajectory, [(i, step) for i in range(len(chosen.seeds)) for step in steps])
    sets = []
    for best, previous in zip(networks.strongest, networks.previous_token_head, strict=True):
        rest = keep_heads(1, [best], HEADS)
        sets += [[rest, rest + previous_token_attend([previous]), rest + match(best)]] * len(steps)
    task = loaded.tasks["train"]
    loss = clamped_scores(loaded.model, task, sample(task), sets).mean_loss
    table = np.moveaxis(loss.reshape(len(chosen.seeds), len(steps), len(MEASURED)), 2, 0)
    coords = {
        "measure": list(MEASURED),
        "seed": list(chosen.seeds),
        "checkpoint": chosen.published(np.array(steps)),
    }
    return xr.Dataset({"loss": (("measure", "seed", "checkpoint"), table)}, coords)


MEASURE_VS_CLAMP = Experiment(CLAIM, measure_vs_clamp, clamps_cost)
