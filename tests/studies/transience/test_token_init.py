from dynamicl.studies.transience._token_init import NOT_ALL, OPEN, SOME, TOKEN_INIT
from studies.judging import judge_test

from .test_tokens import DATA as TOKENS
from .worlds import FLAT, with_curve

DATA = with_curve(TOKENS, "icl", FLAT, run=1)
# With fewer classes it does not count.
BROKEN = {
    SOME: with_curve(TOKENS, "icl", FLAT, run=3),
    NOT_ALL: with_curve(TOKENS, "icl", FLAT, run=[0, 1]),
}
test_judge = judge_test(TOKEN_INIT, DATA, BROKEN)


def test_what_is_neither_there_nor_surely_absent_leaves_it_open():
    low = [(0, 0.5), (2e6, 0.555)]
    some, not_all = TOKEN_INIT.judge(with_curve(TOKENS, "icl", low, run=[0, 1]))
    assert some.undecided == not_all.undecided == OPEN
