import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import (
    FOREVER,
    Clamp,
    Constant,
    CopyScores,
    From,
    Mean,
    Pattern,
    Scaled,
    copy,
    layer_one,
    match,
)
from dynamicl.clamps._clamp import MOST_HEADS, active, blend, head_mask, position_mask
from dynamicl.specs import SpecError, from_json, spec_hash, split, to_json, validate
from dynamicl.tasks import Roles
from small import forged

from .worlds import RUN

EVERY_KIND = (
    Clamp("layers.0.attn.v", Constant(1.0), heads=(0, 2), queries=("labels", -1)),
    Clamp("layers.*.attn.pattern", Pattern("induction", 0.75), keys=(1, "query"), strength=0.5),
    Clamp("layers.0.attn.scores", Scaled(2.0), offsets=(-1,), windows=((0, 5), (7, 9))),
    Clamp("norm.out", Mean(), gradient="straight_through"),
    Clamp("layers.1.attn.q", From("clean", "layers.0.attn.q"), gradient="through"),
    Clamp("layers.1.pre", From("other", "", "previous token"), in_pass="other"),
    Clamp("logits", CopyScores(3, 1, "other")),
)


def test_every_kind_goes_through_json_byte_for_byte():
    text = to_json(EVERY_KIND)
    back = from_json(text)
    assert back == EVERY_KIND and to_json(back) == text
    assert spec_hash(back) == spec_hash(EVERY_KIND) and len({*back, *EVERY_KIND}) == len(EVERY_KIND)
    validate(back)


def test_a_run_keeps_its_clamps_through_json_and_they_name_it():
    run = dataclasses.replace(RUN, clamps=layer_one() + copy() + match())
    assert from_json(run.json) == run and from_json(run.json).hash == run.hash
    assert run.hash != RUN.hash
    weaker = dataclasses.replace(RUN, clamps=layer_one() + copy() + match(purity=0.5))
    assert weaker.hash != run.hash
    assert dataclasses.replace(RUN, clamps=layer_one() + copy() + match(purity=1.0)).hash == run.hash


def test_heads_strength_and_windows_are_arrays_the_rest_is_static():
    static, arrays = split(EVERY_KIND[0])
    assert {name: value.shape for name, value in arrays.items()} == {
        "value.number": (),
        "heads": (MOST_HEADS,),
        "strength": (),
        "windows": (1, 2),
    }
    assert (static.site, static.queries, static.heads) == ("layers.0.attn.v", ("labels", -1), None)
    assert np.flatnonzero(arrays["heads"]).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("clamp", "message"),
    [
        (Clamp("logits", strength=1.5), "`clamp.strength` is 1.5: give 0 to 1"),
        (Clamp("logits", strength=-0.1), "`clamp.strength` is -0.1: give 0 to 1"),
        (Clamp("logits", windows=()), "`clamp.windows` is empty: the clamp would never act"),
        (Clamp("logits", windows=((5, 5),)), r"`clamp.windows` has \(5, 5\): give pairs \(from, to\)"),
        (Clamp("logits", windows=((-1, 5),)), r"`clamp.windows` has \(-1, 5\): give pairs"),
        (
            Clamp("logits", windows=((0, 2**31),)),
            r"`clamp.windows` has \(0, 2147483648\): .* < to <= 2147483647",
        ),
        (forged(Clamp("logits"), windows=((0, 1, 2),)), r"`clamp.windows` has \(0, 1, 2\): give pairs"),
        (
            Clamp("logits", heads=(-1,)),
            r"`clamp.heads` is \(-1,\): heads count from 0 and there are fewer than 128",
        ),
        (Clamp("logits", heads=(128,)), r"`clamp.heads` is \(128,\): heads count from 0"),
        (
            Clamp("logits", queries=("qurey",)),
            "`clamp.queries` has 'qurey': give numbers or roles 'query', 'match",
        ),
        (Clamp("logits", keys=(0.5,)), "`clamp.keys` has 0.5: give numbers or roles"),
        (
            Clamp("logits", value=3.0),
            "`clamp.value` is 3.0: give Constant, Mean, Scaled, Pattern, From, FromCheckpoint or CopyScores",
        ),
        (
            Clamp("logits", From("main", "norm.out"), gradient="straight_through"),
            "`clamp.gradient` 'straight_through' with a value of the same pass means nothing: use 'through'",
        ),
        (
            Clamp("logits", CopyScores(pass_name=""), gradient="straight_through"),
            "`clamp.gradient` 'straight_through' with a value of the same pass means nothing: use 'through'",
        ),
        (
            forged(Clamp("logits"), gradient="throgh"),
            "`gradient` is 'throgh': choose one of 'stop', 'through'",
        ),
        (Clamp("layers.0.attn.pattern", Pattern(purity=1.2)), "`pattern.purity` is 1.2: give 0 to 1"),
        (
            Clamp("logits", forged(Pattern(), name="prev")),
            "`value.name` is 'prev': choose one of 'previous token'",
        ),
    ],
)
def test_what_no_model_could_honour_is_refused(clamp, message):
    with pytest.raises(SpecError, match=message):
        validate(clamp)


def test_windows_are_half_open_and_any_of_them_counts():
    found = [bool(active(((2, 4), (6, 7)), jnp.int32(step))) for step in range(9)]
    assert found == [False, False, True, True, False, False, True, False, False]
    assert bool(active(((0, FOREVER),), jnp.int32(FOREVER - 1)))


def test_no_heads_means_all():
    assert head_mask((), 3).tolist() == [True] * 3
    assert head_mask((2, 0), 3).tolist() == [True, False, True]
    assert head_mask(jnp.arange(MOST_HEADS) == 1, 3).tolist() == [False, True, False]


# x1 y1 x2 y2 xq; the second pair answers.
ROLES = Roles(
    jnp.int32(4),
    jnp.array([0, 0, 0, 1, 0], bool),
    jnp.array([0, 1, 0, 0, 0], bool),
    jnp.array([1, 0, 1, 0, 0], bool),
)


@pytest.mark.parametrize(
    ("items", "positions"),
    [
        ((), [0, 1, 2, 3, 4]),
        ((0, -1), [0, 4]),
        (("query",), [4]),
        (("matching label",), [3]),
        (("other label",), [1]),
        (("labels",), [1, 3]),
        (("exemplars",), [0, 2]),
        (("matching exemplar",), [2]),
        (("query", "other label", 0), [0, 1, 4]),
    ],
)
def test_positions_by_number_and_role(items, positions):
    assert np.flatnonzero(position_mask(items, ROLES, np.arange(5))).tolist() == positions
    assert position_mask(items, ROLES, np.array([4])).tolist() == [4 in positions]


@pytest.mark.parametrize("gradient", ["stop", "through", "straight_through"])
def test_the_blend_is_what_is_declared(gradient):
    rng = np.random.default_rng(0)
    x, v = rng.normal(size=(2, 3, 4)).astype(np.float32)
    mask = rng.random((3, 4)) < 0.5

    def mixed(strength):
        return np.asarray(blend(jnp.asarray(x), jnp.asarray(v), jnp.asarray(mask), strength, gradient))

    np.testing.assert_allclose(mixed(0.3), np.where(mask, 0.7 * x + 0.3 * v, x), rtol=1e-5)
    assert np.array_equal(mixed(0.3)[~mask], x[~mask])
    # Full strength and none leave no rounding behind.
    assert np.array_equal(mixed(1.0), np.where(mask, v, x))
    assert np.array_equal(mixed(0.0), x)
