import time

from dynamicl.studies.induction._steps import seconds_of


def test_calls_are_counted_and_the_first_round_is_not():
    calls = []

    def slow():
        calls.append("slow")
        time.sleep(0.05 if calls.count("slow") == 1 else 0.004)

    seconds = seconds_of({"slow": (slow, 2), "quick": (lambda: calls.append("quick"), 1)}, 3)
    assert calls[:3] == ["slow", "slow", "quick"] and len(calls) == 4 * 3
    assert (
        seconds["slow"].shape == (3,) and (seconds["slow"] >= 0.004).all() and (seconds["slow"] < 0.05).all()
    )
    assert (seconds["quick"] < seconds["slow"]).all()
