import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    CopyScores,
    From,
    Mean,
    Pattern,
    Scaled,
    ablate_heads,
    attention_temperature,
    check_clamps,
    copy,
    forbid_previous_token,
    keep_heads,
    layer_one,
    layer_one_and_copy,
    match,
    preserve,
    previous_token_attend,
)
from dynamicl.specs import SpecError

from .worlds import world

PATTERN = "layers.0.attn.pattern"


@pytest.fixture(scope="module")
def known():
    return world(size=1).sites


def refused(known, clamps, message, steps=100):
    with pytest.raises(SpecError, match=message) as caught:
        check_clamps(clamps, known, steps)
    assert "\n" not in str(caught.value)


def test_selected_sites_are_counted(known):
    counts = check_clamps([Clamp("layers.*.attn.v"), Clamp("norm.out"), Clamp("*.pre")], known, 10)
    assert counts == {0: 2, 1: 1, 2: 2}


@pytest.mark.parametrize(
    ("clamp", "message"),
    [
        (
            Clamp("layers.0.atn.pattern", Pattern()),
            "no site matches `layers.0.atn.pattern`: did you mean .*`layers.0.attn.pattern`.*`dynamicl sites`",
        ),
        (Clamp("layers.2.*"), "no site matches `layers.2.\\*`: did you mean"),
        (
            Clamp("norm.out", From("clean", "norm.outt")),
            "no site matches `norm.outt`: did you mean `norm.out`",
        ),
        (
            Clamp(PATTERN, heads=(0, 2)),
            "head 2 does not exist at `layers.0.attn.pattern`: it has heads 0 to 1",
        ),
        (Clamp("norm.out", heads=(0,)), "site `norm.out` has no axis `head`: its axes are d_model"),
        (
            Clamp(PATTERN, queries=(5,)),
            "position 5 does not exist at `layers.0.attn.pattern`: positions are 0 to 4",
        ),
        (Clamp(PATTERN, keys=(-6,)), "position -6 does not exist at `layers.0.attn.pattern`"),
        (
            Clamp("norm.out", queries=("query",)),
            r"`clamp.queries` means nothing at `norm.out` with axes",
        ),
        (
            Clamp("layers.0.pre", keys=(1,)),
            r"`clamp.keys` means nothing at `layers.0.pre` with axes \('seq', '",
        ),
        (Clamp("layers.0.attn.v", offsets=(-1,)), "`clamp.offsets` means nothing at `layers.0.attn.v`"),
        (
            Clamp("layers.0.attn.scores", offsets=(5,)),
            "no key is 5 from its query at .*: offsets are -4 to 4",
        ),
        (
            Clamp("layers.0.attn.scores", queries=(0,), offsets=(-1,)),
            r"at `layers.0.attn.scores` selects nothing: no key of `clamp.keys` all is \(-1,\) from a query of",
        ),
        (
            Clamp("layers.0.attn.scores", queries=(2, -1), keys=(0, "labels"), offsets=(3,)),
            r"selects nothing: no key of `clamp.keys` \(0, 'labels'\) is \(3,\) from a query of .* \(2, -1",
        ),
        (
            Clamp("layers.0.attn.v", Pattern()),
            "a pattern cannot be put at `layers.0.attn.v`, whose values are no shares of attention: clamp an",
        ),
        (Clamp("norm.out", CopyScores(0)), "copied scores are logits: clamp `logits`, not `norm.out`"),
        (
            Clamp("logits", CopyScores(2)),
            "head 2 does not exist at `layers.1.attn.scores`: it has heads 0 to 1",
        ),
        (Clamp("logits", CopyScores(-1)), "head -1 does not exist at `layers.1.attn.scores`"),
        (Clamp("logits", CopyScores(0, layer=2)), "no site matches `layers.2.attn.scores`: did you mean"),
        (
            Clamp("norm.out", windows=((100, 200),)),
            r"at `norm.out` never acts: its windows \(\(100, 200\),\) begin",
        ),
        (
            Clamp("norm.out", in_pass="shfted"),
            r"acts in pass `shfted`, from which nothing is taken: .*From\('shfted",
        ),
    ],
)
def test_a_clamp_that_misses_is_refused(known, clamp, message):
    refused(known, [clamp], message)


def test_circles_are_refused(known):
    circle = [Clamp("norm.out", From(other), in_pass=own) for own, other in (("a", "b"), ("b", "a"))]
    refused(known, [Clamp("norm.out", From("a")), *circle], "the passes a, b, main need each other")


def test_positions_of_the_last_layer_are_those_of_the_sequence(known):
    """Its sites have one row, the read-out's, but positions are counted as everywhere else."""
    assert check_clamps(
        [Clamp("layers.1.attn.q", queries=(4,)), Clamp("layers.1.post", queries=(-1,))], known, 1
    )


def test_passes_of_passes_are_needed(known):
    chain = [
        Clamp("norm.out", From("a")),
        Clamp("norm.out", From("b"), in_pass="a"),
        Clamp("logits", in_pass="b"),
    ]
    assert check_clamps(chain, known, 1) == {0: 1, 1: 1, 2: 1}


V = "layers.0.attn.v"


@pytest.mark.parametrize(
    "pair",
    [
        (Clamp(V), Clamp("layers.*.attn.v", Constant(1.0))),
        (Clamp(V, heads=(0, 1)), Clamp(V, heads=(1,))),
        (Clamp(V, queries=(0, 1)), Clamp(V, queries=(1, 2))),
        (Clamp(V, queries=(-1,)), Clamp(V, queries=(4,))),
        (Clamp(V, queries=("labels",)), Clamp(V, queries=("matching label",))),
        (Clamp(V, queries=("exemplars",)), Clamp(V, queries=("matching exemplar",))),
        (Clamp(V, queries=(1,)), Clamp(V, queries=("labels",))),
        (Clamp(V, windows=((0, 5), (9, 12))), Clamp(V, windows=((11, 20),))),
        match(1) + preserve(1),
        keep_heads(1, [0], 2) + preserve(1, ("v",)),
        layer_one() + match(0),
    ],
)
def test_hard_clamps_that_overlap_are_refused(known, pair):
    refused(
        known,
        pair,
        "two clamps of full strength overlap at `layers.[01].attn.* in pass `main`: the later",
    )


SCORES = "layers.0.attn.scores"


@pytest.mark.parametrize(
    "pair",
    [
        (Clamp(V, Scaled(3.0)), Clamp(V)),
        (Clamp(V, strength=0.5), Clamp("layers.*.attn.v", Constant(1.0))),
        (Clamp(V, Mean(), strength=0.5), Clamp(V, From("clean"), gradient="through")),
        (Clamp(V, Scaled(3.0), heads=(1,)), Clamp(V, heads=(0, 1))),
        (Clamp(V, Scaled(3.0)), Clamp(V, heads=(0, 1))),
        (Clamp(V, Scaled(3.0), queries=(-1,)), Clamp(V, queries=(4,))),
        (Clamp(V, Scaled(3.0), queries=(1, "matching label")), Clamp(V, keys=(1, "labels"))),
        (Clamp(V, Scaled(3.0)), Clamp(V, queries=(0, 1, 2, 3, 4))),
        (Clamp(SCORES, Scaled(3.0), offsets=(-1,)), Clamp(SCORES, offsets=(-1, -2))),
        (Clamp(V, Scaled(3.0), windows=((2, 5), (7, 200))), Clamp(V, windows=((6, 100), (0, 6)))),
        (Clamp(V, Scaled(3.0), in_pass="a"), Clamp(V, in_pass="a"), Clamp("norm.out", From("a"))),
    ],
)
def test_a_clamp_of_which_a_later_one_leaves_nothing_is_refused(known, pair):
    message = "the clamp at `layers.0.attn.*` has no effect in pass `.*`: the later one at `.*` replaces all"
    refused(known, pair, message)


@pytest.mark.parametrize(
    "pair",
    [
        (Clamp("layers.*.attn.v", Scaled(3.0)), Clamp(V)),
        (Clamp(V, Scaled(3.0)), Clamp(V, heads=(0,))),
        (Clamp(V, Scaled(3.0), queries=("labels",)), Clamp(V, queries=("matching label",))),
        (Clamp(V, Scaled(3.0), queries=(1,)), Clamp(V, queries=("labels",))),
        (Clamp(V, Scaled(3.0), queries=(1,), keys=(2,)), Clamp(V, queries=(1,))),
        (Clamp(SCORES, Scaled(3.0)), Clamp(SCORES, offsets=(-1,))),
        (Clamp(V, Scaled(3.0), windows=((2, 9),)), Clamp(V, windows=((0, 4), (5, 9)))),
        (Clamp(V, Scaled(3.0)), Clamp(V, strength=0.5)),
        (Clamp(V, Scaled(3.0)), Clamp(V, Mean())),
        (Clamp(V, Scaled(3.0)), Clamp(V, Scaled(2.0))),
        (Clamp(V, Scaled(3.0)), Clamp(V, gradient="straight_through")),
        (Clamp(V, strength=0.0), Clamp(V)),
        (Clamp(V), Clamp(V, Scaled(3.0))),
        (Clamp(V, Scaled(3.0)), Clamp(V, in_pass="a"), Clamp("norm.out", From("a"))),
        attention_temperature(0, 2.0) + forbid_previous_token(0),
        attention_temperature(0, 2.0) + previous_token_attend([0]),
    ],
)
def test_a_clamp_of_which_a_later_one_leaves_something_is_not(known, pair):
    assert len(check_clamps(pair, known, 100)) == len(pair)


def test_on_a_trained_model_the_later_clamp_need_only_be_open_at_step_0(known):
    pair = [Clamp(V, Scaled(3.0)), Clamp(V, windows=((0, 5),))]
    assert check_clamps(pair, known, 6)
    refused(known, pair, "has no effect in pass `main`", None)
    refused(known, pair, "has no effect in pass `main`", 5)


@pytest.mark.parametrize(
    "pair",
    [
        (Clamp(V, heads=(0,)), Clamp(V, heads=(1,))),
        (Clamp(V, queries=(0,)), Clamp(V, queries=(1,))),
        (Clamp(V, queries=("matching label",)), Clamp(V, queries=("other label",))),
        (Clamp(V, queries=("matching label",)), Clamp(V, queries=("query",))),
        (Clamp(V, queries=("labels",)), Clamp(V, queries=("matching exemplar",))),
        (Clamp(V, windows=((0, 5),)), Clamp(V, windows=((5, 9),))),
        (Clamp("layers.0.attn.scores", queries=("query",), keys=(0, 2), offsets=(-2,)),),
        (Clamp(V), Clamp(V, strength=0.5)),
        (Clamp(V), Clamp(V, Scaled(2.0))),
        (Clamp("layers.0.attn.scores", offsets=(-1,)), Clamp("layers.0.attn.scores", offsets=(-2,))),
        (Clamp(V), Clamp(V, in_pass="a"), Clamp("norm.out", From("a"))),
        previous_token_attend([0]) + ablate_heads(0, [0]),
        keep_heads(1, [0], 2) + preserve(1, ("v",), [0]),
        layer_one() + copy(0),
        layer_one_and_copy(1) + keep_heads(1, [1], 2),
    ],
)
def test_clamps_that_leave_each_other_alone_are_not(known, pair):
    assert set(check_clamps(pair, known, 100)) == set(range(len(pair)))
