from dynamicl.studies.finetuning._table1 import TABLE1, TIMES
from studies.judging import judge_test

from .synthetic import dataset

test_judge = judge_test(
    TABLE1.experiment,
    TABLE1.cut(dataset()),
    {TIMES[name]: TABLE1.cut(dataset({("outputs", name): 0.05})) for name in TIMES},
)


def test_the_random_updates_size_counts_not_its_sign():
    parts = TABLE1.judge(TABLE1.cut(dataset({("uniform", "original"): -0.01})))
    assert [round(part.value) for part in parts] == [30, 25]
