from dynamicl.studies.finetuning._per_layer_map import BELOW, LOWER, PER_LAYER_MAP
from studies.judging import judge_test

from .synthetic import dataset

HALF = [0.41, 0.41, 0.41, 0.3, 0.3, 0.3]
test_judge = judge_test(
    PER_LAYER_MAP.experiment,
    PER_LAYER_MAP.cut(dataset()),
    {
        LOWER: PER_LAYER_MAP.cut(dataset({("map_after", "original"): 0.25})),
        BELOW: PER_LAYER_MAP.cut(dataset({("map_after", "per-layer"): HALF})),
    },
)
