from dynamicl.studies.finetuning._map_up import MAP_UP, SHARES
from studies.judging import judge_test

from .synthetic import dataset

FALLING = [0.5, 0.5, 0.39, 0.5, 0.5, 0.5]
test_judge = judge_test(
    MAP_UP.experiment,
    MAP_UP.cut(dataset()),
    {SHARES[name]: MAP_UP.cut(dataset({("map_after", name): FALLING})) for name in SHARES},
)
