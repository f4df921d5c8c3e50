"""What the benchmark counts and which jobs it runs; how fast they are is never a test."""

import dataclasses
import json
from typing import get_args

import pytest

from dynamicl.cli._bench import Job
from dynamicl.lab import _bench as module
from dynamicl.lab import _start_up, bench
from dynamicl.lab._bench import clamped_runs, lookup_runs, many_labels, mixture_runs, reference_run
from dynamicl.lab._flop import REFERENCE_FLOP, executed_flop, lookup_flop
from dynamicl.specs import SpecError
from dynamicl.studies.lookup._settings import main_runs, setting
from dynamicl.studies.mixture import _settings as mixture
from dynamicl.studies.mixture._populations import jump_data
from dynamicl.training import OptimizerSpec, plan

from .populations import runs


def test_the_lookup_job_is_the_study_s_laptop_setting():
    expected = main_runs(setting("laptop"))[:3]
    assert lookup_runs(3) == [dataclasses.replace(run, steps=10**9) for run in expected]


def test_executed_products_against_a_count_by_hand():
    """Two blocks on 160 tokens; the second computes keys and values of all of them, the rest of its last row only."""
    batch, length, d, heads, features, labels = 32, 5, 64, 8, 512, 5
    tokens, rows, width = batch * length, batch, 64 // heads
    projection = 2 * d * d
    first = tokens * 4 * projection + 2 * 2 * batch * heads * length * length * width
    second = (tokens * 2 + rows * 2) * projection + 2 * 2 * batch * heads * length * width
    inner = 3 * (first + second)  # each product has one gradient for either side
    exemplars = 2 * batch * 3 * features * d * 2  # no gradient into the features
    table = 2 * batch * 2 * labels * d * 2  # labels by one-hot rows, no gradient into those
    logits = 3 * 2 * batch * d * labels
    by_hand = inner + exemplars + table + logits
    assert executed_flop(reference_run()) == pytest.approx(by_hand, rel=0.01)
    assert by_hand < REFERENCE_FLOP


def test_lookup_products_against_a_count_by_hand():
    # d = 4, 1 sequence of 8 tokens, 2 symbols: 6 maps of 4 x 4 in each block, two products of attention.
    per_block = 6 * 2 * 8 * 16 + 2 * 2 * 8 * 8 * 4
    assert lookup_flop(4, symbols=2, batch=1) == 3 * (2 * per_block + 2 * 4 * 2)


def test_a_small_report_is_json_with_every_share():
    report = json.loads(json.dumps(bench(growth=(1,), jobs=())))
    assert report["machine"]["cores"] >= 1 and report["matmul_peak_gflops"][0] > 0


def test_growth_and_memory_are_told_by_size(monkeypatch):
    asked = []

    def tiny(seed=0, **changes):
        asked.append(seed)
        return runs(seed + 1, 10**9)[seed]

    rate = module.rate
    monkeypatch.setattr(module, "rate", lambda many: rate(many, seconds=0.01))
    monkeypatch.setattr(module, "reference_run", tiny)
    monkeypatch.setattr(module, "matmul_peak", lambda: 1e9)
    report = bench(growth=(1, 3), jobs=("growth",))
    assert asked == [0, 0, 1, 2]
    assert report.keys() == {"machine", "versions", "growth", "peak_memory_gib", "matmul_peak_gflops"}
    assert report["growth"].keys() == {"1", "3"} and min(report["growth"].values()) > 0
    memory = report["peak_memory_gib"]
    # More than an interpreter with JAX, less than any machine: the unit is right.
    assert 0.05 < memory["1"] <= memory["3"] < 1000
    with pytest.raises(SpecError, match="the population has no runs"):
        bench(growth=(0,), jobs=("growth",))


def test_the_mixture_job_is_the_study_s_jump_but_for_the_decay():
    scale = mixture.setting("laptop")
    expected = mixture.run(
        scale, mixture.full(scale), jump_data(scale), 2, 10**9, OptimizerSpec("sgd", 0.01, beta1=0.0)
    )
    (*_, job) = mixture_runs(3, mixture.full(scale))
    assert dataclasses.replace(job, task=None) == dataclasses.replace(expected, task=None)
    assert (job.task.source, job.task.classes, job.task.form) == (
        expected.task.source,
        expected.task.classes,
        expected.task.form,
    )
    assert [part.share for part in job.task.train] == [part.share for part in expected.task.train]


def test_mixture_rates_are_told_by_network(monkeypatch):
    monkeypatch.setattr(module, "rate", lambda many: {"run_steps_per_s": len(many)})
    report = bench(jobs=("mixture",))["mixture"]
    assert report == {
        "full_network": {"run_steps_per_s": 4},
        "minimal_head": {"run_steps_per_s": 4},
        "runs": 4,
    }


def test_images_are_counted_by_the_second(monkeypatch):
    monkeypatch.setattr(module, "rate", lambda many: {"run_steps_per_s": 10.0 * len(many)})
    # Two runs at ten steps a second each, 32 sequences of three drawings.
    report = bench(jobs=("images",))["images"]
    assert report == {"run_steps_per_s": 20.0, "images_per_s": 20.0 * 32 * 3}


def test_sixteen_different_clamps_are_one_program():
    found = clamped_runs(16)
    assert len({run.clamps for run in found}) == 16 and len(plan(found)) == 1


def test_processes_are_timed_cold_and_warm(monkeypatch):
    # How much the folder holds, to which it then adds something.
    code = "import os, sys; print(len(os.listdir(sys.argv[1]))); open(sys.argv[1] + '/x', 'w').close()"
    monkeypatch.setattr(_start_up, "FIRST_STEP", code)
    found = _start_up.start_up()
    assert (found["cold_compile_s"], found["warm_first_step_s"]) == (0, 1)
    assert found.keys() == {"cold_compile_s", "warm_first_step_s", "warm_process_s", "help_s"}
    assert min(found["warm_process_s"], found["help_s"]) > 0


@pytest.mark.whole
@pytest.mark.slow
def test_many_labels_are_told_with_what_the_optimizer_moves(monkeypatch):
    rate = module.rate
    monkeypatch.setattr(module, "rate", lambda many: rate(many, seconds=0.01))
    report = many_labels(runs=2, labels=40, batch=4)
    # Two tables of labels, the read-out's biases, drawings and their bias, positions, two blocks, three norms.
    blocks, norms, places = 2 * 4 * 64 * 64, 2 * 64 * 3, 5 * 64
    weights = 2 * 40 * 64 + 40 + 64 * 64 + 64 + places + blocks + norms
    assert report["adam_bytes"] == pytest.approx(28 * weights, rel=0.02)
    assert report["sequences_per_s"] == 4 * report["run_steps_per_s"] > 0


def test_the_command_knows_every_job():
    assert set(get_args(Job)) == {*module.JOBS, "toys"}
