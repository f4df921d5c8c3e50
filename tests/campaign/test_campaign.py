"""The campaign in short: every attack with a few cases each. `make campaign` runs it whole."""

import random

import pytest

from campaign import on_files, on_pages, on_words, on_writers


# Writers are forked processes that touch stores alone; another test of the worker may have started JAX before.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(lambda folder, rng: on_files.flips(folder, rng, 12, write=False), id="flips read"),
        pytest.param(lambda folder, rng: on_files.flips(folder, rng, 12, write=True), id="flips written"),
        pytest.param(lambda folder, rng: on_files.truncations(folder, rng, 5), id="truncations"),
        pytest.param(lambda folder, rng: on_files.bombs(folder), id="bombs"),
        pytest.param(lambda folder, rng: on_writers.old_indexes(folder, 4), id="old indexes"),
        pytest.param(lambda folder, rng: on_writers.kills(folder, rng, 5), id="kills"),
        pytest.param(lambda folder, rng: on_writers.verdicts_at_once(folder, 20), id="verdicts"),
        pytest.param(lambda folder, rng: on_pages.pages(folder, rng, 40), id="pages"),
        pytest.param(lambda folder, rng: on_pages.results(folder, rng, 9), id="results"),
        pytest.param(lambda folder, rng: on_words.commands(folder, rng, 20), id="commands"),
        pytest.param(lambda folder, rng: on_words.specs(rng, 100), id="specs"),
        pytest.param(lambda folder, rng: on_words.flags(rng, 20), id="flags"),
    ],
)
def test_every_attack_is_refused_in_one_line_or_does_no_harm(tmp_path, attack):
    count = attack(tmp_path, random.Random(1))
    assert count.wrong == []
    assert count.tried == count.refused + count.unharmed > 0
