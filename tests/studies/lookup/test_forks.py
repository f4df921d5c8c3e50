import numpy as np

from dynamicl.statistics import isotonic_fate
from dynamicl.studies.lookup import _settings as settings
from dynamicl.studies.lookup._forks import _tabulated, fork_steps, nearest_step, outcome_counts


def test_forks_are_spread_on_a_logarithmic_axis():
    scale = settings.setting("laptop")
    steps = fork_steps(scale, 5000.0)
    assert len(steps) == 10 and steps[:2] == (0, 50) and steps[-1] == 4500
    assert np.allclose(np.diff(np.log(steps[1:])), np.log(90) / 8, atol=0.02)


def test_neighbours_are_forked_where_fates_differ():
    steps, forks = [0, 50, 100, 400, 1600], [30] * 5
    assert nearest_step(isotonic_fate(steps, forks, [3, 9, 15, 27, 30])) == 250
    # Above 0.7 from the start: the first step after 0, not one where all forks converge.
    assert nearest_step(isotonic_fate(steps, forks, [25, 26, 28, 30, 30])) == 50
    assert nearest_step(isotonic_fate(steps, forks, [0, 1, 2, 3, 6])) == 1600


def test_what_became_of_forks():
    steps = np.arange(0, 1000, 100)
    solved = np.where(steps >= 600, 0.99, 0.3)
    late = np.where(steps < 300, np.nan, solved)
    lost = np.full(10, np.nan)
    fate = _tabulated(steps, np.array([[solved, np.full(10, 0.5)], [late, lost]]), (0, 300))
    assert fate["time"].values.tolist() == [[600, 900], [600, 300]]
    assert fate["observed"].values.tolist() == [[True, False], [True, False]]
    assert np.allclose(fate["final_accuracy"], [[0.99, 0.5], [0.99, np.nan]], equal_nan=True)
    counted = outcome_counts(fate)
    assert [column.tolist() for column in counted] == [[0, 300], [2, 2], [1, 1]]
