"""`dynamicl ablate`: clamps on a trained model."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from dynamicl.specs import check

from ._clamp_words import parse_clamps
from ._complaints import complain
from ._options import read_options
from ._start import prepare


@dataclass(frozen=True)
class Ablate:
    """Score a trained model with and without clamps.

    Attributes:
        library: folder of the store or library.
        clamp: interventions, e.g. `ablate-heads:layer=1,heads=3`; all act together.
        run: id of the run, the beginning of it, or its index.
        step: checkpoint; the last by default.
        sequences: of each evaluator.
    """

    library: Annotated[Path, tyro.conf.Positional]
    clamp: tuple[str, ...]
    run: str = "0"
    step: int | None = None
    sequences: int = 2000


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Ablate, words, "ablate")
    check(
        bool(options.clamp),
        "`clamp` names nothing to clamp: give one, e.g. --clamp ablate-heads:layer=1,heads=3",
    )
    check(1 <= options.sequences <= 10_000_000, f"`sequences` is {options.sequences}: give 1 to 10,000,000")
    prepare()
    import jax.numpy as jnp

    from dynamicl.clamps import clamped_logits
    from dynamicl.lab import load, load_others
    from dynamicl.store import open_trajectory
    from dynamicl.training import standard_scores

    clamps = parse_clamps(options.clamp)
    complain(options.library)
    trajectory = open_trajectory(options.library)
    loaded = load(
        trajectory,
        _named(options.run),
        options.step,
    )
    others = load_others(trajectory, loaded, clamps)
    for name in loaded.tasks:
        task, sequences = loaded.evaluation(name, options.sequences)
        clean, held = clamped_logits(loaded.model, task, sequences, [(), clamps], others)
        before, after = (standard_scores(jnp.asarray(logits), sequences) for logits in (clean, held))
        sys.stdout.write(
            f"{name:<20} accuracy {float(before['accuracy']):.4f} -> {float(after['accuracy']):.4f}   "
            f"loss {float(before['loss']):.4f} -> {float(after['loss']):.4f}\n"
        )
    return 0


def _named(run: str) -> int | str:
    """Read a run's index, or leave its id."""
    return int(run) if run.isascii() and run.isdecimal() and len(run) < 10 else run
