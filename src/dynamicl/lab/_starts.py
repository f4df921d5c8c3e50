"""Where runs start: afresh, from old weights, or as forks of a checkpoint."""

import dataclasses
import fnmatch
import warnings
from collections.abc import Iterable, Mapping
from typing import Literal

import jax
import numpy as np
from jaxtyping import PyTree

from dynamicl.clamps import check_one_writer, lenders
from dynamicl.specs import SpecError, check, from_json, to_json
from dynamicl.store import Library, Store
from dynamicl.training import GENERATOR, Program, RunSpec, RunState, Start, jax_settings, pack, unpack

from ._kinds import check_donor
from ._machine import versions
from ._resuming import OPTIMIZER, last_state


class OtherGround(UserWarning):
    """What goes on, or is forked, was trained with other versions, or in another layout, than it will be."""


def fork(
    parent: RunSpec,
    run: str,
    step: int,
    data_seed: int,
    steps: int | None = None,
    optimizer: Literal["kept", "fresh"] = "kept",
) -> RunSpec:
    """Describe a fork: it goes on exactly from a checkpoint, under another data seed from that step on.

    Args:
        parent: the run's spec.
        run: the run's id in the library.
        step: the checkpoint, in updates; it must hold the optimizer's state unless that starts `fresh`. The last step
            of a run always does.
        data_seed: seed of the data from there on; the parent's own gives the parent again.
        steps: updates in all, the parent's included; the parent's by default.
        optimizer: whether the optimizer's state is kept.
    """
    seeds = dataclasses.replace(parent.seeds, data=data_seed)
    start = Start("fork", run, step, optimizer)
    return dataclasses.replace(
        parent, seeds=seeds, start=start, steps=parent.steps if steps is None else steps
    )


def init_from(spec: RunSpec, run: str, step: int, optimizer: Literal["kept", "fresh"] = "fresh") -> RunSpec:
    """Describe a run that starts at step 0 from another run's weights, on its own task and data.

    Args:
        spec: of the new run.
        run: the other run's id in the library.
        step: its checkpoint, in updates.
        optimizer: `kept` takes the moments along too; the checkpoint must hold them.
    """
    return dataclasses.replace(spec, start=Start("init_from", run, step, optimizer))


def check_start(library: Library, spec: RunSpec) -> None:
    """Refuse a start from a checkpoint that is not there, or that lacks the optimizer's state which is asked for.

    Args:
        library: with the other run.
        spec: of the run that starts there.

    Raises:
        SpecError: the other run, its checkpoint, or the optimizer's state is not there.
    """
    arrays = _checkpoint(library, spec.start, spec)
    if spec.start.optimizer == "kept":
        _optimizer(arrays, spec.start)


def started(program: Program, fresh: RunState, library: Library) -> tuple[RunState, int]:
    """Put every run of a cohort where its spec says it starts.

    What sets weights comes in this order: drawn from the seed, then another run's (`init_from`, `fork`), then grafts,
    which freeze what is there by then. A fork keeps the grafts of its parent and takes no new ones; two grafts never
    set the same parameter.

    Returns:
        The state, and the earliest step of any run.

    Raises:
        SpecError: the other run or checkpoint is not in the library, or belongs to another model; a fork's task is not
            its parent's, or it has a graft of its own; two grafts of a run set the same parameter.
    """
    runs = program.cohort.runs
    grafted = any(graft.run for run in runs for graft in run.grafts)
    if all(run.start.how == "fresh" for run in runs) and not grafted:
        return fresh, 0
    _check_grafts(program)
    _check_forks(program, library)
    host = jax.tree.map(np.array, program.real(fresh))
    for i, spec in enumerate(runs):
        if spec.start.how != "fresh":
            arrays = _checkpoint(library, spec.start, spec)
            _fill(host.weights, arrays, i, "checkpoint's weights")
            if spec.start.optimizer == "kept":
                moments = _learnt(_optimizer(arrays, spec.start), pack(program.network.trained))
                _fill(host.optimizer, moments, i, "checkpoint's optimizer state")
        if spec.start.how == "fork":
            host.step[i] = spec.start.step
        else:
            # A fork's parent had its grafts at its own beginning; put on again they would undo what it learnt since.
            _graft(host.weights, spec, i, library)
    return program.place(host), int(min(host.step))


def _graft(weights: PyTree, spec: RunSpec, row: int, library: Library) -> None:
    """Put the parts that a run takes from others over the weights that it starts with."""
    for graft in spec.grafts:
        if graft.run:
            donor = _checkpoint(library, Start("init_from", graft.run, graft.step), spec)
            _fill_part(weights, donor, row, graft.part)


def _check_grafts(program: Program) -> None:
    """Refuse a parameter that two grafts would set."""
    for grafts in {run.grafts for run in program.cohort.runs}:
        check_one_writer(grafts, program.model_shapes)


def _check_forks(program: Program, library: Library) -> None:
    """Refuse forks that do not go on as their parent did, and warn once a parent of what no longer gives its bits."""
    seen: set[str] = set()
    for spec in program.cohort.runs:
        run = spec.start.run
        if spec.start.how != "fork":
            continue
        store, row = _parent(library, spec.start)
        _check_fork(spec, from_json(store.specs[row]))
        changes = changes_since(store, program.layout)
        if changes and run not in seen:
            warnings.warn(
                f"run {run} was trained with {changes}: its forks are another draw of the same experiment; to compare "
                "bit by bit, train it again here first",
                OtherGround,
                stacklevel=6,
            )
        seen.add(run)


def _check_fork(spec: RunSpec, parent: RunSpec) -> None:
    """Refuse what a fork cannot change of its parent, and new clamps that come too late."""
    run = spec.start.run
    check(
        to_json(spec.task) == to_json(parent.task),
        f"`task` of a fork of run {run} is not its parent's: a fork goes on with the same task; start from its "
        "weights on another one with `init_from`",
    )
    _check_seeds(spec, parent)
    # Sequences seen are counted as steps times batch size, the parent's steps included.
    check(
        spec.batch_size == parent.batch_size,
        f"`batch_size` of a fork of run {run} is {spec.batch_size}, and that run's is {parent.batch_size}: keep the "
        "parent's, or start from its weights with `init_from`",
    )
    theirs = {graft for graft in parent.grafts if graft.run}
    for graft in spec.grafts:
        check(
            not graft.run or graft in theirs,
            f"`grafts` of a fork of run {run} takes `{graft.part}` from run {graft.run}, which its parent did not: "
            "a fork goes on exactly; graft onto its weights with `init_from`",
        )
    for clamp in spec.clamps:
        check(
            clamp in parent.clamps or any(_acts(window, spec) for window in clamp.windows),
            f"the clamp at `{clamp.site}` of a fork of run {run} never acts: its windows {clamp.windows} lie outside "
            f"the fork's steps {spec.begins} to {spec.steps}; move them, or leave the clamp out",
        )


def _acts(window: tuple[int, int], spec: RunSpec) -> bool:
    """Tell whether a clamp's window is open at a step that a run makes itself."""
    start, end = window
    return start < spec.steps and end > spec.begins


def check_generator(store: Store) -> None:
    """Raise `SpecError` where runs would go on with other random numbers than those that they began with."""
    was, now = dict(store.header.get("settings", {})), jax_settings()
    for name in GENERATOR:
        check(
            was.get(name, now[name]) == now[name],
            f"the runs in {store.path} draw their numbers with `{name}` {was.get(name)}, and here it is {now[name]}: "
            f"set it to {was.get(name)} to go on, or delete the folder to train them anew",
        )


def _check_seeds(spec: RunSpec, parent: RunSpec) -> None:
    """Refuse a fork whose seeds say that other weights were drawn, or another world, than its parent's."""
    for name in ("init", "world"):
        own, theirs = getattr(spec.seeds, name), getattr(parent.seeds, name)
        check(
            own == theirs,
            f"`seeds.{name}` of a fork of run {spec.start.run} is {own}, and that run's is {theirs}: give `fork` the "
            "spec of the run that it forks",
        )


def changes_since(store: Store, layout: str) -> str:
    """Write what a store was made with that is different here; "" where nothing is."""
    # Python itself computes nothing.
    changed = _differences(store.header.get("versions", {}), versions(), without="python")
    changed += _differences(store.header.get("settings", {}), jax_settings())
    before = store.header.get("layout", "none")
    if before != layout:
        changed.append(f"layout {before} (here {layout})")
    return ", ".join(changed)


def _differences(was: Mapping[str, str], now: Mapping[str, str], without: str = "") -> list[str]:
    return [
        f"{name} {was.get(name, 'none')} (here {now.get(name, 'none')})"
        for name in sorted({*was, *now} - {without})
        if was.get(name) != now.get(name)
    ]


def lend(program: Program, library: Library) -> Program:
    """Give a program the checkpoints that its runs' clamps take values from (`FromCheckpoint`).

    Raises:
        SpecError: the other run or checkpoint is not in the library, or belongs to another model.
    """
    named = [lenders(spec.clamps) for spec in program.cohort.runs]
    weights = {}
    for name in named[0]:
        members = []
        for spec, lender in zip(program.cohort.runs, named, strict=True):
            start = Start("init_from", lender[name].run, lender[name].step)
            arrays = _checkpoint(library, start, spec)
            members.append(unpack(arrays, program.model_shapes, f"clamp's run {start.run}"))
        weights[name] = jax.tree.map(lambda *leaves: np.stack(leaves), *members)
    if weights:
        program.lend(weights)
    return program


def _fill(tree: object, arrays: Mapping[str, np.ndarray], row: int, what: str) -> None:
    one = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), tree)
    filled = unpack(arrays, one, what)
    jax.tree.map(lambda leaf, value: leaf.__setitem__(row, value), tree, filled)


def _fill_part(tree: object, arrays: Mapping[str, np.ndarray], row: int, part: str) -> None:
    for name, leaf in pack(tree).items():
        if fnmatch.fnmatchcase(name, part):
            if name not in arrays or arrays[name].shape != leaf.shape[1:]:
                have = arrays[name].shape if name in arrays else "none"
                raise SpecError(
                    f"the graft of `{name}` needs shape {leaf.shape[1:]}, the other run has {have}: graft from a "
                    "run of the same model"
                )
            leaf[row] = unpack({name: arrays[name]}, {name: leaf[row]}, "grafted part")[name]


def _parent(library: Library, start: Start) -> tuple[Store, int]:
    found = library.find(start.run)
    if found is None:
        raise SpecError(
            f"`start.run` {start.run} is not in the library {library.root}: train it first, or name another"
        )
    return found


def _checkpoint(library: Library, start: Start, spec: RunSpec) -> dict[str, np.ndarray]:
    """Read the weights that a run starts with; the optimizer's state beside them as far as it was kept."""
    store, row = _parent(library, start)
    check_donor(spec, store, row, start.run)
    kept = store.checkpoints_of(row)
    arrays = store.checkpoint(start.step, row) if start.step in kept else {}
    if not any(name.startswith(OPTIMIZER) for name in arrays):
        # The state that a store keeps for going on serves as well, where it is of this very step.
        arrays |= last_state(store, row, start.step)
    if not arrays:
        have = ", ".join(map(str, kept)) or "none"
        raise SpecError(f"run {start.run} has no checkpoint at step {start.step}: it has {have}")
    return arrays


def _optimizer(arrays: Mapping[str, np.ndarray], start: Start) -> dict[str, np.ndarray]:
    """Return the optimizer's state in a checkpoint, by the names that it has there."""
    kept = {
        name.removeprefix(OPTIMIZER): value for name, value in arrays.items() if name.startswith(OPTIMIZER)
    }
    if not kept:
        raise SpecError(
            f"the checkpoint at step {start.step} of run {start.run} holds no optimizer state: record the parent with "
            "`optimizer_state`, start with `optimizer='fresh'`, or fork at its last step, whose state is kept"
        )
    return kept


def _learnt(moments: Mapping[str, np.ndarray], learns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Leave out the optimizer's state of parts which are frozen here.

    Args:
        moments: by the names that they have in a checkpoint.
        learns: by the name of a parameter, whether it is trained here.
    """
    return {name: value for name, value in moments.items() if learns.get(_owner(name, learns), True)}


def _owner(moment: str, parameters: Iterable[str]) -> str:
    """Name the parameter whose moment an array is: the longest path that it ends in; "" for a state of none."""
    # One parameter's path may end another's: `norm.scale` that of `blocks.0.attention.norm.scale`.
    endings = (name for name in parameters if moment.endswith(f".{name}"))
    return max(endings, key=len, default="")
