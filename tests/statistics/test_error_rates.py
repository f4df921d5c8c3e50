"""The statistics of verdicts on simulated runs whose truth is known: the cases of tools/error_rates.py, fewer draws."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tooling import load_tool

ROOT = Path(__file__).parents[2]
RATES = load_tool("error_rates")
CASES = RATES.all_cases()
DRAWS = {
    "appears": 80,
    "never_above_chance": 40,
    "fades": 40,
    "peak_height": 40,
    "onset": 25,
    "decay_slope": 30,
    "plateau_index": 25,
    "martingale_test": 25,
}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.judge}: {case.truth}, {case.fault}" for case in CASES])
def test_wrong_no_more_often_than_allowed(case):
    draws = 30 if "kept" in case.truth else DRAWS.get(case.judge, 60)
    wrong = round(draws * RATES.rate(case, draws, seed=1))
    # So many would be exceeded once in a thousand cases by a statistic that is wrong just as often as allowed.
    assert wrong <= stats.binom.ppf(0.999, draws, case.most)


def test_the_page_shows_every_case_within_what_is_allowed():
    page = (ROOT / "docs" / "statistics.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    shown = {(row[0].strip("| `"), row[1], row[2]): float(row[3]) for row in rows if len(row) == 5}
    for case in CASES:
        assert shown[case.judge, case.truth, case.fault] <= case.most


def test_rates_repeat_and_count():
    case = RATES.Case("none", "a coin", "heads", lambda rng: rng.random() < 0.25, 0.3)
    assert RATES.rate(case, 400) == RATES.rate(case, 400) == pytest.approx(0.25, abs=0.06)
    assert RATES.table([case], 10).splitlines()[2].startswith("| `none` | a coin | heads | 0.")


def test_kept_sequences_err_alike():
    rng = np.random.default_rng(0)
    curves = np.array([RATES.evaluated(np.full(101, 0.5), 500, rng, kept=True)[0] for _ in range(60)])
    curves -= 0.5
    # Correlation of right answers under a latent correlation of .8 at one half: 2/pi asin(.8).
    correlation = np.mean(curves[:, 0] * curves[:, 50]) / np.mean(curves**2)
    assert correlation == pytest.approx(2 / np.pi * np.arcsin(0.8), abs=0.2)
