"""A dataset on which every claim that a language model decides is true."""

import numpy as np
import xarray as xr

from dynamicl.lm import MEASURES, TOKENS
from dynamicl.studies.finetuning import TASKS
from dynamicl.studies.finetuning._controls import CONTROLS

VARIANTS = (
    "original",
    "linearised",
    "per-layer",
    "switched-context",
    "switched-training",
    "switched-both",
    *CONTROLS,
)
SETTINGS = ("zero_shot", "in_context", "tuned")
SEEDS, QUERIES, LAYERS = 3, 40, 6

TRUE = {
    ("outputs", "original"): 0.30,
    ("outputs", "linearised"): 0.25,
    ("outputs", "per-layer"): 0.40,
    ("outputs", "switched-both"): 0.30,
    ("outputs", "switched-context"): 0.20,
    ("outputs", "switched-training"): 0.20,
    ("outputs", "shifted"): 0.30,
    ("outputs", "per-layer-norm"): 0.40,
    ("outputs", "per-layer-drop"): 0.40,
    ("map_after", "original"): 0.50,
    ("map_after", "linearised"): 0.45,
    ("map_after", "per-layer"): 0.30,
}
DEFAULT = {
    "outputs": 0.2,
    "uniform": 0.01,
    "centred": 0.0,
    "map_before": 0.4,
    "map_after": 0.4,
    "map_change": 0.1,
}


def answers(wrong=24, in_context=16, tuned=12, shift=0):
    """Right or not, (setting, query): the first `wrong` are wrong without context, of which so many become right."""
    right = np.ones((3, QUERIES), bool)
    right[:, :wrong] = False
    right[1, :in_context] = True
    right[2, shift : shift + tuned] = True
    return right


def dataset(changes=None, *, right=None, depth=1.0, tasks=TASKS, only=None):
    """Make a dataset.

    Args:
        changes: (measure, variant) to a value, or to one value a task.
        right: of `answers`, the same for every task and seed.
        depth: slope of SimAOU over layers.
        tasks: names.
        only: a single variant, "original".
    """
    variants = VARIANTS if only is None else (only,)
    grid = (len(tasks), SEEDS, len(variants))
    values = TRUE | (changes or {})
    means = np.zeros((len(MEASURES), *grid))
    for i, measure in enumerate(MEASURES):
        for k, variant in enumerate(variants):
            value = values.get((measure, variant), DEFAULT[measure])
            means[i, :, :, k] = np.broadcast_to(np.asarray(value, float), (len(tasks),))[:, None]
    # A little difference between seeds, the same for all variants, so that intervals have a width.
    means[MEASURES.index("outputs")] += np.array([-0.002, 0.0, 0.002])[None, :, None]
    by_query = means[:, None, ..., None] + np.linspace(-0.01, 0.01, QUERIES)
    by_layer = means[:, None, ..., None] + depth * np.linspace(-0.05, 0.05, LAYERS)
    label = np.arange(QUERIES) % 2
    rows = answers() if right is None else right
    answer = np.where(rows, label, 1 - label)
    shape = (3, *grid, QUERIES)
    return xr.Dataset(
        {
            "similarity": (
                ("measure", "token", "task", "seed", "variant", "query"),
                np.repeat(by_query, len(TOKENS), axis=1),
            ),
            "layer_similarity": (
                ("measure", "token", "task", "seed", "variant", "layer"),
                np.repeat(by_layer, len(TOKENS), axis=1),
            ),
            "answer": (
                ("setting", "task", "seed", "variant", "query"),
                np.broadcast_to(answer[:, None, None, None], shape).copy(),
            ),
            "label": (("task", "query"), np.tile(label, (len(tasks), 1))),
            "rate": (("task", "seed", "variant"), np.full(grid, 0.01)),
        },
        coords={
            "measure": list(MEASURES),
            "token": list(TOKENS),
            "setting": list(SETTINGS),
            "task": list(tasks),
            "seed": list(range(SEEDS)),
            "variant": list(variants),
        },
        attrs={
            "model": "made up",
            "cells": len(tasks) * SEEDS * len(variants),
            "k": 32,
            "queries": QUERIES,
            "limit": 2048,
            "parameters": "key_value",
        },
    )
