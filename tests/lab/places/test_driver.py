import dataclasses
import shutil

import pytest

from dynamicl.lab import Interrupted, cost, fork, run_id, train_population
from dynamicl.lab.places import GivenUp
from dynamicl.lab.places import _work as working
from dynamicl.lab.places._tasks import REPORT, TASKS, Pulse, Report, open_tasks, write
from dynamicl.lab.places._work import work
from dynamicl.specs import SpecError
from dynamicl.store import Library, StoreError

from ..populations import RECORDING, records_equal, runs
from .inside import Inside

RUNS = runs(3, 20)


def tasks_left(path):
    return [task.folder.name for task in open_tasks(path)]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return train_population(RUNS, RECORDING, tmp_path_factory.mktemp("here"))


def test_a_place_gives_the_bits_of_here_and_leaves_nothing_behind(here, tmp_path):
    place = Inside()
    assert cost(RUNS, RECORDING, tmp_path, place)["cohorts"] == 2
    placed = train_population(RUNS, RECORDING, tmp_path, place=place)
    assert placed.runs == here.runs and records_equal(placed, here)
    assert {len(store.runs) for store in Library(tmp_path).stores()} == {2, 1}
    assert tasks_left(tmp_path) == [] and len(place.done) == 2
    train_population(RUNS, RECORDING, tmp_path, place=place)
    assert len(place.done) == 2


def test_progress_adds_up_what_workers_say(tmp_path, monkeypatch):
    monkeypatch.setattr("dynamicl.lab.places._table.EVERY", 0.0)
    seen = []
    train_population(RUNS, RECORDING, tmp_path, place=Inside(runs=3), listener=seen.append)
    assert [(now.done, now.total, now.cohort, now.cohorts) for now in seen] == [(60, 60, 1, 1)]
    assert seen[-1].left == 0


def test_a_failed_attempt_is_made_again_elsewhere(here, tmp_path):
    def once_full(folder, before):
        write(folder / REPORT, Report("failed", "the disk is full")) if before == 0 else work(folder)

    place = Inside(once_full, runs=3)
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=place), here)
    assert len(place.done) == 2


def test_what_kills_every_worker_is_given_up_and_its_neighbours_are_not(tmp_path):
    poison = run_id(RUNS[2], RECORDING)

    def deadly(folder, before):
        if poison not in (folder / "order.json").read_text():
            work(folder)

    place = Inside(deadly)
    message = (
        rf"1 of 2 tasks were given up.*with run {poison}: its worker is gone \(it ended\) \(after 3 tries\)"
    )
    with pytest.raises(GivenUp, match=message):
        train_population(RUNS, RECORDING, tmp_path, place=place)
    assert len(Library(tmp_path).runs) == 2 and len(place.done) == 4
    # The same command tries anew, and this time its worker lives.
    assert len(train_population(RUNS, RECORDING, tmp_path, place=Inside()).runs) == 3


def test_what_a_person_cancelled_is_not_tried_again(tmp_path):
    place = Inside(lambda folder, before: None, runs=3, last_word="CANCELLED by 0")
    with pytest.raises(GivenUp, match="CANCELLED by 0"):
        train_population(RUNS, RECORDING, tmp_path, place=place)
    assert len(place.done) == 1


def test_other_versions_are_refused_by_the_worker(tmp_path, monkeypatch):
    real = working.Order.refuse_other_versions

    def elsewhere(order):
        real(dataclasses.replace(order) if False else _with_other_jax(order))

    def _with_other_jax(order):
        return type(order)(
            order.runs, order.specs, order.recording, versions={**order.versions, "jax": "0.0.1"}
        )

    monkeypatch.setattr(working.Order, "refuse_other_versions", elsewhere)
    place = Inside(runs=3)
    with pytest.raises(
        GivenUp, match=r"written with jax 0\.0\.1 \(here .*install the same versions on every machine"
    ):
        train_population(RUNS, RECORDING, tmp_path, place=place)
    assert len(place.done) == 1


def test_results_made_with_other_versions_do_not_come_home(tmp_path, monkeypatch):
    versions = {"dynamicl": "0", "jax": "9"}
    monkeypatch.setattr("dynamicl.lab.places._orders.versions", lambda: versions)
    monkeypatch.setattr(working.Order, "refuse_other_versions", lambda order: None)
    with pytest.raises(
        GivenUp, match=r"was made with dynamicl \S+, and its order with 0: install the same versions"
    ):
        train_population(RUNS, RECORDING, tmp_path, place=Inside(runs=3))
    assert Library(tmp_path).runs == ()


def test_damaged_results_do_not_come_home(here, tmp_path):
    def damaging(folder, before):
        work(folder)
        if before == 0:
            piece = next(folder.glob("library/*/pieces/*checkpoint*"))
            piece.write_bytes(piece.read_bytes()[:-40] + bytes(40))
            return
        shutil.rmtree(folder / "library")
        work(folder)

    place = Inside(damaging, runs=3)
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=place), here)
    assert len(place.done) == 2


def test_results_come_home_twice(here, tmp_path):
    """Another driver brought the same runs home while this one waited for its own."""

    def also_by_another(folder, before):
        work(folder)
        for store in Library(folder / "library").stores():
            shutil.copytree(store.path, tmp_path / store.path.name)

    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=Inside(also_by_another)), here)
    assert tasks_left(tmp_path) == [] and len(Library(tmp_path).stores()) == 2


def test_a_driver_that_was_killed_goes_on_with_the_tasks_that_it_left(here, tmp_path):
    class KilledError(Exception):
        pass

    def first_one_only(folder, before):
        if len(place.done) == 2:
            raise KilledError
        work(folder)

    place = Inside(first_one_only, together=1)
    with pytest.raises(KilledError):
        train_population(RUNS, RECORDING, tmp_path, place=place)
    (left,) = tasks_left(tmp_path)
    again = Inside(together=1, runs=1)
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=again), here)
    # The task of before, though the place would have cut another.
    assert again.done == [left] and tasks_left(tmp_path) == []


def test_a_signal_leaves_and_says_how_to_go_on(here, tmp_path):
    def struck(folder, before):
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="left 0: give the same command again to go on"):
        train_population(RUNS, RECORDING, tmp_path, place=Inside(struck))
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=Inside()), here)


def test_a_worker_whose_time_is_up_goes_on_and_no_try_is_counted(here, tmp_path):
    def short(folder, before):
        report = work(folder, seconds=0.0 if before < 5 else 1e9)
        assert report.status == ("left" if before < 5 else "finished")

    place = Inside(short, runs=3)
    placed = train_population(RUNS, RECORDING, tmp_path, place=place)
    assert len(place.done) == 6 and records_equal(placed, here)


def test_two_populations_that_share_runs_train_them_once(here, tmp_path):
    class KilledError(Exception):
        pass

    def killed(folder, before):
        raise KilledError

    with pytest.raises(KilledError):
        train_population(RUNS[:2], RECORDING, tmp_path, place=Inside(killed))
    place = Inside()
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=place), here)
    assert sorted(len(store.runs) for store in Library(tmp_path).stores()) == [1, 2] and len(place.done) == 2


def test_a_store_that_stopped_half_way_travels_and_goes_on(here, tmp_path):
    def stop(now):
        if now.step >= 10:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        train_population(RUNS, RECORDING, tmp_path, listener=stop)
    (store,) = Library(tmp_path).stores()
    assert 0 < store.step < 20
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=Inside()), here)
    assert len(Library(tmp_path).stores()) == 1


def test_parents_checkpoints_travel_with_forks(tmp_path):
    parent = dataclasses.replace(RUNS[0], steps=40)
    name = train_population([parent], RECORDING, tmp_path / "placed").runs[0]
    train_population([parent], RECORDING, tmp_path / "here")
    forks = [fork(parent, name, 20, seed) for seed in (1, 2, 3)]
    expected = train_population(forks, RECORDING, tmp_path / "here")
    placed = train_population(forks, RECORDING, tmp_path / "placed", place=Inside())
    assert records_equal(placed, expected)
    assert len(Library(tmp_path / "placed").stores()) == 3
    stranger = fork(parent, "f" * 32, 20, 1)
    with pytest.raises(SpecError, match="which others start from, is not in the library: train it first"):
        train_population([stranger], RECORDING, tmp_path / "placed", place=Inside())
    late = fork(parent, name, 30, 1)
    with pytest.raises(SpecError, match=f"run {name} has no checkpoint at step 30: it has 0, 20, 40"):
        train_population([late], RECORDING, tmp_path / "placed", place=Inside())


def test_out_of_memory_halves_the_share(here, tmp_path, monkeypatch):
    from dynamicl.lab import _population as population

    sizes, real = [], population._begin

    def small_device(cohort, home, pace):
        sizes.append(cohort.size)
        if cohort.size > 1:
            raise MemoryError
        real(cohort, home, pace)

    monkeypatch.setattr(population, "_begin", small_device)
    placed = train_population(RUNS, RECORDING, tmp_path, place=Inside(runs=3))
    assert sizes == [3, 1, 2, 1, 1] and records_equal(placed, here)


def test_one_run_that_does_not_fit_fails_with_its_reason(tmp_path, monkeypatch):
    def nothing_fits(*_):
        raise MemoryError

    monkeypatch.setattr("dynamicl.lab._population._begin", nothing_fits)
    with pytest.raises(GivenUp, match=r"MemoryError:  ?\(after 3 tries\)"):
        train_population(RUNS[:1], RECORDING, tmp_path, place=Inside())


def test_a_full_disk_is_the_workers_trouble_and_another_goes_on(here, tmp_path, monkeypatch):
    def full(folder, before):
        with monkeypatch.context() as patch:
            if before == 0:
                patch.setattr("dynamicl.store._store.Store.commit", _refuse)
            work(folder)

    def _refuse(*_, **__):
        raise StoreError("could not write: the disk is full; free some space, then resume")

    place = Inside(full, runs=3)
    assert records_equal(train_population(RUNS, RECORDING, tmp_path, place=place), here)
    assert len(place.done) == 2


def test_a_pulse_says_how_far_a_worker_is(tmp_path):
    from dynamicl.lab.places._orders import order_of
    from dynamicl.lab.places._place import Home
    from dynamicl.lab.places._tasks import make_task

    task = make_task(tmp_path, order_of(RUNS[:1], Home(Library(tmp_path), RECORDING)))
    said = []
    assert work(task.folder, say=said.append).status == "finished"
    assert said and isinstance(said[0], Pulse) and said[0].worker.split()[1].isdigit()
    assert task.report() == Report("finished") and (tmp_path / TASKS).is_dir()
