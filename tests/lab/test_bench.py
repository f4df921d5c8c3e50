"""What the benchmark counts and which jobs it runs; how fast they are is never a test."""

import dataclasses
import json

import pytest

from dynamicl.lab import bench
from dynamicl.lab._bench import lookup_runs, reference_run
from dynamicl.lab._flop import REFERENCE_FLOP, executed_flop, lookup_flop
from dynamicl.studies.lookup._settings import main_runs, setting


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
