from dynamicl.studies.transience._token_speed import EARLIER, LOWER, TOKEN_SPEED
from studies.judging import judge_test

from .test_tokens import DATA as TOKENS
from .worlds import hump, runs, with_curve

IMAGES = runs({"init": range(3)})["icl"].rename(sequences="image_sequences", init="image_init")
SEEN = TOKENS.isel(run=[0, 1])[["icl"]].assign(image_icl=IMAGES)
for run in range(2):
    SEEN = with_curve(SEEN, "icl", hump(0.68 + 0.01 * run, at=2e5 + 2e4 * run), run=run)
DATA = SEEN


def peaking(height, at):
    data = DATA
    for run in range(2):
        data = with_curve(data, "icl", hump(height + 0.01 * run, at=at + 2e4 * run), run=run)
    return data


BROKEN = {EARLIER: peaking(0.68, 8e5), LOWER: peaking(0.9, 2e5)}
test_judge = judge_test(TOKEN_SPEED, DATA, BROKEN)
