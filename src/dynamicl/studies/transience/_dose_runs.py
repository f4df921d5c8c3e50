"""What the finding on how much keeps in-context learning trains: from the start, from the middle on, and in pulses.

A training mixture is the same throughout a run. So what changes on the way is a chain of runs: each starts from the
last weights of the one before (`init_from`), on a task of its own and on data that no other run saw. A pulse is two
links, its window and what comes after; a pulse of nothing is the same two links without the special sequences, since
the optimizer's moments start anew where a chain leaves a main run.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np

from dynamicl.lab import init_from
from dynamicl.store import Trajectory
from dynamicl.studies._laptop_world import World
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._summaries import closest
from dynamicl.studies._world_setting import whole_runs
from dynamicl.tasks.exemplars import SequenceKind, bursty, icl_only, matched, mixture
from dynamicl.training import RunSpec

from ._runs import MLP_RATIO, penalised
from ._settings import Setting

Describe = Callable[[Trajectory], list[RunSpec]]
MAKERS: Mapping[str, Callable[[int], SequenceKind]] = {"matched": matched, "in-context-only": icl_only}
KINDS = tuple(MAKERS)
NOTHING = "nothing"
PULSES = (NOTHING, *KINDS)
MOMENTS = {"early": 0.1, "late": 0.5}
"""Where pulses begin, as shares of a long run: about the height of icl, and where it is fading."""
WINDOW = 0.125
"""Length of a pulse, as a share of a long run. All pulses have the largest of the shares."""
MIDDLE = MOMENTS["late"]
FRESH_DATA = 200
"""Added to the data seed of runs that go on, so that they see data that no other run saw; twice after a pulse."""


def mixed(scale: Setting, kind: str, share: float, length: float, data: int) -> RunSpec:
    """Describe a run of the base with a share of other sequences; `NOTHING` leaves it as it is."""
    run = scale.world.run(scale.inits[0], data, length)
    if kind == NOTHING:
        return run
    train = mixture(share, MAKERS[kind](scale.world.burst), bursty(scale.world.burst))
    return dataclasses.replace(run, task=dataclasses.replace(run.task, train=train))


def dose_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs from the start: kinds outermost, then shares."""
    data = scale.datas[0]
    return [mixed(scale, kind, share, scale.long, data) for kind in KINDS for share in scale.doses]


def rescue_runs(scale: Setting, run: str, step: int) -> list[RunSpec]:
    """Describe runs that go on from a main run: kinds outermost, then shares."""
    data, length = scale.datas[0] + FRESH_DATA, scale.long * (1 - MIDDLE)
    specs = [mixed(scale, kind, share, length, data) for kind in KINDS for share in scale.doses]
    return [init_from(spec, run, step) for spec in specs]


def pulse_runs(scale: Setting, run: str, steps: Mapping[str, int]) -> list[RunSpec]:
    """Describe the windows of all pulses: moments outermost, then kinds.

    Args:
        scale: the scale's numbers.
        run: id of the main run.
        steps: its checkpoint at each moment.
    """
    data, share = scale.datas[0] + FRESH_DATA, scale.doses[-1]
    windows = []
    for moment in MOMENTS:
        specs = [mixed(scale, kind, share, WINDOW * scale.long, data) for kind in PULSES]
        windows += [init_from(spec, run, steps[moment]) for spec in specs]
    return windows


def after_runs(scale: Setting, windows: tuple[str, ...], last: int) -> list[RunSpec]:
    """Describe what comes after each pulse, on the base's own sequences, until a long run's end.

    Args:
        scale: the scale's numbers.
        windows: ids of the pulses' windows.
        last: their last step.
    """
    data = scale.datas[0] + 2 * FRESH_DATA
    lengths = np.repeat([1 - start - WINDOW for start in MOMENTS.values()], len(PULSES))
    specs = [scale.world.run(scale.inits[0], data, float(scale.long * length)) for length in lengths]
    return [init_from(spec, run, last, optimizer="kept") for spec, run in zip(specs, windows, strict=True)]


def mlp_world(scale: Setting) -> World:
    """Return the base with MLPs, as figure 3.10 has it."""
    return scale.world.changed(mlp_ratio=MLP_RATIO)


def mlp_runs(scale: Setting, length: float, data: int) -> list[RunSpec]:
    """Describe networks with a penalty on their MLPs, by strength."""
    world = mlp_world(scale)
    return [
        world.run(scale.inits[0], data, length, objective=penalised("mlp", strength))
        for strength in scale.strengths
    ]


def checkpoint_at(scale: Setting, trajectory: Trajectory, share: float) -> int:
    """Return the checkpoint nearest to a share of a long run."""
    steps = np.array(trajectory.checkpoints)
    return int(steps[closest(steps, share * scale.long * scale.world.steps)])


def listed(scale: Setting) -> Populations:
    """List the main run that this finding goes on from, and its own."""
    long, often = scale.sparse(whole=False), scale.recording()
    free = mlp_world(scale).run(scale.inits[0], scale.datas[0], scale.long)
    # Weights are kept on the way, as of the main runs; what heads attend to is not asked here.
    kept = dataclasses.replace(long, checkpoint=scale.sparse().checkpoint)

    def following(title: str, after: str, runs: list[RunSpec], describe: Describe) -> Dependent:
        def known(trajectories: Trajectories) -> Population:
            return Population(f"transience: {title}", tuple(describe(trajectories[after])), often)

        return Dependent((after,), tuple(run.steps for run in runs), known)

    doses, rescued = dose_runs(scale), rescue_runs(scale, "of a main run", 0)
    windows = pulse_runs(scale, "of a main run", dict.fromkeys(MOMENTS, 0))
    later = after_runs(scale, tuple(map(str, range(len(windows)))), 0)
    late_mlp = mlp_runs(scale, scale.long * (1 - MIDDLE), scale.datas[0] + FRESH_DATA)
    prevented = mlp_runs(scale, scale.long, scale.datas[0])
    return {
        "whole": Population(
            "transience: a main run, prolonged", tuple(whole_runs(scale)[:1]), scale.sparse()
        ),
        "dose": Population("transience: shares from the start", tuple(doses), long),
        "rescue": following(
            "shares from the middle on", "whole", rescued, functools.partial(_rescues, scale)
        ),
        "pulses": following("pulses", "whole", windows, functools.partial(_windows, scale)),
        "after": following("after pulses", "pulses", later, functools.partial(_afters, scale)),
        "mlp": Population("transience: MLPs, not penalised", (free,), kept),
        "mlp_dose": Population("transience: MLPs penalised from the start", tuple(prevented), long),
        "mlp_rescue": following(
            "MLPs penalised from the middle on", "mlp", late_mlp, functools.partial(_late_mlps, scale)
        ),
    }


def _rescues(scale: Setting, whole: Trajectory) -> list[RunSpec]:
    return rescue_runs(scale, whole.runs[0], checkpoint_at(scale, whole, MIDDLE))


def _windows(scale: Setting, whole: Trajectory) -> list[RunSpec]:
    steps = {moment: checkpoint_at(scale, whole, start) for moment, start in MOMENTS.items()}
    return pulse_runs(scale, whole.runs[0], steps)


def _afters(scale: Setting, pulses: Trajectory) -> list[RunSpec]:
    return after_runs(scale, tuple(pulses.runs), pulses.checkpoints[-1])


def _late_mlps(scale: Setting, mlp: Trajectory) -> list[RunSpec]:
    step = checkpoint_at(scale, mlp, MIDDLE)
    runs = mlp_runs(scale, scale.long * (1 - MIDDLE), scale.datas[0] + FRESH_DATA)
    return [init_from(run, mlp.runs[0], step) for run in runs]
