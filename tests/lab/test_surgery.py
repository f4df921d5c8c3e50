"""Parts of trained networks exchanged, and networks stacked."""

import dataclasses

import equinox as eqx
import jax
import numpy as np
import pytest

from dynamicl.lab import FIRST_HALF, SECOND_HALF, Loaded, stack, swap
from dynamicl.lab._models import check_one_world
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.tasks.exemplars import ExemplarTaskSpec, Gaussian, LabelVectors
from dynamicl.training import RunSpec, Seeds, network_of, pack

RUN = RunSpec(
    FewShotSpec(4, 1, 0, 0, held_out_labels=0.0, source=ExemplarSpec("pixels")),
    TransformerSpec(2, 2, 8, positions="learnt"),
)


@pytest.fixture(scope="module")
def pair():
    prepared = RUN.task.prepare()
    interface = network_of(RUN, prepared).interface
    return [
        Loaded(
            RUN.model.build(interface, jax.random.key(seed)),
            dataclasses.replace(RUN, seeds=Seeds(seed)),
            prepared,
            prepared,
        )
        for seed in (0, 1)
    ]


def arrays(loaded):
    return pack(eqx.filter(loaded.model, eqx.is_array))


def test_a_swap_with_itself_is_the_identity(pair):
    same = arrays(swap(pair[0], pair[0], SECOND_HALF))
    assert all(np.array_equal(value, same[name]) for name, value in arrays(pair[0]).items())


def test_the_halves_together_are_the_other_network(pair):
    first, second = map(arrays, pair)
    half = arrays(swap(pair[0], pair[1], FIRST_HALF))
    changed = {name for name in half if not np.array_equal(half[name], first[name])}
    assert changed and all(name.startswith(("embed", "positions", "blocks.0")) for name in changed)
    both = arrays(swap(swap(pair[0], pair[1], FIRST_HALF), pair[1], SECOND_HALF))
    assert all(np.array_equal(both[name], second[name]) for name in second)


def test_stacked_models_compute_what_each_computes(pair):
    both = stack(pair)
    task, sequences = pair[0].evaluation("train", 3)
    tokens = jax.tree.map(lambda leaf: leaf[0], sequences.tokens)
    inputs = task.inputs(tokens)
    together = eqx.filter_vmap(lambda model: model(inputs))(both.model)
    for row, loaded in enumerate(pair):
        np.testing.assert_allclose(together[row], loaded.model(inputs), rtol=1e-5, atol=1e-6)


def test_worlds_that_the_task_draws_are_not_stacked(pair):
    """Pictures are the same in every world; centres of Gaussian classes are not."""
    here = dataclasses.replace(RUN, seeds=Seeds(world=0))
    there = dataclasses.replace(RUN, seeds=Seeds(world=1))
    elsewhere = dataclasses.replace(pair[1], spec=there)
    assert stack([pair[0], elsewhere]).spec == pair[0].spec
    drawn = ExemplarTaskSpec(Gaussian(4), classes=8, form=LabelVectors(), evaluators=())
    worlds = [dataclasses.replace(run, task=drawn) for run in (here, there)]
    check_one_world([worlds[0], worlds[0]], drawn.prepare())
    with pytest.raises(
        SpecError, match="the runs differ in `seeds.world` .0 and 1., from which their task is drawn"
    ):
        check_one_world(worlds, drawn.prepare())


def test_bad_input_is_named(pair):
    with pytest.raises(SpecError, match="no array matches `block.1.*`: did you mean"):
        swap(pair[0], pair[1], ("block.1.*",))
    other = dataclasses.replace(pair[1], spec=dataclasses.replace(RUN, model=TransformerSpec(1, 2, 8)))
    with pytest.raises(SpecError, match="the two networks are of different kinds"):
        swap(pair[0], other, FIRST_HALF)
    with pytest.raises(SpecError, match="stack those of one kind at a time"):
        stack([pair[0], other])
    with pytest.raises(SpecError, match="`models` is empty"):
        stack([])
