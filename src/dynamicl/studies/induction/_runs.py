"""What each population of the study trains, described from its setting and the networks that the main runs became."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from dynamicl.clamps import (
    Graft,
    copy,
    keep_heads,
    layer_one,
    layer_one_and_copy,
    match,
    previous_token_attend,
)
from dynamicl.training import RunSpec

from ._networks import Networks
from ._settings import HEADS, Setting, run

CLAMP_LENGTHS = {"1": 1e6, "1,2": 6e5, "1,2,3qk,4": 6e5, "3v,5": 1e6, "1,2,3v,5": 6e5}
"""Published sequences by the clamped computations, which have the thesis' numbers: attend to the previous token,
layer 1 complete, match, copy, layer 1 and copy. Slow ones run longer than the thesis' 6e5: with these features
everything takes about twice as long."""
UNCLAMPED_LENGTH = 1.2e6
HEAD_LENGTH = 2e6
"""Twice the thesis', which leaves the slowest head time to finish."""
PAIR_LENGTH = 1e6
PATTERN_LENGTH = 1.2e6
GRAFT_LENGTH = 1.2e6
NETWORK_LENGTH, PART_LENGTH = 2e6, 3e5
"""Published sequences with more classes or labels: of networks with one head, and of their subcircuits."""
PARTS = ("match (B)", "copy (C)", "both (B, C)")
PATTERNS = ("another head", "three heads", "all heads")
SHIFTS = (0, 1, 2)
"""From which seed a grafted layer 1 comes: the run's own, the next one, the one after."""
GRAFTED = ("embed.*", "blocks.0.*")
"""Everything up to the residual stream after layer 1."""


def main_runs(setting: Setting) -> list[RunSpec]:
    """Describe the main runs, one a seed; what is held out is evaluated too."""
    steps = setting.steps(1e6)
    return [dataclasses.replace(run(setting, seed, held_out=True), steps=steps) for seed in setting.seeds]


def head_runs(setting: Setting) -> list[RunSpec]:
    """Describe every layer-2 head alone in every seed: heads one after the other, seeds within them."""
    return [
        run(setting, seed, HEAD_LENGTH, keep_heads(1, [head], HEADS))
        for head, seed in itertools.product(range(HEADS), setting.seeds)
    ]


def one_head_runs(
    setting: Setting, networks: Networks, sequences: float, clamps: Sequence[tuple] = ()
) -> list[RunSpec]:
    """Describe one run a seed with only the seed's strongest head left in layer 2.

    Args:
        setting: the scale's numbers.
        networks: the main runs.
        sequences: published length.
        clamps: further clamps of each seed.
    """
    further = clamps or [()] * len(setting.seeds)
    return [
        run(setting, seed, sequences, keep_heads(1, [head], HEADS) + more)
        for seed, head, more in zip(setting.seeds, networks.strongest, further, strict=True)
    ]


def clamped_runs(setting: Setting, networks: Networks) -> list[RunSpec]:
    """Describe the runs of all clamps: clamps one after the other, seeds within them.

    Copying needs no head silenced: its logits come from one head's scores alone.
    """
    heads = networks.strongest
    attend, layer, matched, copied, both = CLAMP_LENGTHS.values()
    previous = [previous_token_attend([head]) for head in networks.previous_token_head]
    return [
        *one_head_runs(setting, networks, attend, previous),
        *one_head_runs(setting, networks, layer, [layer_one() for _ in heads]),
        *one_head_runs(setting, networks, matched, [match(head) for head in heads]),
        *_all_heads(setting, copied, [copy(head) for head in heads]),
        *_all_heads(setting, both, [layer_one_and_copy(head) for head in heads]),
    ]


def _all_heads(setting: Setting, sequences: float, clamps: Sequence[tuple]) -> list[RunSpec]:
    return [run(setting, seed, sequences, held) for seed, held in zip(setting.seeds, clamps, strict=True)]


def partners(networks: Networks) -> np.ndarray:
    """Return each seed's layer-2 heads other than the strongest, shape (seed, partner)."""
    return np.array([np.delete(range(HEADS), best) for best in networks.strongest])


def pair_runs(setting: Setting, networks: Networks) -> list[RunSpec]:
    """Describe each seed's strongest head with every other one: partners one after the other, seeds within them."""
    others = partners(networks)
    runs = []
    for partner, (i, seed) in itertools.product(range(HEADS - 1), enumerate(setting.seeds)):
        pair = sorted((networks.strongest[i], int(others[i, partner])))
        runs.append(run(setting, seed, PAIR_LENGTH, keep_heads(1, pair, HEADS)))
    return runs


def larger_networks(setting: Setting, networks: Networks) -> list[RunSpec]:
    """Describe one-head networks on tasks with more classes or labels: tasks one after the other, seeds within them."""
    return [
        run(setting, seed, NETWORK_LENGTH, keep_heads(1, [head], HEADS), classes=classes, labels=labels)
        for classes, labels in setting.tasks[1:]
        for seed, head in zip(setting.seeds, networks.strongest, strict=True)
    ]


def larger_parts(setting: Setting, networks: Networks) -> list[RunSpec]:
    """Describe subcircuits on tasks with more classes or labels: parts outermost, then tasks, then seeds."""
    return [
        run(setting, seed, PART_LENGTH, part_clamps(part, head), classes=classes, labels=labels)
        for part, (classes, labels) in itertools.product(PARTS, setting.tasks[1:])
        for seed, head in zip(setting.seeds, networks.strongest, strict=True)
    ]


def part_clamps(part: str, head: int) -> tuple:
    """Return the clamps that leave a subcircuit to be learnt: B (match), C (copy), or both."""
    if part == "match (B)":
        return layer_one_and_copy(head)
    rest = keep_heads(1, [head], HEADS)
    return rest + (match(head) if part == "copy (C)" else layer_one())


def pattern_runs(setting: Setting, networks: Networks) -> list[RunSpec]:
    """Describe previous-token patterns on different sets of layer-1 heads: sets outermost, then seeds."""
    falling = np.argsort(-networks.previous, axis=1)
    sets = {"another head": falling[:, -1:], "three heads": falling[:, :3], "all heads": falling}
    runs = []
    for name in PATTERNS:
        clamps = [previous_token_attend(heads) for heads in np.sort(sets[name], axis=1).tolist()]
        runs += one_head_runs(setting, networks, PATTERN_LENGTH, clamps)
    return runs


def shifts(setting: Setting) -> tuple[int, ...]:
    """Return from which seeds layer 1 is grafted; fewer where there are fewer seeds."""
    return SHIFTS[: len(setting.seeds)]


def grafted_runs(setting: Setting, ids: Sequence[str], step: int) -> list[RunSpec]:
    """Describe training on a finished main run's frozen embeddings and layer 1: shifts outermost, then seeds.

    Args:
        setting: the scale's numbers.
        ids: of the main runs.
        step: their last checkpoint.
    """
    runs = []
    for shift, (i, seed) in itertools.product(shifts(setting), enumerate(setting.seeds)):
        lender = ids[(i + shift) % len(ids)]
        grafts = tuple(Graft(part, lender, step) for part in GRAFTED)
        runs.append(run(setting, seed, GRAFT_LENGTH, grafts=grafts))
    return runs
