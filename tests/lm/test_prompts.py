"""From examples to tokens."""

import dataclasses

import pytest

from dynamicl.lm import (
    TASKS,
    Example,
    Task,
    answers,
    context_tokens,
    demonstration_tokens,
    draw_demonstrations,
    switched,
    training_sequences,
    unrelated_tokens,
)
from dynamicl.specs import SpecError

from .tiny import BEGIN, END, POOL, TASK, tiny_language


def draw(k=4, **options):
    arguments = {"seed": 0, "longest_query": 10, "limit": 256} | options
    return draw_demonstrations(tiny_language(), TASK, POOL, k, **arguments)


def test_context_is_begin_then_demonstrations_with_end_behind_each():
    examples = (Example("Sky: sun Now:", 1), Example("Sky: fog Now:", 0))
    expected = [BEGIN, *b"Sky: sun Now: dry", END, *b"Sky: fog Now: wet", END]
    assert context_tokens(tiny_language(), TASK, examples) == expected
    assert training_sequences(tiny_language(), TASK, examples) == [
        [BEGIN, *b"Sky: sun Now: dry"],
        [BEGIN, *b"Sky: fog Now: wet"],
    ]


def test_a_seed_decides_choice_and_order():
    first, again, other = draw(), draw(), draw(seed=1)
    assert first == again and first.examples != other.examples
    more = draw(6)
    assert more.examples[:4] == first.examples
    held = draw(4, held_out=3)
    assert held.examples == first.examples and len(held.held_out) == 3
    assert not set(held.held_out) & set(held.examples)


def test_what_does_not_fit_is_left_out_and_counted():
    drawn = draw(12)
    used = len(context_tokens(tiny_language(), TASK, drawn.examples))
    assert drawn.requested == 12 and 0 < len(drawn.examples) < 12
    next_one = draw(len(drawn.examples) + 1, limit=10**6, longest_query=0).examples[-1]
    assert used <= 256 - 10 < used + len(demonstration_tokens(tiny_language(), TASK, next_one)) + 1


def test_switched_labels_are_the_next_ones():
    examples = [Example("a", 0), Example("b", 1), Example("c", 2)]
    assert [example.label for example in switched(examples, 3)] == [1, 2, 0]
    assert [example.prompt for example in switched(examples, 3)] == ["a", "b", "c"]


def test_unrelated_text_has_the_length_asked_for():
    language = tiny_language()
    tokens = unrelated_tokens(language, 90, seed=0)
    assert len(tokens) == 90 and tokens[0] == BEGIN and tokens == unrelated_tokens(language, 90, seed=0)
    assert tokens != unrelated_tokens(language, 90, seed=1)
    assert len(unrelated_tokens(language, 20_000, seed=0)) == 20_000


def test_answers_have_a_space_before_them():
    assert answers(tiny_language(), TASK) == [list(b" wet"), list(b" dry")]


def test_published_templates_format():
    for task in TASKS.values():
        text = task.template.format_map({name: f"<{name}>" for name in task.fields})
        assert all(f"<{name}>" in text for name in task.fields)


@pytest.mark.parametrize("words", [("wet", "wet"), ("wet", "wetter"), ("wetter", "wet")])
def test_verbalisers_that_cannot_be_told_apart(words):
    task = dataclasses.replace(TASK, verbalisers=words)
    with pytest.raises(SpecError, match="`task.verbalisers` has .* begin alike: choose words"):
        answers(tiny_language(), task)


def test_too_few_examples():
    with pytest.raises(
        SpecError, match="`k` is 22 and 3 examples are held out, but the pool has 24: ask for fewer"
    ):
        draw(22, held_out=3)
    with pytest.raises(SpecError, match="`k` is 0: give at least one demonstration"):
        draw(0)


def test_demonstrations_longer_than_the_context():
    with pytest.raises(
        SpecError, match="not one demonstration fits: the context has 30 tokens, the longest query takes 10"
    ):
        draw(limit=30)


def test_fields_of_a_template():
    assert Task("pair", "{one} then {two}?", ("a", "b")).fields == ("one", "two")
