from pathlib import Path

import pytest

from dynamicl.studies import Lab
from dynamicl.studies._laptop_world import DEEP
from dynamicl.studies.transience._epoch import COUNT, EPOCH, SEEN, distinct_sequences
from dynamicl.studies.transience._settings import setting
from studies.judging import changed, judge_test

DATA = EPOCH.measure(Lab(Path("nowhere"), "smoke"), setting("smoke"), {})
BROKEN = {
    COUNT: changed(DATA, "distinct", 2e27, world="published"),
    SEEN: changed(DATA, "seen", 1e30, world="laptop"),
}
test_judge = judge_test(EPOCH, DATA, BROKEN)


def test_the_published_number_is_met():
    product = 1600 * 1599 * (1598 * 1597 / 2) * 1120 * 20.0**9
    assert distinct_sequences(DEEP, repeating=True) == pytest.approx(product)
    # Of the bursty classes three drawings are different, and of the query's a fourth.
    apart = (19 / 20 * 18 / 20) ** 2 * 17 / 20
    assert distinct_sequences(DEEP) == pytest.approx(apart * product)
    assert "1.6e+09" in EPOCH.note(DATA) and DATA["seen"][0] == pytest.approx(1.6e9)
