"""Queries: cached against full prompts, padded against alone, linearised against finite differences."""

import numpy as np
import pytest
import torch

from dynamicl.lm import Query, encode_context, key_value_weights, moved, run_queries

from .tiny import ARCHITECTURES, BEGIN, queries, tiny_language

CONTEXT = "Sky: rain Now: a.Sky: sun Now: b."


def random_change(language, size=0.01):
    weights = dict(language.model.named_parameters())
    generator = torch.Generator().manual_seed(1)
    masks = key_value_weights(language.model, language.adapter)
    return {name: torch.randn(weights[name].shape, generator=generator) * size for name in masks}


def full_hidden(language, ids, positions=None):
    options = {}
    if positions is not None:
        options = {
            "position_ids": torch.tensor([positions]),
            "attention_mask": torch.ones(1, len(ids), dtype=torch.long),
        }
    with torch.no_grad():
        return language.model(input_ids=torch.tensor([ids]), **options).logits[0]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_cached_context_equals_the_full_prompt(architecture):
    language = tiny_language(architecture)
    head = [BEGIN, *language.encode(CONTEXT)]
    context = encode_context(language, head)
    assert context.length == len(head)
    batch = queries(language)
    record, scores = run_queries(language, batch, context)
    again, _ = run_queries(language, batch, context)
    assert torch.equal(record.outputs[-1], again.outputs[-1])  # the context is not used up
    for i, query in enumerate(batch):
        logits = full_hidden(language, [*head, *query.prompt])[-1].double().log_softmax(-1)
        expected = [logits[answer[0]] for answer in query.answers]
        torch.testing.assert_close(scores[i], torch.stack(expected), rtol=1e-4, atol=1e-4)


def test_maps_behind_a_context_are_the_last_columns_of_the_full_map():
    from .recomputed import attention

    language = tiny_language("gpt2")
    head = [BEGIN, *language.encode(CONTEXT)]
    (query,) = queries(language)[:1]
    record, _ = run_queries(language, [query], encode_context(language, head))
    ids = [*head, *query.prompt, *query.answers[0]]
    for layer, (scores, output) in enumerate(attention(language, ids)):
        torch.testing.assert_close(record.outputs[layer][1, 0], output[-1], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(record.maps[layer][1, 0], scores[:, -1, len(head) :], rtol=1e-4, atol=1e-4)


def test_a_query_alone_equals_the_same_in_a_batch():
    language = tiny_language()
    batch = queries(language)
    record, scores = run_queries(language, batch)
    for i, query in enumerate(batch):
        alone, score = run_queries(language, [query])
        torch.testing.assert_close(scores[i], score[0], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(record.outputs[1][:, i], alone.outputs[1][:, 0], rtol=1e-4, atol=1e-5)


def test_answers_of_several_tokens_are_scored_token_by_token():
    language = tiny_language()
    words = ("wet", "dry", "no")
    batch = queries(language, words=words)
    _, scores = run_queries(language, batch)
    for i, query in enumerate(batch):
        for j, word in enumerate(words):
            ids = [BEGIN, *query.prompt, *language.encode(word)]
            logits = full_hidden(language, ids).double().log_softmax(-1)
            start = 1 + len(query.prompt)
            expected = sum(
                float(logits[start - 1 + n, token]) for n, token in enumerate(language.encode(word))
            )
            assert float(scores[i, j]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("architecture", ["gpt2", "opt", "xglm", "llama"])
def test_a_shift_moves_the_query_and_not_the_begin_token(architecture):
    language = tiny_language(architecture)
    batch = queries(language)
    _, scores = run_queries(language, batch, shift=20)
    _, unshifted = run_queries(language, batch)
    query = batch[0]
    positions = [0, *range(21, 21 + len(query.prompt))]
    logits = full_hidden(language, [BEGIN, *query.prompt], positions)[-1].double().log_softmax(-1)
    assert float(scores[0, 1]) == pytest.approx(float(logits[query.answers[1][0]]), abs=1e-4)
    assert float((scores - unshifted).abs().max()) > 1e-4


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_linearised_model_is_the_derivative_along_the_change(architecture):
    language = tiny_language(architecture)
    batch = queries(language)[:2]
    change = random_change(language)
    record, scores = run_queries(language, batch, tangents=change)
    start, base = run_queries(language, batch)
    step = 0.02  # central differences in float32: error of rounding and of the third order are alike
    sides = []
    for sign in (1, -1):
        with moved(language, {name: sign * step * value for name, value in change.items()}):
            sides.append(run_queries(language, batch)[0])
    for layer in range(language.layers):
        slope = (sides[0].outputs[layer] - sides[1].outputs[layer]) / (2 * step)
        moved_by = record.outputs[layer] - start.outputs[layer]
        torch.testing.assert_close(moved_by, slope, rtol=2e-2, atol=2e-2 * float(slope.abs().max()))
        slope = (sides[0].maps[layer] - sides[1].maps[layer]) / (2 * step)
        moved_by = record.maps[layer] - start.maps[layer]
        torch.testing.assert_close(moved_by, slope, rtol=2e-2, atol=2e-2 * float(slope.abs().max()))
    assert float((scores - base).abs().max()) > 1e-3


def test_no_change_linearised_is_the_model_itself():
    language = tiny_language()
    batch = queries(language)
    nothing = {name: value * 0 for name, value in random_change(language).items()}
    record, scores = run_queries(language, batch, tangents=nothing)
    start, base = run_queries(language, batch)
    torch.testing.assert_close(scores, base)
    torch.testing.assert_close(record.outputs[2], start.outputs[2])


def test_moved_puts_the_same_bits_back():
    language = tiny_language()
    before = {name: weight.clone() for name, weight in language.model.named_parameters()}
    change = random_change(language)
    name = next(iter(change))

    def stop_inside():
        with moved(language, change):
            assert not torch.equal(dict(language.model.named_parameters())[name], before[name])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_inside()
    for name, weight in language.model.named_parameters():
        assert torch.equal(weight, before[name])


def test_query_holds_what_it_is_given():
    query = Query((1, 2), ((3,), (4,)), 1)
    assert np.array(query.answers).shape == (2, 1)
