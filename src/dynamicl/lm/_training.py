"""Fine-tuning on demonstrations: one pass, one demonstration a step, plain gradient descent.

The loss is the language model's cross-entropy, averaged over every token behind the begin token. By default only the
projections to keys and values move. A step on SmolLM2-135M with forty tokens takes half a second on one core; the
linearised model half as much again; training by layer twice as long, since every layer reads out.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from dynamicl.specs import check

from ._adapters import attentions_of, blocks_of, key_value_weights, read_out
from ._forward import duals, moved
from ._language import Language
from ._lazy import torch

KINDS = ("original", "linearised", "blocks", "attention")
"""What is trained: the model; its first-order expansion around the pretrained weights; every block by a read-out of
its output (the report's code); every block by a read-out of its attention's output (the report's text)."""

PARAMETERS = ("key_value", "all")
HELD_OUT_AT_ONCE = 4
READ_OUT_ROWS = 256
"""Rows (layers times tokens) that are read out at once in training by layer; bounds memory at about 0.3 GB."""


@dataclass(frozen=True)
class Training:
    """What fine-tuning left.

    Attributes:
        change: weights after minus weights before, by name.
        losses: loss of each step's demonstration before that step, in nats per token.
        held_out: loss on held-out demonstrations, by number of steps taken.
    """

    change: dict[str, Any]
    losses: tuple[float, ...]
    held_out: dict[int, float] = field(default_factory=dict)

    @property
    def norm(self) -> float:
        """Euclidean norm of the change of all weights together."""
        return math.sqrt(sum(float(change.double().square().sum()) for change in self.change.values()))

    @property
    def falls(self) -> bool:
        """Whether every recorded held-out loss is below the one before it."""
        curve = [self.held_out[step] for step in sorted(self.held_out)]
        return all(after < before for before, after in itertools.pairwise(curve))


def fine_tune(
    language: Language,
    sequences: Sequence[Sequence[int]],
    rate: float,
    *,
    kind: str = "original",
    parameters: str = "key_value",
    held_out: Sequence[Sequence[int]] = (),
    every: int = 4,
    tell: Callable[[int], None] = lambda step: None,
) -> Training:
    """Train on each sequence once, in order. The model itself is left as it was.

    Args:
        language: the model.
        sequences: begin token, prompt and answer of every demonstration.
        rate: learning rate.
        kind: one of `KINDS`.
        parameters: one of `PARAMETERS`.
        held_out: sequences whose mean loss is recorded before the first step and after every few.
        every: how many steps lie between two records.
        tell: called with the number of steps taken.

    Returns:
        The change of the weights and the losses; training stops where a loss or weight is no longer finite.

    Raises:
        SpecError: a kind that does not exist, a rate that is not positive, or no sequence.
    """
    check(kind in KINDS, f"`kind` is {kind!r}: choose one of {', '.join(KINDS)}")
    check(parameters in PARAMETERS, f"`parameters` is {parameters!r}: choose one of {', '.join(PARAMETERS)}")
    check(
        kind != "linearised" or parameters == "key_value",
        "`parameters` is 'all', but the read-out of the linearised model does not move: choose 'key_value'",
    )
    check(rate > 0 and math.isfinite(rate), f"`rate` is {rate!r}: give a positive number")
    check(len(sequences) > 0, "`sequences` is empty: give at least one demonstration")
    masks = key_value_weights(language.model, language.adapter)
    if parameters == "all":
        masks = {name: None for name, _ in language.model.named_parameters()}
    weights = dict(language.model.named_parameters())
    change = {name: torch.zeros_like(weights[name]) for name in masks}
    losses: list[float] = []
    curve: dict[int, float] = {}
    gradient = GRADIENTS[kind]
    for step, sequence in enumerate(sequences):
        if held_out and step % every == 0:
            curve[step] = mean_loss(language, held_out, change, linearised=kind == "linearised")
        loss, gradients = gradient(language, sequence, change)
        losses.append(loss)
        for name, mask in masks.items():
            slope = gradients[name] if mask is None else gradients[name] * mask
            change[name].sub_(slope, alpha=rate)
        tell(step + 1)
        if not math.isfinite(loss):
            break
    if held_out:
        curve[len(losses)] = mean_loss(language, held_out, change, linearised=kind == "linearised")
    return Training(change, tuple(losses), curve)


def sequence_loss(logits: Any, ids: Any) -> Any:
    """Return the mean cross-entropy of tokens 1.. given those before.

    Args:
        logits: (position, vocabulary).
        ids: (position,).
    """
    return torch.nn.functional.cross_entropy(logits[:-1], ids[1:])


def mean_loss(
    language: Language,
    sequences: Sequence[Sequence[int]],
    change: Mapping[str, Any],
    *,
    linearised: bool = False,
) -> float:
    """Return the mean loss of sequences under changed weights, in nats per token.

    Args:
        language: the model.
        sequences: begin token, prompt and answer.
        change: added to the weights.
        linearised: whether the model is linearised around its weights.
    """
    total = 0.0
    with torch.no_grad(), nullcontext() if linearised else moved(language, change):
        for start in range(0, len(sequences), HELD_OUT_AT_ONCE):
            group = sequences[start : start + HELD_OUT_AT_ONCE]
            longest = max(map(len, group))
            # What is padded on the right changes nothing before it, and is left out of the loss.
            rows = [[*sequence, *[language.end] * (longest - len(sequence))] for sequence in group]
            ids = torch.tensor(rows, device=language.device)
            if linearised:
                logits = linearised_logits(language, ids, change)
            else:
                logits = language.model(input_ids=ids, use_cache=False).logits
            losses = [sequence_loss(logits[i, : len(row)], ids[i, : len(row)]) for i, row in enumerate(group)]
            total += float(torch.stack(losses).sum())
    return total / len(sequences)


def linearised_logits(language: Language, ids: Any, change: Mapping[str, Any]) -> Any:
    """Return logits (batch, position, vocabulary) of the first-order model, by one forward-mode pass."""
    forward_mode = torch.autograd.forward_ad
    with torch.no_grad(), forward_mode.dual_level():
        options = {"input_ids": ids, "use_cache": False}
        out = torch.func.functional_call(language.model, duals(language, change), (), options)
        primal, tangent = forward_mode.unpack_dual(out.logits)
        return primal if tangent is None else primal + tangent


def _gradient_original(
    language: Language, sequence: Sequence[int], change: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    ids = torch.tensor(list(sequence), device=language.device)
    with moved(language, change), _Tracked(language, change) as weights:
        loss = sequence_loss(language.model(input_ids=ids[None], use_cache=False).logits[0], ids)
        slopes = torch.autograd.grad(loss, list(weights.values()))
    return float(loss.detach()), dict(zip(weights, slopes, strict=True))


def _gradient_linearised(
    language: Language, sequence: Sequence[int], change: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    """Slope of the loss of a linear model: the residual at its own output, pulled back through the old weights.

    Neither the Jacobian nor a second derivative is formed: one forward-mode pass gives the output, one reverse pass at
    the pretrained weights takes the loss' slope there back.
    """
    ids = torch.tensor(list(sequence), device=language.device)
    logits = linearised_logits(language, ids[None], change)[0].detach().requires_grad_()
    loss = sequence_loss(logits, ids)
    (residual,) = torch.autograd.grad(loss, logits)
    with _Tracked(language, change) as weights:
        around = language.model(input_ids=ids[None], use_cache=False).logits[0]
        slopes = torch.autograd.grad(around, list(weights.values()), grad_outputs=residual)
    return float(loss.detach()), dict(zip(weights, slopes, strict=True))


def _gradient_by_layer(
    language: Language, sequence: Sequence[int], change: Mapping[str, Any], *, part: str
) -> tuple[float, dict[str, Any]]:
    """Slope of the sum of all layers' losses, none of which reaches an earlier block."""
    ids = torch.tensor(list(sequence), device=language.device)
    with moved(language, change), _Tracked(language, change) as weights:
        hidden = layer_outputs(language, ids, part=part)
        at_once = max(1, READ_OUT_ROWS // len(ids))
        total = 0.0
        slopes = {name: torch.zeros_like(weight) for name, weight in weights.items()}
        for start in range(0, len(hidden), at_once):
            group = torch.stack(hidden[start : start + at_once])
            logits = read_out(language.model, language.adapter, group)
            loss = sum(sequence_loss(layer, ids) for layer in logits)
            parts = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
            total += float(loss.detach())
            for name, slope in zip(weights, parts, strict=True):
                if slope is not None:
                    slopes[name] += slope
    return total, slopes


def layer_outputs(language: Language, ids: Any, *, part: str) -> list[Any]:
    """Return every layer's output (position, width), cut off from the layers before it.

    Args:
        language: the model.
        ids: (position,).
        part: "blocks" (attention, MLP and residual) or "attention" (after its projection, before the residual).
    """
    outputs: list[Any] = []

    def cut(module: Any, arguments: tuple, named: dict) -> tuple[tuple, dict]:
        return (arguments[0].detach(), *arguments[1:]), named

    def keep(module: Any, arguments: tuple, output: Any) -> None:
        outputs.append((output[0] if isinstance(output, tuple) else output)[0])

    blocks = blocks_of(language.model, language.adapter)
    read = blocks if part == "blocks" else attentions_of(language.model, language.adapter)
    handles = [block.register_forward_pre_hook(cut, with_kwargs=True) for block in blocks]
    handles += [module.register_forward_hook(keep) for module in read]
    try:
        language.model.base_model(input_ids=ids[None], use_cache=False)
    finally:
        for handle in handles:
            handle.remove()
    return outputs


class _Tracked:
    """The weights that are trained, tracked by autograd while inside."""

    def __init__(self, language: Language, change: Mapping[str, Any]):
        weights = dict(language.model.named_parameters())
        self._weights = {name: weights[name] for name in change}

    def __enter__(self) -> dict[str, Any]:
        for weight in self._weights.values():
            weight.requires_grad_(True)
        return self._weights

    def __exit__(self, *_: object) -> None:
        for weight in self._weights.values():
            weight.requires_grad_(False)


GRADIENTS: Mapping[str, Callable[..., tuple[float, dict[str, Any]]]] = {
    "original": _gradient_original,
    "linearised": _gradient_linearised,
    "blocks": lambda *arguments: _gradient_by_layer(*arguments, part="blocks"),
    "attention": lambda *arguments: _gradient_by_layer(*arguments, part="attention"),
}
