"""More runs than memory: the largest population that fits is computed and used."""

import dataclasses

import jax
import pytest

from dynamicl.lab import _memory as module
from dynamicl.lab import fate, largest_population, train_population
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.store import Library
from dynamicl.tasks import interface_of

from .populations import BASE, RECORDING, runs

PARENT = runs(1)[0]


def parameters(spec):
    model = spec.model.build(interface_of(spec.task.prepare()["train"]), jax.random.key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(model) if hasattr(leaf, "size"))


def room_for(monkeypatch, count):
    """Let so many runs fit, and a bit more."""
    each = module.COPIES * 4 * parameters(BASE)
    monkeypatch.setenv(module.NAMED, repr((count + 0.5) * each / module.SHARE / module.GIB))


@pytest.mark.parametrize("count", [1, 7])
def test_the_largest_population_is_counted_in_copies_of_the_weights(monkeypatch, count):
    room_for(monkeypatch, count)
    assert largest_population(BASE) == count


def test_the_bound_is_whole_gibibytes_of_what_is_declared(monkeypatch):
    monkeypatch.delenv(module.NAMED, raising=False)
    bound = module.memory_bound()
    assert bound % module.GIB == 0 and module.GIB <= bound < 2**50
    assert bound == module.memory_bound()


def test_a_containers_limit_bounds_it(monkeypatch, tmp_path):
    monkeypatch.delenv(module.NAMED, raising=False)
    monkeypatch.setattr(module, "LIMIT_FILE", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text("max\n")
    whole = module.memory_bound()
    (tmp_path / "memory.max").write_text(f"{module.GIB + 5}\n")
    assert module.memory_bound() == module.GIB <= whole


def test_the_bound_may_be_set(monkeypatch, tmp_path):
    monkeypatch.setenv(module.NAMED, "2.5")
    assert module.memory_bound() == 2.5 * module.GIB
    trained = train_population([PARENT], RECORDING, tmp_path)
    assert trained.members[0][0].header["memory_bound"] == 2.5 * module.GIB


@pytest.mark.parametrize("named", ["", "much", "0", "-1", "nan", "inf"])
def test_a_bound_that_is_none_is_refused(monkeypatch, named):
    monkeypatch.setenv(module.NAMED, named)
    with pytest.raises(SpecError, match=f"`DYNAMICL_MEMORY` is '{named}': give the GiB"):
        module.memory_bound()


def test_not_even_one_run_fits(monkeypatch, tmp_path):
    room_for(monkeypatch, 0)
    with pytest.raises(
        SpecError,
        match="one run needs about .* populations may take .* GiB: make the model smaller, or raise DYNAMICL_MEM",
    ):
        train_population([BASE], RECORDING, tmp_path)
    assert Library(tmp_path).runs == ()


@pytest.mark.whole
def test_more_forks_than_memory_are_trained_in_parts_with_the_same_bits(monkeypatch, tmp_path):
    for folder in ("whole", "parts"):
        train_population([PARENT], RECORDING, tmp_path / folder)
    name = run_id(PARENT, RECORDING)
    whole = fate(tmp_path / "whole", name, (20, 40), 4, hold=1)
    room_for(monkeypatch, 3)
    # How a population is cut is what counts here, not whether so little memory would do for one step.
    monkeypatch.setattr("dynamicl.lab._population.check_work", lambda *_: None)
    parts = fate(tmp_path / "parts", name, (20, 40), 4, hold=1)
    sizes = sorted(len(store.runs) for store in Library(tmp_path / "parts").stores())
    assert sizes == [1, 2, 3, 3] and len(Library(tmp_path / "whole").stores()) == 2
    assert parts.runs == whole.runs and parts.data.identical(whole.data)


def test_what_a_batch_or_an_evaluator_would_take_is_estimated_and_named(monkeypatch):
    from dynamicl.models import TransformerSpec
    from dynamicl.tasks import FewShotSpec
    from dynamicl.training import RunSpec

    task = FewShotSpec(20, test_classes=0, held_out_exemplars=0)
    spec = RunSpec(task, TransformerSpec(), batch_size=32)
    monkeypatch.setenv(module.NAMED, "8")
    module.check_work(spec, 10_000, 2)
    with pytest.raises(
        SpecError, match=r"would take about 2\d\.\d GiB of 8.0 GiB, .* for `sequences`: lower it"
    ):
        module.check_work(spec, 1_000_000, 1)
    with pytest.raises(
        SpecError, match=r"GiB of 8.0 GiB, .* for `batch_size`: lower it, or raise DYNAMICL_MEMORY"
    ):
        module.check_work(dataclasses.replace(spec, batch_size=1_000_000), 100, 1)
