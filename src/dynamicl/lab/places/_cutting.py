"""What is left of a population becomes tasks, by spec alone."""

from collections.abc import Collection, Mapping

from dynamicl.specs import from_json
from dynamicl.store import Store, copy_store
from dynamicl.training import RunSpec

from .._planning import ToDo
from ._lending import checkpoints_needed, lend_checkpoints
from ._orders import order_to_go_on, orders_of
from ._place import Home
from ._tasks import Task, make_task, open_tasks


def tasks_of(todo: ToDo, home: Home, runs_each: int) -> list[Task]:
    """Return a task for everything that is left: those that are open already, then new ones for the rest.

    Runs that an open task trains are in no new one, whoever opened it: two populations that share runs train them once.

    Args:
        todo: what is left.
        home: where it belongs.
        runs_each: the most runs of a new task.

    Raises:
        SpecError: a run starts from another that is not at home, or its class is defined in a script.
        StoreError: the disk refuses.
    """
    unfinished = {run: store for store in todo.resume for run in store.runs}
    tasks, taken = _open_tasks(todo, unfinished, home)
    for store in todo.resume:
        if not taken.intersection(store.runs):
            tasks.append(_task_to_go_on(store, home))
    rest = [spec for name, spec in todo.missing.items() if name not in taken]
    members = home.library.members() if checkpoints_needed(rest) else {}
    for order in orders_of(rest, home, runs_each):
        task = make_task(home.library.root, order)
        if members:
            lend_checkpoints(_runs_of(order.specs), members, task.library)
        tasks.append(task)
    return tasks


def count_tasks(todo: ToDo, runs_each: int) -> int:
    """Say how many new tasks the missing runs make, open ones not counted."""
    return -(-len(todo.missing) // runs_each)


def _open_tasks(todo: ToDo, unfinished: Mapping[str, Store], home: Home) -> tuple[list[Task], set[str]]:
    """Return the open tasks that train something that is left, and the names of all their runs."""
    tasks: list[Task] = []
    taken: set[str] = set()
    names = set(todo.names)
    for task in open_tasks(home.library.root):
        runs = set(task.order.runs)
        is_left = any(run in todo.missing or run in unfinished for run in runs)
        if is_left and not runs & taken:
            tasks.append(task)
            taken |= runs
        elif not is_left and runs <= names:
            # Its runs came home, and its driver was killed before it could tidy up.
            task.remove()
    return tasks, taken


def _task_to_go_on(store: Store, home: Home) -> Task:
    """Make a task of a store that stopped half-way; a copy of it travels along."""
    runs = _runs_of(store.specs)
    task = make_task(home.library.root, order_to_go_on(store, runs, home))
    copy_store(store, task.library / store.path.name)
    if checkpoints_needed(runs):
        lend_checkpoints(runs, home.library.members(), task.library)
    return task


def _runs_of(specs: Collection[str]) -> list[RunSpec]:
    return [from_json(text) for text in specs]
