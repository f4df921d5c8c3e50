"""Controls: an untrained body, and steps of equal size."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from dynamicl.specs import check

from ._adapters import blocks_of
from ._language import Language, language_of
from ._lazy import torch
from ._training import Training, mean_loss

HALVINGS = 12
"""Bisections of the scale in `match_drop`; the scale is then known to one part in 4,000 of its bracket."""

WIDEST = 64.0
"""`match_drop` looks for scales up to this and no further."""


def untrained_body(language: Language, *, seed: int) -> Language:
    """Return a copy whose attention and MLP weights are random; embeddings and normalisations stay.

    Matrices are redrawn from the distribution of the architecture's initialisation, biases are zero.

    Args:
        language: the model.
        seed: of the draw.
    """
    model = copy.deepcopy(language.model)
    generator = torch.Generator().manual_seed(seed)
    usual: Any = getattr(model.config, "init_std", 0.02)
    spread = float(getattr(model.config, "initializer_range", None) or usual)
    with torch.no_grad():
        for block in blocks_of(model, language.adapter):
            for weight in block.parameters():
                if weight.ndim >= 2:
                    drawn = torch.randn(weight.shape, generator=generator) * spread
                    weight.copy_(drawn)
            for module in block.modules():
                bias = getattr(module, "bias", None)
                linear = getattr(module, "weight", None) is not None and module.weight.ndim >= 2
                if linear and bias is not None:
                    bias.zero_()
    return language_of(model, language.tokenizer, f"{language.name}, untrained body")


def match_norm(training: Training, norm: float) -> dict[str, Any]:
    """Return a training's change, scaled to a given norm.

    Args:
        training: whose direction is kept.
        norm: wanted Euclidean norm.

    Raises:
        SpecError: the change is zero.
    """
    check(training.norm > 0, "`training` has changed nothing: there is no direction to scale")
    return scaled(training.change, norm / training.norm)


def match_drop(
    language: Language,
    training: Training,
    sequences: Sequence[Sequence[int]],
    drop: float,
    *,
    linearised: bool = False,
) -> tuple[dict[str, Any], float]:
    """Return a training's change, scaled until the loss of the sequences has dropped by a given amount.

    Args:
        language: the model.
        training: whose direction is kept.
        sequences: whose mean loss counts.
        drop: wanted, in nats per token.
        linearised: whether the model is linearised around its weights.

    Returns:
        The scaled change and its scale: the smallest that gives the drop, by doubling and bisection. Where none up to
        64 gives it, the scale is NaN and the change unscaled.
    """
    start = mean_loss(language, sequences, {}, linearised=False)

    def dropped(scale: float) -> float:
        change = scaled(training.change, scale)
        return start - mean_loss(language, sequences, change, linearised=linearised)

    low, high = 0.0, 1.0 / WIDEST
    while dropped(high) < drop:
        low, high = high, 2 * high
        if high > WIDEST:
            return dict(training.change), float("nan")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if dropped(middle) >= drop else (middle, high)
    return scaled(training.change, high), high


def scaled(change: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """Return a change of weights, multiplied by a number."""
    return {name: difference * scale for name, difference in change.items()}
