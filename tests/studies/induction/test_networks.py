import numpy as np

from dynamicl.studies.induction._networks import Networks, placeholder
from dynamicl.studies.induction._settings import HEADS, setting


def test_heads_are_read_off_the_last_evaluation():
    strength = np.array([[0.1, 0.9, 0.2], [0.7, 0.1, 0.3]])
    previous = np.zeros((2, HEADS))
    previous[0, [2, 5]], previous[1, 1] = (0.61, 0.9), 0.4
    networks = Networks(None, strength, previous)
    assert networks.strongest == [1, 0]
    assert networks.previous_token_head == [5, 1]
    assert networks.previous_token_heads == [(2, 5), (1,)]  # the strongest at least


def test_placeholders_have_a_head_of_every_rank():
    networks = placeholder(setting("laptop"))
    assert networks.strength.shape == (5, HEADS) and networks.strongest == [0] * 5
