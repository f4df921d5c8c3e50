"""`dynamicl ablate`: clamps on a trained model."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from dynamicl.specs import check

from ._clamp_words import parse_clamps
from ._complaints import complain
from ._options import read_options
from ._selection import run_named
from ._start import patience, prepare

SHORT_ID = 8


@dataclass(frozen=True)
class Ablate:
    """Score a trained model with and without clamps.

    Attributes:
        library: folder of the store or library.
        clamp: interventions, e.g. `ablate-heads:layer=1,heads=3`; all act together.
        run: id of the run, the beginning of it, or its index.
        step: checkpoint; the last by default.
        sequences: of each evaluator.
        scores: accuracy, loss (nats), accuracy_in_context (the best among the outputs in the context) or
            target_probability.
        bare: leave out the clamps that the run was trained under and that were still on at that step; by default they
            are there with and without those of `clamp`.
        json: print JSON.
    """

    library: Annotated[Path, tyro.conf.Positional]
    clamp: tuple[str, ...]
    run: str = "0"
    step: int | None = None
    sequences: int = 2000
    scores: tuple[Literal["accuracy", "loss", "accuracy_in_context", "target_probability"], ...] = (
        "accuracy",
        "loss",
    )
    bare: bool = False
    json: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Ablate, words, "ablate")
    check(1 <= options.sequences <= 10_000_000, f"`sequences` is {options.sequences}: give 1 to 10,000,000")
    prepare()
    import jax.numpy as jnp

    from dynamicl.clamps import clamped_logits
    from dynamicl.lab import clamps_at, load, load_others
    from dynamicl.store import open_trajectory
    from dynamicl.training import standard_scores

    clamps = parse_clamps(options.clamp)
    complain(options.library)
    trajectory = open_trajectory(options.library)
    run = run_named(options.run, trajectory.runs)
    step = trajectory.last_checkpoint(run) if options.step is None else options.step
    loaded = load(trajectory, run, step)
    own = () if options.bare else clamps_at(loaded.spec, step)
    both = (*own, *clamps)
    others = load_others(trajectory, loaded, both)
    rows: dict[str, dict[str, list[float]]] = {}
    with patience("ablate", f"scoring step {step:,}"):
        for name in loaded.tasks:
            task, sequences = loaded.evaluation(name, options.sequences)
            clean, held = clamped_logits(loaded.model, task, sequences, [own, both], others)
            before, after = (standard_scores(jnp.asarray(logits), sequences) for logits in (clean, held))
            rows[name] = {score: [float(before[score]), float(after[score])] for score in options.scores}
    store, place = trajectory.member(run)
    if options.json:
        record = {"run": store.runs[place], "step": step, "own_clamps": len(own), "evaluators": rows}
        sys.stdout.write(json.dumps(record, indent=1) + "\n")
        return 0
    under = f", under its own {len(own)} clamps" if own else ""
    sys.stdout.write(f"run {store.runs[place][:SHORT_ID]} at step {step:,}{under}\n")
    for name, scores in rows.items():
        words = [f"{score} {before:.4f} -> {after:.4f}" for score, (before, after) in scores.items()]
        sys.stdout.write(f"{name:<20} {'   '.join(words)}\n")
    return 0
