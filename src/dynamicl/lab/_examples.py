"""A few of the evaluator's sequences as people see them, for the page."""

import json
from typing import Any

import jax
import numpy as np

from dynamicl.probes import EXAMPLES
from dynamicl.training import Program, evaluation


def examples(program: Program) -> dict[str, Any]:
    """Describe the first sequences on which attention is kept, as the first run sees them.

    Other runs see the same ones only where task, world and evaluation seed are the first run's.

    Returns:
        `tokens`, for each sequence its tokens as JSON text, and `targets` as text; empty for a task that cannot
        describe its sequences.
    """
    first = program.cohort.runs[0]
    task, sequences = evaluation(first, "train", program.tasks["train"], program.sequences)
    if not callable(getattr(type(task), "describe", None)):
        return {"tokens": [], "targets": []}
    sequences = jax.device_get(sequences)
    count = min(EXAMPLES, program.sequences)
    tokens = [list(map(json.dumps, task.describe(sequences, i))) for i in range(count)]
    return {"tokens": tokens, "targets": [str(target) for target in np.asarray(sequences.target)[:count]]}
