import jax
import numpy as np
import pytest

from dynamicl.models import Recorder, Tap, Transformer, TransformerSpec, null_tap, record, with_all_rows

from .small import IDS, PAIRS, id_tokens, pair_tokens, stirred

SPEC = TransformerSpec(2, 2, 8, mlp_ratio=1.0)


@pytest.fixture(scope="module")
def model():
    return stirred(Transformer(SPEC, PAIRS, key=jax.random.key(0)))


@pytest.fixture(scope="module")
def tokens():
    return pair_tokens()[1]


@pytest.mark.parametrize("rows", ["read-out", "all"])
def test_taps_observed_and_written_back_give_identical_bits(model, tokens, rows):
    model = with_all_rows(model) if rows == "all" else model
    logits, seen = record(model, tokens)
    assert len(seen) == 33
    again = model(tokens, lambda name, value: seen[name])
    assert np.array_equal(logits, again) and np.array_equal(logits, model(tokens))


def test_a_written_value_reaches_the_output(model, tokens):
    logits = model(tokens)
    changed = model(tokens, lambda name, value: value * 2 if name == "layers.0.attn.pattern" else value)
    assert not np.allclose(logits, changed)


def test_the_null_tap_leaves_no_trace(model, tokens):
    plain = str(jax.make_jaxpr(lambda t: model(t))(tokens))
    assert str(jax.make_jaxpr(lambda t: model(t, null_tap))(tokens)) == plain
    # One that keeps everything, but gives nothing of it away, leaves none either.
    assert str(jax.make_jaxpr(lambda t: record(model, t)[0])(tokens)) == plain


def test_unused_taps_cost_nothing_once_compiled(model, tokens):
    def operations(function):
        return jax.jit(function).lower(tokens).compile().cost_analysis()["flops"]

    assert operations(lambda t: record(model, t)[0]) == operations(lambda t: model(t))


def test_record_keeps_what_its_globs_select(model, tokens):
    _, seen = record(model, tokens, ["layers.*.attn.pattern", "logits"])
    assert list(seen) == ["layers.0.attn.pattern", "layers.1.attn.pattern", "logits"]


def test_the_inner_tap_acts_first(model, tokens):
    logits, seen = record(
        model, tokens, ["logits"], lambda name, value: value + 1 if name == "logits" else value
    )
    assert np.array_equal(seen["logits"], logits)
    assert np.array_equal(logits, model(tokens) + 1)


def test_functions_and_recorders_are_taps():
    assert isinstance(null_tap, Tap) and isinstance(Recorder(), Tap)


def test_models_of_token_ids_pass_taps_too():
    model = Transformer(TransformerSpec(1, 1, 4, positions="learnt"), IDS, key=jax.random.key(0))
    _, seen = record(model, id_tokens()[1])
    assert "embed.positions" in seen
