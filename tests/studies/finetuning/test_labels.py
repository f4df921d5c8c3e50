import numpy as np

from dynamicl.studies.finetuning._labels import INTERACTION, LABELS, interaction
from studies.judging import judge_test

from .synthetic import dataset

test_judge = judge_test(
    LABELS.experiment,
    LABELS.cut(dataset()),
    {INTERACTION: LABELS.cut(dataset({("outputs", "switched-both"): 0.05}))},
)


def test_interaction_by_hand():
    np.testing.assert_allclose(interaction(LABELS.cut(dataset()), ["mr"]), (0.3 + 0.3 - 0.2 - 0.2) / 2)
