import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import Interface, PairTokens, Transformer, TransformerSpec, record, with_all_rows
from dynamicl.probes import EXAMPLES, known_measures, probes
from dynamicl.probes._heads import (
    HEAD_MEASURES,
    attention_maps,
    head_measures,
    logit_attribution,
    role_masks,
)
from dynamicl.probes._registry import register_measure, squared_norm
from dynamicl.specs import SpecError
from dynamicl.tasks import DISJOINT_ROLES, LookupSpec, Roles, Sequence
from dynamicl.training import Probe

LENGTH, BATCH = 7, 5  # x1 y1 x2 y2 x3 y3 xq
MATCHING = np.array([0, 1, 2, 0, 2])  # which pair answers


def made_sequences(tokens=None):
    positions = np.arange(LENGTH)[None, :]
    label = np.broadcast_to(positions % 2 == 1, (BATCH, LENGTH))
    matching = positions == 2 * MATCHING[:, None] + 1
    exemplar = np.broadcast_to((positions % 2 == 0) & (positions < LENGTH - 1), (BATCH, LENGTH))
    roles = Roles(
        jnp.full(BATCH, LENGTH - 1, jnp.int32),
        jnp.asarray(matching),
        jnp.asarray(label & ~matching),
        jnp.asarray(exemplar),
    )
    options = np.ones((BATCH, 4), bool)
    options[:, 3] = False
    return Sequence(tokens, jnp.asarray(MATCHING, jnp.int32), jnp.asarray(options), roles)


def measured(pattern):
    """Measures of one head of one layer that has this pattern (batch, query, key) in every sequence."""
    activations = {"layers.0.attn.pattern": jnp.asarray(pattern, jnp.float32)[:, None]}
    return {
        name: float(value[0, 0]) for name, value in head_measures(None, activations, made_sequences()).items()
    }


def attending(key_of):
    """A pattern that puts everything on one key, which may depend on the sequence."""
    pattern = np.zeros((BATCH, LENGTH, LENGTH))
    for b in range(BATCH):
        for t in range(LENGTH):
            pattern[b, t, key_of(b, t)] = 1
    return pattern


def test_a_perfect_induction_head():
    found = measured(attending(lambda b, t: 2 * MATCHING[b] + 1 if t == LENGTH - 1 else t))
    assert found == {
        "induction_strength": 1,
        "previous_token_attention": 0,
        "self_attention": 1,
        "pattern_entropy": 0,
    }


def test_a_head_that_looks_at_one_wrong_label():
    found = measured(attending(lambda b, t: 2 * ((MATCHING[b] + 1) % 3) + 1))
    # It is shared among the two other labels.
    assert found["induction_strength"] == pytest.approx(-0.5)


def test_a_previous_token_head():
    found = measured(attending(lambda b, t: max(t - 1, 0)))
    assert found["previous_token_attention"] == 1
    assert found["self_attention"] == 0
    # The query's previous token is the last label, which answers in two of five sequences.
    assert found["induction_strength"] == pytest.approx((2 * 1 - 3 * 0.5) / 5)


def test_uniform_attention():
    found = measured(np.full((BATCH, LENGTH, LENGTH), 1 / LENGTH))
    assert found["induction_strength"] == pytest.approx(0, abs=1e-7)
    assert found["previous_token_attention"] == found["self_attention"] == pytest.approx(1 / LENGTH)
    assert found["pattern_entropy"] == pytest.approx(np.log(LENGTH), rel=1e-6)


def random_patterns(layers=2, heads=3):
    rng = np.random.default_rng(0)
    raw = np.tril(rng.random((layers, BATCH, heads, LENGTH, LENGTH)))
    return (raw / raw.sum(-1, keepdims=True)).astype(np.float32)


def test_measures_equal_a_loop():
    patterns = random_patterns()
    activations = {f"layers.{i}.attn.pattern": jnp.asarray(p) for i, p in enumerate(patterns)}
    found = head_measures(None, activations, made_sequences())
    labels = [1, 3, 5]
    for layer in range(2):
        for head in range(3):
            totals = dict.fromkeys(found, 0.0)
            for b in range(BATCH):
                p, answer = patterns[layer, b, head].astype(float), 2 * MATCHING[b] + 1
                totals["induction_strength"] += (
                    p[-1, answer] - sum(p[-1, s] for s in labels if s != answer) / 2
                )
                totals["previous_token_attention"] += sum(p[t, t - 1] for t in labels) / 3
                totals["self_attention"] += sum(p[t, t] for t in labels) / 3
                totals["pattern_entropy"] -= (
                    sum(w * np.log(w) for t in [*labels, 6] for w in p[t] if w > 0) / 4
                )
            for name, total in totals.items():
                assert found[name][layer, head] == pytest.approx(total / BATCH, rel=1e-5, abs=1e-6), name


def test_attention_by_role_equals_a_loop():
    patterns = random_patterns()
    activations = {f"layers.{i}.attn.pattern": jnp.asarray(p) for i, p in enumerate(patterns)}
    found = attention_maps(None, activations, made_sequences())
    assert np.array_equal(found["attention"], patterns.transpose(1, 0, 2, 3, 4)[:EXAMPLES])
    for r, query_role in enumerate(DISJOINT_ROLES):
        for s, key_role in enumerate(DISJOINT_ROLES):
            total = np.zeros((2, 3))
            for b in range(BATCH):
                rows, keys = (positions_of(role, b) for role in (query_role, key_role))
                total += patterns[:, b][:, :, rows][..., keys].sum(-1).mean(-1)
            np.testing.assert_allclose(
                found["attention_by_role"][:, :, r, s], total / BATCH, rtol=1e-5, atol=1e-6
            )
    # The roles share out all attention.
    np.testing.assert_allclose(found["attention_by_role"].sum(-1), 1, rtol=1e-5)


def positions_of(role, b):
    m = 2 * MATCHING[b]
    others = [t for t in (0, 2, 4) if t != m]
    return {
        "matching exemplar": [m],
        "matching label": [m + 1],
        "other exemplar": others,
        "other label": [t + 1 for t in others],
        "query": [6],
    }[role]


def test_roles_cover_every_position_once():
    assert (role_masks(made_sequences().roles).sum(axis=1) == 1).all()


INTERFACE = Interface(PairTokens.shaped(LENGTH // 2, 3, 4), outputs=4)


@pytest.mark.parametrize("final_norm", [False, True])
def test_attribution_of_the_last_layer_is_what_taking_a_head_away_takes(final_norm):
    """With the final norm's statistics held, logits are linear in what heads write, so removal is exact."""
    spec = TransformerSpec(2, 2, 4, final_norm=final_norm)
    model = with_all_rows(Transformer(spec, INTERFACE, key=jax.random.key(0)))
    rng = np.random.default_rng(0)
    tokens = PairTokens(
        jnp.asarray(rng.normal(size=(BATCH, 4, 3)), jnp.float32),
        jnp.asarray(rng.integers(0, 4, (BATCH, 3)), jnp.int32),
        4,
    )
    sequences = made_sequences(tokens)
    _, activations = jax.vmap(lambda one: record(model, one))(tokens)
    found = logit_attribution(model, activations, sequences)
    assert found.shape == (2, 2)
    final = np.asarray(activations["layers.1.post"], float)[:, -1]
    unembed = np.asarray(model.unembed.weight, float)
    for layer in range(2):
        w_o = np.asarray(model.blocks[layer].attention.w_o, float)
        for head in range(2):
            leads = []
            for b in range(BATCH):
                out = np.asarray(activations[f"layers.{layer}.attn.head_out"], float)[b, head, -1]
                written = out @ w_o[2 * head : 2 * head + 2]
                if final_norm:
                    written = (written - written.mean()) / np.sqrt(final[b].var() + 1e-5)
                logits = written @ unembed
                others = [i for i in range(3) if i != MATCHING[b]]
                leads.append(logits[MATCHING[b]] - logits[others].mean())
            assert found[layer, head] == pytest.approx(np.mean(leads), rel=1e-4, abs=1e-5)


def test_attribution_adds_up_to_the_lead_of_what_heads_write():
    """Without a final norm, heads, embedding and bias together are the logits."""
    spec = TransformerSpec(1, 2, 4, final_norm=False)
    model = with_all_rows(Transformer(spec, INTERFACE, key=jax.random.key(1)))
    tokens = PairTokens(jnp.ones((BATCH, 4, 3)), jnp.zeros((BATCH, 3), jnp.int32), 4)
    sequences = made_sequences(tokens)
    logits, activations = jax.vmap(lambda one: record(model, one))(tokens)
    rest = activations["layers.0.pre"][:, -1] @ model.unembed.weight + model.unembed.bias
    lead = [
        row[m] - np.mean([row[i] for i in range(3) if i != m])
        for row, m in zip(np.asarray(logits - rest), MATCHING, strict=True)
    ]
    assert logit_attribution(model, activations, sequences).sum() == pytest.approx(
        np.mean(lead), rel=1e-4, abs=1e-5
    )


def test_models_of_other_kinds_have_no_attribution():
    activations = {"layers.0.attn.pattern": jnp.asarray(random_patterns()[0])}
    assert "logit_attribution" not in head_measures(eqx.nn.Identity(), activations, made_sequences())
    assert set(HEAD_MEASURES) - set(head_measures(None, activations, made_sequences())) == {
        "logit_attribution"
    }


def test_squared_norm_adds_all_squares():
    assert squared_norm({"a": jnp.array([1.0, 2.0]), "b": (jnp.array([[3.0]]),)}) == 14


def test_measures_are_found_by_name():
    assert [probe.name for probe in probes(("norms", "heads"))] == ["norms", "heads"]
    assert {"heads", "norms", "attention"} <= set(known_measures())


def test_an_unknown_measure_is_answered_with_the_nearest():
    with pytest.raises(
        SpecError, match="unknown measure `norm` in `recording.measures`: did you mean `norms`"
    ):
        probes(("heads", "norm"))


def test_a_measure_of_ones_own(monkeypatch):
    monkeypatch.setattr("dynamicl.probes._registry._PROBES", {})
    mine = register_measure(Probe("mine", (), lambda model, activations, sequences: {}, {}))
    assert probes(("mine",)) == (mine,) and known_measures() == ("mine",)


@pytest.mark.parametrize("least", [3, 1])
def test_padded_sequences_without_a_role_do_not_count(least):
    """With 1 to 3 pairs a third of the sequences has no other key and no other value."""
    sequences = (
        LookupSpec(pairs=3, least_pairs=least, keys=6, values=6)
        .prepare()["train"]
        .batch(jax.random.key(0), 300)
    )
    valid, length = sequences.tokens.valid, sequences.tokens.ids.shape[1]
    own = {"layers.0.attn.pattern": jnp.broadcast_to(jnp.eye(length), (300, 1, length, length))}
    by_role = np.asarray(attention_maps(None, own, sequences)["attention_by_role"][0, 0])
    np.testing.assert_allclose(by_role, np.eye(len(DISJOINT_ROLES)), atol=1e-6)
    even = valid.astype(jnp.float32) / valid.sum(1, keepdims=True).astype(jnp.float32)
    even = jnp.broadcast_to(even[:, None, None, :], (300, 1, length, length))
    found = head_measures(None, {"layers.0.attn.pattern": even}, sequences)
    assert found["induction_strength"][0, 0] == pytest.approx(0, abs=1e-7)


def test_a_role_that_never_occurs_has_no_average():
    sequences = (
        LookupSpec(pairs=1, least_pairs=1, keys=6, values=6).prepare()["train"].batch(jax.random.key(0), 4)
    )
    length = sequences.tokens.ids.shape[1]
    own = {"layers.0.attn.pattern": jnp.broadcast_to(jnp.eye(length), (4, 1, length, length))}
    by_role = np.asarray(attention_maps(None, own, sequences)["attention_by_role"][0, 0])
    absent = np.isin(DISJOINT_ROLES, ["other exemplar", "other label"])
    assert np.array_equal(np.isnan(by_role), absent[:, None] | absent[None, :])
    found = head_measures(None, own, sequences)
    assert np.isnan(found["induction_strength"][0, 0]) and found["self_attention"][0, 0] == 1


def test_attribution_leaves_out_sequences_without_another_option():
    spec = TransformerSpec(1, 2, 4, final_norm=False)
    model = with_all_rows(Transformer(spec, INTERFACE, key=jax.random.key(1)))
    tokens = PairTokens(
        jnp.asarray(np.random.default_rng(0).normal(size=(BATCH, 4, 3)), jnp.float32),
        jnp.zeros((BATCH, 3), jnp.int32),
        4,
    )
    _, activations = jax.vmap(lambda one: record(model, one))(tokens)
    sequences = made_sequences(tokens)
    alone = eqx.tree_at(lambda s: s.options, sequences, sequences.options.at[1:, :].set(False))
    first = jax.tree.map(lambda leaf: leaf[:1], (activations, sequences))
    np.testing.assert_allclose(
        logit_attribution(model, activations, alone), logit_attribution(model, *first), rtol=1e-5
    )
