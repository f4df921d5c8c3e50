"""More runs than memory: the largest population that fits is computed and used."""

import jax
import pytest

from dynamicl.lab import _memory as module
from dynamicl.lab import fate, largest_population, train_population
from dynamicl.lab._population import run_id
from dynamicl.specs import SpecError
from dynamicl.store import Library

from .populations import BASE, RECORDING, runs

PARENT = runs(1)[0]


def parameters(spec):
    model = spec.model.build(interface_of(spec.task.prepare()["train"]), jax.random.key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(model) if hasattr(leaf, "size"))


def room_for(monkeypatch, count):
    """Let so many runs fit, and a bit more."""
    each = module.COPIES * 4 * parameters(BASE)
    monkeypatch.setattr(module, "free_bytes", lambda: (count + 0.5) * each / module.SHARE)


@pytest.mark.parametrize("count", [1, 7])
def test_the_largest_population_is_counted_in_copies_of_the_weights(monkeypatch, count):
    room_for(monkeypatch, count)
    assert largest_population(BASE) == count


def test_free_memory_is_told():
    assert 2**20 < module.free_bytes() < 2**50


def test_not_even_one_run_fits(monkeypatch, tmp_path):
    room_for(monkeypatch, 0)
    with pytest.raises(
        SpecError, match="one run needs about .* are free: make the model smaller, or free memory"
    ):
        train_population([BASE], RECORDING, tmp_path)
    assert Library(tmp_path).runs == ()


def test_more_forks_than_memory_are_trained_in_parts_with_the_same_bits(monkeypatch, tmp_path):
    for folder in ("whole", "parts"):
        train_population([PARENT], RECORDING, tmp_path / folder)
    name = run_id(PARENT, RECORDING)
    whole = fate(tmp_path / "whole", name, (20, 40), 4)
    room_for(monkeypatch, 3)
    parts = fate(tmp_path / "parts", name, (20, 40), 4)
    sizes = sorted(len(store.runs) for store in Library(tmp_path / "parts").stores())
    assert sizes == [1, 2, 3, 3] and len(Library(tmp_path / "whole").stores()) == 2
    assert parts.runs == whole.runs and parts.data.identical(whole.data)
