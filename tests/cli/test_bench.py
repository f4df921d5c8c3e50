"""`dynamicl bench`: what its options ask for is what is measured; how fast is never a test."""

import json

import pytest

from dynamicl.cli import _bench
from dynamicl.lab import _bench as jobs

JOBS = {name: lambda peaks, sizes, name=name: {name: list(sizes)} for name in jobs.JOBS}


@pytest.mark.parametrize(
    ("words", "measured"),
    [
        ([], {*jobs.JOBS, "toys"}),
        (["--jobs", "toys"], {"toys"}),
        (["--jobs", "mixture", "growth"], {"mixture", "growth"}),
    ],
)
def test_jobs_asked_for_are_measured(words, measured, monkeypatch, capsys):
    monkeypatch.setattr(jobs, "JOBS", JOBS)
    monkeypatch.setattr("dynamicl.toys.time_coopetition", lambda: {"seconds": 1.0})
    assert _bench.command([*words, "--growth", "1", "2"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report.keys() - {"machine", "versions", "matmul_peak_gflops"} == measured
    assert all(report[name] == [1, 2] for name in measured - {"toys"})
