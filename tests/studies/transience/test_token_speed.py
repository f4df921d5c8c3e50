from dynamicl.studies.transience._token_speed import EARLIER, LOWER, TOKEN_SPEED, TOO_FEW
from studies.judging import judge_test

from .test_tokens import DATA as TOKENS
from .worlds import FLAT, hump, runs, with_curve

IMAGES = runs({"init": range(3)})["icl"].rename(sequences="image_sequences", init="image_init")
SEEN = TOKENS[["icl"]].assign(image_icl=IMAGES)


def peaking(height, at):
    data = SEEN
    for run in range(4):
        data = with_curve(data, "icl", hump(height + 0.005 * run, at=at + 1e4 * run), run=run)
    return data


DATA = peaking(0.68, 2e5)
BROKEN = {EARLIER: peaking(0.68, 8e5), LOWER: peaking(0.9, 2e5)}
test_judge = judge_test(TOKEN_SPEED, DATA, BROKEN)


def test_the_spread_of_images_counts_too():
    (_, narrow) = TOKEN_SPEED.judge(DATA)
    apart = DATA.copy(deep=True)
    apart["image_icl"] = DATA["image_icl"] * (1 + 0.05 * (DATA["image_init"] - 1))
    (_, wide) = TOKEN_SPEED.judge(apart)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_without_icl_on_tokens_nothing_is_decided():
    parts = TOKEN_SPEED.judge(with_curve(DATA, "icl", FLAT))
    assert {part.undecided for part in parts} == {TOO_FEW}
