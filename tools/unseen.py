"""Ask trained lookup models for sequences that they never saw: with values that occur twice.

    python tools/unseen.py STORE

The miniature's task has few sequences, and all of its values are distinct. A model that had learnt them by heart would
answer a sequence with a repeated value by guessing: two thirds right, if it takes the more frequent one.
"""

import sys
from functools import partial

import equinox as eqx
import jax
import numpy as np

import dynamicl
from dynamicl.clamps import forward
from dynamicl.lab import load_many
from dynamicl.tasks import LookupSpec

SEQUENCES = 4000
EXACT = 0.95
LAST = 5


def main(path: str) -> None:
    """Print accuracy by the number of distinct values, over the runs that solve the task."""
    trajectory = dynamicl.open(path)
    accuracy = trajectory.dataset["accuracy"].sel(evaluator="train").transpose("run", "step").values
    exact = np.flatnonzero(accuracy[:, -LAST:].mean(1) > EXACT)
    loaded = load_many(trajectory, [(int(i), None) for i in exact])
    known = loaded.spec.task
    spec = LookupSpec(
        pairs=known.pairs,
        least_pairs=known.pairs,
        keys=known.keys,
        values=known.values,
        repeat_values=True,
    )
    task = spec.prepare()["train"]
    sequences = task.batch(jax.random.key(5), SEQUENCES)
    weights, static = eqx.partition(loaded.model, eqx.is_array)
    answer = partial(jax.lax.map, lambda one: forward(eqx.combine(one, static), task, sequences))
    right = np.asarray(jax.jit(answer)(weights)).argmax(-1) == np.asarray(sequences.target)
    values = np.asarray(sequences.tokens.ids)[:, 2 : 2 * known.pairs + 1 : 2]
    distinct = np.array([len(set(shown)) for shown in values.tolist()])
    print(f"{exact.size} of {len(accuracy)} runs are exact")
    for number in range(known.pairs, 0, -1):
        by_run = right[:, distinct == number].mean(1)
        quarters = ", ".join(f"{q:.2f}" for q in np.quantile(by_run, [0, 0.25, 0.5, 0.75, 1]))
        print(f"{number} distinct values: accuracy {by_run.mean():.3f} (runs' quartiles {quarters})")


if __name__ == "__main__":
    main(sys.argv[1])
