"""Fine-tuning: gradients against finite differences, steps against a plain loop, layers against each other."""

import pytest
import torch

from dynamicl.lm import KINDS, fine_tune, key_value_weights, mean_loss, moved
from dynamicl.lm._training import GRADIENTS, layer_outputs, linearised_logits, sequence_loss
from dynamicl.specs import SpecError

from .test_forward import random_change
from .tiny import ARCHITECTURES, BEGIN, tiny_language

SEQUENCES = [[BEGIN, *b"Sky: rain Now: wet"], [BEGIN, *b"Sky: sun Now: dry"], [BEGIN, *b"a storm: wet"]]


def zero_change(language):
    return {name: value * 0 for name, value in random_change(language).items()}


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
@pytest.mark.parametrize("kind", ["original", "blocks", "attention"])
def test_gradient_is_the_slope_of_the_loss(architecture, kind):
    language = tiny_language(architecture)
    change = zero_change(language)
    _, slopes = GRADIENTS[kind](language, SEQUENCES[0], change)
    direction = random_change(language, 1.0)
    # Keys and values of the last layer alone: what lies behind is cut in training by layer.
    last = f".{language.layers - 1}."
    direction = {name: value * (last in name) for name, value in direction.items()}
    step, ids = 3e-3, torch.tensor(SEQUENCES[0])
    sides = []
    for sign in (1, -1):
        with (
            moved(language, {name: sign * step * value for name, value in direction.items()}),
            torch.no_grad(),
        ):
            if kind == "original":
                sides.append(float(sequence_loss(language.model(ids[None]).logits[0], ids)))
            else:
                sides.append(sum(float(sequence_loss(logits, ids)) for logits in read(language, ids, kind)))
    expected = (sides[0] - sides[1]) / (2 * step)
    found = sum(float((slopes[name] * direction[name]).sum()) for name in direction)
    assert found == pytest.approx(expected, rel=2e-2, abs=2e-3)


def read(language, ids, kind):
    from dynamicl.lm._adapters import read_out

    return [
        read_out(language.model, language.adapter, hidden)
        for hidden in layer_outputs(language, ids, part=kind)
    ]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("part", ["blocks", "attention"])
def test_no_gradient_crosses_layers(architecture, part):
    language = tiny_language(architecture)
    weights = {
        name: dict(language.model.named_parameters())[name]
        for name in key_value_weights(language.model, language.adapter)
    }
    for weight in weights.values():
        weight.requires_grad_(True)
    outputs = layer_outputs(language, torch.tensor(SEQUENCES[0]), part=part)
    assert len(outputs) == language.layers
    for layer, output in enumerate(outputs):
        slopes = torch.autograd.grad(output.square().sum(), list(weights.values()), allow_unused=True)
        reached = {name for name, slope in zip(weights, slopes, strict=True) if slope is not None}
        assert reached == {name for name in weights if f".{layer}." in name}
    for weight in weights.values():
        weight.requires_grad_(False)


def test_outputs_by_layer_are_those_of_the_model():
    language = tiny_language()
    ids = torch.tensor(SEQUENCES[0])
    with torch.no_grad():
        states = language.model(ids[None], output_hidden_states=True).hidden_states
        outputs = layer_outputs(language, ids, part="blocks")
    # The last hidden state of transformers is normalised already.
    for layer in range(language.layers - 1):
        torch.testing.assert_close(outputs[layer], states[layer + 1][0])


@pytest.mark.parametrize("architecture", ["llama", "gpt_neox"])
def test_linearised_gradient_is_that_of_the_jacobian(architecture):
    """Beside a Jacobian written out column by column with finite differences along one direction."""
    language = tiny_language(architecture)
    change, direction = random_change(language, 0.02), random_change(language, 1.0)
    direction = {
        name: value * torch.linspace(-1, 1, value.shape[0]).view(-1, *[1] * (value.ndim - 1))
        for name, value in direction.items()
    }
    _, slopes = GRADIENTS["linearised"](language, SEQUENCES[0], change)
    ids = torch.tensor(SEQUENCES[0])

    def loss(sign):
        point = {name: change[name] + sign * 1e-2 * direction[name] for name in change}
        return float(sequence_loss(linearised_logits(language, ids[None], point)[0], ids))

    expected = (loss(1) - loss(-1)) / 2e-2
    found = sum(float((slopes[name] * direction[name]).sum()) for name in direction)
    assert found == pytest.approx(expected, rel=1e-2)


def test_steps_are_those_of_a_plain_loop():
    language = tiny_language()
    training = fine_tune(language, SEQUENCES, 0.1, held_out=SEQUENCES[:1], every=2)
    names = list(key_value_weights(language.model, language.adapter))
    change = {
        name: torch.zeros_like(value) for name, value in language.model.named_parameters() if name in names
    }
    losses = []
    for sequence in SEQUENCES:
        loss, slopes = GRADIENTS["original"](language, sequence, change)
        losses.append(loss)
        change = {name: change[name] - 0.1 * slopes[name] for name in names}
    assert training.losses == pytest.approx(losses)
    for name in names:
        torch.testing.assert_close(training.change[name], change[name])
    assert sorted(training.held_out) == [0, 2, 3]
    assert training.held_out[0] == pytest.approx(losses[0], rel=1e-5)
    assert training.norm == pytest.approx(
        sum(float(c.square().sum()) for c in change.values()) ** 0.5, rel=1e-5
    )


def test_queries_projection_stays_where_it_is_fused():
    for architecture in ("gpt2", "gpt_neox"):
        language = tiny_language(architecture)
        masks = key_value_weights(language.model, language.adapter)
        training = fine_tune(language, SEQUENCES[:1], 0.1)
        for name, mask in masks.items():
            assert (training.change[name][mask == 0] == 0).all()
            assert (training.change[name][mask == 1] != 0).any()


def test_all_weights_can_be_trained():
    language = tiny_language()
    training = fine_tune(language, SEQUENCES[:1], 0.1, parameters="all")
    assert set(training.change) == {name for name, _ in language.model.named_parameters()}
    assert mean_loss(language, SEQUENCES[:1], training.change) < training.losses[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_left_as_it_was(kind):
    language = tiny_language()
    before = {name: weight.clone() for name, weight in language.model.named_parameters()}
    fine_tune(language, SEQUENCES[:2], 0.1, kind=kind)
    for name, weight in language.model.named_parameters():
        assert torch.equal(weight, before[name]) and not weight.requires_grad


def test_mean_loss_of_padded_sequences_is_that_of_each_alone():
    language = tiny_language("gpt2")
    change = random_change(language)
    for linearised in (False, True):
        alone = [mean_loss(language, [sequence], change, linearised=linearised) for sequence in SEQUENCES]
        together = mean_loss(language, SEQUENCES, change, linearised=linearised)
        assert together == pytest.approx(sum(alone) / len(alone), rel=1e-4)


def test_training_stops_where_the_loss_is_not_finite():
    training = fine_tune(tiny_language(), SEQUENCES * 4, 1e38, held_out=SEQUENCES[:1], every=1)
    assert len(training.losses) < 12 and not training.falls


def test_falls_looks_at_every_step():
    from dynamicl.lm import Training

    assert Training({}, (), {0: 3.0, 8: 2.0, 16: 1.0}).falls
    assert not Training({}, (), {16: 2.5, 0: 3.0, 8: 2.0}).falls
    assert not Training({}, (), {0: 3.0, 8: float("nan")}).falls


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "block"}, "`kind` is 'block': choose one of original, linearised, blocks, attention"),
        ({"parameters": "keys"}, "`parameters` is 'keys': choose one of key_value, all"),
        ({"kind": "linearised", "parameters": "all"}, "the read-out of the linearised model does not move"),
        ({"rate": 0.0}, "`rate` is 0.0: give a positive number"),
        ({"sequences": []}, "`sequences` is empty: give at least one demonstration"),
    ],
)
def test_bad_training(options, message):
    arguments = {"sequences": SEQUENCES, "rate": 0.1} | options
    with pytest.raises(SpecError, match=message):
        fine_tune(tiny_language(), **arguments)
