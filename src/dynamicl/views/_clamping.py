"""Clamps from the page: what a checkpoint does with a head silenced or its attention held, beside what it does alone.

One program serves every head, kind and strength of a network: a click changes arrays and compiles nothing.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array

from dynamicl.clamps import Clamp, Constant, Pattern, forward_recorded
from dynamicl.lab import Loaded, load
from dynamicl.models import batch_tokens, match_sites, sites, with_all_rows
from dynamicl.specs import SpecError, check, merge, split
from dynamicl.store import Trajectory, open_trajectory
from dynamicl.training import standard_scores

SILENCE = "silence"
HELD = ("previous token", "self", "uniform", "induction")
KINDS = (SILENCE, *HELD)
"""What can be done to a head: nothing comes out of it, or it attends as named."""
SEQUENCES = 500
MOST_NUMBERS = 40_000
"""Of the attention that an answer holds; of longer sequences it holds the row that is read."""
DIGITS = 4
MOST_MODELS = 8
PATTERN = "layers.*.attn.pattern"


class Network(NamedTuple):
    """A checkpoint that is being looked at.

    Attributes:
        model: with every row of its last layer.
        task: of the evaluator.
        sequences: those that it is scored on.
        layers: how many.
        heads: in each.
        readout: the position whose output is read.
    """

    model: Any
    task: Any
    sequences: Any
    layers: int
    heads: int
    readout: int


def clamping(path: str | Path, sequences: int = SEQUENCES) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """Return a function that answers what the page asks about clamps.

    Args:
        path: folder of the store or library.
        sequences: that a checkpoint is scored on, the first ones of the evaluator.
    """
    lock = threading.Lock()
    networks: dict[tuple[str, int, str], Network] = {}
    alone: dict[tuple[str, int, str], dict[str, Any]] = {}

    def answer(question: Mapping[str, str]) -> dict[str, Any]:
        """Score a checkpoint with and without a clamp.

        Args:
            question: `run`, `step` (the nearest checkpoint is taken), `evaluator`, `layer` and `head` from 0, `kind`
                and `strength`; without a kind nothing is clamped.

        Raises:
            SpecError: there is no such head, kind or strength.
            StoreError: there is no such run, or no weights of it.
        """
        with lock:
            trajectory = open_trajectory(path)
            run, evaluator = question.get("run", ""), question.get("evaluator", "train")
            step = nearest_checkpoint(trajectory, run, _number(question, "step", int, 0))
            key = (run, step, evaluator)
            if key not in networks:
                for old in list(networks)[: max(0, len(networks) + 1 - MOST_MODELS)]:
                    del networks[old], alone[old]
                network = _network(load(trajectory, run, step), evaluator, sequences)
                alone[key] = _scored(network, np.zeros((network.layers, network.heads)), SILENCE)
                networks[key] = network
            network = networks[key]
            told = {"step": step, "sequences": sequences, "before": alone[key], "readout": network.readout}
            if not question.get("kind"):
                return told
            strengths = _strengths(question, network)
            return told | {"after": _scored(network, strengths, question["kind"])}

    return answer


def nearest_checkpoint(trajectory: Trajectory, run: str, step: int) -> int:
    """Return the checkpoint of a run that lies nearest to a step.

    Raises:
        StoreError: there is no such run, or no weights of it.
    """
    trajectory.last_checkpoint(run)
    store, row = trajectory.member(run)
    return min(store.checkpoints_of(row), key=lambda kept: abs(kept - step))


def _network(loaded: Loaded, evaluator: str, count: int) -> Network:
    task, sequences = loaded.evaluation(evaluator, count)
    model = with_all_rows(loaded.model)
    tokens = batch_tokens(model, jax.vmap(task.inputs)(sequences.tokens))
    known = sites(model, jax.tree.map(lambda leaf: leaf[0], tokens))
    check(
        any(site.name == "layers.0.attn.pattern" for site in known),
        "this network has no attention heads at `layers.0.attn.pattern`: clamp a transformer's",
    )
    patterns = match_sites(known, PATTERN)
    readout = getattr(getattr(model, "interface", None), "readout", -1)
    return Network(model, task, sequences, len(patterns), patterns[0].shape[0], readout)


def _number(question: Mapping[str, str], name: str, kind: Callable[[str], Any], default: Any) -> Any:
    text = question.get(name, "")
    try:
        return kind(text) if text else default
    except ValueError:
        raise SpecError(f"`{name}` is {text!r}: give a number") from None


def _strengths(question: Mapping[str, str], network: Network) -> np.ndarray:
    """Return the strength at every head: zero but where the clamp acts."""
    kind = question["kind"]
    check(kind in KINDS, f"`kind` is {kind!r}: choose one of {', '.join(map(repr, KINDS))}")
    strength = _number(question, "strength", float, 1.0)
    check(0 <= strength <= 1, f"`strength` is {strength}: give 0 to 1")
    strengths = np.zeros((network.layers, network.heads))
    for name, count in (("layer", network.layers), ("head", network.heads)):
        number = _number(question, name, int, 0)
        check(0 <= number < count, f"`{name}` is {number}: give 0 to {count - 1}")
    strengths[_number(question, "layer", int, 0), _number(question, "head", int, 0)] = strength
    return strengths


def _clamps(strengths: np.ndarray, kind: str) -> tuple[Clamp, ...]:
    """Return a clamp of each kind in each layer, of which those that are not meant have no strength."""
    clamps = []
    for layer, row in enumerate(strengths):
        head = int(np.argmax(row))
        for name in KINDS:
            strength = float(row[head]) if name == kind else 0.0
            site = f"layers.{layer}.attn.{'v' if name == SILENCE else 'pattern'}"
            value = Constant(0.0) if name == SILENCE else Pattern(name)  # type: ignore[arg-type]
            clamps.append(Clamp(site, value, heads=(head,), strength=strength))
    return tuple(clamps)


def _scored(network: Network, strengths: np.ndarray, kind: str) -> dict[str, Any]:
    """Return loss, accuracy and mean attention of a network under clamps."""
    static, arrays = split(_clamps(strengths, kind))
    scores, patterns = _program(network.model, network.task, network.sequences, static, arrays)
    attention = np.stack([np.asarray(patterns[f"layers.{i}.attn.pattern"]) for i in range(network.layers)])
    whole = attention.size <= MOST_NUMBERS
    if not whole:
        place = network.readout % attention.shape[-2]
        attention = attention[:, :, place : place + 1]
    return {
        "loss": float(scores["loss"]),
        "accuracy": float(scores["accuracy"]),
        "attention": np.round(attention, DIGITS).tolist(),
    }


@eqx.filter_jit
def _program(
    model: Any, task: Any, sequences: Any, static: Any, arrays: dict[str, Any]
) -> tuple[dict[str, Array], dict[str, Array]]:
    clamps = merge(static, arrays)
    logits, patterns = forward_recorded(model, task, sequences, clamps, 0, (PATTERN,))
    means = {name: pattern.mean(axis=0) for name, pattern in patterns.items()}
    return standard_scores(logits, sequences), means
