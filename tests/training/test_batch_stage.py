"""A model with a batch stage: statistics over the batch, running averages kept and never trained; masks and tables."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dynamicl.clamps import Graft
from dynamicl.models import Buffer, null_tap
from dynamicl.probes import part_names, part_norms, squared_norm
from dynamicl.specs import SpecError, register
from dynamicl.training import (
    OptimizerSpec,
    Program,
    RunSpec,
    Seeds,
    pack,
    plan,
    run_mesh,
    training_batch,
    unpack,
)
from small import SmallTaskSpec

DECAY = 0.9


class Whitened(eqx.Module):
    """Numbers made centred and of unit variance over the batch, then a linear map; a mask and a table of positions."""

    weight: jax.Array
    mean: Buffer
    variance: Buffer
    mask: jax.Array
    table: jax.Array

    def embed_batch(self, tokens, *, training, axes):
        mean, square = jnp.mean(tokens, 0), jnp.mean(tokens**2, 0)
        if axes:
            mean, square = jax.lax.pmean((mean, square), axes)
        variance = square - mean**2
        moved = eqx.tree_at(
            lambda m: (m.mean.value, m.variance.value),
            self,
            tuple(
                DECAY * old + (1 - DECAY) * new
                for old, new in ((self.mean.value, mean), (self.variance.value, variance))
            ),
        )
        if not training:
            mean, variance = self.mean.value, self.variance.value
        return (tokens - mean) / jnp.sqrt(variance + 1e-5), moved

    def __call__(self, tokens, tap=null_tap):
        return tap("logits", jnp.where(self.mask, tokens, 0.0)[self.table] @ self.weight)


@register("test-whitened")
@dataclasses.dataclass(frozen=True)
class WhitenedSpec:
    def build(self, interface, key):
        width = interface.tokens.shape[-1]
        return Whitened(
            jax.random.normal(key, (width, interface.outputs)),
            Buffer(jnp.zeros(width)),
            Buffer(jnp.ones(width)),
            jnp.ones(width, bool),
            jnp.arange(width),
        )


RUN = RunSpec(
    SmallTaskSpec(), WhitenedSpec(), OptimizerSpec("sgd", 0.1), seeds=Seeds(1, 2, 3), steps=12, batch_size=8
)


def trained(program, *stops):
    state = program.initialise()
    for stop in stops:
        state = program.advance(state, stop)
    return pack(program.real(state))


@pytest.fixture(scope="module")
def program():
    return Program(*plan([RUN, dataclasses.replace(RUN, seeds=Seeds(4, 5, 3))]), sequences=16)


def test_running_averages_equal_a_plain_loop(program):
    after = trained(program, 12)
    mean, variance = np.zeros(3), np.ones(3)
    for step in range(12):
        x = np.asarray(training_batch(RUN, program.tasks["train"], step).tokens, float)
        mean = DECAY * mean + (1 - DECAY) * x.mean(0)
        variance = DECAY * variance + (1 - DECAY) * x.var(0)
    np.testing.assert_allclose(after["weights.mean.value"][0], mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after["weights.variance.value"][0], variance, rtol=1e-4)
    assert after["weights.mask"].all() and after["weights.table"][0].tolist() == [0, 1, 2]
    assert after["weights.mask"].dtype == bool and after["weights.table"].dtype == np.int32


def test_evaluation_uses_the_running_averages(program):
    state = program.advance(program.initialise(), 12)
    weights = pack(program.real(state.weights))
    first = program.evaluate(state)
    own = {name: value[0] for name, value in weights.items()}
    from dynamicl.training import evaluation, standard_scores

    _, sequences = evaluation(RUN, "train", program.tasks["train"], 16)
    x = (np.asarray(sequences.tokens) - own["mean.value"]) / np.sqrt(own["variance.value"] + 1e-5)
    expected = standard_scores(jnp.asarray(x @ own["weight"], jnp.float32), sequences)
    np.testing.assert_allclose(first["loss"][0, 0], expected["loss"], rtol=1e-4)


def test_averages_resume_bit_for_bit(program):
    whole = trained(program, 12)
    half = program.real(program.advance(program.initialise(), 6))
    arrays = pack(half)
    shapes = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), half)
    again = pack(program.real(program.advance(program.place(unpack(arrays, shapes)), 12)))
    assert all(np.array_equal(again[name], value) for name, value in whole.items())


def test_no_moment_is_kept_for_what_is_not_learnt():
    adam = dataclasses.replace(RUN, optimizer=OptimizerSpec("adam", 0.1))
    names = trained(Program(*plan([adam]), sequences=4), 1)
    assert {name for name in names if name.startswith("optimizer") and "weight" in name}
    assert not {
        name for name in names if name.startswith("optimizer") and ("mean.value" in name or "mask" in name)
    }


def test_a_batch_spread_over_devices_is_the_same_batch():
    alone = trained(Program(*plan([RUN]), sequences=8, mesh=run_mesh(1)), 12)
    spread = Program(*plan([RUN]), sequences=8, mesh=run_mesh(2, shards=2))
    assert spread.layout.startswith("batches in 2 pieces")
    for name, value in trained(spread, 5, 12).items():
        np.testing.assert_allclose(value, alone[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_frozen_averages_stand_still_and_are_what_is_normalised_by():
    frozen = (Graft("mean.value"), Graft("variance.value"))
    program = Program(*plan([dataclasses.replace(RUN, grafts=frozen, steps=1)]), sequences=4)
    before, after = (trained(program, stop) for stop in (0, 1))
    for name in ("weights.mean.value", "weights.variance.value"):
        assert np.array_equal(before[name], after[name])
    sequences = training_batch(RUN, program.tasks["train"], 0)
    weight = jnp.asarray(before["weights.weight"][0])
    x = jnp.asarray(sequences.tokens) / jnp.sqrt(1 + 1e-5)
    expected = optax.softmax_cross_entropy_with_integer_labels(x @ weight, sequences.target).mean()
    np.testing.assert_allclose(after["loss_mean"][0], expected, rtol=1e-5)


def test_averages_are_no_parameters(program):
    state = program.initialise()
    model = program.network.model(jax.tree.map(lambda leaf: leaf[0], program.real(state.weights)))
    model = jax.tree.map(jnp.asarray, model)
    squares = float(jnp.sum(model.weight**2))
    assert float(squared_norm(model)) == pytest.approx(squares)
    assert part_names(model) == ("weight",)
    np.testing.assert_allclose(np.square(part_norms(model)), [squares], rtol=1e-5)


def test_values_of_another_network_with_a_batch_stage_are_refused(program):
    """Its own embedder would have to look at the batch; this one's has."""
    weights = program.real(program.initialise().weights)
    with pytest.raises(SpecError, match="`FromCheckpoint`, and this model's image embedder is not"):
        program.lend({"checkpoint": weights})
    program.lend({})
