"""The lookup report's attention rules on hand-made patterns, rules learnt from patterns, norms by part, curvature."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.circuits import learn_rule, score_rule
from dynamicl.models import lookup_encoder, record, with_all_rows
from dynamicl.probes import (
    Exempt,
    gradient_curvature,
    part_names,
    part_norms,
    probes,
    rule_accuracy,
    rules_probe,
    squared_norm,
)
from dynamicl.specs import SpecError, from_json, to_json
from dynamicl.tasks import LookupSpec, interface_of
from dynamicl.training import Cohort, OptimizerSpec, Program, RunSpec, plan

NO_EXEMPTIONS = Exempt(last=0, first_carriers=0, last_carriers=0)


def lookup(size=12, seed=0, **fields):
    task = LookupSpec(**fields).prepare()["train"]
    return task, eqx.filter_jit(task.batch)(jax.random.key(seed), size)


def pattern_of(strongest):
    """Patterns (batch, layer, head, seq, seq) whose strongest attention is as given, with all else alike."""
    length = strongest.shape[-1]
    return jnp.asarray(0.5 * np.eye(length)[strongest] + 0.5 / length, jnp.float32)


def ruled(sequences, heads=1):
    """The strongest attention of a model that follows the report's rules in every row; rows without a rule at [SEP]."""
    valid = np.asarray(sequences.tokens.valid)
    place = np.arange(valid.shape[1])
    separator = valid.sum(axis=1) - 3
    first = np.where(place >= 4, place - 3, separator[:, None])
    labels = np.asarray(sequences.roles.labels)
    carriers = np.roll(labels, 3, axis=1)
    second = np.where(carriers, place, separator[:, None])
    second[:, 0] = np.argmax(np.asarray(sequences.roles.matching_label), axis=1) + 3
    layers = np.stack([first, second], axis=1)
    return np.repeat(layers[:, :, None], heads, axis=2)


def by_a_loop(strongest, sequences, exempt):
    """The four accuracies, position by position."""
    valid, roles = np.asarray(sequences.tokens.valid), sequences.roles
    values = np.asarray(roles.matching_label) | np.asarray(roles.other_label)
    batch, layers, heads, _ = strongest.shape
    found = {name: np.zeros((layers, heads)) for name in ("collect", "readout", "diagonal", "rule")}
    for layer in range(layers):
        for head in range(heads):
            hits = {name: [] for name in ("collect", "readout", "diagonal")}
            for b in range(batch):
                looks, length = strongest[b, layer, head], int(valid[b].sum())
                for i in range(exempt.first, length - exempt.last):
                    hits["collect"].append(looks[i] in (i - 3, i - 4))
                solution = int(np.flatnonzero(roles.matching_label[b])[0])
                hits["readout"].append(looks[0] == solution + 3)
                carriers = [int(p) + 3 for p in np.flatnonzero(values[b])]
                for i in carriers[exempt.first_carriers : len(carriers) - exempt.last_carriers]:
                    hits["diagonal"].append(looks[i] == i)
            hits["rule"] = hits["collect"] if layer == 0 else hits["readout"] + hits["diagonal"]
            for name, list_of in hits.items():
                found[name][layer, head] = np.mean(list_of) if list_of else np.nan
    return {f"{name}_accuracy": value for name, value in found.items()}


# The report's fixed rules.


@pytest.mark.parametrize("exempt", [Exempt(), NO_EXEMPTIONS])
def test_a_model_that_follows_the_rules_scores_one(exempt):
    _, sequences = lookup(pairs=10)
    scores = rule_accuracy(pattern_of(ruled(sequences)), sequences, exempt)
    np.testing.assert_array_equal(scores["rule_accuracy"], [[1.0], [1.0]])
    assert (
        scores["collect_accuracy"][0, 0]
        == scores["readout_accuracy"][1, 0]
        == scores["diagonal_accuracy"][1, 0]
        == 1
    )
    assert scores["collect_accuracy"][1, 0] < 0.5 and scores["diagonal_accuracy"][0, 0] == 0


def test_either_offset_of_layer_one_counts_and_no_other():
    _, sequences = lookup(pairs=6, least_pairs=6)
    place = np.arange(16)
    for offset, expected in ((2, 0.0), (3, 1.0), (4, 1.0), (5, 0.0)):
        strongest = np.broadcast_to(np.maximum(place - offset, 0), (12, 1, 1, 16))
        # Row 4 looks at 0 with offset 5 as well as with 4.
        share = expected + (1 / 11 if offset == 5 else 0)
        found = rule_accuracy(pattern_of(strongest), sequences)["collect_accuracy"]
        np.testing.assert_allclose(found, [[share]], rtol=1e-6)


def test_ten_pairs_give_the_reports_rows():
    """i = 7, 9, ..., 21 and the first row: nine predictions, each worth a ninth."""
    _, sequences = lookup(size=3, pairs=10, least_pairs=10)
    right = ruled(sequences)
    for row in range(24):
        wrong = right.copy()
        wrong[:, 1, 0, row] = (right[:, 1, 0, row] + 1) % 24
        score = float(rule_accuracy(pattern_of(wrong), sequences)["rule_accuracy"][1, 0])
        assert score == pytest.approx(8 / 9 if row in (0, *range(7, 22, 2)) else 1.0)


def test_carriers_of_the_last_pairs_are_the_separator_and_the_end():
    """Three to the right of the last value but one stands [SEP], of the last one [EOS]: none lacks a carrier."""
    _, sequences = lookup(size=40, pairs=4)
    ids = np.asarray(sequences.tokens.ids)
    for b in range(40):
        values = np.flatnonzero(np.asarray(sequences.roles.labels)[b])
        assert ids[b, values[-1] + 3] == 2
        if len(values) > 1:
            assert ids[b, values[-2] + 3] == 1


@pytest.mark.parametrize("exempt", [Exempt(), NO_EXEMPTIONS, Exempt(2, 3, 0, 2)])
def test_accuracies_agree_with_a_plain_loop(exempt):
    _, sequences = lookup(size=20, pairs=5)
    rng = np.random.default_rng(0)
    strongest = np.where(rng.random((20, 3, 2, 14)) < 0.5, 0, 99)
    strongest = np.where(
        strongest == 99,
        rng.integers(0, 14, strongest.shape),
        np.resize(ruled(sequences, 2)[:, :1], strongest.shape),
    )
    scores = rule_accuracy(pattern_of(strongest), sequences, exempt)
    for name, expected in by_a_loop(strongest, sequences, exempt).items():
        np.testing.assert_allclose(scores[name], expected, rtol=1e-6)


def test_padding_rows_never_count():
    _, sequences = lookup(pairs=10)
    right = ruled(sequences)
    noise = np.random.default_rng(1).integers(0, 24, right.shape)
    wrong = np.where(np.asarray(sequences.tokens.valid)[:, None, None], right, noise)
    np.testing.assert_array_equal(
        rule_accuracy(pattern_of(wrong), sequences)["rule_accuracy"], [[1.0], [1.0]]
    )


def test_two_pairs_leave_no_carrier_unless_none_is_exempt():
    _, sequences = lookup(pairs=2, least_pairs=2)
    pattern = pattern_of(ruled(sequences))
    scores = rule_accuracy(pattern, sequences)
    assert np.isnan(scores["diagonal_accuracy"]).all()
    assert scores["rule_accuracy"][1, 0] == scores["readout_accuracy"][1, 0] == 1
    assert rule_accuracy(pattern, sequences, NO_EXEMPTIONS)["diagonal_accuracy"][1, 0] == 1


def test_rules_refuse_other_tasks():
    _, sequences = lookup(pairs=2)
    other = eqx.tree_at(
        lambda s: s.tokens, sequences, (sequences.tokens.ids,), is_leaf=lambda leaf: leaf is sequences.tokens
    )
    pattern = pattern_of(ruled(sequences))
    with pytest.raises(
        SpecError, match="tokens of type `tuple`: it reads key-value lookup only; leave it out"
    ):
        rule_accuracy(pattern, other)
    with pytest.raises(ValueError, match="`sequences` hold `tuple`; only key-value lookup is allowed"):
        learn_rule(pattern, other)


def test_exemptions_are_counts():
    with pytest.raises(SpecError, match="`last` is -1: give the number of rows to leave out, 0 or more"):
        Exempt(last=-1)


# Learnt rules.


def test_a_learnt_rule_finds_the_reports():
    _, sequences = lookup(size=60, pairs=6)
    rule = learn_rule(pattern_of(ruled(sequences)), sequences)
    found = {(e.layer, e.row): (e.anchor, e.offsets) for e in rule.entries}
    assert found[2, "read-out"] == ("solution", (3,))
    assert found[1, "prompt"] == ("itself", (-3,))
    assert found[1, "value"] == ("itself", (-3,))
    assert found[2, "end"] == ("itself", (0,))
    assert found[1, "read-out"] == ("end", (-2,))
    assert from_json(to_json(rule)) == rule
    assert to_json(from_json(to_json(rule))) == to_json(rule)


def test_two_offsets_cover_a_head_that_alternates():
    _, sequences = lookup(size=60, pairs=6, least_pairs=4)
    strongest = ruled(sequences)
    rng = np.random.default_rng(0)
    place = np.arange(strongest.shape[-1])
    strongest[:, 0, 0] = np.maximum(place - np.where(rng.random(strongest[:, 0, 0].shape) < 0.6, 3, 4), 0)
    pattern = pattern_of(strongest)
    one, two = (learn_rule(pattern, sequences, width) for width in (1, 2))
    entry = next(e for e in two.entries if (e.layer, e.row) == (1, "key"))
    assert entry.offsets == (-3, -4)
    alone, both = (
        score_rule(r, pattern, sequences, ["separator", "prompt", "end"])[0, 0] for r in (one, two)
    )
    assert 0.5 < alone < 0.7
    assert both == 1


def test_a_rule_is_scored_on_another_seed():
    _, first = lookup(size=50, pairs=6, seed=1)
    _, second = lookup(size=50, pairs=6, seed=2)
    rule = learn_rule(pattern_of(ruled(first)), first)
    ours, random = pattern_of(ruled(second)), np.random.default_rng(0).random((50, 2, 1, 16, 16))
    rows = ("read-out", "value", "prompt", "end")
    # Value rows 2 have nothing three to their left; all else holds in every sequence.
    assert score_rule(rule, ours, second, rows)[1, 0] > score_rule(rule, random, second, rows)[1, 0]
    np.testing.assert_array_equal(
        score_rule(rule, ours, second, ["read-out", "prompt", "end"]), [[1.0], [1.0]]
    )
    assert (score_rule(rule, random, second) < 0.2).all()


def test_score_agrees_with_a_plain_loop():
    _, sequences = lookup(size=10, pairs=4)
    strongest = np.random.default_rng(2).integers(0, 12, (10, 2, 2, 12))
    rule = learn_rule(pattern_of(strongest), sequences, 2)
    valid, labels = np.asarray(sequences.tokens.valid), np.asarray(sequences.roles.labels)
    scores = score_rule(rule, pattern_of(strongest), sequences)
    for layer, head in np.ndindex(2, 2):
        entries = {e.row: e for e in rule.entries if (e.layer, e.head) == (layer + 1, head)}
        hits = []
        for b in range(10):
            end = int(valid[b].sum()) - 1
            anchors = {"solution": int(np.argmax(np.asarray(sequences.roles.matching_label)[b])), "end": end}
            for i in range(end + 1):
                tail = {0: "read-out", end - 2: "separator", end - 1: "prompt", end: "end"}
                entry = entries[tail.get(i, "value" if labels[b, i] else "key")]
                at = anchors.get(entry.anchor, i)
                hits.append(strongest[b, layer, head, i] - at in entry.offsets)
        assert scores[layer, head] == pytest.approx(np.mean(hits))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r, p, s: learn_rule(p, s, 0), "`width` is 0; at least 1 is allowed"),
        (lambda r, p, s: learn_rule(p[..., :1, :], s), r"`patterns` has shape .*every row of them"),
        (lambda r, p, s: score_rule(r, p[:, :1], s), "`patterns` has 1 layers of 1 heads, the rule 2 of 1"),
        (lambda r, p, s: score_rule(r, p, s, ["keys"]), "`rows` is 'keys'; allowed are 'read-out'"),
    ],
)
def test_learnt_rules_refuse_what_does_not_fit(call, message):
    _, sequences = lookup(size=6, pairs=3)
    pattern = pattern_of(ruled(sequences))
    rule = learn_rule(pattern, sequences)
    with pytest.raises(ValueError, match=message):
        call(rule, pattern, sequences)


# In a training run.


def test_measures_are_recorded_in_a_population():
    spec = RunSpec(
        LookupSpec(pairs=3),
        lookup_encoder(d_model=16, heads=2),
        OptimizerSpec("adamw", learning_rate=1e-3, weight_decay=0.01),
        steps=3,
    )
    names = ("heads", "norms", "rules", "norms by part")
    (cohort,) = plan([spec, dataclasses.replace(spec, seeds=dataclasses.replace(spec.seeds, init=1))])
    assert isinstance(cohort, Cohort)
    program = Program(cohort, probes(names), 64)
    state = program.advance(program.initialise(), 3)
    records = program.evaluate(state)
    assert program.evaluators == ("train", "n = 1", "n = 2", "n = 3")
    assert records["accuracy"].shape == (2, 4)
    assert records["rule_accuracy"].shape == records["induction_strength"].shape == (2, 2, 2)
    assert np.isfinite(records["logit_attribution"]).all()
    assert records["part_norm"].shape == (2, len(part_names(program.model_shapes)))
    np.testing.assert_allclose((records["part_norm"] ** 2).sum(axis=1), records["squared_norm"], rtol=1e-5)


def test_the_probe_reads_a_models_own_patterns():
    task, sequences = lookup(pairs=3)
    model = with_all_rows(lookup_encoder(d_model=16).build(interface_of(task), jax.random.key(0)))
    _, activations = jax.vmap(lambda tokens: record(model, tokens, ("*.attn.pattern",)))(sequences.tokens)
    for probe in (*probes(["rules", "rules without exemptions"]), rules_probe("own", Exempt(first=5))):
        found = probe.compute(model, activations, sequences)
        assert set(found) == set(probe.dims)
        exempt = {"rules": Exempt(), "own": Exempt(first=5)}.get(probe.name, NO_EXEMPTIONS)
        strongest = np.stack(
            [np.argmax(activations[f"layers.{i}.attn.pattern"], axis=-1) for i in range(2)], axis=1
        )
        for name, expected in by_a_loop(strongest, sequences, exempt).items():
            np.testing.assert_allclose(found[name], expected, rtol=1e-6)


# Norms and curvature.


def test_parts_are_named_as_in_checkpoints_and_add_up():
    task, _ = lookup(pairs=3)
    model = lookup_encoder(d_model=16).build(interface_of(task), jax.random.key(0))
    names = part_names(model)
    block = [f"blocks.0.attention.{n}" for n in ("norm", "w_q", "w_k", "w_v", "w_o")] + ["blocks.0.mlp"]
    assert list(names) == ["embed", *block, *(n.replace("0", "1") for n in block), "unembed"]
    norms = dict(zip(names, part_norms(model), strict=True))
    assert norms["blocks.1.attention.w_k"] == pytest.approx(
        np.linalg.norm(model.blocks[1].attention.w_k), rel=1e-5
    )
    assert norms["blocks.0.attention.norm"] == pytest.approx(4.0)
    assert sum(n**2 for n in norms.values()) == pytest.approx(
        float(squared_norm(eqx.filter(model, eqx.is_array))), rel=1e-5
    )
    assert part_names({"cells": [{"w": jnp.ones(2)}, {"w": jnp.ones(3)}], "out": jnp.ones(1)}) == (
        "cells.0",
        "cells.1",
        "out",
    )


class Tiny(eqx.Module):
    """A model small enough for its whole Hessian; `scale` 0 makes it flat."""

    first: jax.Array
    second: jax.Array
    scale: float = eqx.field(static=True)

    def __call__(self, tokens):
        hot = jax.nn.one_hot(tokens.ids, self.first.shape[0]).mean(axis=0)
        return self.scale * jnp.tanh(hot @ self.first) @ self.second


def tiny(scale):
    task, sequences = lookup(size=6, pairs=2, keys=3, values=3)
    first, second = (jax.random.normal(jax.random.key(i), shape) for i, shape in enumerate([(10, 4), (4, 3)]))
    return Tiny(first, second, scale), task, sequences


def test_curvature_agrees_with_the_whole_hessian():
    model, task, sequences = tiny(2.0)
    weights, static = eqx.partition(model, eqx.is_array)
    flat, unravel = jax.flatten_util.ravel_pytree(weights)

    def loss(flat):
        logits = jax.vmap(eqx.combine(unravel(flat), static))(sequences.tokens)
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), sequences.target[:, None], axis=1).mean()

    g, hessian = jax.grad(loss)(flat), jax.hessian(loss)(flat)
    found = eqx.filter_jit(gradient_curvature)(model, task, sequences)
    assert float(found["gradient_curvature"]) == pytest.approx(float(g @ hessian @ g / (g @ g)), rel=1e-4)
    assert float(found["evaluation_gradient_norm"]) == pytest.approx(float(jnp.linalg.norm(g)), rel=1e-5)


def test_curvature_is_zero_where_the_gradient_is():
    found = gradient_curvature(*tiny(0.0))
    assert float(found["gradient_curvature"]) == float(found["evaluation_gradient_norm"]) == 0
