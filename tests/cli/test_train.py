import contextlib
import json
import os
import re

import pytest
import tyro

from dynamicl.clamps import FOREVER, Clamp, Constant
from dynamicl.cli import _train as module
from dynamicl.cli._options import check_place
from dynamicl.cli._train import TrainFewShot, TrainLookup, population
from dynamicl.specs import SpecError, to_json
from dynamicl.store import Library, open_trajectory
from dynamicl.training import Seeds


def described(*words, kind=TrainFewShot):
    return population(tyro.cli(kind, args=list(words)))


def test_seeds_and_sweeps_are_crossed():
    runs = described(
        "--seeds", "3,5", "--sweep", "optimizer.learning_rate=0.1,0.2", "task.noise=0,1", "--steps", "7"
    )
    assert [(r.seeds, r.optimizer.learning_rate, r.task.noise) for r in runs] == [
        (Seeds(seed, seed), rate, noise) for seed in (3, 5) for rate in (0.1, 0.2) for noise in (0.0, 1.0)
    ]
    assert {run.steps for run in runs} == {7}
    assert [run.seeds.init for run in described("--seeds", "2:5")] == [2, 3, 4]


def test_fields_keep_their_types():
    runs = described(
        "--seeds", "0", "--sweep", "model.causal=true,false", "model.positions=learnt", "steps=3,4"
    )
    assert [(run.model.causal, run.steps) for run in runs] == [(c, s) for c in (True, False) for s in (3, 4)]
    assert {run.model.positions for run in runs} == {"learnt"}


def test_clamps_are_given_by_name_and_swept_by_place():
    words = ["--seeds", "0", "--clamp", "ablate-heads:layer=0,heads=1", "--sweep", "clamps.0.strength=0.5,1"]
    clamps = [run.clamps for run in described(*words)]
    expected = [(Clamp("layers.0.attn.v", Constant(0.0), heads=(1,), strength=s),) for s in (0.5, 1.0)]
    assert clamps == expected and clamps[0][0].windows == ((0, FOREVER),)


def test_the_other_task():
    (run,) = described("--seeds", "0", kind=TrainLookup)
    assert run.task.kind == "lookup"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "a:b"], r"`seeds` is 'a:b': give first:beyond \(0:16\) or a list \(0,3,5\)"),
        (["--seeds", "1:2:3"], "`seeds` is '1:2:3': give first:beyond"),
        (["--seeds", "4:4"], "`seeds` is '4:4', which is no seed at all: give first below beyond"),
        (
            ["--sweep", "optimizer.learning_rate"],
            "`sweep` is 'optimizer.learning_rate': give FIELD=VALUE,VALUE",
        ),
        (
            ["--sweep", "optimiser.learning_rate=1"],
            "`sweep` names no field `optimiser`: did you mean `optimizer`",
        ),
        (["--sweep", "optimizer.rate=1"], "`sweep` names no field `rate`: did you mean .*`learning_rate`"),
        (
            ["--sweep", "optimizer.learning_rate=fast"],
            "gives `optimizer.learning_rate|learning_rate` the value 'fast'",
        ),
        (["--sweep", "model.causal=no"], "the value 'no': give true or false"),
        (
            ["--sweep", "steps.more=1"],
            "`sweep` names `more` of `steps`, which is 2000 and has no fields: leave it out",
        ),
        (["--sweep", "optimizer=adam"], "gives `optimizer` the value 'adam': it is no number or word"),
        (["--sweep", "clamps.0.strength=1"], "`sweep` names no field `0`: there is nothing in it"),
        (["--clamp", "cute:layer=0"], "no clamp `cute`: did you mean `cut`"),
    ],
)
def test_populations_that_mean_nothing_are_refused(words, message):
    with pytest.raises(SpecError, match=message):
        described(*words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "0-4"], "dynamicl train: `seeds` is '0-4': give first:beyond"),
        (
            ["--sweep", "modle.layers=2"],
            "dynamicl train: `sweep` names no field `modle`: did you mean `model`",
        ),
        (["--clamp", "match"], "dynamicl train: no clamp `match`: did you mean"),
        (
            ["--clamp", "ablate-heads:layer=0,heads=9"],
            "head 9 does not exist at `layers.0.attn.v`: it has heads 0 to 1",
        ),
        (["--clamp", "ablate-heads:layer=5"], "no site matches `layers.5.attn.v`"),
        (["--model.heads", "3"], "`model.d_model` is 8: give a multiple of `model.heads` 3"),
        (["--task.classes", "1"], "`task.classes` is 1: give at least 2"),
        (["--measures", "haeds"], "`haeds`.*`heads`"),
        (["--evaluate-every", "0"], "`every.steps` is 0: give at least 1"),
        (["--seeds", "1,1"], "`seeds` is '1,1', which names a seed twice: give each once"),
        (["--seeds", "0:2000000000"], "2,000,000,000 runs, 100,000 at most"),
        (
            ["--sweep", "learning_rate=1e-3"],
            "no field `learning_rate`: did you mean `optimizer.learning_rate`",
        ),
    ],
)
def test_what_cannot_be_trained_is_one_line(dynamicl, tiny, tmp_path, words, message):
    done = dynamicl("train", *tiny, "--seeds", "0", "--out", tmp_path / "lib", *words)
    assert done.code == 1 and done.err.count("\n") == 1, done
    assert re.search(message, done.err), done.err
    assert not list(tmp_path.glob("lib/*"))


def test_hyphens_of_flags_are_taken_in_sweeps():
    runs = described("--seeds", "0", "--sweep", "optimizer.learning-rate=0.1,0.2", "batch-size=4")
    assert [(run.optimizer.learning_rate, run.batch_size) for run in runs] == [(0.1, 4), (0.2, 4)]
    spec = json.loads(to_json(runs[1]))
    assert (
        module._settings(spec, ["optimizer.learning-rate=0.1,0.2"]) == "seed 0, optimizer.learning_rate 0.2"
    )


def test_lookup_takes_an_encoder_that_sees_the_context(dynamicl, tmp_path):
    assert not module.TrainLookup().model.causal
    refused = dynamicl("train", "lookup", "--model.causal", "True", "--out", tmp_path / "lib")
    assert "reads its answer at the first position, which would see only itself" in refused.line


@pytest.mark.parametrize("place", ["file", "file/lib"])
def test_a_place_where_nothing_can_be_kept_is_refused_before_anything_is_computed(
    dynamicl, tiny, tmp_path, place
):
    (tmp_path / "file").write_text("mine")
    line = dynamicl("train", *tiny, "--seeds", "0", "--out", tmp_path / place).line
    assert f"`out` is {tmp_path / place}, but {tmp_path / 'file'} is no folder: give another place" in line


def test_a_place_that_may_not_be_written_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SpecError, match=rf"`out` is {tmp_path}, but {tmp_path} may not be written"):
        check_place(tmp_path)


def test_a_population_is_trained_once(dynamicl, tiny, library):
    runs = Library(library).runs
    words = ("train", *tiny, "--seeds", "0:2", "--optimizer-state", "True", "--out", library)
    done = dynamicl(*words)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "2 runs (2 already trained) in 0 compiled programs, 0 run-steps"
    assert [line.split()[:2] for line in lines[1:3]] == [[run, "finished"] for run in runs]
    assert [line.rpartition("  ")[2] for line in lines[1:3]] == ["seed 0", "seed 1"]
    assert lines[3] == f"see it: dynamicl report {library}"
    trajectory = open_trajectory(library)
    assert trajectory.dataset["step"].values.tolist() == [0, 10, 20, 30, 40]
    assert trajectory.dataset.attrs["command"]


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(dynamicl, tiny, tmp_path, monkeypatch):
    told = []

    @contextlib.contextmanager
    def impatient(title):
        def listen(now):
            told.append(now.step)
            if len(told) == 2:
                raise KeyboardInterrupt

        yield listen

    words = ("train", *tiny, "--seeds", "0", "--title", "mine", "--out", tmp_path)
    monkeypatch.setattr(module, "progress", impatient)
    stopped = dynamicl(*words)
    assert stopped.code == 130
    assert (
        "give the same command again to go on" in stopped.err
        and "of 40; everything up to there is kept" in stopped.err
    )
    monkeypatch.undo()
    done = dynamicl(*words)
    assert done.code == 0 and "finished" in done.out
    assert open_trajectory(tmp_path).dataset["step"].values.tolist() == [0, 10, 20, 30, 40]
