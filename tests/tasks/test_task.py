import equinox as eqx
import jax.numpy as jnp
import pytest

from dynamicl.specs import SpecError
from dynamicl.tasks import FewShotSpec, Task, TaskSpec, check_prepared, interface_of
from small import SmallTask, SmallTaskSpec, forged

TASK = SmallTask(jnp.zeros(()), 3)


def test_a_task_of_ones_own_needs_no_more_than_it_uses():
    assert isinstance(SmallTaskSpec(), TaskSpec) and isinstance(FewShotSpec(), TaskSpec)
    assert isinstance(FewShotSpec(2, test_classes=0).prepare()["train"], Task)


class Changed(eqx.Module):
    """The small task with a batch of another kind."""

    change: object = eqx.field(static=True)
    asked: int | None = eqx.field(static=True, default=None)

    def batch(self, key, size):
        return self.change(TASK.batch(key, self.asked or size))

    def inputs(self, tokens):
        return tokens


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (
            Changed(lambda sequences: (sequences.tokens, sequences.target)),
            "`batch` .* returns tuple: give a `Sequ",
        ),
        (
            Changed(lambda sequences: forged(sequences, target=sequences.target[:, None])),
            r"`target` of 2 .* has shape \(2, 1\) and type int32: give integers of shape \(2,\)",
        ),
        (
            Changed(lambda sequences: forged(sequences, target=sequences.target.astype(float))),
            r"`target` of 2 .* and type float32: give integers",
        ),
        (
            Changed(lambda sequences: forged(sequences, target=sequences.target[:1])),
            r"`target` of 2 .* has shape \(1,\)",
        ),
        (
            Changed(lambda sequences: sequences, 1),
            r"has shape \(1,\) .* one for each sequence that `batch` is asked",
        ),
        (
            Changed(lambda sequences: forged(sequences, options=sequences.options[0])),
            r"`options` of 2 .* has shape \(2,\) and type bool: give booleans of shape \(2, outputs\)",
        ),
        (
            Changed(lambda sequences: forged(sequences, tokens=sequences.tokens[:1])),
            r"`tokens` of 2 .* holds an array of shape \(1, 3\): its first axis is the sequences, 2 of them",
        ),
        (
            Changed(lambda sequences: forged(sequences, roles=None)),
            "`roles` .* is NoneType: give `Roles`",
        ),
    ],
)
def test_batches_of_another_shape_are_refused(task, message):
    with pytest.raises(SpecError, match=message):
        interface_of(task)


@pytest.mark.parametrize("prepared", [{}, {"test": TASK}, {"test": TASK, "train": TASK}, None, [TASK]])
def test_what_is_prepared_begins_with_the_training_task(prepared):
    with pytest.raises(
        SpecError, match="`prepare` .* returns .*: give a dict of tasks whose first is `train`"
    ):
        check_prepared(prepared)
