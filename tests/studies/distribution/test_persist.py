from dynamicl.studies.distribution._persist import ALL, NONE, OTHERS, PERSIST
from studies.judging import judge_test

from .worlds import FLAT, hump, runs, with_curve

SHARES = [0.0, 0.5, 0.9, 1.0]
DATA = with_curve(runs({"share": SHARES, "init": range(2)}), "icl", FLAT, share=0.0)
DATA = with_curve(DATA, "icl", hump(0.75, 0.5, at=4e5), share=[0.5, 0.9])
DATA = with_curve(DATA, "icl", hump(0.9, 0.88, at=1.2e6), share=1.0)
BROKEN = {
    ALL: with_curve(DATA, "icl", hump(0.9, 0.6, at=1.2e6), share=1.0),
    OTHERS: with_curve(DATA, "icl", hump(0.75, 0.74, at=4e5), share=0.9, init=0),
}
test_judge = judge_test(PERSIST, DATA, BROKEN)


def test_without_icl_elsewhere_there_is_nothing_to_compare():
    flat = with_curve(DATA, "icl", FLAT, share=[0.5, 0.9])
    (_, others) = PERSIST.judge(flat)
    assert others.holds is None and others.undecided == NONE
    assert PERSIST.note(flat).endswith(
        "less bursty ones with icl nothing, of which nothing by the time at which all-bursty ones peak"
    )


def test_the_note_says_what_one_sees_who_stops_early():
    # All-bursty runs peak at 1.2 million; by then less bursty ones have lost two thirds of what they lose.
    note = PERSIST.note(DATA)
    assert "less bursty ones with icl 0.23 0.23 0.23 0.23, of which 0.14" in note
