"""Each library clamp does what its name says, for two to eight pairs, against plain formulas."""

import functools

import numpy as np
import pytest

from dynamicl.clamps import (
    LIBRARY,
    Clamp,
    ablate_heads,
    attention_temperature,
    check_clamps,
    copy,
    cut,
    forbid_previous_token,
    forward_recorded,
    keep_heads,
    layer_one,
    layer_one_and_copy,
    match,
    only_path,
    preserve,
    previous_token_attend,
)
from dynamicl.models import TransformerSpec, with_all_rows
from dynamicl.specs import SpecError

from .worlds import chained, putting, replacing, softmax, world

FOUR = TransformerSpec(2, 4, 16)
SIZES = ((2, 1), (3, 1), (2, 2), (5, 1), (3, 2), (7, 1), (4, 2))


@functools.cache
def made(ways, shots=1):
    return world(ways, shots, seed=ways + shots, size=3)


def recorded(w, clamps, *names):
    """Sites of the model with every row, as the probes see them."""
    seen = forward_recorded(with_all_rows(w.model), w.task, w.sequences, clamps, 0, names)[1]
    return [np.asarray(seen[name]) for name in names]


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=5e-5, atol=5e-6)


def shares(mask):
    """The same weight on every position of a mask."""
    return mask / mask.sum(-1, keepdims=True)


@pytest.mark.parametrize(("ways", "shots"), SIZES)
class TestPatterns:
    def test_previous_token(self, ways, shots):
        w = made(ways, shots)
        length = 2 * ways * shots + 1
        (pattern,) = recorded(w, previous_token_attend([1], purity=0.75), "layers.0.attn.pattern")
        expected = np.zeros((length, length))
        expected[0, 0] = 1
        for t in range(1, length):
            expected[t, t - 1], expected[t, t] = 0.75, 0.25
        assert np.array_equal(pattern[:, 1], np.tile(expected, (w.size, 1, 1)))
        (clean,) = recorded(w, (), "layers.0.attn.pattern")
        assert np.array_equal(pattern[:, 0], clean[:, 0])

    def test_match(self, ways, shots):
        w, roles = made(ways, shots), made(ways, shots).roles
        pattern, clean = (recorded(w, c, "layers.1.attn.pattern")[0] for c in (match(1), ()))
        close(pattern[:, 1, -1], shares(roles.matching_label))
        assert (roles.matching_label.sum(1) == shots).all()
        labels = np.asarray(w.sequences.tokens[1])
        right = labels == np.asarray(w.sequences.target)[:, None]
        assert np.array_equal(pattern[:, 1, -1, 1::2] > 0, right)
        assert np.array_equal(pattern[:, 1, :-1], clean[:, 1, :-1]) and np.array_equal(
            pattern[:, 0], clean[:, 0]
        )

    def test_match_in_part(self, ways, shots):
        w, roles = made(ways, shots), made(ways, shots).roles
        (pattern,) = recorded(w, match(0, purity=0.6), "layers.1.attn.pattern")
        close(pattern[:, 0, -1], 0.6 * shares(roles.matching_label) + 0.4 * shares(roles.other_label))

    def test_layer_one(self, ways, shots):
        """A A 0 B A in place of A 0 B 1 A decides the patterns; A 0 B 1 A itself is what values and stream hold."""
        w = made(ways, shots)

        def tap_for(i):
            own = w.seen(i)["layers.0.pre"]
            shifted = np.stack([own[0], *own[:-2], own[-1]])
            patterns = w.seen(i, replacing({"layers.1.pre": shifted}))["layers.1.attn.pattern"]
            return replacing({"layers.1.pre": own, "layers.1.attn.pattern": patterns})

        names = ("layers.1.pre", "layers.1.attn.pattern", "layers.1.attn.v", "logits")
        found = recorded(w, layer_one(), *names)
        for i in range(w.size):
            expected = w.seen(i, tap_for(i))
            for name, value in zip(names, found, strict=True):
                close(value[i], expected[name])
        close(w.clamped(layer_one()), w.loop(tap_for))

    def test_copy(self, ways, shots):
        w = made(ways, shots)
        close(w.clamped(copy(1)), copied(w, 1, lambda i: w.seen(i)))

    def test_layer_one_and_copy(self, ways, shots):
        w = made(ways, shots)

        def scores_from(i):
            own = w.seen(i)["layers.0.pre"]
            return w.seen(i, replacing({"layers.1.pre": np.stack([own[0], *own[:-2], own[-1]])}))

        close(w.clamped(layer_one_and_copy(0)), copied(w, 0, scores_from))


def copied(w, head, seen):
    """Logits as a loop over labels: the log of the summed exponentials of the query's scores on each one's places."""
    logits = np.full((w.size, w.task.labels), -1e9)
    for i in range(w.size):
        scores = seen(i)["layers.1.attn.scores"][head, -1]
        labels = np.asarray(w.sequences.tokens[1])[i]
        for label in set(labels.tolist()):
            places = [2 * pair + 1 for pair, one in enumerate(labels) if one == label]
            logits[i, label] = np.log(sum(np.exp(scores[place]) for place in places))
    return logits


def test_labels_do_repeat_in_the_copy_test():
    labels = np.asarray(made(3, 2).sequences.tokens[1])
    assert all(len(set(row)) == 3 for row in labels.tolist()) and labels.shape[1] == 6


@pytest.fixture(scope="module")
def four():
    return world(model=FOUR, size=3)


def silenced(layer, heads):
    return putting(f"layers.{layer}.attn.v", list(heads), 0.0)


def test_ablated_heads_have_no_values_but_keep_their_patterns(four):
    clean, pattern = (recorded(four, c, "layers.0.attn.pattern")[0] for c in ((), ablate_heads(0, [1, 3])))
    assert np.array_equal(clean, pattern)
    close(four.clamped(ablate_heads(0, [1, 3])), four.loop(lambda i: silenced(0, [1, 3])))
    close(four.clamped(ablate_heads(1)), four.loop(lambda i: silenced(1, range(4))))


def test_kept_heads_are_all_but_the_ablated(four):
    assert keep_heads(1, [2], 4) == ablate_heads(1, [0, 1, 3])
    assert keep_heads(1, range(4), 4) == ()
    close(four.clamped(keep_heads(1, [2], 4)), four.loop(lambda i: silenced(1, [0, 1, 3])))


def test_a_cut_path_leaves_the_next_layer_as_it_was(four):
    def tap_for(i):
        seen = four.seen(i)
        names = ("layers.1.attn.pattern", "layers.1.attn.v")
        return chained(silenced(0, [2]), replacing({name: seen[name] for name in names}))

    close(four.clamped(cut(0, [2])), four.loop(tap_for))


@pytest.mark.parametrize("preserved", [("v",), ("pattern",), ("q", "k")])
def test_only_one_path_is_left(four, preserved):
    def tap_for(i):
        seen = four.seen(i)
        kept = [putting(name, 2, seen[name][2]) for name in (f"layers.1.attn.{part}" for part in preserved)]
        return chained(silenced(0, [0, 2, 3]), silenced(1, [0, 1, 3]), *kept)

    clamps = only_path(1, 2, 4, preserved)
    check_clamps(clamps, four.sites, 1)
    close(four.clamped(clamps), four.loop(tap_for))


def test_a_temperature_divides_scores(four):
    def tap_for(i):
        scores = four.seen(i)["layers.1.attn.scores"]
        return putting("layers.1.attn.pattern", ..., softmax(scores / 0.5))

    close(four.clamped(attention_temperature(1, 0.5)), four.loop(tap_for))


@pytest.mark.parametrize("labels_only", [True, False])
def test_the_previous_token_is_forbidden(four, labels_only):
    clean, pattern = (
        recorded(four, c, "layers.0.attn.pattern")[0]
        for c in ((), forbid_previous_token(0, [0, 2], labels_only=labels_only))
    )
    for t in range(1, 5):
        barred = not labels_only or t in (1, 3)
        expected = clean[:, [0, 2], t].copy()
        if barred:
            expected[..., t - 1] = 0
            expected /= expected.sum(-1, keepdims=True)
        close(pattern[:, [0, 2], t], expected)
    assert np.array_equal(pattern[:, [1, 3]], clean[:, [1, 3]])


def test_preserved_parts_become_clamps_in_order():
    sites = [clamp.site for clamp in preserve(3, ("v", "pattern"))]
    assert sites == ["layers.3.attn.v", "layers.3.attn.pattern"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: preserve(1, ("values",)), "`preserve` has no part 'values': choose among pattern, q, k, v"),
        (lambda: keep_heads(0, [4], 4), r"`keep_heads` keeps \[4\] of 4 heads: name at least one below 4"),
        (lambda: attention_temperature(0, 0.0), "`temperature` is 0.0: give more than 0"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(SpecError, match=message):
        make()


def test_the_command_knows_every_function_by_a_name():
    assert {maker.__name__ for maker in LIBRARY.values()} == {
        "ablate_heads",
        "attention_temperature",
        "copy",
        "cut",
        "forbid_previous_token",
        "keep_heads",
        "layer_one",
        "layer_one_and_copy",
        "match",
        "only_path",
        "preserve",
        "previous_token_attend",
    }
    assert all(isinstance(clamp, Clamp) for clamp in LIBRARY["steps-1-2"]())
