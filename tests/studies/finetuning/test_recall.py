import numpy as np
import pytest

from dynamicl.lm import recall
from dynamicl.studies.finetuning._recall import EXCESS, RECALL, excess_interval
from studies.judging import judge_test

from .synthetic import answers, dataset

test_judge = judge_test(
    RECALL.experiment,
    RECALL.cut(dataset(right=answers(wrong=36, in_context=26, tuned=22))),
    # Reading and training make different answers right, as far as they can.
    {EXCESS: RECALL.cut(dataset(right=answers(wrong=40, in_context=20, tuned=20, shift=20)))},
)


def test_it_is_undefined_below_twenty_new_answers():
    # Three seeds make the same twelve queries right: that is twelve, not thirty-six.
    (part,) = RECALL.judge(RECALL.cut(dataset(right=answers(tuned=12))))
    reason = "on no task does training make 20 queries right that were wrong; the most is 12"
    assert part.holds is None and part.undecided == reason


def test_excess_by_hand():
    right = np.array([[0, 0, 0, 0, 1], [1, 1, 0, 0, 0], [1, 0, 1, 0, 1]], float)[:, :, None]
    value, low, high = excess_interval([right])
    assert value == pytest.approx(1 / 2 - 2 / 4) and low < value < high
    # A second seed in which nothing was asked changes nothing.
    more = np.concatenate([right, np.full_like(right, np.nan)], axis=2)
    assert excess_interval([more])[0] == value


def test_excess_is_that_of_the_definition_of_rec2ftp():
    random = np.random.default_rng(0)
    tables = [(random.random((3, 30, 2)) < 0.5).astype(float) for _ in range(2)]
    by_definition = []
    for table in tables:
        rec2ftp = recall(*table.reshape(3, -1).astype(bool))
        by_definition.append(rec2ftp["value"] - rec2ftp["chance"])
    assert excess_interval(tables)[0] == pytest.approx(np.mean(by_definition))


def test_the_interval_is_that_of_a_plain_bootstrap():
    random = np.random.default_rng(1)
    table = (random.random((3, 40, 1)) < [[[0.4]], [[0.6]], [[0.6]]]).astype(float)
    means = []
    for _ in range(2000):
        rec2ftp = recall(*table[:, random.integers(0, 40, 40), 0].astype(bool))
        means.append(rec2ftp["value"] - rec2ftp["chance"])
    np.testing.assert_allclose(excess_interval([table])[1:], np.quantile(means, [0.025, 0.975]), atol=0.04)
