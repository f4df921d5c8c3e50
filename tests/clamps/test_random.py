"""Random clamps against a model: refused with one line, or computed; never another exception."""

import hypothesis
import hypothesis.strategies as st
import jax
import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    CopyScores,
    From,
    Mean,
    Pattern,
    Scaled,
    check_clamps,
    forward,
)
from dynamicl.specs import SpecError, validate
from dynamicl.tasks import ROLE_NAMES

from .worlds import world


@pytest.fixture(scope="module")
def small():
    return world(size=2)


PASSES = st.sampled_from(["main", "main", "clean", "shifted"])
SITES = st.sampled_from(
    [
        "embed.tokens",
        "layers.0.pre",
        "layers.1.pre",
        "layers.0.attn.q",
        "layers.1.attn.v",
        "layers.0.attn.scores",
        "layers.1.attn.pattern",
        "layers.*.attn.pattern",
        "layers.1.attn.head_out",
        "layers.1.post",
        "norm.out",
        "logits",
        "layers.2.pre",
        "*",
    ]
)
# Kinds and their arguments: built in the test, for jaxtyping's checks of constructors use `random`, which Hypothesis
# does not allow inside strategies.
VALUES = st.one_of(
    st.tuples(st.just(Constant), st.floats(-2, 2)),
    st.tuples(st.just(Mean)),
    st.tuples(st.just(Scaled), st.floats(-2, 2)),
    st.tuples(
        st.just(Pattern), st.sampled_from(["previous token", "self", "uniform", "induction"]), st.floats(0, 1)
    ),
    st.tuples(
        st.just(From), PASSES, st.one_of(st.just(""), SITES), st.sampled_from(["same", "previous token"])
    ),
    st.tuples(st.just(CopyScores), st.integers(-1, 2), st.integers(0, 2), PASSES),
)
POSITIONS = st.lists(st.one_of(st.integers(-6, 5), st.sampled_from(ROLE_NAMES)), max_size=2).map(tuple)


def sometimes(strategy, usual):
    return st.one_of(st.just(usual), st.just(usual), strategy)


CLAMPS = st.fixed_dictionaries(
    {
        "site": SITES,
        "value": VALUES,
        "heads": sometimes(st.lists(st.integers(0, 2), max_size=2).map(tuple), ()),
        "queries": sometimes(POSITIONS, ()),
        "keys": sometimes(POSITIONS, ()),
        "offsets": sometimes(st.lists(st.integers(-5, 5), max_size=2).map(tuple), ()),
        "strength": sometimes(st.floats(0, 1), 1.0),
        "windows": sometimes(st.just(((3, 5), (20, 30))), ((0, 10),)),
        "gradient": st.sampled_from(["stop", "through", "straight_through"]),
        "in_pass": PASSES,
    }
)


def made(value, **fields):
    kind, *arguments = value
    return Clamp(value=kind(*arguments), **fields)


def shape_or_refusal(small, clamps):
    try:
        validate(clamps)
        check_clamps(clamps, small.sites, 10)
        return jax.eval_shape(lambda: forward(small.model, small.task, small.sequences, clamps, 0)).shape
    except SpecError as error:
        return str(error)


@pytest.mark.whole
@hypothesis.settings(max_examples=100)
@hypothesis.given(described=st.lists(CLAMPS, min_size=1, max_size=2))
def test_any_clamps_are_computed_or_refused_with_one_line(small, described):
    found = shape_or_refusal(small, tuple(made(**fields) for fields in described))
    assert found == (2, 3) or (isinstance(found, str) and found and "\n" not in found)
