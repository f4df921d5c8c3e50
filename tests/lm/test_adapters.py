"""What the adapters find, against attention recomputed from the weights."""

import pytest
import torch
import transformers

from dynamicl.lm import ADAPTERS, adapter_for, key_value_weights, run_queries
from dynamicl.specs import SpecError

from .recomputed import attention
from .tiny import ARCHITECTURES, BEGIN, HEADS, WIDTH, make_model, queries, tiny_language


def test_every_adapter_has_a_tiny_model():
    assert set(ARCHITECTURES) == set(ADAPTERS)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_scores_and_outputs_are_those_of_the_weights(architecture):
    language = tiny_language(architecture)
    batch = queries(language)
    record, _ = run_queries(language, batch)
    assert len(record.outputs) == len(record.maps) == language.layers
    for i, query in enumerate(batch):
        ids = [BEGIN, *query.prompt, *query.answers[0]]
        for layer, (scores, output) in enumerate(attention(language, ids)):
            for token, row in enumerate((len(ids) - 2, len(ids) - 1)):
                torch.testing.assert_close(record.outputs[layer][token, i], output[row], rtol=1e-4, atol=1e-5)
                kept = record.maps[layer][token, i]
                torch.testing.assert_close(kept[:, :row], scores[:, row, 1 : row + 1], rtol=1e-4, atol=1e-5)
                assert (kept[:, row:] == 0).all()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_recording_does_not_change_the_model(architecture):
    language, plain = tiny_language(architecture), make_model(architecture).eval()
    ids = torch.tensor([language.encode("some words, and more")])
    with torch.no_grad():
        torch.testing.assert_close(language.model(ids).logits, plain(ids).logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_key_value_weights_move_keys_and_values_alone(architecture):
    language = tiny_language(architecture)
    masks = key_value_weights(language.model, language.adapter)
    weights = dict(language.model.named_parameters())
    entries = sum(int(weights[name].numel() if mask is None else mask.sum()) for name, mask in masks.items())
    width = WIDTH // 2 if architecture in ("llama", "gemma3_text") else WIDTH
    biases = 0 if architecture in ("llama", "gemma3_text") else 1
    assert entries == language.layers * 2 * width * (WIDTH + biases)
    if language.adapter.fused:
        module = language.model.get_submodule(language.adapter.blocks)[0].get_submodule(
            language.adapter.attention
        )
        projection = module.get_submodule(language.adapter.key_value[0])
        name = next(name for name in masks if name.endswith("weight"))
        x = torch.randn(5, WIDTH)
        before = projection(x)
        with torch.no_grad():
            projection.weight.add_(masks[name])
            after = projection(x)
            projection.weight.sub_(masks[name])
        changed = (before != after).any(0)
        changed = (
            changed.view(HEADS, 3, -1).any(-1)
            if language.adapter.fused == "heads"
            else changed.view(3, -1).any(-1)
        )
        assert changed.reshape(-1, 3).any(0).tolist() == [False, True, True]


def test_architecture_without_adapter():
    config = transformers.BloomConfig(vocab_size=10, hidden_size=8, n_layer=1, n_head=2)
    model = transformers.AutoModelForCausalLM.from_config(config)
    with pytest.raises(
        SpecError, match="`model` has the architecture 'bloom', which has no adapter: use one of llama"
    ):
        adapter_for(model)
