"""A population is what it reads, its weights go into no other network, and damage is no dead end."""

import dataclasses
import json

import numpy as np
import pytest

from dynamicl.lab import Rewound, cost, init_from, load, load_many, run_id, train_population
from dynamicl.lab._kinds import check_same_network
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json
from dynamicl.store import Library, Store, StoreError
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec

from .populations import BASE, RECORDING, records_equal, runs, same

LOSSES = Recording(Every(5), At((0,)), sequences=8, measures=())


def reading(path, **changes):
    """A run that reads its exemplars from a file."""
    task = FewShotSpec(
        4,
        test_classes=0,
        held_out_exemplars=0,
        held_out_labels=0.0,
        source=ExemplarSpec("file", path=str(path)),
    )
    model = TransformerSpec(1, 2, 4)
    return dataclasses.replace(
        RunSpec(task, model, OptimizerSpec("adam", 0.01), steps=5, batch_size=2), **changes
    )


def features(path, seed):
    np.savez(path, f=np.random.default_rng(seed).normal(size=(6, 2, 8)).astype(np.float32))
    return path


def test_a_file_with_other_content_is_no_hit_and_is_refused_with_both_hashes(tmp_path, monkeypatch):
    path = features(tmp_path / "f.npz", 0)
    spec = reading(path)
    first = train_population([spec], LOSSES, tmp_path / "lib")
    kept = from_json(first.members[0][0].specs[0]).task.source
    assert kept.content and kept.path == str(path)
    assert run_id(spec, LOSSES) == first.runs[0]
    # The same file under another name, from another folder, is the same run.
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "g.npz").write_bytes(path.read_bytes())
    assert run_id(reading("g.npz"), LOSSES) == first.runs[0]
    assert cost([reading("g.npz")], LOSSES, tmp_path / "lib")["run_steps"] == 0
    features(path, 1)
    message = rf"was trained on {path} with content {kept.content}, and it now holds \w{{64}}"
    with pytest.raises(SpecError, match=message):
        train_population([spec], LOSSES, tmp_path / "lib")
    with pytest.raises(SpecError, match="is not what the run was made with: its content has hash"):
        load(first, 0, 0)
    assert len(Library(tmp_path / "lib").stores()) == 1
    other = train_population([spec], LOSSES, tmp_path / "other")
    assert other.runs != first.runs


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust") / "whole"
    return train_population(runs(2), RECORDING, folder)


def stopped(folder, population, monkeypatch_steps=45):
    """Train a population and stop it on the way, past its last checkpoint but one."""
    from dynamicl.lab import Interrupted

    def stop(progress):
        if progress.step >= monkeypatch_steps:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        train_population(population, RECORDING, folder, listener=stop)
    (store,) = Library(folder).stores()
    return store.path


def damage(folder, kind):
    for path in (folder / "pieces").glob(f"*-{kind}-*"):
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 0xFF
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)


def test_a_damaged_state_goes_on_from_the_last_checkpoint_with_the_same_weights(whole, tmp_path):
    path = stopped(tmp_path, runs(2))
    assert Store.open(path).step > 40
    damage(path, "state")
    with pytest.warns(
        Rewound, match=r"goes on from its checkpoint at step 40, with the same weights; its state could"
    ):
        back = train_population(runs(2), RECORDING, tmp_path)
    assert back.status == whole.status
    for step in (0, 20, 40, 60):
        for name, value in whole.weights(0, step).items():
            assert value.tobytes() == back.weights(0, step)[name].tobytes()
    assert records_equal(whole, back)


def test_a_second_kill_after_the_rewind_changes_nothing(whole, tmp_path, monkeypatch):
    path = stopped(tmp_path, runs(2))
    damage(path, "state")

    def killed(*_, **__):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("dynamicl.lab._resuming._commit_rewound", killed)
        with pytest.raises(RuntimeError, match="killed"):
            train_population(runs(2), RECORDING, tmp_path)
    with pytest.warns(Rewound, match="goes on from its checkpoint at step 40"):
        back = train_population(runs(2), RECORDING, tmp_path)
    assert same(whole, back)


def test_without_a_checkpoint_that_can_go_on_it_starts_again(tmp_path):
    bare = dataclasses.replace(RECORDING, optimizer_state=False)
    from dynamicl.lab import Interrupted

    def stop(progress):
        if progress.step >= 45:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        train_population(runs(1), bare, tmp_path / "a", listener=stop)
    damage(Library(tmp_path / "a").stores()[0].path, "state")
    with pytest.warns(
        Rewound, match="starts again from the beginning: no checkpoint holds the optimizer's state"
    ):
        back = train_population(runs(1), bare, tmp_path / "a")
    assert records_equal(back, train_population(runs(1), bare, tmp_path / "b"))


@pytest.mark.parametrize("kind", [int, np.int64, np.int32, np.uint8])
def test_a_run_is_the_same_by_any_integer_and_by_its_id(whole, kind):
    loaded = [load(whole, run) for run in (kind(1), whole.runs[1])]
    assert loaded[0].spec == loaded[1].spec == runs(2)[1]
    assert np.array_equal(loaded[0].model.rise, loaded[1].model.rise)
    assert whole.member(kind(1)) == whole.member(whole.runs[1])
    many = load_many(whole, [(kind(1), None), (kind(1), 20)])
    assert np.array_equal(many.model.rise[0], loaded[0].model.rise)


@pytest.mark.parametrize("run", [2, -1, True, "zz"])
def test_a_run_that_is_not_there_is_a_store_error(whole, run):
    message = r"`run` is .*; this trajectory has the 2 runs"
    for use in (load, lambda t, r: load_many(t, [(r, None)]), lambda t, r: t.weights(r, 0)):
        with pytest.raises(StoreError, match=message):
            use(whole, run)


def test_a_run_without_checkpoints_says_so(tmp_path):
    header = {"runs": ["aa"], "specs": [BASE.json]}
    with Store.create(tmp_path / "s", header) as store:
        store.commit(1)
    from dynamicl.store import open_trajectory

    with pytest.raises(
        StoreError, match="run aa has no checkpoint in .*: let it train on, or record checkpoints"
    ):
        load(open_trajectory(tmp_path / "s"), 0)
    with pytest.raises(SpecError, match="`which` names no model: give at least one"):
        load_many(open_trajectory(tmp_path / "s"), [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("heads", 4), ("layers", 1), ("causal", False), ("positions", "none"), ("position_base", 100.0)],
)
def test_weights_of_a_network_of_another_kind_go_nowhere(field, value):
    own = TransformerSpec(2, 2, 8)
    other = dataclasses.replace(own, **{field: value})
    with pytest.raises(SpecError, match=rf"run x is a network of another kind: its `model.{field}` is"):
        check_same_network(own, other, "run x")


def test_how_weights_were_drawn_makes_no_other_network():
    own = TransformerSpec(2, 2, 8)
    check_same_network(own, dataclasses.replace(own, embedding_scale=1.0), "run x")


def test_weights_that_are_not_finite_start_no_run(whole, tmp_path):
    """A checkpoint of a run that diverged, or of a forger: whole by its hash, and useless to begin with."""
    (store,) = {store for store, _ in whole.members}
    weights = {name: value * np.nan for name, value in store.checkpoint(0).items() if value.dtype.kind == "f"}
    with Store.create(tmp_path / "lib" / "bad", json.loads(json.dumps(dict(store.header)))) as forged:
        forged.commit(60, checkpoint=weights)
    with pytest.raises(SpecError, match="is not finite everywhere: the run diverged, or the file is damaged"):
        train_population([init_from(BASE, whole.runs[0], 60)], RECORDING, tmp_path / "lib")
