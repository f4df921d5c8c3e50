"""A Ray cluster of nodes on this machine, loopback only, without a dashboard; ended by its processes' handles."""

import os
import sys
import types
import warnings

import pytest

from dynamicl.lab import Interrupted, train_population
from dynamicl.lab.places import GivenUp, Ray
from dynamicl.lab.places._tasks import open_tasks
from dynamicl.specs import SpecError

from ..populations import RECORDING, records_equal, runs
from . import workers
from .hunted import LONG_RUNS

RUNS = runs(3, 20)
NODE = {
    "num_cpus": 1,
    "node_ip_address": "127.0.0.1",
    "min_worker_port": 20100,
    "max_worker_port": 20999,
    "include_dashboard": False,
    "object_store_memory": 80 * 2**20,
}


@pytest.fixture(scope="module")
def ray():
    # Ray takes 127.0.0.1 for what it is only where it believes that it may not leave the machine; read at its import.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Ray's workers give way to all others; on a busy machine they would get nothing.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - so it is spelt
    return pytest.importorskip("ray", reason="needs ray: install dynamicl[cluster]")


@pytest.fixture
def cluster(ray, monkeypatch):
    workers.prepare(monkeypatch)
    from ray.cluster_utils import Cluster

    with warnings.catch_warnings():
        # Ray leaves files and processes to its own end, which comes after the test's.
        warnings.simplefilter("ignore", ResourceWarning)
        # Ray starts its processes by forking; they begin another program at once and never touch JAX.
        warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
        try:
            cluster = Cluster(initialize_head=True, head_node_args=NODE)
        except Exception as error:  # Ray has no one kind for all that a machine may forbid
            pytest.skip(f"Ray does not start on this machine: {error}")
        ray.init(address=cluster.address, log_to_driver=False, configure_logging=False)
        try:
            yield cluster
        finally:
            ray.shutdown()
            cluster.shutdown()


@pytest.fixture
def long_ones():
    if workers.LONG not in os.environ:
        pytest.skip(f"takes minutes: set {workers.LONG}, as `make cluster` does")


@pytest.mark.slow
def test_ray_gives_the_bits_of_here(cluster, tmp_path):
    here = train_population(RUNS, RECORDING, tmp_path / "here")
    placed = train_population(RUNS, RECORDING, tmp_path / "placed", place=Ray(runs=2))
    assert records_equal(placed, here) and open_tasks(tmp_path / "placed") == []


@pytest.mark.slow
def test_a_lost_node_is_made_up_for_and_pieces_come_home(long_ones, cluster, tmp_path):
    nodes, seen = [cluster.add_node(**NODE) for _ in range(2)], []
    cluster.wait_for_nodes()

    def lose_a_node(now):
        seen.append(now.done)
        if nodes and now.done > 0:
            cluster.remove_node(nodes.pop(), allow_graceful=False)

    place = Ray(runs=2, minutes=0.2)
    placed = train_population(LONG_RUNS, RECORDING, tmp_path / "placed", place=place, listener=lose_a_node)
    assert len(nodes) == 1 and max(seen) > 0
    assert records_equal(placed, train_population(LONG_RUNS, RECORDING, tmp_path / "here"))


@pytest.mark.slow
def test_a_task_that_kills_its_worker_is_given_up_and_the_rest_is_home(
    long_ones, cluster, monkeypatch, tmp_path
):
    from dynamicl.lab.places import _ray as module

    monkeypatch.setattr(module, "train_packed", deadly)
    with pytest.raises(GivenUp, match="1 of 1 tasks were given up.*WorkerCrashedError after 3 tries"):
        train_population(RUNS, RECORDING, tmp_path, place=Ray())


def deadly(*_):
    os._exit(9)


@pytest.mark.slow
def test_a_driver_leaves_and_what_came_home_is_kept(long_ones, cluster, tmp_path):
    path = tmp_path / "placed"

    def leave(now):
        (task,) = open_tasks(path) or (None,)
        if task is not None and any(task.library.glob("*/index.json")):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="what came home is kept: give the same command again"):
        train_population(LONG_RUNS, RECORDING, path, place=Ray(minutes=0.1), listener=leave)
    (task,) = open_tasks(path)
    assert any(task.library.glob("*/index.json"))
    placed = train_population(LONG_RUNS, RECORDING, path, place=Ray(minutes=1.0))
    assert records_equal(placed, train_population(LONG_RUNS, RECORDING, tmp_path / "here"))


def test_a_place_without_its_package_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SpecError, match=r"needs the package ray: install `dynamicl\[cluster\]`"):
        train_population(RUNS, RECORDING, tmp_path, place=Ray())


def test_a_cluster_that_does_not_answer_is_told():
    def refuse(**options):
        raise ConnectionError("no answer")

    deaf = types.ModuleType("ray")
    deaf.init = refuse
    with pytest.raises(SpecError, match=r"names the Ray cluster 'here:1', which did not answer: no answer"):
        Ray(address="here:1")._join(deaf)


def test_the_board_hands_out_what_was_said_once():
    from dynamicl.lab.places._ray_work import board_class

    board = board_class()()
    board.say("a", b"1")
    board.say("a", b"2")
    board.say("b", b"3")
    assert board.heard() == {"a": b"2", "b": b"3"} and board.heard() == {}
