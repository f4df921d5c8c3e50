"""Reading a context and training on it, in a small network, beside plain loops."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dynamicl.lm import recall
from dynamicl.models import Interface, PairTokens, Transformer, TransformerSpec, record
from dynamicl.studies.finetuning._two_ways import (
    RATES,
    alone,
    demonstration_loss,
    key_value,
    look_at,
    train,
    two_ways,
    with_key_value,
)
from dynamicl.tasks import Roles, Sequence

PAIRS, FEATURES, LABELS, COUNT = 2, 4, 3, 5


def network(seed=0):
    interface = Interface(PairTokens.shaped(PAIRS, FEATURES, LABELS), outputs=LABELS)
    spec = TransformerSpec(layers=2, heads=2, d_model=8, embedding_scale=1.0)
    return Transformer(spec, interface, key=jax.random.key(seed))


@pytest.fixture(scope="module")
def sequences():
    random = np.random.default_rng(0)
    exemplars = jnp.asarray(random.normal(size=(COUNT, PAIRS + 1, FEATURES)), jnp.float32)
    labels = jnp.asarray([[0, 1], [1, 2], [2, 0], [1, 0], [0, 2]], jnp.int32)
    options = jnp.zeros((COUNT, LABELS), bool).at[jnp.arange(COUNT)[:, None], labels].set(True)
    nowhere = jnp.zeros((COUNT, 5), bool)
    roles = Roles(jnp.full(COUNT, 4), nowhere, nowhere, nowhere)
    return Sequence((exemplars, labels), labels[:, 0], options, roles)


class Given:
    """A task whose sequences hold their features themselves."""

    @staticmethod
    def inputs(tokens):
        return PairTokens(*tokens, LABELS)


@pytest.fixture(scope="module")
def ways(sequences):
    models = jax.tree.map(
        lambda *leaves: jnp.stack(leaves) if eqx.is_array(leaves[0]) else leaves[0], network(0), network(1)
    )
    return two_ways(models, Given, sequences)


def tokens_of(sequences, i):
    return PairTokens(sequences.tokens[0][i], sequences.tokens[1][i], LABELS)


def by_hand(model, tokens, rate):
    """Gradient descent written out: every pair once, in order, on keys and values alone."""
    for place in range(PAIRS):

        def loss(model, place=place):
            logits = model(PairTokens(tokens.exemplars[place : place + 1], jnp.zeros(0, jnp.int32), LABELS))
            return -jax.nn.log_softmax(logits)[tokens.labels[place]]

        slopes = eqx.filter_grad(loss)(model)
        for i in range(2):
            for name in ("w_k", "w_v"):
                where = lambda m, i=i, name=name: getattr(m.blocks[i].attention, name)  # noqa: E731 - a place
                model = eqx.tree_at(where, model, where(model) - rate * where(slopes))
    return model


def at(look, *place):
    return jax.tree.map(lambda part: part[place], look)


@pytest.mark.parametrize(("m", "i", "r"), [(0, 0, 3), (1, 4, 5), (1, 2, 0)])
def test_everything_equals_a_loop(ways, sequences, m, i, r):
    model, tokens = network(m), tokens_of(sequences, i)
    query = PairTokens(tokens.exemplars[-1:], jnp.zeros(0, jnp.int32), LABELS)
    tuned = by_hand(model, tokens, RATES[r])
    other = by_hand(model, tokens_of(sequences, i - 1), RATES[r])
    cases = [
        (model, query, at(ways.zero_shot, m, i)),
        (model, tokens, at(ways.in_context, m, i)),
        (tuned, query, at(ways.tuned, m, i, r)),
        (other, query, at(ways.other, m, i, r)),
    ]
    options, close = np.asarray(sequences.options[i]), {"rtol": 1e-4, "atol": 1e-5}
    for one, shown, look in cases:
        logits, seen = record(one, shown)
        for layer in range(2):
            name = f"layers.{layer}.attn"
            np.testing.assert_allclose(look.outputs[layer], seen[f"{name}.out"][-1], **close)
            np.testing.assert_allclose(look.maps[layer], seen[f"{name}.scores"][:, -1, -1], **close)
        among = np.where(options, np.asarray(logits), -np.inf)
        assert bool(look.right) == (among.argmax() == int(sequences.target[i]))
    for loss, one in ((ways.before[m, i], model), (ways.after[m, i, r], tuned)):
        logits = [one(alone(tokens, place)) for place in range(PAIRS)]
        expected = optax.softmax_cross_entropy_with_integer_labels(jnp.stack(logits), tokens.labels)
        np.testing.assert_allclose(loss, expected.mean(), **close)


def test_only_keys_and_values_move_and_keys_of_lone_tokens_stay(sequences):
    model, tokens = network(), tokens_of(sequences, 0)
    trained = train(model, tokens, jnp.float32(1.0))
    names = {
        jax.tree_util.keystr(path)
        for (path, a), b in zip(
            jax.tree_util.tree_flatten_with_path(model)[0], jax.tree.leaves(trained), strict=True
        )
        if not np.array_equal(a, b)
    }
    # A token that attends to itself alone learns nothing about keys.
    assert names == {f".blocks[{i}].attention.w_v" for i in range(2)}
    same = with_key_value(model, key_value(model))
    assert all(map(np.array_equal, jax.tree.leaves(same), jax.tree.leaves(model)))


def test_small_steps_lower_the_loss_by_the_squared_gradient(sequences):
    model, tokens = network(), tokens_of(sequences, 1)
    first = PairTokens(tokens.exemplars[jnp.array([0, -1])], tokens.labels[:1], LABELS)
    slope = jax.grad(lambda weights: demonstration_loss(with_key_value(model, weights), first))(
        key_value(model)
    )
    square = sum(float((part**2).sum()) for part in slope)
    rate = 1e-2
    drop = demonstration_loss(model, first) - demonstration_loss(
        train(model, first, jnp.float32(rate)), first
    )
    assert float(drop) == pytest.approx(rate * square, rel=0.1)


def test_the_largest_rate_with_which_the_loss_falls_is_chosen(ways):
    after = np.ones((3, COUNT, len(RATES)))
    after[0, :, :4] = 0.5
    after[1, :, 2] = 0.9
    made = ways._replace(before=np.full((3, COUNT), 0.95), after=after)
    assert made.chosen.tolist() == [3, 2, 0]


def test_a_query_alone_sees_nothing_of_its_context(sequences):
    tokens = tokens_of(sequences, 0)
    changed = PairTokens(tokens.exemplars.at[0].add(1.0), tokens.labels, LABELS)
    looks = [
        look_at(network(), alone(one, -1), jnp.int32(0), sequences.options[0]) for one in (tokens, changed)
    ]
    assert np.array_equal(looks[0].outputs, looks[1].outputs)
    inside = [look_at(network(), one, jnp.int32(0), sequences.options[0]) for one in (tokens, changed)]
    assert not np.allclose(inside[0].outputs, inside[1].outputs)


def test_answers_can_be_compared_as_those_of_language_models(ways):
    right = [np.asarray(look.right)[0] for look in (ways.zero_shot, ways.in_context)]
    assert set(recall(*right, np.asarray(ways.tuned.right)[0, :, -1])) == {"new", "value", "chance"}
