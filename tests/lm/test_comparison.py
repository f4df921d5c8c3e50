"""Both ways of learning side by side, on a tiny model."""

import numpy as np
import pytest
import torch

from dynamicl.lm import (
    MEASURES,
    Baseline,
    Tuned,
    compare,
    encode_context,
    fine_tune,
    moved,
    output_similarity,
    run_queries,
)
from dynamicl.lm import _comparison as module
from dynamicl.specs import SpecError

from .test_training import SEQUENCES
from .tiny import BEGIN, queries, tiny_language

PROMPTS = tuple(f"Sky: {'x' * n} Now:" for n in (9, 2, 5, 1, 7))


@pytest.fixture
def baseline():
    language = tiny_language()
    context = encode_context(language, [BEGIN, *language.encode("Sky: rain Now: a.")])
    return Baseline(language, queries(language, PROMPTS), context, batch=2)


def test_similarities_are_those_of_each_query_alone(baseline):
    language = baseline.language
    training = fine_tune(language, SEQUENCES, 0.1)
    data = compare(baseline, Tuned(training.change))
    for i, query in enumerate(baseline.queries):
        zero, scores = run_queries(language, [query])
        icl, context_scores = run_queries(language, [query], baseline.context)
        with moved(language, training.change), torch.no_grad():
            tuned, tuned_scores = run_queries(language, [query])
        for layer in range(language.layers):
            for token in range(2):
                expected = output_similarity(
                    *(r.outputs[layer][token, 0].numpy() for r in (zero, icl, tuned))
                )
                found = data["similarity"].sel(measure="outputs")[token, i, layer]
                assert float(found) == pytest.approx(float(expected), abs=1e-3)
        best = [int(s.argmax()) for s in (scores, context_scores, tuned_scores)]
        assert data["answer"].values[:, i].tolist() == best
    assert data["label"].values.tolist() == [query.label for query in baseline.queries]
    assert data["similarity"].dims == ("measure", "token", "query", "layer")
    assert np.isfinite(data["similarity"].sel(measure=["outputs", "uniform", "centred"]).values).all()


def test_what_is_remembered_changes_nothing(baseline, monkeypatch):
    training = fine_tune(baseline.language, SEQUENCES, 0.1)
    first = compare(baseline, Tuned(training.change))
    assert len(baseline.memo) == 3
    second = compare(baseline, Tuned(training.change))
    assert first.identical(second)
    monkeypatch.setattr(module, "MEMO_BYTES", 0)
    forgetful = Baseline(baseline.language, baseline.queries, baseline.context, batch=2)
    third = compare(forgetful, Tuned(training.change))
    assert not forgetful.memo and first.identical(third)


def test_random_directions_do_not_depend_on_batches(baseline):
    training = fine_tune(baseline.language, SEQUENCES, 0.1)
    other = Baseline(baseline.language, baseline.queries, baseline.context, batch=5)
    seen = [
        compare(b, Tuned(training.change))["similarity"].sel(measure="centred") for b in (baseline, other)
    ]
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-3)


def test_no_training_leaves_nothing_to_compare(baseline):
    data = compare(baseline, Tuned({}))
    assert np.isnan(data["similarity"].sel(measure="outputs")).all()
    similarity = data["similarity"]
    np.testing.assert_allclose(similarity.sel(measure="map_after"), similarity.sel(measure="map_before"))
    assert list(data["measure"].values) == list(MEASURES)


def test_small_changes_linearise(baseline):
    training = fine_tune(baseline.language, SEQUENCES, 1e-3)
    plain = compare(baseline, Tuned(training.change))["similarity"].sel(measure="outputs")
    linear = compare(baseline, Tuned(training.change, linearised=True))["similarity"].sel(measure="outputs")
    np.testing.assert_allclose(plain, linear, atol=0.05)


def test_no_query(baseline):
    with pytest.raises(SpecError, match="`queries` is empty: give at least one"):
        compare(Baseline(baseline.language, [], baseline.context), Tuned({}))
