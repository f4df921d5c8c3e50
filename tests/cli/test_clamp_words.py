import dataclasses

import pytest

from dynamicl.clamps import (
    FOREVER,
    ablate_heads,
    cut,
    from_checkpoint,
    keep_heads,
    layer_one,
    match,
    only_path,
    preserve,
    previous_token_attend,
)
from dynamicl.cli._clamp_words import parse_clamps
from dynamicl.specs import SpecError


@pytest.mark.parametrize(
    ("words", "clamps"),
    [
        ((), ()),
        (("steps-1-2",), layer_one()),
        (("ablate-heads:layer=0,heads=3",), ablate_heads(0, (3,))),
        (("keep-heads:layer=1,heads=1+3,count=4",), keep_heads(1, (1, 3), 4)),
        (("step-1:heads=2,purity=0.5",), previous_token_attend((2,), purity=0.5)),
        (("preserve:layer=1,parts=v+pattern",), preserve(1, ("v", "pattern"))),
        (("only-path:first=0,second=1,heads=2,preserved=v",), only_path(0, 1, 2, ("v",))),
        # An id of digits, or one that reads like a number, is still a word.
        (
            ("from-checkpoint:site=norm.out,run=12345e6789012345,step=40",),
            from_checkpoint("norm.out", "12345e6789012345", 40),
        ),
        (
            ("step-1:heads=2,windows=0-200+400-,strength=0.5,gradient=straight_through",),
            tuple(
                dataclasses.replace(
                    clamp, windows=((0, 200), (400, FOREVER)), strength=0.5, gradient="straight_through"
                )
                for clamp in previous_token_attend((2,))
            ),
        ),
        (("cut:layer=0,heads=1", "steps-1-2-3qk-4:head=1"), cut(0, (1,)) + match(1)),
    ],
)
def test_words_are_library_calls(words, clamps):
    assert parse_clamps(words) == clamps


def test_the_one_heads_that_is_a_number_stays_one():
    (clamp,) = parse_clamps(["forbid-previous-token:labels_only=false"])
    assert clamp.queries == ()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("steps-1-3", "no clamp `steps-1-3`: did you mean `steps-1-2`"),
        ("cut:layers=0", "clamp `cut` has no argument `layers`: did you mean `layer`"),
        ("cut", "clamp `cut` needs `layer`: give cut:KEY=VALUE,..."),
        ("keep-heads:layer=0", "clamp `keep-heads` needs `heads`, `count`: give"),
        ("temperature:layer=0,temperature=0", "`temperature` is 0.*: give more than 0"),
        ("ablate-heads:layer=0,heads=one", "clamp `ablate-heads`: give `heads` as whole numbers"),
        ("step-1:purity=most", "clamp `step-1`: give `purity` as a number"),
        ("step-1:windows=200", "clamp `step-1`: give `windows` as steps from-to, e.g. 0-200"),
        ("step-1:window=0-200", "clamp `step-1` has no argument `window`: did you mean `windows`"),
        ("step-1:strength=half", "clamp `step-1`: give `strength` as a number"),
    ],
)
def test_words_that_mean_nothing_are_refused(word, message):
    with pytest.raises(SpecError, match=message):
        parse_clamps([word])
