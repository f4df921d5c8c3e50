import dataclasses
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.specs import SpecError, validate
from dynamicl.tasks import ExemplarSpec, FewShotSpec, interface_of
from dynamicl.tasks._fewshot import label_set_count

LEAST = 0.01  # of a p-value; seeds are fixed
SPEC = FewShotSpec(classes=6, exemplars=2, held_out_exemplars=1, test_classes=3, labels=5)
DRAWS = 20_000


@pytest.fixture(scope="module")
def tasks():
    return SPEC.prepare()


@pytest.fixture(scope="module")
def drawn(tasks):
    """Sequences of the training task as NumPy arrays: classes, drawings, labels, target, options."""
    sequences = jax.device_get(tasks["train"].batch(jax.random.key(7), DRAWS))
    rows, labels = sequences.tokens
    return rows // 2, rows % 2, labels, sequences


def uniform(values, n):
    return chisquare(np.bincount(np.asarray(values).ravel(), minlength=n)).pvalue > LEAST


def test_evaluators_come_in_order(tasks):
    assert list(tasks) == ["train", "held-out exemplars", "held-out classes", "held-out labels"]
    assert interface_of(tasks["train"]).length == 5
    assert [task.features.shape[0] for task in tasks.values()] == [12, 6, 6, 12]


def test_what_holds_nothing_out_has_no_evaluator():
    bare = FewShotSpec(classes=2, held_out_exemplars=0, test_classes=0, held_out_labels=0.0)
    assert list(bare.prepare()) == ["train"]


def test_classes_are_uniform_and_different(drawn):
    classes, *_ = drawn
    assert (classes[:, 0] != classes[:, 1]).all()
    pairs = np.bincount(classes[:, 0] * 6 + classes[:, 1], minlength=36).reshape(6, 6)
    assert chisquare(pairs[~np.eye(6, dtype=bool)]).pvalue > LEAST
    assert uniform(classes[:, 2], 6)


def test_the_query_matches_either_pair_equally_often(drawn):
    classes, _, _, sequences = drawn
    matches = classes[:, :2] == classes[:, 2:]
    assert (matches.sum(1) == 1).all()
    assert uniform(matches.argmax(1), 2)
    assert np.array_equal(sequences.roles.matching_label[:, 1::2], matches)
    assert np.array_equal(sequences.roles.other_label[:, 1::2], ~matches)


def test_the_target_is_the_label_of_the_matching_pair(drawn):
    classes, _, labels, sequences = drawn
    matches = classes[:, :2] == classes[:, 2:]
    assert np.array_equal(sequences.target, labels[matches])


def test_label_sets_pairings_and_orders_are_uniform(drawn, tasks):
    sets = {tuple(row) for row in np.asarray(tasks["train"].label_sets).tolist()}
    assert len(sets) == 8
    ordered = [tuple(row) for row in drawn[2].tolist()]
    counts = {pair: 0 for chosen in sets for pair in itertools.permutations(chosen)}
    for pair in ordered:
        counts[pair] += 1
    assert len(counts) == 16 and chisquare(list(counts.values())).pvalue > LEAST


def test_drawings_are_uniform_and_independent(drawn):
    drawings = drawn[1]
    assert uniform(drawings @ [1, 2, 4], 8)


def test_options_are_the_labels_in_context(drawn):
    _, _, labels, sequences = drawn
    expected = np.zeros((DRAWS, 5), bool)
    np.put_along_axis(expected, labels, True, axis=1)
    assert np.array_equal(sequences.options, expected)


def test_held_out_label_sets_never_occur_in_training(drawn, tasks):
    held = {frozenset(row) for row in np.asarray(tasks["held-out labels"].label_sets).tolist()}
    seen = {frozenset(row) for row in drawn[2].tolist()}
    assert len(held) == 2 and not held & seen
    assert len(held | seen) == label_set_count(5, 2)
    other = jax.device_get(tasks["held-out labels"].batch(jax.random.key(0), 200)).tokens[1]
    assert {frozenset(row) for row in other.tolist()} == held


def test_held_out_features_are_others(tasks):
    rows = {name: {row.tobytes() for row in np.asarray(task.features)} for name, task in tasks.items()}
    assert not rows["train"] & rows["held-out exemplars"]
    assert not rows["train"] & rows["held-out classes"]
    assert rows["train"] == rows["held-out labels"]


def test_more_ways_and_shots():
    spec = FewShotSpec(4, 1, 0, 0, ways=3, shots=2, labels=4, held_out_labels=0.0)
    task = spec.prepare()["train"]
    assert interface_of(task).length == 13
    sequences = jax.device_get(task.batch(jax.random.key(0), 5000))
    rows, labels = sequences.tokens
    for row, label, target in zip(rows[:300], labels[:300], sequences.target[:300], strict=True):
        pairs = set(zip(row[:-1].tolist(), label.tolist(), strict=True))
        assert len(pairs) == 3 and sorted(np.bincount(row[:-1], minlength=4)) == [0, 2, 2, 2]
        assert (int(row[-1]), int(target)) in pairs
    matches = rows[:, :-1] == rows[:, -1:]
    places = list(itertools.combinations(range(6), 2))
    found = [places.index(tuple(np.flatnonzero(row).tolist())) for row in matches]
    assert uniform(found, 15)


def test_inputs_gather_the_features(tasks):
    task = tasks["train"]
    sequences = task.batch(jax.random.key(0), 3)
    inputs = jax.vmap(task.inputs)(sequences.tokens)
    assert np.array_equal(inputs.exemplars, np.asarray(task.features)[np.asarray(sequences.tokens[0])])
    assert np.array_equal(inputs.labels, sequences.tokens[1])


def test_noise_is_added_anew_to_every_exemplar(tasks):
    spec = dataclasses.replace(SPEC, noise=0.5)
    noisy, clean = (each.bind(tasks["train"], jax.random.key(0)) for each in (spec, SPEC))
    assert clean is tasks["train"]
    first, second = (noisy.batch(jax.random.key(3), 400), clean.batch(jax.random.key(3), 400))
    assert np.array_equal(first.tokens[0], second.tokens[0])
    added = np.asarray(
        jax.vmap(noisy.inputs)(first.tokens).exemplars - jax.vmap(clean.inputs)(second.tokens).exemplars
    )
    # 400 x 3 x 512 draws: the deviation is known to 0.1 %.
    assert abs(added.std() / 0.5 - 1) < 0.005 and abs(added.mean()) < 0.003
    assert abs(np.corrcoef(added[:, 0].ravel(), added[:, 1].ravel())[0, 1]) < 0.01


def test_a_batch_is_a_function_of_its_key(tasks):
    first, again, other = (tasks["train"].batch(jax.random.key(s), 20) for s in (0, 0, 1))
    assert all(
        jnp.array_equal(a, b) for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(again), strict=True)
    )
    assert not np.array_equal(first.tokens[0], other.tokens[0])


def test_describe_tells_tokens_in_order(tasks):
    task = tasks["held-out classes"]
    sequences = jax.device_get(task.batch(jax.random.key(0), 2))
    told = task.describe(sequences, 1)
    assert [token["kind"] for token in told] == ["image", "text", "image", "text", "image"]
    assert [told[1]["text"], told[3]["text"]] == [str(label) for label in sequences.tokens[1][1]]
    row = int(sequences.tokens[0][1, 0])
    # Test classes follow the six training classes, with as many drawings.
    assert told[0] == task.pictures.describe(6 + row // 2, row % 2)


def test_the_split_of_labels_has_its_own_seed():
    splits = [
        np.asarray(dataclasses.replace(SPEC, label_seed=s).prepare()["train"].label_sets).tolist()
        for s in (20, 20, 21)
    ]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": 1}, "`task.classes` is 1: give at least 2"),
        ({"exemplars": 0}, "`task.exemplars` is 0: give at least 1"),
        ({"ways": 1}, "`task.ways` is 1: give at least 2"),
        ({"shots": 0}, "`task.shots` is 0: give at least 1"),
        ({"labels": 1}, "`task.labels` is 1: give at least 2"),
        ({"held_out_exemplars": -1}, "`task.held_out_exemplars` is -1: give 0 or more"),
        ({"test_classes": 1}, r"`task.test_classes` is 1: give 0 \(none\) or at least `task.ways` 2"),
        ({"held_out_labels": 1.0}, "`task.held_out_labels` is 1.0: give 0 up to below 1"),
        ({"noise": -0.1}, "`task.noise` is -0.1: give 0 or more, finite"),
        ({"noise": float("inf")}, "`task.noise` is inf: give 0 or more, finite"),
        ({"label_seed": -1}, "`task.label_seed` is -1: give 0 or more"),
        ({"shots": 300}, "a context of 600 pairs is too long: 512 at most"),
        (
            {"labels": 1000},
            "1000 labels in sets of 2 make more than 200000 sets: reduce `task.labels` or `task.ways`",
        ),
        (
            {"labels": 10**18, "ways": 500, "classes": 500, "test_classes": 0},
            "labels in sets of 500 make more than 200000 sets",
        ),
        (
            {"labels": 2, "held_out_labels": 0.6},
            "`task.held_out_labels` 0.6 leaves no label set to train on: reduce it",
        ),
        (
            {"classes": 1600},
            r"1700 classes asked for \(`task.classes` and `task.test_classes`\): there are 1623; ask for fewer",
        ),
        ({"exemplars": 18}, "22 drawings a class asked for: there are 20; ask for fewer"),
        ({"source": ExemplarSpec(class_seed=-2)}, "`source.class_seed` is -2"),
    ],
)
def test_tasks_that_cannot_be_drawn_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        validate(dataclasses.replace(FewShotSpec(), **changes))
