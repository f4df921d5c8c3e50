import pytest

from dynamicl.studies.finetuning._linear import FALLS, LINEAR
from studies.judging import judge_test

from .synthetic import dataset

test_judge = judge_test(
    LINEAR.experiment,
    LINEAR.cut(dataset()),
    {
        FALLS["outputs"]: LINEAR.cut(dataset({("outputs", "linearised"): 0.31})),
        FALLS["map_after"]: LINEAR.cut(dataset({("map_after", "linearised"): 0.51})),
    },
)


def test_only_the_tasks_of_table_1_count():
    parts = LINEAR.judge(LINEAR.cut(dataset({("outputs", "linearised"): [0.25, 0.25, 0.25, 0.25, 0.9, 0.9]})))
    assert parts[0].value == pytest.approx(-0.05) and parts[0].n == 12
