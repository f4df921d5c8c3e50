import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_local import LOCAL, VARIES, most_variation, not_excluded, settled
from studies.judging import judge_test


def neighbours(wins, forks=16):
    wins = np.array(wins)
    attrs = {"forks": forks, "scatter": float(np.std(wins / forks)), "tossed": 0.1}
    return xr.Dataset(
        {"converged": ("at", wins), "probability": ("at", wins / forks)},
        {"at": 50 + np.arange(len(wins))},
        attrs,
    )


DATA = neighbours([2, 15, 3, 14, 8, 1, 16, 4, 13, 8, 2])
COINS = neighbours([11, 12, 10, 13, 11, 9, 12, 11, 10, 12, 11])
test_judge = judge_test(LOCAL, DATA, {VARIES: COINS})
# The counts of the committed dataset.
UNSEEN = neighbours([15, 15, 15, 15, 16, 14, 15, 15, 13, 16, 16])


def test_what_the_test_does_not_see_is_open_unless_it_is_surely_small():
    (part,) = LOCAL.judge(UNSEEN)
    assert (
        part.value > 0.05
        and part.undecided == "P may vary by as much as 0.07, and less than 0.05 counts as none"
    )
    assert not_excluded(0.049) == "" and not_excluded(0.05)


def test_the_variation_that_is_not_excluded_lies_above_the_true_one():
    rng, deviation, share = np.random.default_rng(0), 0.1, 0.7
    certainty = share * (1 - share) / deviation**2 - 1
    p = rng.beta(share * certainty, (1 - share) * certainty, (40, 11))
    bounds = np.array([most_variation(16, row, simulations=400) for row in rng.binomial(16, p)])
    assert np.mean(bounds >= deviation) >= 0.9 and most_variation(16, np.full(11, 11), 400) == 0


def test_the_note_says_what_scatter_alone_would_only_where_there_is_some():
    alone = "by its scatter alone"
    assert alone in LOCAL.note(UNSEEN) and alone not in LOCAL.note(DATA)
    assert alone not in LOCAL.note(neighbours([13] * 11))


def test_a_settled_fate_does_not_vary():
    (part,) = LOCAL.judge(neighbours([16, 16, 15, 16, 16, 16, 15, 16, 16, 16, 16]))
    assert part.holds is None and part.undecided.startswith("P is 0.99 at these steps, where hardly any fork")
    assert settled(0.04) and settled(0.96) and settled(0.94) == settled(0.06) == ""
    (part,) = LOCAL.judge(neighbours([16] * 11))
    assert part.holds is None and np.isnan(part.value)
