import jax
import numpy as np
import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    From,
    Mean,
    Pattern,
    ablate_heads,
    attention_temperature,
    forward,
    forward_recorded,
    layer_one_and_copy,
    passes,
    preserve,
)
from dynamicl.models import TransformerSpec, with_all_rows
from dynamicl.specs import SpecError

from .worlds import SquashSpec, chained, putting, replacing, softmax, world


@pytest.fixture(scope="module")
def w():
    return world()


def close(found, expected):
    # The same float32 formulas, batched here and one by one there.
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


def test_no_clamps_are_the_plain_model(w):
    close(w.clamped(), w.loop())


def test_clamping_a_value_to_itself_changes_no_bit(w):
    clean = w.clamped()
    for site in w.sites:
        for gradient in ("stop", "through"):
            same = Clamp(site.name, From("clean"), gradient=gradient)
            assert np.array_equal(w.clamped([same]), clean), site.name
    everything = Clamp("*", From("clean"))
    assert np.array_equal(w.clamped([everything]), clean)


@pytest.mark.parametrize(
    "clamp", [Clamp("layers.0.attn.v", strength=0.0), Clamp("layers.0.attn.v", windows=((5, 9),))]
)
def test_no_strength_and_outside_the_window_change_no_bit(w, clamp):
    clean = w.clamped()
    assert np.array_equal(w.clamped([clamp], 4), clean)


@pytest.mark.parametrize("step", [4, 5, 8, 9])
def test_the_window_is_half_open(w, step):
    clamp = Clamp("layers.0.attn.v", windows=((5, 9),))
    found = w.clamped([clamp], step)
    expected = [Clamp("layers.0.attn.v")] if 5 <= step < 9 else []
    close(found, w.clamped(expected))


@pytest.mark.parametrize("strength", [0.25, 1.0])
def test_strength_interpolates_the_value(w, strength):
    clamp = Clamp("layers.0.attn.v", Constant(2.0), heads=(1,), queries=("labels",), strength=strength)

    where = np.zeros((2, 5, 1), bool)
    where[1, [1, 3]] = True

    def tap(name, x):
        return np.where(where, (1 - strength) * x + strength * 2.0, x) if name == "layers.0.attn.v" else x

    close(w.clamped([clamp]), w.loop(lambda i: tap))


@pytest.mark.parametrize("part", ["pattern", "v", "q", "k"])
@pytest.mark.parametrize("first", [0, 1])
def test_two_passes_keep_a_part_as_it_was(w, part, first):
    """Silence a head of layer 1 while layer 2 keeps part of its clean computation: two passes written out."""
    clamps = ablate_heads(0, [first]) + preserve(1, [part])
    site = f"layers.1.attn.{part}"

    def tap_for(i):
        return chained(putting("layers.0.attn.v", first, 0.0), replacing({site: w.seen(i)[site]}))

    found = w.clamped(clamps)
    close(found, w.loop(tap_for))
    assert not np.allclose(found, w.clamped(ablate_heads(0, [first])), atol=1e-4)


def test_several_parts_and_only_some_heads_are_kept(w):
    clamps = ablate_heads(0) + preserve(1, ("pattern", "v"), [1])

    def tap_for(i):
        kept = w.seen(i)
        again = [putting(name, 1, kept[name][1]) for name in ("layers.1.attn.pattern", "layers.1.attn.v")]
        return chained(putting("layers.0.attn.v", ..., 0.0), *again)

    close(w.clamped(clamps), w.loop(tap_for))


def test_clamps_act_in_the_order_given(w):
    half, one = Clamp("norm.out", Constant(1.0), strength=0.5), Clamp("norm.out", Constant(0.0), strength=0.5)
    for order, value in (((half, one), lambda x: 0.25 * x + 0.25), ((one, half), lambda x: 0.25 * x + 0.5)):
        found = w.clamped(order)
        close(found, w.loop(lambda i, value=value: lambda name, x: value(x) if name == "norm.out" else x))


def test_the_mean_is_the_batchs():
    w = world(size=4)
    site = "layers.0.post"
    mean = np.mean([w.seen(i)[site] for i in range(w.size)], axis=0)
    found = w.clamped([Clamp(site, Mean())])
    close(found, w.loop(lambda i: replacing({site: mean})))


def test_a_later_mean_sees_what_earlier_clamps_left():
    w = world(model=SquashSpec(), size=4)
    clamps = [Clamp("hidden", Constant(1.0), strength=0.5), Clamp("hidden", Mean())]
    mean = np.mean([0.5 + 0.5 * w.seen(i)["hidden"] for i in range(w.size)], axis=0)
    close(w.clamped(clamps), np.tile(mean @ np.asarray(w.model.fall), (4, 1)))


def test_scaled_scores_are_a_temperature(w):
    clamps = attention_temperature(0, 2.5, [1])

    def tap_for(i):
        scores = w.seen(i)["layers.0.attn.scores"]
        return putting("layers.0.attn.pattern", 1, softmax(scores[1] / 2.5))

    close(w.clamped(clamps), w.loop(tap_for))


def test_what_is_recorded_is_the_clamped_main_pass(w):
    clamps = layer_one_and_copy(0)
    logits, seen = forward_recorded(w.model, w.task, w.sequences, clamps, 0, ["layers.1.pre", "logits"])
    assert set(seen) == {"layers.1.pre", "logits"}
    assert np.array_equal(seen["logits"], logits)
    close(seen["layers.1.pre"], np.stack([w.seen(i)["layers.0.pre"] for i in range(w.size)]))
    plain = forward_recorded(w.model, w.task, w.sequences, (), 0, ["norm.out"])[1]
    close(plain["norm.out"], np.stack([w.seen(i)["norm.out"] for i in range(w.size)]))


def test_one_row_or_all_of_the_last_layer_give_the_same_logits(w):
    full = with_all_rows(w.model)
    for clamps in (
        [Clamp("layers.1.attn.pattern", Pattern("previous token"), queries=("query",))],
        [Clamp("layers.1.attn.pattern", Pattern("uniform", 1.0))],
        [Clamp("layers.1.attn.scores", Constant(3.0), offsets=(-1,))],
        layer_one_and_copy(1),
        preserve(1, ("pattern", "q")) + ablate_heads(0),
    ):
        close(w.clamped(clamps), forward(full, w.task, w.sequences, clamps))


def test_offsets_are_key_minus_query(w):
    clamp = Clamp("layers.0.attn.scores", Constant(7.0), offsets=(-1, 0), queries=(2, -1))
    seen = forward_recorded(w.model, w.task, w.sequences, [clamp], 0, ["layers.0.attn.scores"])[1]
    changed = np.asarray(seen["layers.0.attn.scores"][0, 0]) == 7.0
    assert sorted(map(tuple, np.argwhere(changed))) == [(2, 1), (2, 2), (4, 3), (4, 4)]


def test_an_encoder_with_learnt_positions():
    w = world(model=TransformerSpec(1, 2, 8, causal=False, positions="learnt"))
    clamp = Clamp("embed.positions", Constant(0.0))
    close(w.clamped([clamp]), w.loop(lambda i: putting("embed.positions", ..., 0.0)))


def test_passes_are_ordered_by_need():
    a = Clamp("norm.out", From("a"))
    b = Clamp("norm.out", From("b"), in_pass="a")
    assert passes([]) == ("main",)
    assert passes([a]) == ("a", "main")
    assert passes([a, b]) == ("b", "a", "main")
    assert passes([Clamp("norm.out", From("main", "layers.0.pre"))]) == ("main",)


def test_circular_passes_are_refused():
    a, b = (Clamp("norm.out", From(other), in_pass=own) for own, other in (("a", "b"), ("b", "a")))
    with pytest.raises(SpecError, match="the passes a, b, main need each other: break the circle"):
        passes([Clamp("norm.out", From("a")), a, b])
    with pytest.raises(SpecError, match="a clamp of pass `a` takes its value from `main`, which comes last"):
        passes([Clamp("norm.out", From("main"), in_pass="a")])


def test_a_later_site_of_the_same_pass_is_refused(w):
    clamp = Clamp("layers.0.post", From("main", "layers.1.post"))
    with pytest.raises(
        SpecError, match="asks for `layers.1.post` of pass `main`, which is not computed before it"
    ):
        w.clamped([clamp])


def test_a_site_of_another_shape_is_refused(w):
    clamp = Clamp("layers.1.attn.pattern", From("clean", "layers.0.attn.pattern"))
    with pytest.raises(
        SpecError, match=r"`layers.0.attn.pattern` of pass `clean` has shape \(2, 5, 5\), `layers.1"
    ):
        w.clamped([clamp])


def test_a_row_that_the_last_layer_does_not_compute_is_refused(w):
    clamp = Clamp("layers.1.attn.pattern", Pattern(), queries=(0, 1))
    with pytest.raises(SpecError, match="but `layers.1.attn.pattern` is computed at position 4 alone"):
        w.clamped([clamp])
    forward(with_all_rows(w.model), w.task, w.sequences, [clamp])


def test_a_copy_clamp_needs_labels(w):
    from dynamicl.clamps import copy

    task = _Bare(w.task)
    with pytest.raises(SpecError, match="a copy clamp needs exemplar-label sequences"):
        forward(lambda tokens, tap: w.model(tokens.pair, tap), task, w.sequences, copy(0))


class _Bare:
    """A task whose tokens are not pairs."""

    def __init__(self, task):
        self.task = task

    def inputs(self, tokens):
        return _Wrapped(self.task.inputs(tokens))


class _Wrapped:
    def __init__(self, pair):
        self.pair = pair


def test_no_clamp_leaves_no_trace_in_the_program(w):
    def plain(model, sequences):
        return jax.vmap(lambda tokens: model(w.task.inputs(tokens)))(sequences.tokens)

    ours = jax.make_jaxpr(lambda m, s: forward(m, w.task, s))(w.model, w.sequences)
    assert str(ours) == str(jax.make_jaxpr(plain)(w.model, w.sequences))
