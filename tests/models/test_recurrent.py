import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import Interface, PairTokens, RecurrentSpec, TokenIds, record
from dynamicl.models._recurrent import run_cell
from dynamicl.specs import SpecError

KEY = jax.random.key(0)
PAIRS = Interface(PairTokens.shaped(pairs=3, features=5, labels=4), outputs=7)
RNG = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def built(interface=PAIRS, **settings):
    return RecurrentSpec(**({"layers": 2, "d_model": 6} | settings)).build(interface, KEY)


def tokens():
    exemplars = jnp.asarray(RNG.normal(size=(4, 5)), jnp.float32)
    return PairTokens(exemplars, jnp.array([0, 3, 1], jnp.int32), 4)


def lstm_by_hand(cell, x):
    weight, bias = np.asarray(cell.gates.weight, float), np.asarray(cell.gates.bias, float)
    shown = memory = np.zeros(x.shape[1])
    states = []
    for row in x:
        first, candidate, forget, last = np.split(np.concatenate([row, shown]) @ weight + bias, 4)
        memory = sigmoid(forget + 1) * memory + sigmoid(first) * np.tanh(candidate)
        shown = sigmoid(last) * np.tanh(memory)
        states.append(shown)
    return np.array(states)


def elman_by_hand(cell, x, act):
    shown, states = np.zeros(x.shape[1]), []
    for row in x:
        total = np.asarray(cell.read.bias) + np.asarray(cell.recur.bias)
        shown = act(row @ np.asarray(cell.read.weight) + shown @ np.asarray(cell.recur.weight) + total)
        states.append(shown)
    return np.array(states)


@pytest.mark.parametrize("settings", [{}, {"cell": "rnn"}, {"cell": "rnn", "activation": "relu"}])
def test_states_against_a_plain_loop(settings):
    model, x = built(**settings), RNG.normal(size=(7, 6))
    act = np.tanh if settings.get("activation", "tanh") == "tanh" else lambda y: np.maximum(y, 0)
    cell = model.cells[0]
    expected = elman_by_hand(cell, x, act) if "cell" in settings else lstm_by_hand(cell, x)
    found = run_cell(cell, jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6)


def test_layers_are_stacked_and_the_answer_is_read_at_the_query():
    model, sequence = built(), tokens()
    logits, seen = record(model, sequence, ["*"])
    first, second = (np.asarray(seen[f"layers.{i}.states"]) for i in range(2))
    np.testing.assert_allclose(first, run_cell(model.cells[0], seen["embed.tokens"]), rtol=1e-6)
    np.testing.assert_allclose(second, run_cell(model.cells[1], jnp.asarray(first)), rtol=1e-6)
    expected = model.unembed(model.norm(jnp.asarray(second[-1])))
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-6)
    assert first.shape == (7, 6) and logits.shape == (7,)


def test_padding_leaves_the_state_as_it_is():
    interface = Interface(TokenIds.shaped(5, 9), outputs=3)
    model = built(interface, cell="rnn")
    ids = jnp.array([1, 2, 3, 4, 5], jnp.int32)
    short = model(TokenIds(ids, jnp.array([True, True, False, False, True]), 9))
    other = model(TokenIds(ids.at[2:4].set(7), jnp.array([True, True, False, False, True]), 9))
    whole = model(TokenIds(ids, jnp.ones(5, bool), 9))
    assert np.array_equal(short, other) and not np.allclose(short, whole)


def test_gradients_reach_every_cell():
    model = built()
    gradient = eqx.filter_grad(lambda m: m(tokens())[0])(model)
    assert all(np.abs(leaf).max() > 0 for leaf in jax.tree.leaves(gradient.cells))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": 0}, "`model.layers` is 0: give 1 to 512"),
        ({"d_model": 0}, "`model.d_model` is 0: give 1 to 65536"),
        ({"embedding_scale": 0.0}, "`model.embedding_scale` is 0.0: give above 0"),
    ],
)
def test_settings_that_cannot_be_built(settings, message):
    with pytest.raises(SpecError, match=message):
        RecurrentSpec(**settings).check()
