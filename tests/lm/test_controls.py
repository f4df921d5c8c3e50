"""Controls: what stays and what is redrawn, and steps of equal size."""

import pytest
import torch

from dynamicl.lm import Training, fine_tune, match_drop, match_norm, mean_loss, untrained_body
from dynamicl.specs import SpecError

from .test_training import SEQUENCES
from .tiny import tiny_language


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_untrained_body_redraws_matrices_of_blocks_alone(architecture):
    language = tiny_language(architecture)
    other, again = untrained_body(language, seed=0), untrained_body(language, seed=0)
    weights, kept = dict(other.model.named_parameters()), dict(language.model.named_parameters())
    blocks = language.adapter.blocks
    for name, weight in kept.items():
        redrawn = name.startswith(f"{blocks}.") and weight.ndim >= 2
        assert torch.equal(weights[name], weight) != redrawn or name.endswith("bias")
        if redrawn:
            assert float(weights[name].std()) == pytest.approx(0.02, rel=0.15)
            assert torch.equal(weights[name], dict(again.model.named_parameters())[name])
        elif (
            name.endswith("bias")
            and "norm" not in name
            and "ln_" not in name
            and name.startswith(f"{blocks}.")
        ):
            assert (weights[name] == 0).all()
        else:
            assert torch.equal(weights[name], weight)


def test_match_norm_keeps_the_direction():
    training = fine_tune(tiny_language(), SEQUENCES, 0.1)
    change = match_norm(training, 2 * training.norm)
    for name, value in training.change.items():
        torch.testing.assert_close(change[name], 2 * value)
    with pytest.raises(SpecError, match="`training` has changed nothing"):
        match_norm(Training({"a": torch.zeros(2)}, ()), 1.0)


@pytest.mark.parametrize("linearised", [False, True])
def test_match_drop_gives_the_drop(linearised):
    language = tiny_language()
    training = fine_tune(language, SEQUENCES, 0.1, kind="linearised" if linearised else "original")
    start = mean_loss(language, SEQUENCES, {})
    wanted = 0.3 * (start - mean_loss(language, SEQUENCES, training.change, linearised=linearised))
    change, scale = match_drop(language, training, SEQUENCES, wanted, linearised=linearised)
    assert 0 < scale < 1
    assert start - mean_loss(language, SEQUENCES, change, linearised=linearised) == pytest.approx(
        wanted, rel=0.02
    )


def test_a_drop_that_cannot_be_had():
    language = tiny_language()
    training = fine_tune(language, SEQUENCES, 0.001)
    change, scale = match_drop(language, training, SEQUENCES, 1e6)
    assert scale != scale
    for name, value in training.change.items():
        assert torch.equal(change[name], value)
