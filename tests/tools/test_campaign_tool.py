"""The campaign: jobs by value, each done once, over in time."""

import json
import sys

import numpy as np
import pytest

from dynamicl.studies import find_experiments
from tooling import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("campaign")


@pytest.fixture(scope="module")
def jump(tool):
    return next(job for job in tool.JOBS if job.name == "mixture-jump")


def test_every_job_is_a_measurement_or_experiments_that_there_are(tool):
    names = [job.name for job in tool.JOBS]
    assert len(set(names)) == len(names)
    for job in tool.JOBS:
        assert bool(job.experiments) != (job.name in tool.MEASUREMENTS)
        if job.experiments:
            assert find_experiments(job.experiments)


def test_the_list_says_what_each_job_costs_and_which_are_done(tool, tmp_path, monkeypatch, capsys):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "peak.json").write_text("{}")
    monkeypatch.setattr(sys, "argv", ["campaign", str(tmp_path), "--list"])
    tool.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["done"] + ["waiting"] * (len(tool.JOBS) - 1)
    (line,) = (line for line in lines if line.startswith("mixture-jump"))
    assert "run-steps at most" in line


def test_a_measurement_is_made_once(tool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["campaign", str(tmp_path), "--small", "--minutes", "5", "--jobs", "peak"]
    )
    tool.main()
    assert capsys.readouterr().out == "peak: done\n"
    result = json.loads((tmp_path / "results" / "peak.json").read_text())
    assert set(result["gflops"]) == set(tool.PRECISIONS) and min(result["gflops"].values()) > 0
    tool.main()
    assert capsys.readouterr().out == ""


def test_a_job_leaves_in_time_and_is_not_called_done(tool, jump, tmp_path, monkeypatch):
    sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(tool, "command_of", lambda *arguments: sleeps)
    assert tool.run(jump, tmp_path, True, 0.5) == "out of time"
    assert not tool.result_of(tmp_path, jump).exists()


def test_a_job_that_fails_is_told_with_its_log(tool, jump, tmp_path, monkeypatch):
    fails = [sys.executable, "-c", "print('no'); raise SystemExit(3)"]
    monkeypatch.setattr(tool, "command_of", lambda *arguments: fails)
    said = tool.run(jump, tmp_path, True, 60)
    assert said.startswith("failed (3)") and (tmp_path / "log" / "mixture-jump.txt").read_text() == "no\n"
    assert not tool.result_of(tmp_path, jump).exists()


def test_no_job_begins_when_time_is_over(tool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["campaign", str(tmp_path), "--minutes", "0.5", "--jobs", "growth"])
    tool.main()
    assert capsys.readouterr().out == "growth: not begun, time is over\n"


def test_small_jobs_run_one_experiment_at_smoke(tool, jump, tmp_path):
    command = tool.command_of(tmp_path, jump, True)
    assert command[command.index("reproduce") + 1 : command.index("--scale") + 2] == [
        "mixture.attention",
        "--scale",
        "smoke",
    ]


def test_first_is_none_where_nothing_is_so(tool):
    steps = np.array([0, 10, 20])
    assert tool.first(steps, np.array([[False, False], [True, False], [True, False]])) == [10, None]


def test_growth_counts_runs_and_stops_where_memory_ends(tool, monkeypatch):
    import jax

    def rate(runs, seconds):
        if len(runs) > 2:
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory\nmore")
        return {"run_steps_per_s": 10.0, "first_step_s": 1.0}

    monkeypatch.setattr("dynamicl.lab._bench.rate", rate)
    report = tool.growth(True)
    small, large = report["populations"]
    assert small["runs"] == 2 and small["gflops"] == pytest.approx(10 * report["flop_of_a_run_step"] / 1e9)
    assert large == {"runs": 4, "error": "RESOURCE_EXHAUSTED: out of memory"}


def test_the_populations_that_are_measured_are_there(tool):
    for claim, (name, _) in tool.STUDIED.items():
        (experiment,) = find_experiments([claim])
        assert experiment.populations(experiment.setting("laptop"))[name].runs


@pytest.mark.whole
def test_populations_of_the_studies_are_measured(tool):
    rows = tool.studies(small=True)["populations"]
    assert [row["claim"] for row in rows] == list(tool.STUDIED)
    assert min(row["run_steps_per_s"] for row in rows) > 0 and {row["runs"] for row in rows} == {2}
