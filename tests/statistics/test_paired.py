import itertools

import numpy as np
import pytest

from dynamicl.statistics import mean_interval, paired_difference

A = np.array([0.9, 0.8, 0.7, 0.95, 0.6, 0.85])
B = np.array([0.7, 0.75, 0.72, 0.8, 0.5, 0.6])


def test_value_interval_and_n():
    result = paired_difference(A, B)
    assert result[:3] == mean_interval(A - B)
    assert result.n == 6


def test_p_value_is_that_of_all_signs():
    signs = np.array(list(itertools.product([-1, 1], repeat=6)))
    exact = np.mean(np.abs(signs @ (A - B)) >= abs((A - B).sum()) - 1e-12)
    assert paired_difference(A, B, flips=20000).p == pytest.approx(exact, abs=0.01)
    assert paired_difference(B, A).p == paired_difference(A, B).p


def test_pairing_sees_what_samples_alone_do_not():
    rng = np.random.default_rng(0)
    items = rng.normal(size=40)
    better = paired_difference(items + 0.2 + 0.1 * rng.normal(size=40), items)
    assert better.low > 0.1 and better.p < 0.001
    assert paired_difference([1.0, 2.0], [1.0, 2.0])[:4] == (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_difference([1.0], [1.0]), "`first` has 1 entries; at least 2"),
        (lambda: paired_difference(A, B[:5]), "`second` has 5 entries and `first` has 6"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
