"""A disk that is too small for the checkpoints is told of before anything is trained."""

import shutil
from types import SimpleNamespace

import pytest

from dynamicl.lab import _disk as module
from dynamicl.lab import train_population
from dynamicl.lab._disk import checkpoint_bytes, count_checkpoints
from dynamicl.specs import SpecError
from dynamicl.training import Adaptive, At, Every, Logarithmic, Program, Recording, plan

from .populations import runs

RECORDING = Recording(Every(4), Every(2), 8, ())


@pytest.mark.parametrize(
    ("schedule", "number"),
    [
        (Every(2), 6),
        (Every(3), 5),
        (Every(100), 2),
        (At((0, 4)), 3),
        (At(()), 2),
        (Logarithmic(1), 3),
        (Adaptive(5, 1), 3),
    ],
)
def test_checkpoints_are_counted(schedule, number):
    assert count_checkpoints(schedule, 0, 10) == number
    assert count_checkpoints(schedule, 10, 10) == 1


def test_a_checkpoint_is_as_large_as_its_weights():
    (cohort,) = plan(runs(3, 4))
    program = Program(cohort)
    weights = checkpoint_bytes(program, RECORDING)
    per_run = sum(leaf.size for leaf in module.jax.tree.leaves(program.model_shapes) if hasattr(leaf, "size"))
    assert weights == 4 * 3 * per_run
    assert checkpoint_bytes(program, Recording(optimizer_state=True)) == 3 * weights


def test_a_full_disk_is_told_of_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10))
    with pytest.raises(SpecError, match="3 checkpoints of 2 runs take .* GB .* rarer, or name a library on"):
        train_population(runs(2, 4), RECORDING, tmp_path / "deep" / "library")
    assert not list(tmp_path.iterdir())
