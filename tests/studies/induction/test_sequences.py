import jax
import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.studies.induction._sequences import every_sequence, sample, whole
from dynamicl.studies.induction._settings import setting
from dynamicl.tasks import FewShotSpec


def test_every_sequence_is_there_once_and_is_one_that_the_task_draws():
    task = FewShotSpec(classes=4, labels=4, held_out_exemplars=0, test_classes=0).prepare()["train"]
    every = every_sequence(task)
    keys = [tuple(row) for row in np.concatenate([np.asarray(part) for part in every.tokens], axis=1)]
    assert len(keys) == len(set(keys)) == 4 * 3 * len(task.label_sets) * 4
    places = {key: i for i, key in enumerate(keys)}
    drawn = task.batch(jax.random.key(0), 300)
    rows = np.array(
        [places[tuple(row)] for row in np.concatenate([np.asarray(part) for part in drawn.tokens], axis=1)]
    )
    for mine, theirs in zip(jax.tree.leaves(every), jax.tree.leaves(drawn), strict=True):
        np.testing.assert_array_equal(np.asarray(mine)[rows], np.asarray(theirs))


def test_the_studys_task_has_as_many_sequences_as_the_document_counts():
    task = FewShotSpec(held_out_exemplars=0, test_classes=0).prepare()["train"]
    laptop, smoke = setting("laptop"), setting("smoke")
    assert len(every_sequence(task).target) == len(whole(task, laptop).target) == 78_400
    first, again = (np.asarray(sample(task, laptop, 10).target) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert len(sample(task, laptop).target) == 5000
    assert len(sample(task, smoke).target) == len(whole(task, smoke).target) == smoke.sample


def test_tasks_with_more_drawings_cannot_be_listed():
    task = FewShotSpec(classes=4, exemplars=2, held_out_exemplars=0, test_classes=0).prepare()["train"]
    with pytest.raises(
        SpecError, match="the task has 2 ways, 1 shots, 2 drawings: only 2, 1, 1 can be listed"
    ):
        every_sequence(task)
