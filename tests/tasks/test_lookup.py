"""Key-value lookup: the layout of a sequence, the exact distribution, padding, and pairs kept from training."""

import dataclasses
import itertools
from collections import Counter

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import scipy.stats

from dynamicl.circuits import learn_rule, score_rule
from dynamicl.models import TokenIds, lookup_encoder, record, with_all_rows
from dynamicl.probes import rule_accuracy
from dynamicl.probes._heads import head_measures
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import LookupSpec, Task, TaskSpec, interface_of

SPECIAL = 4


def draw(task, size, seed=0):
    """A batch on the host."""
    return jax.device_get(eqx.filter_jit(task.batch)(jax.random.key(seed), size))


def pairs_of(ids, keys):
    """Keys and values of one sequence as numbers, and the key prompted, read from its tokens alone."""
    end = list(ids).index(1)
    inner = ids[1:end]
    return (tuple(inner[0::2] - SPECIAL), tuple(inner[1::2] - SPECIAL - keys), int(ids[end + 1]) - SPECIAL)


def uniform(counts, outcomes, level=1e-3):
    """Whether counts over a known number of outcomes look uniform."""
    observed = [counts.get(outcome, 0) for outcome in outcomes]
    assert sum(observed) == sum(counts.values()), "an outcome that should be impossible"
    return scipy.stats.chisquare(observed).pvalue > level


def test_it_is_a_task():
    assert isinstance(LookupSpec(), TaskSpec)
    assert isinstance(LookupSpec().prepare()["train"], Task)


@pytest.mark.parametrize("spec", [LookupSpec(), LookupSpec(pairs=3, least_pairs=3, keys=5, values=4)])
def test_layout_by_a_plain_loop(spec):
    task = spec.prepare()["train"]
    batch = draw(task, 200)
    length = 2 * spec.pairs + 4
    interface = interface_of(task)
    assert interface.length == length
    assert interface.tokens.vocabulary == SPECIAL + spec.keys + spec.values
    assert (type(interface.tokens), interface.outputs, interface.readout) == (TokenIds, spec.values, 0)
    for i in range(200):
        ids = batch.tokens.ids[i]
        keys, values, prompt = pairs_of(ids, spec.keys)
        n = len(keys)
        assert spec.least_pairs <= n <= spec.pairs
        inner = [t for x, y in zip(keys, values, strict=True) for t in (SPECIAL + x, SPECIAL + spec.keys + y)]
        assert ids.tolist() == [0, *inner, 1, SPECIAL + prompt, 2, *[3] * (length - 2 * n - 4)]
        assert len(set(keys)) == len(set(values)) == n
        k = keys.index(prompt) + 1
        assert batch.target[i] == values[k - 1]
        assert np.flatnonzero(batch.options[i]).tolist() == sorted(values)
        assert batch.tokens.valid[i].tolist() == [p < 2 * n + 4 for p in range(length)]
        assert batch.roles.query[i] == 0
        assert np.flatnonzero(batch.roles.matching_label[i]).tolist() == [2 * k]
        others = [2 * j for j in range(1, n + 1) if j != k]
        assert np.flatnonzero(batch.roles.other_label[i]).tolist() == others
        assert np.flatnonzero(batch.roles.exemplars[i]).tolist() == [2 * j - 1 for j in range(1, n + 1)]
    assert (batch.roles.matching_exemplar == np.roll(batch.roles.matching_label, -1, axis=-1)).all()


def test_report_sized_draws_are_uniform():
    batch = draw(LookupSpec().prepare()["train"], 20_000)
    n = batch.tokens.valid.sum(axis=1) // 2 - 2
    assert uniform(Counter(n.tolist()), range(1, 27))
    place = np.argmax(batch.roles.matching_label, axis=1) // 2
    for size in (5, 26):
        assert uniform(Counter(place[n == size].tolist()), range(1, size + 1))
    ids = batch.tokens.ids
    assert uniform(Counter((ids[:, 1] - SPECIAL).tolist()), range(26))
    assert uniform(Counter((ids[:, 2] - SPECIAL - 26).tolist()), range(26))
    assert uniform(Counter((ids[n >= 9, 17] - SPECIAL).tolist()), range(26))
    assert uniform(Counter(batch.target.tolist()), range(26))
    both = zip((ids[:, 1] - SPECIAL).tolist(), (ids[:, 2] - SPECIAL - 26).tolist(), strict=True)
    assert uniform(Counter(both), list(itertools.product(range(26), range(26))))


@pytest.mark.parametrize("repeat", [False, True])
def test_small_draws_are_uniform_over_every_sequence(repeat):
    spec = LookupSpec(pairs=2, least_pairs=2, keys=3, values=3, repeat_values=repeat)
    seen = Counter(pairs_of(ids, 3) for ids in draw(spec.prepare()["train"], 20_000).tokens.ids)
    values = itertools.product(range(3), repeat=2) if repeat else itertools.permutations(range(3), 2)
    values = list(values)
    every = [(k, v, p) for k in itertools.permutations(range(3), 2) for v in values for p in k]
    assert len(every) == (108 if repeat else 72)
    assert uniform(seen, every)


def test_repeated_values_all_count_as_options():
    spec = LookupSpec(pairs=6, keys=9, values=2, repeat_values=True)
    validate(spec)
    batch = draw(spec.prepare()["train"], 100)
    for ids, options in zip(batch.tokens.ids, batch.options, strict=True):
        assert set(np.flatnonzero(options).tolist()) == set(pairs_of(ids, 9)[1])


def test_evaluators_fix_the_number_of_pairs():
    assert list(LookupSpec(pairs=5, least_pairs=5).prepare()) == ["train"]
    assert list(LookupSpec(pairs=3).prepare()) == ["train", "n = 1", "n = 2", "n = 3"]
    tasks = LookupSpec(held_out=0.05).prepare()
    assert list(tasks) == ["train", "n = 1", "n = 7", "n = 14", "n = 20", "n = 26", "held-out combinations"]
    assert {interface_of(task) for task in tasks.values()} == {interface_of(tasks["train"])}
    assert (draw(tasks["n = 7"], 50).tokens.valid.sum(axis=1) == 18).all()


def test_plateau_is_the_mean_of_one_over_n():
    assert LookupSpec(pairs=5, least_pairs=5).plateau == pytest.approx(0.2)
    assert LookupSpec(pairs=4, least_pairs=2).plateau == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)


def test_batches_are_pure_functions_of_the_key():
    task = LookupSpec(pairs=4, held_out=0.1).prepare()["train"]
    first, again, other = draw(task, 30), draw(task, 30), draw(task, 30, seed=1)
    assert jax.tree.all(jax.tree.map(np.array_equal, first, again))
    assert not np.array_equal(first.tokens.ids, other.tokens.ids)


# Pairs kept from training.


@pytest.mark.parametrize(
    ("keys", "values", "share", "each"), [(26, 26, 0.1, 3), (8, 26, 0.2, 5), (26, 8, 0.25, 2)]
)
def test_every_key_goes_without_equally_many_values(keys, values, share, each):
    held = np.asarray(LookupSpec(pairs=2, keys=keys, values=values, held_out=share).held_out_pairs())
    assert held.shape == (keys, values)
    assert (held.sum(axis=1) == each).all()
    if keys == values:
        assert (held.sum(axis=0) == each).all()
    other = LookupSpec(pairs=2, keys=keys, values=values, held_out=share, held_out_seed=1).held_out_pairs()
    assert not np.array_equal(held, other)


@pytest.mark.parametrize(
    "spec", [LookupSpec(held_out=1 / 26), LookupSpec(pairs=5, held_out=0.2, repeat_values=True)]
)
def test_held_out_pairs_never_occur_in_training(spec):
    validate(spec)
    held, tasks = np.asarray(spec.held_out_pairs()), spec.prepare()
    for name in ("train", f"n = {spec.pairs}"):
        for ids in draw(tasks[name], 500).tokens.ids:
            keys, values, _ = pairs_of(ids, 26)
            assert not held[list(keys), list(values)].any()


@pytest.mark.parametrize("repeat", [False, True])
def test_training_is_uniform_over_what_remains(repeat):
    spec = LookupSpec(pairs=2, least_pairs=2, keys=3, values=4, held_out=0.25, repeat_values=repeat)
    held = np.asarray(spec.held_out_pairs())
    seen = Counter(pairs_of(ids, 3) for ids in draw(spec.prepare()["train"], 20_000).tokens.ids)
    values = list(itertools.product(range(4), repeat=2) if repeat else itertools.permutations(range(4), 2))
    chosen = list(itertools.permutations(range(3), 2))
    for k in chosen:
        # Given the keys: uniform over allowed values and over the prompt. The keys themselves stay uniform.
        allowed = [v for v in values if not held[list(k), list(v)].any()]
        part = {outcome: count for outcome, count in seen.items() if outcome[0] == k}
        assert uniform(part, [(k, v, p) for v in allowed for p in k])
    assert uniform(Counter(itertools.chain.from_iterable([o[0]] * c for o, c in seen.items())), chosen)


@pytest.mark.parametrize("repeat", [False, True])
def test_held_out_evaluator_prompts_pairs_never_seen(repeat):
    spec = LookupSpec(pairs=3, least_pairs=2, keys=3, values=4, held_out=0.5, repeat_values=repeat)
    held, task = np.asarray(spec.held_out_pairs()), spec.prepare()["held-out combinations"]
    seen = Counter(pairs_of(ids, 3) for ids in draw(task, 30_000).tokens.ids)
    for n in (2, 3):
        values = list(
            itertools.product(range(4), repeat=n) if repeat else itertools.permutations(range(4), n)
        )
        every = [
            (k, v, p)
            for k in itertools.permutations(range(3), n)
            for v in values
            for p in k
            if held[p, v[k.index(p)]]
        ]
        assert uniform({o: c for o, c in seen.items() if len(o[0]) == n}, every)


def test_value_marginal_stays_uniform_with_pairs_held_out():
    spec = LookupSpec(pairs=4, least_pairs=4, keys=8, values=8, held_out=0.25)
    ids = draw(spec.prepare()["train"], 10_000).tokens.ids
    assert uniform(Counter((ids[:, 2] - SPECIAL - 8).tolist()), range(8))


# Padding.


def padded_and_bare():
    """The same sequences of five pairs with room for 26 and without, and a model for each length."""
    padded_task = LookupSpec().prepare()["train"]
    model = lookup_encoder(d_model=32, heads=2).build(interface_of(padded_task), jax.random.key(3))
    five = dataclasses.replace(padded_task, least=5, most=5)
    padded = five.batch(jax.random.key(5), 8)
    bare = TokenIds(padded.tokens.ids[:, :14], padded.tokens.valid[:, :14], padded_task.vocabulary)
    return model, padded, bare


def test_padding_changes_no_logit():
    model, padded, bare = padded_and_bare()
    assert bare.valid.all() and not padded.tokens.valid[:, 14:].any()
    np.testing.assert_allclose(
        jax.jit(jax.vmap(model))(padded.tokens), jax.jit(jax.vmap(model))(bare), rtol=0, atol=2e-6
    )
    full = with_all_rows(model)
    patterns = jax.jit(jax.vmap(lambda tokens: record(full, tokens, ("*.attn.pattern",))[1]))
    long, short = patterns(padded.tokens), patterns(bare)
    for site in long:
        assert (long[site][..., 14:] == 0).all()
        np.testing.assert_allclose(long[site][..., :14, :14], short[site], rtol=0, atol=2e-6)


def test_padding_changes_no_measure():
    model, padded, bare = padded_and_bare()
    # Roles and options without the padding's positions.
    alone = eqx.tree_at(
        lambda s: (s.tokens, s.roles),
        padded,
        (bare, jax.tree.map(lambda leaf: leaf[:, :14] if leaf.ndim == 2 else leaf, padded.roles)),
    )
    full = with_all_rows(model)
    sites = ("*.attn.pattern", "*.attn.head_out", "layers.*.post")

    def measured(sequences):
        taken = jax.jit(jax.vmap(lambda tokens: record(full, tokens, sites)[1]))(sequences.tokens)
        pattern = jnp.stack([taken[f"layers.{i}.attn.pattern"] for i in range(2)], axis=1)
        rule = learn_rule(pattern, sequences)
        return {
            **head_measures(full, taken, sequences),
            **rule_accuracy(pattern, sequences),
            "learnt": score_rule(rule, pattern, sequences),
        }, rule

    (long, rule), (short, same) = measured(padded), measured(alone)
    assert rule == same and len(long) == 10
    for name in long:
        assert long[name].shape == (2, 2)
        np.testing.assert_allclose(long[name], short[name], rtol=0, atol=1e-5, err_msg=name)


def test_padding_gets_no_gradient():
    model, padded, bare = padded_and_bare()

    def gradient(tokens):
        def loss(model):
            return optax.softmax_cross_entropy_with_integer_labels(
                jax.vmap(model)(tokens), padded.target
            ).mean()

        return eqx.filter_jit(eqx.filter_grad(loss))(model)

    long, short = gradient(padded.tokens), gradient(bare)
    assert (long.embed.table[3] == 0).all()
    assert (long.embed.table[2] != 0).any()
    for a, b in zip(jax.tree.leaves(long), jax.tree.leaves(short), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5)


# Words, specs and bad input.


def test_tokens_are_described_as_people_write_them():
    task = LookupSpec(pairs=3).prepare()["train"]
    batch = draw(task, 20)
    for i in range(20):
        keys, values, prompt = pairs_of(batch.tokens.ids[i], 26)
        words = [token["text"] for token in task.describe(batch, i)]
        inner = [
            w
            for x, y in zip(keys, values, strict=True)
            for w in (str(x + 1), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[y])
        ]
        expected = ["[BOS]", *inner, "[SEP]", str(prompt + 1), "[EOS]"]
        assert words == expected + ["[PAD]"] * (10 - len(expected))


def test_spec_round_trips_through_json():
    spec = LookupSpec(
        pairs=7, least_pairs=2, keys=30, values=40, held_out=0.1, held_out_seed=3, repeat_values=True
    )
    assert from_json(to_json(spec)) == spec
    assert to_json(from_json(to_json(spec))) == to_json(spec)
    assert '"kind":"lookup"' in to_json(spec)


def test_spec_binds_to_the_task_itself():
    spec = LookupSpec(pairs=2)
    task = spec.prepare()["train"]
    assert spec.bind(task, jax.random.key(0)) is task


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pairs": 0}, "`task.pairs` is 0: give 1 to 512"),
        ({"pairs": 4, "least_pairs": 5}, "`task.least_pairs` is 5: give 1 up to `task.pairs` 4"),
        ({"pairs": 4, "least_pairs": 0}, "`task.least_pairs` is 0: give 1 up to"),
        ({"pairs": 27}, "`task.keys` is 26: give at least `task.pairs` 27"),
        ({"pairs": 20, "values": 19}, "`task.values` is 19: give at least 20"),
        ({"pairs": 20, "values": 1, "repeat_values": True}, "`task.values` is 1: give at least 2"),
        ({"held_out": 1.0}, "`task.held_out` is 1.0: give 0 up to below 1"),
        ({"held_out": 0.01}, "is 0 for each key: give at least 0.0385"),
        ({"held_out": 0.99, "pairs": 1}, "is 26 for each key: .* less than 1"),
        ({"held_out": 0.1, "held_out_seed": -1}, "`task.held_out_seed` is -1: give 0 or more"),
        ({"held_out": 0.25, "pairs": 4, "keys": 16, "values": 4}, "without distinct values: reduce it"),
        ({"held_out": 0.2}, "leaves about 0.00[0-9]+ of all sequences .*: reduce `task.held_out`"),
    ],
)
def test_bad_specs_name_the_remedy(fields, message):
    with pytest.raises(SpecError, match=message):
        validate(LookupSpec(**fields))
