import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.tasks import Roles

# x1 y1 x2 y2 xq; the second pair answers.
ROLES = Roles(
    jnp.array([4]),
    jnp.array([[False, False, False, True, False]]),
    jnp.array([[False, True, False, False, False]]),
    jnp.array([[True, False, True, False, False]]),
)


@pytest.mark.parametrize(
    ("part", "positions"), [("labels", [1, 3]), ("matching_exemplar", [2]), ("is_query", [4])]
)
def test_parts_follow_from_the_others(part, positions):
    assert np.flatnonzero(np.asarray(getattr(ROLES, part))[0]).tolist() == positions


def test_roles_of_one_sequence_alone():
    alone = Roles(jnp.array(4), ROLES.matching_label[0], ROLES.other_label[0], ROLES.exemplars[0])
    assert np.flatnonzero(alone.is_query).tolist() == [4]
    assert np.flatnonzero(alone.matching_exemplar).tolist() == [2]
