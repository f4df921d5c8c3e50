"""Commands that look at what was trained: report, ablate, fork, view."""

import csv
import io
import json
import re
import shutil
import socket
from pathlib import Path

import pytest

from dynamicl.cli._fork import _parents
from dynamicl.store import Library, open_trajectory

ROOT = Path(__file__).parents[2]


def test_report_writes_one_page(dynamicl, library, tmp_path):
    done = dynamicl("report", library)
    assert done == (0, f"open {library / 'report.html'}\n", "")
    page = (library / "report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>") and str(library) not in page
    results = tmp_path / "results" / "induction"
    results.mkdir(parents=True)
    committed = json.loads((ROOT / "docs/results/induction/claims.json").read_text())
    plateau = [record for record in committed if record["id"] == "induction.plateau"]
    (results / "claims.json").write_text(json.dumps(plateau))
    other = tmp_path / "other.html"
    assert dynamicl("report", library, "--out", other, "--results", tmp_path / "results").code == 0
    assert "induction.plateau" in other.read_text()


def test_runs_are_listed_with_what_sets_them_apart(dynamicl, library):
    trajectory = open_trajectory(library)
    rows = json.loads(dynamicl("runs", library, "--json").out)
    assert [row["run"] for row in rows] == list(trajectory.runs)
    curves = trajectory.dataset["accuracy"].sel(evaluator="train")
    for row in rows:
        recorded = float(curves.sel(run=row["run"], step=row["step"]))
        assert (row["status"], row["accuracy"]) == ("finished", round(recorded, 6))
        assert (
            curves.sel(run=row["run"]).dropna("step")["step"].max() == row["step"] and row["checkpoints"] > 1
        )
    assert len({row["settings"]["seeds.data"] for row in rows}) > 1
    lines = dynamicl("runs", library).out.splitlines()
    assert [line.split()[0] for line in lines] == [row["run"][:8] for row in rows]
    assert re.search(
        r"finished  step +\d+  accuracy \d\.\d{3} +\d+ checkpoints +\d+\.\d MB  seeds\.data 0$", lines[0]
    )
    table = list(csv.DictReader(io.StringIO(dynamicl("runs", library, "--csv").out)))
    assert [row["run"] for row in table] == list(trajectory.runs)
    assert [row["seeds.data"] for row in table] == [str(row["settings"]["seeds.data"]) for row in rows]
    assert "give --json or --csv, not both" in dynamicl("runs", library, "--json", "--csv").line
    assert "nowhere" in dynamicl("runs", library / "nowhere").line


def test_the_library_inside_a_folder_of_results_is_found(dynamicl, library, tmp_path):
    shutil.copytree(library, tmp_path / "library")
    done = dynamicl("report", tmp_path)
    assert done == (0, f"open {tmp_path / 'report.html'}\n", "")
    assert all(run in (tmp_path / "report.html").read_text() for run in Library(library).runs)


@pytest.mark.parametrize("command", ["report", "judge", "claims"])
def test_results_that_are_not_there_are_no_results(dynamicl, library, tmp_path, command):
    more = {"report": [library], "judge": ["induction"], "claims": []}[command]
    line = dynamicl(command, *more, "--results", tmp_path / "nowhere").line
    assert line.startswith(
        f"dynamicl {command}: `results` is {tmp_path / 'nowhere'}, which is no folder: give the"
    )


@pytest.mark.parametrize("command", ["report", "ablate"])
def test_a_library_that_is_not_there(dynamicl, tmp_path, command):
    more = ("--clamp", "steps-1-2") if command == "ablate" else ()
    assert str(tmp_path / "nowhere") in dynamicl(command, tmp_path / "nowhere", *more).line


def test_a_foreign_folder(dynamicl, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of ours")
    assert str(tmp_path) in dynamicl("report", tmp_path).line


def test_ablate_scores_every_evaluator_with_and_without(dynamicl, library):
    done = dynamicl("ablate", library, "--clamp", "ablate-heads:layer=1", "--sequences", "16")
    assert (done.code, done.err) == (0, "")
    form = r"(.+?) +accuracy \d\.\d{4} -> \d\.\d{4}   loss (\d\.\d{4}) -> (\d\.\d{4})"
    first, *lines = done.out.splitlines()
    trajectory = open_trajectory(library)
    assert first == f"run {trajectory.runs[0][:8]} at step {trajectory.last_checkpoint(0)}"
    found = [re.fullmatch(form, line).groups() for line in lines]
    assert [name for name, *_ in found] == ["train", "held-out labels"]
    assert all(before != after for _, before, after in found)
    nothing = dynamicl(
        "ablate", library, "--clamp", "steps-3v-5:head=0", "ablate-heads:layer=0,heads=0", "--run", "1"
    )
    assert nothing.code == 0
    words = (
        "--sequences",
        "16",
        "--scores",
        "target_probability",
        "loss",
        "--json",
        "--step",
        "40",
        "--run",
        "0",
    )
    record = json.loads(dynamicl("ablate", library, "--clamp", "ablate-heads:layer=1", *words).out)
    assert (record["run"], record["step"]) == (trajectory.runs[0], 40)
    before, after = record["evaluators"]["train"]["loss"]
    assert (f"{before:.4f}", f"{after:.4f}") == found[0][1:]
    assert set(record["evaluators"]["train"]) == {"target_probability", "loss"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--clamp", "ablate:layer=0"), "no clamp `ablate`: did you mean"),
        (
            ("--clamp", "ablate-heads:layer=0,heads=2"),
            "head 2 does not exist at `layers.0.attn.v`: it has heads 0 to 1",
        ),
        (("--clamp", "steps-1-2", "--run", "7"), "`run` is 7; this trajectory has the 2 runs"),
        (("--clamp", "steps-1-2", "--run", "nobody"), "`run` is 'nobody'"),
        (("--clamp", "steps-1-2", "--step", "13"), "13"),
        (("--clamp", "steps-1-2", "--run", "²"), "`run` is '²'; this trajectory has"),
        (("--clamp", "steps-1-2", "--sequences", "0"), "`sequences` is 0: give 1 to 10,000,000"),
        (("--clamp",), "`--clamp` has no value: give one or more words"),
    ],
)
def test_ablations_that_miss(dynamicl, library, words, message):
    assert message in dynamicl("ablate", library, *words).line


def test_fork_estimates_the_probability_of_converging(dynamicl, library):
    run = _parents(Library(library))[0]
    words = ("fork", library, "--at", "5", "10", "--forks", "2", "--run", run)
    done = dynamicl(*words)
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert lines[0] == "2 checkpoints x 2 forks = 4 runs"
    form = r"at step +(\d+): +\d of 2 converged, P = \d\.\d\d \[\d\.\d\d, \d\.\d\d\]"
    assert [re.fullmatch(form, line).group(1) for line in lines[1:3]] == ["5", "10"]
    assert lines[3:] == [f"open {library / 'fates.html'}"] and (library / "fates.html").exists()
    rows = json.loads(dynamicl(*words, "--json").out)
    assert [(row["at"], row["forks"]) for row in rows] == [(5, 2), (10, 2)]
    assert all(low <= value <= high for value, low, high in (row["probability"] for row in rows))


def test_forks_converge_by_the_tolerance_that_is_given(dynamicl, library):
    run = _parents(Library(library))[0]
    words = ("fork", library, "--at", "10", "5", "--forks", "2", "--run", run, "--json")
    strict = json.loads(dynamicl(*words).out)
    lax = json.loads(dynamicl(*words, "--tolerance", "0.999", "--hold", "1").out)
    assert [row["at"] for row in lax] == [10, 5]
    assert [row["converged"] for row in strict] == [0, 0] and [row["converged"] for row in lax] == [2, 2]
    page = (library / "fates.html").read_text()
    assert f"run {run}" in page and "converged: accuracy within" in page and str(library) not in page
    assert page.count("<html") == 1
    for words, message in (
        (("--tolerance", "0"), "--tolerance is 0.0: give a number above 0 and below 1"),
        (("--hold", "0"), "--hold is 0: give 1 evaluation or more"),
        (("--forks", "0"), "--forks is 0: give 1 or more"),
        (("--at", "-5"), "--at is (-5,): checkpoints count from 0"),
    ):
        assert message in dynamicl("fork", library, "--at", "10", "--run", run, *words).line


def test_forks_that_cannot_be_made(dynamicl, library, tmp_path):
    runs = _parents(Library(library))
    # Forks do not count: else a command without --run would be refused when given again.
    assert dynamicl("fork", library, "--at", "10", "--forks", "1", "--run", runs[0]).code == 0
    assert len(Library(library).runs) > 2
    several = dynamicl("fork", library, "--at", "10")
    assert f"the library {library} holds 2 runs: name one with --run" in several.line
    nobody = dynamicl("fork", library, "--at", "10", "--run", "feed")
    assert nobody.code == 1 and "`run` is 'feed'; this trajectory has the" in nobody.err
    missing = dynamicl("fork", library, "--at", "11", "--run", runs[0])
    assert missing.code == 1 and "has no checkpoint at step 11: it has 0, 1," in missing.err
    empty = dynamicl("fork", tmp_path, "--at", "10")
    assert f"the library {tmp_path} holds 0 runs: train one into it with `dynamicl train --out`" in empty.line


class Served:
    """A server that is stopped at once."""

    url = "http://127.0.0.1:1/"

    def __init__(self, load, port, every, hosts, clamping):
        self.load = load

    def serve_forever(self):
        assert self.load()[0].sizes["run"] >= 2
        raise KeyboardInterrupt


def test_view_serves_until_it_is_stopped(dynamicl, library, monkeypatch):
    monkeypatch.setattr("dynamicl.views.PageServer", Served)
    done = dynamicl("view", library)
    assert (done.code, done.out) == (130, "open http://127.0.0.1:1/ (Ctrl-C to stop)\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--every", "0"), "`every` is 0.0: give the seconds"),
        (("--port", "70000"), "`port` is 70000: give 0"),
    ],
)
def test_views_that_cannot_be_served(dynamicl, library, words, message):
    assert message in dynamicl("view", library, *words).line


def test_a_port_that_is_taken(dynamicl, library):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = dynamicl("view", library, "--port", port).line
    assert (
        line
        == f"dynamicl view: port {port} cannot be used (Address already in use): give another, or --port 0"
    )
