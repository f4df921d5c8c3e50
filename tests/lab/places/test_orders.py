import dataclasses

import pytest

from dynamicl.lab import run_id
from dynamicl.lab.places._orders import Order, order_of, orders_of, read_order
from dynamicl.lab.places._place import Home
from dynamicl.lab.places._tasks import make_task, open_tasks
from dynamicl.specs import SpecError, from_json, register
from dynamicl.store import Library
from small import SmallModelSpec

from ..populations import BASE, RECORDING, runs


@pytest.fixture
def home(tmp_path):
    return Home(Library(tmp_path), RECORDING, "title", "command")


def test_an_order_says_all_that_a_worker_needs(home, tmp_path):
    order = order_of(runs(2, 20), home)
    assert order.runs == [run_id(run, RECORDING) for run in runs(2, 20)]
    assert [from_json(text) for text in order.specs] == runs(2, 20) and from_json(
        order.recording
    ) == RECORDING
    assert (order.title, order.command, order.steps, order.modules) == ("title", "command", 40, ["small"])
    task = make_task(tmp_path, order)
    assert read_order(task.folder) == order == open_tasks(tmp_path)[0].order


def test_runs_are_cut_by_number_and_those_of_one_program_stay_together(home):
    wide = [dataclasses.replace(run, model=SmallModelSpec(hidden=8)) for run in runs(2)]
    mixed = [runs(3)[0], wide[0], runs(3)[1], wide[1], runs(3)[2]]
    orders = list(orders_of(mixed, home, 3))
    assert [[from_json(text) for text in order.specs] for order in orders] == [runs(3), wide]
    assert [len(order.runs) for order in orders_of(mixed, home, 2)] == [2, 2, 1]
    assert list(orders_of([], home, 2)) == []


def test_other_versions_are_refused_and_another_python_is_not():
    from dynamicl.lab import versions

    Order([], [], "", versions={**versions(), "python": "9"}).refuse_other_versions()
    with pytest.raises(SpecError, match=r"written with jax 0\.1 \(here .*\): install the same versions"):
        Order([], [], "", versions={**versions(), "jax": "0.1"}).refuse_other_versions()


def test_a_class_defined_in_a_script_is_refused(home):
    @register("of-a-script")
    @dataclasses.dataclass(frozen=True)
    class OfAScript(SmallModelSpec):
        pass

    OfAScript.__module__ = "__main__"
    with pytest.raises(SpecError, match="defined in the script that was started.*move it into a module"):
        order_of([dataclasses.replace(BASE, model=OfAScript())], home)


def test_a_folder_without_an_order_is_no_task(home, tmp_path):
    with pytest.raises(SpecError, match="holds no order .*: give a task's folder"):
        read_order(tmp_path)
    task = make_task(tmp_path, order_of(runs(1), home))
    (task.folder / "order.json").write_text('{"runs": 3}')
    with pytest.raises(SpecError, match="delete the folder and give the command again"):
        read_order(task.folder)
    assert open_tasks(tmp_path) == []
