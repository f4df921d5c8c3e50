"""No clamp, whatever its value, sends attention to the future or to padding."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl import clamps as room
from dynamicl.clamps import (
    Clamp,
    Constant,
    CopyScores,
    From,
    FromCheckpoint,
    FromSequence,
    Mean,
    Pattern,
    Scaled,
    check_clamps,
    forward_recorded,
)
from dynamicl.models import TransformerSpec, sites, with_all_rows
from dynamicl.specs import SpecError, merge, split
from dynamicl.tasks import LookupSpec, interface_of

from .worlds import world

INFINITY = float("inf")
SCORES, PATTERN, MASK = "layers.0.attn.scores", "layers.0.attn.pattern", "layers.0.attn.mask"
PURITIES = (0.0, 0.3, 1.0)
NUMBERS = (0.0, 5.0, -5.0, 1e9, -1e9, 1e30, -1e30, -1e31, 3e38, -3e38, INFINITY, -INFINITY)
VALUES = {
    "constant": [Constant(number) for number in NUMBERS],
    "mean": [Mean()],
    "scaled": [Scaled(number) for number in NUMBERS],
    "from": [From("clean", "layers.0.attn.scores")],
    "from-checkpoint": [FromCheckpoint("other")],
    "from-sequence": [FromSequence()],
}
"""What may be put at scores or at patterns; values of a kind are computed by one program."""
NAMED = {
    name: [Pattern(name, purity) for purity in PURITIES]
    for name in ("previous token", "self", "uniform", "induction")
}
LOOKUP = LookupSpec(pairs=3, least_pairs=1, keys=6, values=6)


def few_shot():
    w = world(model=TransformerSpec(1, 2, 8))
    return w.model, w.task, w.sequences


def lookup(causal=False):
    task = LOOKUP.prepare()["train"]
    model = TransformerSpec(1, 2, 8, causal=causal).build(interface_of(task), jax.random.key(0))
    return model, task, task.batch(jax.random.key(3), 16)


CASES = {"few-shot": few_shot, "lookup": lookup, "causal lookup": lambda: lookup(causal=True)}


# The causal lookup has both masks, the causal one and that of padding; the others have one each.
PARAMS = [pytest.param(name, marks=[pytest.mark.whole] * (name != "causal lookup")) for name in CASES]


@pytest.fixture(scope="module", params=PARAMS)
def case(request):
    return CASES[request.param]()


def allowed(model, sequences):
    """What rows may attend to, by the definition of a mask: (batch, head, query, key)."""
    batch, length = sequences.roles.exemplars.shape
    past = np.tril(np.ones((length, length), bool)) if model.spec.causal else np.ones((length, length), bool)
    valid = getattr(sequences.tokens, "valid", np.ones((batch, length), bool))
    return np.broadcast_to((past & np.asarray(valid)[:, None, :])[:, None], (batch, 2, length, length))


def patterns(case, variants):
    """The pattern under each of some clamps that differ in varying fields alone: (variant, batch, head, query, key)."""
    model, task, sequences = case
    other = with_all_rows(jax.tree.map(lambda leaf: -leaf, model))
    parts = [split(variant) for variant in variants]
    arrays = {path: np.stack([varied[path] for _, varied in parts]) for path in parts[0][1]}

    def one(varied):
        clamps = merge(parts[0][0], varied)
        lent = {"checkpoint": other, "other": jax.tree.map(lambda leaf: jnp.roll(leaf, 1, axis=0), sequences)}
        return forward_recorded(with_all_rows(model), task, sequences, clamps, 0, [PATTERN], lent)[1][PATTERN]

    return np.asarray(jax.jit(lambda arrays: jax.lax.map(one, arrays))(arrays))


def test_every_kind_of_value_is_tried():
    kinds = {value.kind for value in vars(room).values() if hasattr(value, "leaves_the_pass")}
    assert kinds == {*VALUES, "pattern", "copy-scores"}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("site", [SCORES, PATTERN])
def test_no_value_opens_a_mask(case, kind, site):
    strengths, keys = (0.5, 1.0), ((), (3,))
    closed = ~allowed(case[0], case[2])
    for chosen_keys in keys:
        variants = [(Clamp(site, v, keys=chosen_keys, strength=s),) for v in VALUES[kind] for s in strengths]
        if kind in ("from", "from-checkpoint") and site == PATTERN:
            variants = [(Clamp(site, FromCheckpoint("other"), strength=s),) for s in strengths]
        found = patterns(case, variants)
        assert not found[:, closed].any(), (kind, site, chosen_keys)
        if site == SCORES and kind != "scaled":
            np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-5)


def test_equal_scores_are_even_attention_over_what_may_be_seen(case):
    may = allowed(case[0], case[2])
    expected = may / may.sum(-1, keepdims=True)
    for found in patterns(case, [(Clamp(SCORES, Constant(number)),) for number in NUMBERS]):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_an_infinite_number_without_strength_leaves_no_trace(case):
    clean = patterns(case, [(Clamp(SCORES, Scaled(1.0)),)])[0]
    for value in (Constant, Scaled):
        variants = [(Clamp(SCORES, value(x), strength=0.0),) for x in (INFINITY, -INFINITY)]
        np.testing.assert_allclose(patterns(case, variants), [clean] * 2, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", NAMED)
def test_named_patterns_are_distributions_over_what_may_be_seen(case, name):
    model, _, sequences = case
    may, roles = allowed(model, sequences), jax.tree.map(np.asarray, sequences.roles)
    found = patterns(case, [(Clamp(PATTERN, value),) for value in NAMED[name]])
    for purity, pattern in zip(PURITIES, found, strict=True):
        for b, t in np.ndindex(pattern.shape[0], pattern.shape[2]):
            weights = named_row(name, purity, t, roles.matching_label[b], roles.other_label[b])
            weights = weights * may[b, 0, t] if (weights * may[b, 0, t]).any() else 1.0 * may[b, 0, t]
            np.testing.assert_allclose(pattern[b, 0, t], weights / weights.sum(), rtol=1e-5, atol=1e-7)


def named_row(name, purity, t, matching, other):
    """What the names say of row t, before anything is masked."""
    length = len(matching)
    own = 1.0 * (np.arange(length) == t)
    if name == "uniform":
        return np.ones(length)
    if name == "self":
        return own
    if name == "previous token":
        return purity * (np.arange(length) == max(t - 1, 0)) + (1 - purity) * own
    rest = other / other.sum() if other.any() else own
    return purity * matching / matching.sum() + (1 - purity) * rest


def test_the_rest_of_an_induction_heads_purity_goes_to_the_query_where_there_is_no_other_label():
    case = lookup()
    row = patterns(case, [(Clamp(PATTERN, Pattern("induction", 0.8), queries=("query",)),)])[0][:, 0, 0]
    alone = np.asarray(case[2].roles.labels).sum(1) == 1
    assert alone.any() and not alone.all()
    np.testing.assert_allclose(row.sum(-1), 1, rtol=1e-6)
    np.testing.assert_allclose(row[:, 0], np.where(alone, 0.2, 0.0), rtol=1e-5)


def test_copied_scores_leave_out_labels_that_the_query_may_not_see():
    """A task of one's own may ask before the context ends; here the query is moved to position 2."""
    model, task, sequences = few_shot()
    early = jax.tree.map(lambda leaf: leaf, sequences)
    object.__setattr__(early.roles, "query", jnp.full_like(sequences.roles.query, 2))
    logits, _ = jax.jit(
        lambda: forward_recorded(
            with_all_rows(model), task, early, (Clamp("logits", CopyScores(0, 0)),), 0, ()
        )
    )()
    labels = np.asarray(sequences.tokens[1])
    for row, (seen, unseen) in zip(np.asarray(logits), labels, strict=True):
        assert row[seen] > -1e3 and row[unseen] == np.float32(-1e9)


def test_a_mask_itself_cannot_be_clamped(case):
    model, task, sequences = case
    known = sites(model, task.inputs(jax.tree.map(lambda leaf: leaf[0], sequences.tokens)))
    with pytest.raises(SpecError, match="`clamp.site` is `layers.0.attn.mask`: no clamp opens a mask"):
        check_clamps((Clamp(MASK, Constant(1.0)),), known, 10)
    assert check_clamps((Clamp("layers.0.attn.*", Scaled(1.0)),), known, 10) == {0: 8}
    clean, masked = patterns(case, [(Clamp(SCORES, Scaled(1.0)),)]), patterns(case, [(Clamp(MASK),)])
    np.testing.assert_allclose(masked, clean, rtol=1e-5, atol=1e-7)
