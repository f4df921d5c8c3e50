"""Figure 3: two-head runs are more varied, and the jump to accuracy 1 remains."""

import numpy as np

from dynamicl.statistics import Interval, jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._bimodal import jump_table
from ._judge import judge, words
from ._populations import KINDS, counts, from_scratch_cost, one_head, told, two_heads

CLAIM = "lookup.r1.two_head"
LEAST = 0.8


def two_head(lab: Lab) -> Outcome:
    """Compare how two-head runs and one-head runs of the same seeds end.

    The claim is held to have reproduced where (1) two-head runs are more varied: the entropy of their ends (exact,
    stalled, plateau) exceeds that of one-head runs, with a bootstrap interval above 0; (2) the jump remains: at least
    5 % of them end exact, and at least four in five of those by a sharp jump from the plateau.
    """
    two, one = two_heads(lab), one_head(lab)
    curves = jump_table(two)
    found = counts(two.ends)
    total, exact, sharp = sum(found.values()), found["exact"], int(curves["sharp"].sum())
    more = entropy_difference(two.ends["kind"].values, one.ends["kind"].values)
    parts = {
        "more varied": more.low > 0,
        "the jump remains": exact >= 0.05 * total and exact > 0 and sharp >= LEAST * exact,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"of {total} two-head runs {told(two.ends)} (one head: {told(one.ends)}); entropy of the ends larger by "
        f"{words(more)} nats; exact share {words(jeffreys(exact, total))}, {sharp} of {exact} by a sharp jump",
        more,
        total,
        cost,
    )
    return Outcome(
        (verdict,), curves.assign(one_head_kind=("run", one.ends["kind"].values)), two.trajectory.runs
    )


def entropy_difference(first: np.ndarray, second: np.ndarray, resamples: int = 4000) -> Interval:
    """Estimate how much larger the entropy of one sample of ends is, in nats, with a percentile bootstrap interval."""
    generator = np.random.default_rng(0)

    def entropies(kinds: np.ndarray) -> np.ndarray:
        tables = [
            generator.multinomial(len(kinds), _shares(kinds), resamples),
            _shares(kinds)[None] * len(kinds),
        ]
        shares = np.concatenate(tables) / len(kinds)
        return -np.sum(shares * np.log(np.where(shares > 0, shares, 1)), axis=1)

    difference = entropies(first) - entropies(second)
    low, high = np.quantile(difference[:-1], [0.025, 0.975])
    return Interval(float(difference[-1]), float(low), float(high))


def _shares(kinds: np.ndarray) -> np.ndarray:
    return np.array([np.mean(kinds == kind) for kind in KINDS])


def cost(scale: str) -> int:
    """Return the run-steps of both populations."""
    return 2 * from_scratch_cost(scale)


TWO_HEAD = Experiment(CLAIM, two_head, cost)
