"""Section 4.4.3: a clamped training step costs about three times a progress measure."""

import jax
import xarray as xr
from jaxtyping import Array

from dynamicl.clamps import forward_tokens, match
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio
from dynamicl.training import RunState, cross_entropy, training_batch

from ._populations import experiment
from ._settings import Setting, run
from ._steps import learner_of, seconds_of

WAYS = ("progress measure", "clamped step")
CALLS, REPEATS, HEAD = 200, 7, 3
LEAST = Threshold("time of a clamped training step over that of a progress measure, at least", ">=", 2.0)
MOST = Threshold("time of a clamped training step over that of a progress measure, at most", "<=", 4.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Time a training step with match clamped, and the loss of the same clamped network on a batch of the same size.

    Returns:
        `seconds` (way, repeat) of one call; both are compiled, draw their sequences and are called in turns.
    """
    learner = learner_of(run(scale, 0, clamps=match(HEAD)))
    state, task = learner.init(), learner.training_task()

    @jax.jit
    def step(state: RunState) -> RunState:
        return learner.step(state, task)

    @jax.jit
    def progress(state: RunState) -> Array:
        sequences = training_batch(learner.spec, task, state.step)
        model, tokens = learner.network.model(state.weights), jax.vmap(task.inputs)(sequences.tokens)
        logits = forward_tokens(model, tokens, sequences.roles, learner.spec.clamps, state.step)
        return cross_entropy(logits, sequences.target)

    functions = dict(zip(WAYS, (lambda: progress(state), lambda: step(state)), strict=True))
    seconds = seconds_of({way: (function, CALLS) for way, function in functions.items()}, REPEATS)
    return xr.Dataset({"seconds": (("way", "repeat"), list(seconds.values()))}, {"way": list(seconds)})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """About three times: between two and four."""
    progress, step = (data["seconds"].sel(way=way).values for way in WAYS)
    found = ratio(step, progress)
    return LEAST.part(found, step.size), MOST.part(found, step.size)


def note(data: xr.Dataset) -> str:
    """Give both times."""
    progress, step = (float(data["seconds"].sel(way=way).median()) for way in WAYS)
    return f"{1e6 * step:,.0f} against {1e6 * progress:,.0f} microseconds (medians), on one run of batch 32"


COST = experiment("induction.cost", measure=measure, judge=judge, criterion=(LEAST, MOST), note=note)
