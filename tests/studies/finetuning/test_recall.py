import numpy as np
import pytest

from dynamicl.studies.finetuning._recall import EXCESS, RECALL, excess
from studies.judging import judge_test

from .synthetic import answers, dataset

test_judge = judge_test(
    RECALL.experiment,
    RECALL.cut(dataset()),
    # Reading and training make different answers right.
    {EXCESS: RECALL.cut(dataset(right=answers(in_context=12, tuned=12, shift=12)))},
)


def test_it_is_undefined_below_twenty_new_answers():
    (part,) = RECALL.judge(RECALL.cut(dataset(right=answers(tuned=6))))
    reason = "no task has 20 new correct answers of the trained model; the most is 18"
    assert part.holds is None and part.undecided == reason


def test_excess_by_hand():
    right = np.array([[0, 0, 0, 0, 1], [1, 1, 0, 0, 0], [1, 0, 1, 0, 1]], float)[:, :, None]
    assert excess(right) == pytest.approx(1 / 2 - 2 / 4)
