import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    CopyScores,
    From,
    Mean,
    Pattern,
    ablate_heads,
    attention_temperature,
    copy,
    forward,
    layer_one_and_copy,
    passes,
    preserve,
)
from dynamicl.models import TransformerSpec, with_all_rows
from dynamicl.specs import SpecError

from .worlds import SquashSpec, chained, putting, replacing, world

V = "layers.0.attn.v"
HALF, SOFT = Clamp("norm.out", Constant(1.0), strength=0.5), Clamp("norm.out", Constant(0.0), strength=0.5)
SOME = {"heads": (1,), "queries": ("labels",)}
CASES = {
    "clean": (),
    "no strength": [Clamp(V, strength=0.0)],
    "window": [Clamp(V, windows=((5, 9),))],
    "silent": [Clamp(V)],
    "quarter": [Clamp(V, Constant(2.0), strength=0.25, **SOME)],
    "whole": [Clamp(V, Constant(2.0), **SOME)],
    "half, soft": [HALF, SOFT],
    "soft, half": [SOFT, HALF],
    "mean": [Clamp("layers.0.post", Mean())],
    "warm": attention_temperature(0, 2.5, [1]),
    "several": ablate_heads(0) + preserve(1, ("pattern", "v"), [1]),
    **{
        f"{part} {head}": ablate_heads(0, [head]) + preserve(1, [part])
        for part in ("pattern", "v", "q", "k")
        for head in (0, 1)
    },
}


@pytest.fixture(scope="module")
def w():
    return world()


@pytest.fixture(scope="module")
def found(w):
    return w.logits(CASES, step=4)


def close(found, expected):
    # Single precision against double.
    np.testing.assert_allclose(found, expected, rtol=5e-5, atol=5e-6)


def test_no_clamps_are_the_plain_model(w, found):
    close(found["clean"], w.loop())


def test_clamping_a_value_to_itself_changes_no_bit(w):
    sites = [*(site.name for site in w.sites), "*"]
    # The rules take turns, so that every site and every rule is met.
    rules = itertools.cycle(("stop", "through", "straight_through"))
    cases = {
        f"{site} {rule}": [Clamp(site, From("clean"), gradient=rule)]
        for site, rule in zip(sites, rules, strict=False)
    }
    found = w.logits({"clean": (), **cases})
    for name, logits in found.items():
        assert np.array_equal(logits, found["clean"]), name


@pytest.mark.parametrize("case", ["no strength", "window"])
def test_no_strength_and_outside_the_window_change_no_bit(found, case):
    assert np.array_equal(found[case], found["clean"])


@pytest.mark.parametrize("step", [4, 5, 8, 9])
def test_the_window_is_half_open(w, found, step):
    logits = np.asarray(
        jax.jit(lambda t: forward(w.model, w.task, w.sequences, CASES["window"], t))(jnp.int32(step))
    )
    close(logits, found["silent" if 5 <= step < 9 else "clean"])


@pytest.mark.parametrize(("case", "strength"), [("quarter", 0.25), ("whole", 1.0)])
def test_strength_interpolates_the_value(w, found, case, strength):
    where = np.zeros((2, 5, 1), bool)
    where[1, [1, 3]] = True

    def tap(name, x):
        return np.where(where, (1 - strength) * x + strength * 2.0, x) if name == V else x

    close(found[case], w.loop(lambda i: tap))


@pytest.mark.parametrize("part", ["pattern", "v", "q", "k"])
@pytest.mark.parametrize("head", [0, 1])
def test_two_passes_keep_a_part_as_it_was(w, found, part, head):
    """Silence a head of layer 1 while layer 2 keeps part of its clean computation: two passes written out."""
    site = f"layers.1.attn.{part}"

    def tap_for(i):
        return chained(putting(V, head, 0.0), replacing({site: w.seen(i)[site]}))

    close(found[f"{part} {head}"], w.loop(tap_for))
    assert not np.allclose(found[f"{part} {head}"], w.loop(lambda i: putting(V, head, 0.0)), atol=1e-4)


def test_several_parts_and_only_some_heads_are_kept(w, found):
    def tap_for(i):
        kept = w.seen(i)
        again = [putting(name, 1, kept[name][1]) for name in ("layers.1.attn.pattern", "layers.1.attn.v")]
        return chained(putting(V, ..., 0.0), *again)

    close(found["several"], w.loop(tap_for))


@pytest.mark.parametrize(("case", "shift"), [("half, soft", 0.25), ("soft, half", 0.5)])
def test_clamps_act_in_the_order_given(w, found, case, shift):
    close(found[case], w.loop(lambda i: lambda name, x: 0.25 * x + shift if name == "norm.out" else x))


def test_the_mean_is_the_batchs(w, found):
    mean = np.mean([w.seen(i)["layers.0.post"] for i in range(w.size)], axis=0)
    close(found["mean"], w.loop(lambda i: replacing({"layers.0.post": mean})))


def test_a_mean_sees_what_earlier_clamps_left():
    w = world(model=SquashSpec(), size=4)
    clamps = [Clamp("hidden", Constant(1.0), strength=0.5), Clamp("hidden", Mean())]
    mean = np.mean([0.5 + 0.5 * w.seen(i)["hidden"] for i in range(w.size)], axis=0)
    close(w.logits({"mean": clamps})["mean"], np.tile(mean @ np.asarray(w.model.fall), (4, 1)))


def test_scaled_scores_are_a_temperature(w, found):
    def tap_for(i):
        scores = w.seen(i)["layers.0.attn.scores"]
        return putting("layers.0.attn.scores", 1, scores[1] / 2.5)

    close(found["warm"], w.loop(tap_for))


def test_what_is_recorded_is_the_clamped_main_pass(w):
    cases = {"clamped": layer_one_and_copy(0), "clean": ()}
    found = w.recorded(cases, ["layers.1.pre", "logits"])
    logits, seen = found["clamped"]
    assert set(seen) == {"layers.1.pre", "logits"}
    assert np.array_equal(seen["logits"], logits)
    close(seen["layers.1.pre"], [w.seen(i)["layers.0.pre"] for i in range(w.size)])
    close(found["clean"][1]["layers.1.pre"], [w.seen(i)["layers.1.pre"] for i in range(w.size)])


def test_one_row_or_all_of_the_last_layer_give_the_same_logits(w):
    cases = {
        "query": [Clamp("layers.1.attn.pattern", Pattern("previous token"), queries=("query",))],
        "self": [Clamp("layers.1.attn.pattern", Pattern("self"))],
        "uniform": [Clamp("layers.1.attn.pattern", Pattern("uniform"))],
        "offsets": [Clamp("layers.1.attn.scores", Constant(3.0), offsets=(-1,))],
        "copy": layer_one_and_copy(1),
        "preserve": preserve(1, ("pattern", "q")) + ablate_heads(0),
    }
    one, all_rows = w.logits(cases), w.recorded(cases, (), model=with_all_rows(w.model))
    for name in cases:
        close(one[name], all_rows[name][0])


def test_named_patterns_hold_what_they_name(w):
    site = "layers.0.attn.pattern"
    cases = {name: [Clamp(site, Pattern(name))] for name in ("self", "uniform", "induction")}
    found = {name: seen[site] for name, (_, seen) in w.recorded(cases, [site]).items()}
    assert np.array_equal(found["self"], np.broadcast_to(np.eye(5), (w.size, 2, 5, 5)))
    past = [[1 / (t + 1) if s <= t else 0 for s in range(5)] for t in range(5)]
    close(found["uniform"], np.broadcast_to(past, (w.size, 2, 5, 5)))
    # Rows before the matching label see nothing of it, and attend evenly to what they see.
    matching = [
        [one[:5] if any(one[: t + 1]) else past[t] for t in range(5)] for one in w.roles.matching_label
    ]
    close(found["induction"], np.broadcast_to(np.array(matching)[:, None], (w.size, 2, 5, 5)))


def test_offsets_are_key_minus_query(w):
    site = "layers.0.attn.scores"
    clamp = Clamp(site, Constant(7.0), offsets=(-1, 0), queries=(2, -1))
    seen = w.recorded({"offsets": [clamp]}, [site])["offsets"][1]
    changed = np.argwhere(seen[site][0, 0] == 7.0).tolist()
    assert changed == [[2, 1], [2, 2], [4, 3], [4, 4]]


def test_an_encoder_with_learnt_positions():
    w = world(model=TransformerSpec(1, 2, 8, causal=False, positions="learnt"))
    found = w.logits({"none": [Clamp("embed.positions", Constant(0.0))]})["none"]
    close(found, w.loop(lambda i: putting("embed.positions", ..., 0.0)))


def test_passes_are_ordered_by_need():
    a = Clamp("norm.out", From("a"))
    b = Clamp("norm.out", From("b"), in_pass="a")
    assert passes([]) == ("main",)
    assert passes([a]) == ("a", "main")
    assert passes([a, b]) == ("b", "a", "main")
    assert passes([Clamp("norm.out", From("main", "layers.0.pre"))]) == ("main",)


def test_copied_scores_that_name_no_pass_are_those_of_the_clamps_own(w):
    held = Clamp("layers.1.attn.scores", Constant(1.0), heads=(0,), keys=(1,))
    cases = {source: [held, Clamp("logits", CopyScores(0, 1, source))] for source in ("", "main", "clean")}
    assert passes(cases[""]) == ("main",)
    found = w.logits(cases)
    assert np.array_equal(found[""], found["main"])
    assert not np.allclose(found[""], found["clean"])


def test_copied_scores_that_name_no_pass_stay_in_another_pass(w):
    held = Clamp("layers.1.attn.scores", Constant(1.0), heads=(0,), keys=(1,), in_pass="a")
    taken = Clamp("logits", From("a"))
    cases = {
        source: [held, Clamp("logits", CopyScores(0, 1, source), in_pass="a"), taken] for source in ("", "a")
    }
    assert passes(cases[""]) == ("a", "main")
    found = w.logits(cases)
    assert np.array_equal(found[""], found["a"])


def test_circular_passes_are_refused():
    a, b = (Clamp("norm.out", From(other), in_pass=own) for own, other in (("a", "b"), ("b", "a")))
    with pytest.raises(SpecError, match="the passes a, b, main need each other: break the circle"):
        passes([Clamp("norm.out", From("a")), a, b])
    with pytest.raises(SpecError, match="a clamp of pass `a` takes its value from `main`, which comes last"):
        passes([Clamp("norm.out", From("main"), in_pass="a")])


def traced(w, clamps, model=None):
    """Trace the model under clamps; nothing is computed."""
    jax.eval_shape(lambda: forward(model or w.model, w.task, w.sequences, clamps))


@pytest.mark.parametrize(
    ("clamp", "message"),
    [
        (
            Clamp("layers.0.post", From("main", "layers.1.post")),
            "asks for `layers.1.post` of pass `main`, which is not computed before it is needed: name an earlier site",
        ),
        (
            Clamp("layers.1.attn.pattern", From("clean", "layers.0.attn.pattern")),
            r"`layers.0.attn.pattern` of pass `clean` has shape \(2, 5, 5\), `layers.1.attn.pattern` has \(2, 1, 5\)",
        ),
        (
            Clamp("layers.1.attn.pattern", Pattern(), queries=(0, 1)),
            r"`clamp.queries` is \(0, 1\), but `layers.1.attn.pattern` is computed at position 4 alone",
        ),
        (
            Clamp("layers.1.attn.q", Constant(0.0), queries=("labels",)),
            r"`clamp.queries` is \('labels',\), but `layers.1.attn.q` is computed at position 4 alone",
        ),
        (
            Clamp("layers.1.post", From("clean", "layers.1.attn.out", arrange="previous token")),
            "'previous token', and `layers.1.attn.out` has no row for each position",
        ),
    ],
)
def test_what_shows_only_in_the_pass_is_refused_there(w, clamp, message):
    with pytest.raises(SpecError, match=message):
        traced(w, [clamp])


def test_every_row_can_be_clamped_where_every_row_is_computed(w):
    traced(w, [Clamp("layers.1.attn.pattern", Pattern(), queries=(0, 1))], with_all_rows(w.model))


class Wrapped:
    """A task whose tokens are not pairs, and a model for them."""

    def __init__(self, w):
        self.w = w

    def inputs(self, tokens):
        return [self.w.task.inputs(tokens)]

    def model(self, tokens, tap):
        return self.w.model(tokens[0], tap)


def test_a_copy_clamp_needs_labels(w):
    other = Wrapped(w)
    with pytest.raises(
        SpecError, match="a copy clamp needs exemplar-label sequences: this task's tokens carry no"
    ):
        jax.eval_shape(lambda: forward(other.model, other, w.sequences, copy(0)))


def test_no_clamp_leaves_no_trace_in_the_program(w):
    def plain(model, sequences):
        return jax.vmap(lambda tokens: model(w.task.inputs(tokens)))(sequences.tokens)

    ours = jax.make_jaxpr(lambda m, s: forward(m, w.task, s))(w.model, w.sequences)
    assert str(ours) == str(jax.make_jaxpr(plain)(w.model, w.sequences))


@pytest.mark.parametrize("site", ["layers.0.post", V])
def test_what_is_taken_from_the_position_before_moves_along_the_sequence(w, site):
    """Whichever axis that is: heads lie before it at some sites."""
    cases = {"clean": (), "moved": [Clamp(site, From("clean", arrange="previous token"))]}
    clean, moved = (seen[site] for _, seen in w.recorded(cases, [site]).values())
    stays = np.isin(np.arange(5), [0, 4])[:, None]
    close(moved, np.where(stays, clean, np.roll(clean, 1, axis=-2)))
