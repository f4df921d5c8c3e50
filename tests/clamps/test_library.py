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
SIZES = ((2, 1), (3, 2), (7, 1))


CASES = {
    "clean": (),
    "previous": previous_token_attend([1], purity=0.75),
    "match": match(1),
    "match in part": match(0, purity=0.6),
    "layer 1": layer_one(),
    "copy": copy(1),
    "layer 1 and copy": layer_one_and_copy(0),
}
FIRST, LAST = "layers.0.attn.pattern", "layers.1.attn.pattern"


@functools.cache
def made(ways, shots):
    """A world and its sites under every case, all rows computed, as the probes see them."""
    w = world(ways, shots, seed=ways + shots, size=3)
    sites = ("layers.*.attn.pattern", "layers.1.pre", "layers.1.attn.v", "logits")
    found = w.recorded(CASES, sites, model=with_all_rows(w.model))
    return w, {case: seen for case, (_, seen) in found.items()}


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=5e-5, atol=5e-6)


def shares(mask):
    """The same weight on every position of a mask."""
    return mask / mask.sum(-1, keepdims=True)


@pytest.mark.parametrize(("ways", "shots"), SIZES)
class TestPatterns:
    def test_previous_token(self, ways, shots):
        w, found = made(ways, shots)
        length = 2 * ways * shots + 1
        expected = np.zeros((length, length))
        expected[0, 0] = 1
        for t in range(1, length):
            expected[t, t - 1], expected[t, t] = 0.75, 0.25
        pattern = found["previous"][FIRST]
        assert np.array_equal(pattern[:, 1], np.tile(expected, (w.size, 1, 1)))
        close(pattern[:, 0], found["clean"][FIRST][:, 0])

    def test_match(self, ways, shots):
        w, found = made(ways, shots)
        pattern, clean = (found[case][LAST] for case in ("match", "clean"))
        close(pattern[:, 1, -1], shares(w.roles.matching_label))
        assert (w.roles.matching_label.sum(1) == shots).all()
        right = np.asarray(w.sequences.tokens[1]) == np.asarray(w.sequences.target)[:, None]
        assert np.array_equal(pattern[:, 1, -1, 1::2] > 0, right)
        close(pattern[:, 1, :-1], clean[:, 1, :-1])
        close(pattern[:, 0], clean[:, 0])

    def test_match_in_part(self, ways, shots):
        w, found = made(ways, shots)
        expected = 0.6 * shares(w.roles.matching_label) + 0.4 * shares(w.roles.other_label)
        close(found["match in part"][LAST][:, 0, -1], expected)

    def test_layer_one(self, ways, shots):
        """A A 0 B A in place of A 0 B 1 A decides the patterns; A 0 B 1 A itself is what values and stream hold."""
        w, found = made(ways, shots)
        for i in range(w.size):
            own = w.seen(i)["layers.0.pre"]
            patterns = w.seen(i, replacing({"layers.1.pre": shifted(own)}))[LAST]
            expected = w.seen(i, replacing({"layers.1.pre": own, LAST: patterns}))
            for name in ("layers.1.pre", LAST, "layers.1.attn.v", "logits"):
                close(found["layer 1"][name][i], expected[name])

    def test_copy(self, ways, shots):
        w, found = made(ways, shots)
        close(found["copy"]["logits"], copied(w, 1, w.seen))

    def test_layer_one_and_copy(self, ways, shots):
        w, found = made(ways, shots)
        seen = lambda i: w.seen(i, replacing({"layers.1.pre": shifted(w.seen(i)["layers.0.pre"])}))  # noqa: E731
        close(found["layer 1 and copy"]["logits"], copied(w, 0, seen))


def shifted(stream):
    """Each position but the first and the query holds what the one before it holds."""
    return np.stack([stream[0], *stream[:-2], stream[-1]])


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
    labels = np.asarray(made(3, 2)[0].sequences.tokens[1])
    assert all(len(set(row)) == 3 for row in labels.tolist()) and labels.shape[1] == 6


MORE = {
    "clean": (),
    "two": ablate_heads(0, [1, 3]),
    "all": ablate_heads(1),
    "keep": keep_heads(1, [2], 4),
    "cut": cut(0, [2]),
    "temperature": attention_temperature(1, 0.5),
    "forbid on labels": forbid_previous_token(0, [0, 2]),
    "forbid": forbid_previous_token(0, [0, 2], labels_only=False),
    **{f"path {part}": only_path(1, 2, 4, part.split()) for part in ("v", "pattern", "q k")},
}


@pytest.fixture(scope="module")
def four():
    return world(model=FOUR, size=3)


@pytest.fixture(scope="module")
def more(four):
    return four.recorded(MORE, [FIRST])


def silenced(layer, heads):
    return putting(f"layers.{layer}.attn.v", list(heads), 0.0)


def test_ablated_heads_have_no_values_but_keep_their_patterns(four, more):
    close(more["two"][1][FIRST], more["clean"][1][FIRST])
    close(more["two"][0], four.loop(lambda i: silenced(0, [1, 3])))
    close(more["all"][0], four.loop(lambda i: silenced(1, range(4))))


def test_kept_heads_are_all_but_the_ablated(four, more):
    assert keep_heads(1, [2], 4) == ablate_heads(1, [0, 1, 3])
    assert keep_heads(1, range(4), 4) == ()
    close(more["keep"][0], four.loop(lambda i: silenced(1, [0, 1, 3])))


def test_a_cut_path_leaves_the_next_layer_as_it_was(four, more):
    def tap_for(i):
        seen = four.seen(i)
        return chained(silenced(0, [2]), replacing({name: seen[name] for name in (LAST, "layers.1.attn.v")}))

    close(more["cut"][0], four.loop(tap_for))


@pytest.mark.parametrize("preserved", ["v", "pattern", "q k"])
def test_only_one_path_is_left(four, more, preserved):
    def tap_for(i):
        seen = four.seen(i)
        kept = [putting(name, 2, seen[name][2]) for name in (f"layers.1.attn.{p}" for p in preserved.split())]
        return chained(silenced(0, [0, 2, 3]), silenced(1, [0, 1, 3]), *kept)

    check_clamps(MORE[f"path {preserved}"], four.sites, 1)
    close(more[f"path {preserved}"][0], four.loop(tap_for))


def test_a_temperature_divides_scores(four, more):
    def tap_for(i):
        return putting(LAST, ..., softmax(four.seen(i)["layers.1.attn.scores"] / 0.5))

    close(more["temperature"][0], four.loop(tap_for))


@pytest.mark.parametrize("case", ["forbid on labels", "forbid"])
def test_the_previous_token_is_forbidden(more, case):
    clean, pattern = more["clean"][1][FIRST], more[case][1][FIRST]
    for t in range(1, 5):
        expected = clean[:, [0, 2], t].copy()
        if case == "forbid" or t in (1, 3):
            expected[..., t - 1] = 0
            expected /= expected.sum(-1, keepdims=True)
        close(pattern[:, [0, 2], t], expected)
    close(pattern[:, [1, 3]], clean[:, [1, 3]])


def test_preserved_parts_become_clamps_in_order():
    sites = [clamp.site for clamp in preserve(3, ("v", "pattern"))]
    assert sites == ["layers.3.attn.v", "layers.3.attn.pattern"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: preserve(1, ("values",)), "`preserve` has no part 'values': choose among pattern, q, k, v"),
        (lambda: keep_heads(0, [4], 4), "`keep_heads` keeps head 4 of 4: heads are 0 to 3"),
        (lambda: keep_heads(0, [], 4), "`keep_heads` keeps none of 4 heads: name one below 4"),
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
        "from_checkpoint",
        "keep_heads",
        "layer_one",
        "layer_one_and_copy",
        "match",
        "only_path",
        "preserve",
        "previous_token_attend",
    }
    assert all(isinstance(clamp, Clamp) for clamp in LIBRARY["steps-1-2"]())
