"""Figure C.5: a perfect previous-token pattern on some layer-1 heads changes little, on all of them it slows."""

import itertools

import numpy as np

from dynamicl.clamps import previous_token_attend
from dynamicl.statistics import Interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._clamps import CLAMPS, clamps_cost, train_clamped
from ._curves import learning_times, ratio, stack_runs
from ._judge import judge, words
from ._networks import Networks, main_networks, one_head_runs, unclamped
from ._settings import setting

CLAIM = "induction.pt_variants"
LENGTH = 1.2e6
VARIANTS = ("another head", "three heads", "all heads")
SEVERE = 2.0
LITTLE = 1.5


def pt_variants(lab: Lab) -> Outcome:
    """Clamp the previous-token pattern on different sets of layer-1 heads, with one head left in layer 2.

    The strongest previous-token head of the main run (the clamp of step 1), the weakest one, the three strongest, all
    eight. The claim is held to have reproduced where the learning time over the unclamped one is typically
    between 1 / 1.5 and 1.5 for each of the three subsets, and at least 2 for all heads (interval above 1;
    runs that do not learn count with their length).
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    runs = list(
        itertools.chain.from_iterable(
            one_head_runs(networks, LENGTH, _clamps(networks, name)) for name in VARIANTS
        )
    )
    trajectory = lab.train(runs, chosen.recording(dense=2), "induction: previous-token patterns")
    curves = stack_runs(trajectory, chosen, heads=VARIANTS, seed=chosen.seeds)
    found = learning_times(curves["loss"])
    free = learning_times(stack_runs(unclamped(lab, networks), chosen, seed=chosen.seeds)["loss"])[
        "time"
    ].values
    clamped = stack_runs(train_clamped(lab, networks), chosen, clamp=CLAMPS, seed=chosen.seeds)
    single = learning_times(clamped["loss"].sel(clamp="1"))["time"].values
    slower = {"the strongest head": ratio(single, free)}
    slower |= {name: ratio(found["time"].sel(heads=name).values, free) for name in VARIANTS}
    *subsets, everything = slower
    parts = {
        "any subset matters little": all(1 / LITTLE < slower[name].value < LITTLE for name in subsets),
        "all heads: severely slower": slower[everything].value >= SEVERE and slower[everything].low > 1,
    }
    told = ", ".join(f"{name} {words(found_ratio)}" for name, found_ratio in slower.items())
    censored = int((~found["observed"].sel(heads=everything).values).sum())
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"learning time over the unclamped one: {told} ({censored} of {len(chosen.seeds)} do not learn with all)",
        slower[everything],
        len(runs) + len(chosen.seeds),
        _why(
            [name for name in subsets if slower[name].high < 1 and slower[name].value <= 1 / LITTLE],
            ratio(found["time"].sel(heads=everything).values, single),
        ),
    )
    kept = curves[["loss"]].assign(
        learning_time=found["time"],
        learnt=found["observed"],
        unclamped_learning_time=("seed", free),
        strongest_learning_time=("seed", single),
    )
    return Outcome((verdict,), kept, trajectory.runs)


def _why(faster: list[str], everything: Interval) -> str:
    """Tell which subsets speed learning up, and how all heads compare with one of them, not with none."""
    if not faster:
        return ""
    return (
        f"a perfect pattern on {' and on '.join(faster)} speeds learning up: here attending to the previous token is "
        "part of what the plateau waits for; clamping all heads takes that gain away again, with "
        f"{words(everything)} times the learning time of the strongest head clamped"
    )


def _clamps(networks: Networks, name: str) -> tuple[tuple, ...]:
    falling = np.argsort(-networks.previous, axis=1)
    chosen = {"another head": falling[:, -1:], "three heads": falling[:, :3], "all heads": falling}[name]
    return tuple(previous_token_attend(sorted(int(h) for h in heads)) for heads in chosen)


def pt_variants_cost(scale: str) -> int:
    """Return the run-steps of these and of all clamped runs."""
    chosen = setting(scale)
    return clamps_cost(scale) + len(VARIANTS) * len(chosen.seeds) * chosen.lasting(LENGTH)


PT_VARIANTS = Experiment(CLAIM, pt_variants, pt_variants_cost)
