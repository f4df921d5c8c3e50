from dynamicl.toys import time_coopetition


def test_toys_are_timed():
    report = time_coopetition(runs=3, steps=4)
    assert (report["runs"], report["steps"]) == (3, 4) and report["seconds"] > 0
    assert abs(report["run_steps_per_s"] * report["seconds"] - 12) < 1e-9
