"""What each kind of sequence promises, sequence by sequence in plain loops; chance levels; readers built by hand."""

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.specs import SpecError, validate
from dynamicl.tasks.exemplars import Portion, SequenceKind, bursty, iid, mixture
from dynamicl.training import standard_scores

from .worlds import DRAWN, DRAWS, bound_tasks, plain, sampler

LEAST = 0.01  # of a p-value; seeds are fixed
C, E, PAIRS = DRAWN.classes, DRAWN.source.exemplars, DRAWN.pairs


@pytest.fixture(scope="module")
def tasks():
    return bound_tasks(DRAWN)


@pytest.fixture(scope="module")
def draw(tasks):
    return sampler(tasks, DRAWS)


@pytest.fixture(scope="module")
def drawn(draw):
    return jax.device_get(draw(jax.random.key(3)))


def counts(context):
    """How often each class of a context occurs, most frequent first."""
    return sorted((context.count(c) for c in set(context)), reverse=True)


def is_burst_of_two(classes, exemplars):
    """Two classes twice each, the query's among them; a class's exemplars are all different."""
    context, query = classes[:-1], classes[-1]
    items = list(zip(classes, exemplars, strict=True))
    return counts(context) == [2, 2] and query in context and len(set(items)) == len(items)


def holds_bursty(classes, exemplars, labels):
    return is_burst_of_two(classes, exemplars) and labels == classes and max(classes) < C


def holds_matched(classes, exemplars, labels):
    items = list(zip(classes, exemplars, strict=True))
    others = {item for item in items if item[0] != classes[-1]}
    same = counts(classes[:-1]) == [2, 2] and items.count(items[-1]) == 3
    return same and len(others) == 2 and labels == classes


def two_labels(classes, labels):
    """Labels 0 and 1, one for each class."""
    return {0, 1} == set(labels) and len(set(zip(classes, labels, strict=True))) == 2


def holds_icl(classes, exemplars, labels):
    return is_burst_of_two(classes, exemplars) and two_labels(classes, labels) and min(classes) >= 2


def holds_held_out(classes, exemplars, labels):
    known = min(classes) >= C and max(classes) < C + DRAWN.test_classes
    return is_burst_of_two(classes, exemplars) and two_labels(classes, labels) and known


def holds_icl_only(classes, exemplars, labels):
    consistent = len(set(zip(classes, labels, strict=True))) == len(set(labels)) == 2
    return is_burst_of_two(classes, exemplars) and consistent and max(labels) < C


def holds_iwl(classes, exemplars, labels):
    return len(set(classes)) == PAIRS + 1 and labels == classes


def holds_repeats(classes, exemplars, labels):
    return classes[-1] not in classes[:-1] and labels == classes


def holds_ciwl(classes, exemplars, labels):
    changed = [place for place in range(PAIRS) if labels[place] != classes[place]]
    target = classes[-1]
    return (
        len(set(classes)) == PAIRS + 1 and labels[-1] == target and [labels[p] for p in changed] == [target]
    )


def holds_flip(classes, exemplars, labels):
    first, second = sorted(set(classes))
    other = {first: second, second: first}
    return is_burst_of_two(classes, exemplars) and labels == [other[c] for c in classes]


def holds_swap(classes, exemplars, labels):
    return is_burst_of_two(classes, exemplars) and labels == [(c + 1) % C for c in classes]


def holds_iid(classes, exemplars, labels):
    return labels == classes


PROMISES = {
    "bursty": holds_bursty,
    "matched": holds_matched,
    "icl": holds_icl,
    "icl-held-out": holds_held_out,
    "icl-only": holds_icl_only,
    "iwl": holds_iwl,
    "iwl-repeats": holds_repeats,
    "ciwl": holds_ciwl,
    "flip": holds_flip,
    "iid": holds_iid,
}


def broken(name, sequences, limit=DRAWS):
    """Sequences that break their promise."""
    rows = zip(*(part[:limit].tolist() for part in plain(sequences)), strict=True)
    return [row for row in rows if not PROMISES[name](*row)]


@hypothesis.settings(max_examples=6)
@hypothesis.given(seed=st.integers(0, 2**31 - 1))
def test_every_kind_keeps_its_promise(draw, seed):
    sequences = jax.device_get(draw(jax.random.key(seed)))
    assert {name: broken(name, sequences[name], 300) for name in PROMISES} == {name: [] for name in PROMISES}


def test_swapped_labels_are_the_next_ones(drawn):
    classes, _, labels = plain(drawn["swap"])
    assert np.array_equal(labels, (classes + 1) % C)
    # With `classes` 0, bursts of two fill a context of four with two classes.
    assert all(counts(row) == [2, 2] for row in classes[:200, :-1].tolist())


def test_classes_queries_and_places_are_uniform(drawn):
    for name in ("bursty", "iwl", "iid", "iwl-repeats", "ciwl"):
        classes, exemplars, _ = plain(drawn[name])
        assert chisquare(np.bincount(classes[:, -1], minlength=C)).pvalue > LEAST, name
        assert chisquare(np.bincount(exemplars[:, -1], minlength=E)).pvalue > LEAST, name
    matching = plain(drawn["bursty"])[0]
    places = (matching[:, :-1] == matching[:, -1:]) @ (2 ** np.arange(PAIRS))
    # The query's class takes two of four places: six choices.
    assert chisquare(np.unique(places, return_counts=True)[1]).pvalue > LEAST
    overwritten = np.argmax(plain(drawn["ciwl"])[2][:, :-1] == plain(drawn["ciwl"])[2][:, -1:], axis=1)
    assert chisquare(np.bincount(overwritten, minlength=PAIRS)).pvalue > LEAST
    redrawn = plain(drawn["icl-only"])[2][:, -1]
    assert chisquare(np.bincount(redrawn, minlength=C)).pvalue > LEAST


def test_pairs_left_over_are_drawn_independently(drawn):
    """In the bursty part of the mixture two of four pairs are the burst, and two are any classes."""
    classes, _, labels = plain(drawn["train"])
    assert np.array_equal(labels, classes)
    present = (classes[:, :-1] == classes[:, -1:]).any(1).mean()
    # Bursty sequences always hold the query's class, others with the chance of four independent draws.
    expected = 0.75 + 0.25 * (1 - (1 - 1 / C) ** PAIRS)
    assert abs(present - expected) < 4 * np.sqrt(expected * (1 - expected) / DRAWS)


def test_roles_and_options_are_those_of_the_labels(drawn):
    for name, sequences in drawn.items():
        _, _, labels = plain(sequences)
        matching = labels[:, :-1] == labels[:, -1:]
        roles = sequences.roles
        assert np.array_equal(roles.matching_label[:, 1::2], matching), name
        assert np.array_equal(roles.other_label[:, 1::2], ~matching), name
        assert roles.exemplars[:, :-1:2].all() and not roles.exemplars[:, 1::2].any()
        assert (roles.query == 2 * PAIRS).all()
        assert not (roles.matching_label | roles.other_label)[:, ::2].any()
        expected = np.zeros((DRAWS, C), bool)
        np.put_along_axis(expected, labels[:, :-1], True, axis=1)
        assert np.array_equal(sequences.options, expected), name


@pytest.mark.parametrize(
    ("name", "score", "chance"),
    [
        ("icl", "accuracy_in_context", 1 / 2),
        ("icl-held-out", "accuracy_in_context", 1 / 2),
        ("flip", "accuracy_in_context", 1 / 2),
        ("ciwl", "accuracy_in_context", 1 / PAIRS),
        ("iwl", "accuracy", 1 / C),
        ("iwl", "accuracy_in_context", 0.0),
    ],
)
def test_who_knows_nothing_scores_at_chance(drawn, name, score, chance):
    guesses = jax.random.normal(jax.random.key(9), (DRAWS, C))
    measured = float(standard_scores(guesses, jax.tree.map(jnp.asarray, drawn[name]))[score])
    assert abs(measured - chance) <= 4 * np.sqrt(chance * (1 - chance) / DRAWS)


def read_context(sequences):
    """Answer with the label beside the first item of the query's class: perfect induction."""
    classes, _, labels = plain(sequences)
    place = np.argmax(classes[:, :-1] == classes[:, -1:], axis=1)
    return np.eye(C)[np.take_along_axis(labels, place[:, None], axis=1)[:, 0]]


def read_weights(sequences):
    """Answer with the label that the query's class has in training."""
    return np.eye(C)[plain(sequences)[0][:, -1] % C]


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (read_context, {"flip": 1, "icl": 1, "icl-only": 1, "bursty": 1, "swap": 1, "matched": 1}),
        (read_weights, {"flip": 0, "swap": 0, "ciwl": 1, "iwl": 1, "bursty": 1, "matched": 1, "iid": 1}),
    ],
)
def test_readers_built_by_hand(drawn, reader, expected):
    for name, accuracy in expected.items():
        sequences = jax.tree.map(jnp.asarray, drawn[name])
        scores = standard_scores(jnp.asarray(reader(drawn[name]), jnp.float32), sequences)
        # The trained label need not be in these contexts: among the options a one-hot answer would be a tie.
        score = "accuracy" if name in ("iwl", "iid", "swap") else "accuracy_in_context"
        assert float(scores[score]) == accuracy, name


def test_a_mixture_of_a_whole_is_its_first_kind():
    shares = [part.share for part in mixture(1.0, bursty(3), iid())]
    assert shares == [1.0, 0.0]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (SequenceKind(""), "`kind.name` is empty"),
        (
            SequenceKind("x", context=3),
            r"`context` of sequences `x` is 3: give a registered spec with a method",
        ),
        (
            SequenceKind("x", labels=3),
            "`labels` of sequences `x` is 3: give a registered spec with a method `lab",
        ),
        (Portion(bursty(), 1.5), "the share of `bursty` sequences is 1.5: give 0 to 1"),
        (Portion(bursty(), -0.1), "the share of `bursty` sequences is -0.1: give 0 to 1"),
    ],
)
def test_kinds_that_mean_nothing_are_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)
