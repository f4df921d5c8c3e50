"""Figure 4.6b: clamping computation after computation until what is left learns smoothly: three subcircuits."""

import numpy as np

from dynamicl.clamps import copy, layer_one, layer_one_and_copy, match, previous_token_attend
from dynamicl.statistics import Interval
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.training import RunSpec

from ._curves import learning_times, ratio, shapes, stack_runs
from ._judge import judge, words
from ._networks import Networks, fine, main_networks, one_head_runs, unclamped, unclamped_cost
from ._plateau import cost
from ._settings import Setting, run, setting

CLAIM = "induction.clamps"
LENGTHS = {"1": 1e6, "1,2": 6e5, "1,2,3qk,4": 6e5, "3v,5": 1e6, "1,2,3v,5": 6e5}
"""Published sequences by the clamped computations, which have the thesis' numbers: attend to the previous
token, layer 1 complete, match, copy, layer 1 and copy. Slow ones run longer than the thesis' 6e5: with these
features everything
takes about twice as long."""
CLAMPS = tuple(LENGTHS)


def clamped_runs(networks: Networks) -> list[RunSpec]:
    """Describe the runs of all clamps: clamps one after the other, seeds within them.

    Copying needs no head silenced: its logits come from one head's scores alone.
    """
    heads = networks.strongest
    attend, layer, matched, copied, both = LENGTHS.values()
    return [
        *one_head_runs(
            networks, attend, tuple(previous_token_attend([h]) for h in networks.previous_token_head)
        ),
        *one_head_runs(networks, layer, tuple(layer_one() for _ in heads)),
        *one_head_runs(networks, matched, tuple(match(h) for h in heads)),
        *_all_heads(networks, copied, [copy(h) for h in heads]),
        *_all_heads(networks, both, [layer_one_and_copy(h) for h in heads]),
    ]


def _all_heads(networks: Networks, sequences: float, clamps: list[tuple]) -> list[RunSpec]:
    chosen = networks.chosen
    return [run(chosen, seed, sequences, held) for seed, held in zip(chosen.seeds, clamps, strict=True)]


def train_clamped(lab: Lab, networks: Networks) -> Trajectory:
    """Train (or find) the clamped runs."""
    return lab.train(clamped_runs(networks), fine(networks.chosen), "induction: clamped subcircuits")


def clamps(lab: Lab) -> Outcome:
    """Train under each clamp and compare shapes with the unclamped run of the same seed.

    A phase change is what the thesis calls one, a reverse S: the loss waits before it falls, by more than noise
    explains (the first criterion of `find_transition`), as no exponential does. How many of the waits are plateaus in
    the full sense of `find_transition` is told beside it; the thesis claims one for the unclamped network, and that is
    `induction.plateau`. The drop's duration runs from 0.9 log 2 to 0.1 log 2 in every curve alike. The
    claim is held to have reproduced where

    - unclamped and with step 1 clamped, most seeds show a phase change;
    - with steps 1, 2 most still do, and the drop is shorter than the unclamped one (interval of the ratio below 1);
    - match (1, 2, 3qk, 4) shows none in most seeds and falls exponentially (r squared of the log loss above 0.95 in
      the median seed);
    - copy (3v, 5) shows a phase change in most, shorter than the unclamped one (interval of the ratio below 1), and
      leaves its plateau earlier;
    - 1, 2, 3v, 5 shows none in most, and falls nearly exponentially (r squared above 0.9).
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    free, held = unclamped(lab, networks), train_clamped(lab, networks)
    alone = stack_runs(free, chosen, clamp=["none"], seed=chosen.seeds)
    curves = stack_runs(held, chosen, clamp=CLAMPS, seed=chosen.seeds)
    base, found = shapes(alone).isel(clamp=0), shapes(curves)
    durations = {
        name: _shorter(found["duration"].sel(clamp=name).values, base["duration"].values) for name in CLAMPS
    }
    waits, jumps = (
        {"none": int(base[of].sum())} | {name: int(found[of].sel(clamp=name).sum()) for name in CLAMPS}
        for of in ("waits", "jump")
    )
    straight = {name: float(found["straightness"].sel(clamp=name).median()) for name in CLAMPS}
    onsets = {name: np.maximum(found["onset"].sel(clamp=name).values, 1.0) for name in CLAMPS}
    earlier = ratio(onsets["3v,5"], np.maximum(base["onset"].values, 1.0))
    most = len(chosen.seeds) / 2
    parts = {
        "unclamped: a phase change": waits["none"] > most,
        "1: still a phase change": waits["1"] > most,
        "1,2: a phase change, sharper": waits["1,2"] > most and durations["1,2"].high < 1,
        "match: smooth exponential": waits["1,2,3qk,4"] < most and straight["1,2,3qk,4"] > 0.95,
        "copy: small plateau, quick drop": waits["3v,5"] > most
        and durations["3v,5"].high < 1
        and earlier.high < 1,
        "1,2,3v,5: near exponential": waits["1,2,3v,5"] < most and straight["1,2,3v,5"] > 0.9,
    }
    times = learning_times(curves["loss"])
    told = "; ".join(
        f"{name}: {waits[name]} ({jumps[name]}), drop {words(durations[name])} of the unclamped, r "
        f"squared {straight[name]:.3f}"
        for name in CLAMPS
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"phase changes (with a plateau) in {waits['none']} ({jumps['none']}) of {len(chosen.seeds)} unclamped runs, "
        f"whose drop lasts {float(base['duration'].median()):,.0f} published sequences (r squared "
        f"{float(base['straightness'].median()):.3f}); under clamps {told}",
        durations["1,2"],
        len(chosen.seeds) * (len(CLAMPS) + 1),
        _why(waits["1,2,3v,5"], len(chosen.seeds), ratio(onsets["1,2,3v,5"], onsets["3v,5"]))
        if waits["1,2,3v,5"] > most
        else "",
    )
    kept = curves[["loss", "accuracy"]].assign({name: found[name] for name in found.data_vars})
    kept = kept.assign(
        learning_time=times["time"],
        learnt=times["observed"],
        unclamped_loss=alone["loss"].isel(clamp=0, drop=True).rename(sequences="unclamped_sequences"),
        unclamped_duration=("seed", base["duration"].values),
        unclamped_jump=("seed", base["jump"].values),
    )
    return Outcome((verdict,), kept, (*free.runs, *held.runs))


def _why(waiting: int, runs: int, against_copy: Interval) -> str:
    return (
        f"with layer 1 and copy clamped the loss still waits in {waiting} of {runs} runs, {words(against_copy)} of the "
        "time that it waits with copy alone clamped: more exponential, as the thesis' text says, but no exponential. "
        "What is left to learn there, queries that match keys, is itself a product of two matrices"
    )


def _shorter(first: np.ndarray, second: np.ndarray) -> Interval:
    """Ratio of durations over the seeds where both ended; no interval where fewer than two did."""
    both = np.isfinite(first) & np.isfinite(second) & (first > 0) & (second > 0)
    return ratio(first[both], second[both]) if both.sum() > 1 else Interval(np.nan, np.nan, np.nan)


def clamps_cost(scale: str) -> int:
    """Return the run-steps of the main, unclamped and clamped runs."""
    chosen: Setting = setting(scale)
    return (
        cost(scale)
        + unclamped_cost(scale)
        + len(chosen.seeds) * sum(chosen.lasting(n) for n in LENGTHS.values())
    )


CLAMPED = Experiment(CLAIM, clamps, clamps_cost)
