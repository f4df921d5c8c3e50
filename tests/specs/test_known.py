"""Parts that runs share are checked, written and split once, and nothing about a run follows from that."""

import dataclasses
import json

import numpy as np
import pytest

from dynamicl.clamps import copy, previous_token_attend
from dynamicl.models import TransformerSpec
from dynamicl.specs import Known, SpecError, resolved, split, to_dict, to_json, validate
from dynamicl.specs import _known as module
from dynamicl.tasks import FewShotSpec
from dynamicl.training import OptimizerSpec, RunSpec, Seeds

CLAMPS = (*previous_token_attend((0, 1)), *copy())
BASE = RunSpec(FewShotSpec(), TransformerSpec(), OptimizerSpec("adam", 1e-3))
RUNS = [dataclasses.replace(BASE, seeds=Seeds(i, i + 1), steps=10 + i) for i in range(4)]
RUNS += [dataclasses.replace(run, task=FewShotSpec(classes=40), diverge_above=float("inf")) for run in RUNS]
RUNS += [dataclasses.replace(BASE, clamps=CLAMPS)]


def canonical(spec):
    return json.dumps(to_dict(spec), sort_keys=True, separators=(",", ":"), allow_nan=False)


def test_json_is_the_same_byte_for_byte():
    known = Known()
    for _ in range(2):
        assert (
            [to_json(run, known) for run in RUNS]
            == [to_json(run) for run in RUNS]
            == list(map(canonical, RUNS))
        )


def test_splitting_is_the_same():
    known = Known()
    for run in RUNS * 2:
        (static, arrays), (expected, values) = split(run, known=known), split(run)
        assert to_json(static, known) == canonical(expected) and arrays.keys() == values.keys()
        for name, value in values.items():
            np.testing.assert_array_equal(arrays[name], value)
            assert arrays[name].dtype == value.dtype


def test_a_wrong_part_is_refused_in_every_run_that_holds_it():
    wrong, known = object.__new__(OptimizerSpec), Known()
    for field in dataclasses.fields(OptimizerSpec):
        object.__setattr__(wrong, field.name, getattr(BASE.optimizer, field.name))
    object.__setattr__(wrong, "learning_rate", "fast")
    for seed in (1, 2):
        run = object.__new__(RunSpec)
        for field in dataclasses.fields(RunSpec):
            object.__setattr__(run, field.name, getattr(BASE, field.name))
        object.__setattr__(run, "seeds", Seeds(seed))
        object.__setattr__(run, "optimizer", wrong)
        with pytest.raises(SpecError, match=r"`optimizer\.learning_rate` is 'fast': give it as `float`"):
            validate(run, known=known)


def test_files_of_a_shared_part_are_read_once():
    reads = []

    @dataclasses.dataclass(frozen=True)
    class Reads:
        path: str = "features.npz"

        def resolved(self):
            reads.append(self.path)
            return dataclasses.replace(self, path=f"{self.path} as read")

    @dataclasses.dataclass(frozen=True)
    class Run:
        task: Reads
        seed: int

    task, known = Reads(), Known()
    filled = [resolved(Run(task, seed), known) for seed in range(3)]
    assert reads == ["features.npz"] and {run.task.path for run in filled} == {"features.npz as read"}
    assert resolved(BASE, known) is BASE


def test_memory_is_bounded_and_what_is_forgotten_is_worked_out_again(monkeypatch):
    monkeypatch.setattr(module, "MOST", 5)
    known = Known()
    assert [to_json(run, known) for run in RUNS] == list(map(canonical, RUNS))
    assert len(known._results) <= 5
