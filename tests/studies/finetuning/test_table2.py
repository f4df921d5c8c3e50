from dynamicl.studies.finetuning._table2 import RISE, TABLE2
from studies.judging import judge_test

from .synthetic import dataset

test_judge = judge_test(
    TABLE2.experiment,
    TABLE2.cut(dataset()),
    {RISE: TABLE2.cut(dataset({("outputs", "per-layer"): 0.29}))},
)
