"""What the spec refuses, how it is written down, how sequences are counted, and one program for many values."""

import dataclasses
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec, FewShotSpec, interface_of
from dynamicl.tasks.exemplars import (
    Absent,
    Bursty,
    Classes,
    Drawings,
    Exchanged,
    Gaussian,
    Independent,
    LabelVectors,
    Overwritten,
    Portion,
    Redrawn,
    SequenceKind,
    Shifted,
    Zipf,
    bursty,
    ciwl,
    flip,
    icl,
    icl_only,
    iid,
    iwl,
    matched,
    mixture,
    novel,
)
from dynamicl.training import OptimizerSpec, Program, RunSpec, Seeds, bound, evaluation, plan
from small import forged

from .worlds import DRAWN, MIXED, bound_tasks, plain

LEAST = 0.01


@pytest.mark.parametrize("spec", [ExemplarTaskSpec(), DRAWN, MIXED])
def test_specs_are_fine_and_come_back_from_their_text(spec):
    validate(spec)
    assert from_json(to_json(spec)) == spec


def with_kind(**fields):
    return dataclasses.replace(DRAWN, evaluators=(SequenceKind("x", **fields),))


def with_mixture(**changes):
    return dataclasses.replace(MIXED, **changes)


REFUSED = [
    (
        dataclasses.replace(DRAWN, source=3),
        "`task.source` is 3: give a registered spec with a method `prepare`",
    ),
    (dataclasses.replace(DRAWN, classes=1), "`task.classes` is 1: give at least 2"),
    (dataclasses.replace(DRAWN, multiplicity=0), "`task.multiplicity` is 0: give at least 1"),
    (dataclasses.replace(DRAWN, pairs=0), "`task.pairs` is 0: give 1 to 512"),
    (dataclasses.replace(DRAWN, labels=1), "`task.labels` is 1: give at least 2, or 0"),
    (
        dataclasses.replace(DRAWN, classes=1700),
        r"1705 classes asked for .*: there are 1623; ask for fewer or set `source.table.augmentation`",
    ),
    (
        dataclasses.replace(DRAWN, source=Drawings(exemplars=21)),
        "`source.exemplars` is 21: there are 20 drawings .* or set `source.table.augmentation` to 'pooled' for 160",
    ),
    (dataclasses.replace(DRAWN, source=Drawings(exemplars=0)), "`source.exemplars` is 0: give at least 1"),
    (
        dataclasses.replace(DRAWN, source=Drawings(noise=-1.0)),
        "`source.noise` is -1.0: give 0 or more, finite",
    ),
    (
        dataclasses.replace(DRAWN, source=Drawings(ExemplarSpec("random-convolution"), noise_on="pixels")),
        "`source.noise_on` is 'pixels' with `source.table.encoder` 'random-convolution', which is not linear in them",
    ),
    (
        dataclasses.replace(DRAWN, labels=20, multiplicity=2),
        "2 x 12 classes is 24 labels, beyond the 20 outputs",
    ),
    (dataclasses.replace(DRAWN, train=()), "`task.train` is empty: give at least one `Portion`"),
    (forged(DRAWN, train=(bursty(),)), r"`train.0` is .*: give a `Portion`"),
    (
        dataclasses.replace(DRAWN, train=(Portion(bursty(), 0.5),)),
        "add up to 0.5: give shares that add up to 1",
    ),
    (dataclasses.replace(DRAWN, evaluators=(iwl(), iwl())), "two evaluators are called `iwl`"),
    (dataclasses.replace(DRAWN, evaluators=(iwl(name="train"),)), "two evaluators are called `train`"),
    (dataclasses.replace(DRAWN, frequencies=Zipf(-1.0)), "`frequencies.exponent` is -1.0: give 0 or more"),
    (dataclasses.replace(DRAWN, frequencies=Zipf(20.0)), "leaves the rarest of 12 classes a share of"),
    (with_kind(context=Bursty(3)), "2 classes 3 times each do not fit a context of 4 pairs"),
    (with_kind(context=Bursty(3, 0)), "4 pairs is no whole number of bursts of 3: change `task.pairs`"),
    (with_kind(context=Bursty(0)), "`context.burst` is 0: give at least 1, or use `Independent`"),
    (with_kind(context=Bursty(1, -1)), "`context.classes` is -1: give at least 1, or 0"),
    (
        with_kind(classes=Classes(first=12)),
        r"use all classes from place 12 on: there are 12 \(`task.classes`\)",
    ),
    (with_kind(classes=Classes(count=13)), "use 13 classes from place 0 on: there are 12"),
    (
        with_kind(labels=Redrawn(), classes=Classes("held-out", count=6)),
        r"use 6 classes from place 0 on: there are 5 \(`task.test_classes`\)",
    ),
    (with_kind(context=Absent(), classes=Classes(count=4)), "need 5 different classes and have 4: give more"),
    (
        with_kind(classes=Classes(drawings=5)),
        r"use 5 exemplars of each class: there are 4 \(`source.exemplars`\)",
    ),
    (
        with_kind(classes=Classes(drawings=1)),
        "need 2 different exemplars of a class and have 1: give more, or set",
    ),
    (
        with_kind(context=Absent(), exemplars="matched"),
        "match the query's exemplar in a context that need not",
    ),
    (
        with_kind(classes=Classes("held-out")),
        "use trained labels, and held-out classes have none: use `Redrawn`",
    ),
    (
        with_kind(labels=Redrawn(), classes=Classes("novel")),
        "are of novel classes, which `task.source` Drawings",
    ),
    (with_kind(labels=Redrawn(13)), "draw from 13 labels: there are 12; reduce `labels.among`"),
    (with_kind(context=Bursty(1), labels=Redrawn(3)), "hold up to 4 classes and draw from 3 labels"),
    (with_kind(labels=Redrawn(-1)), r"`labels.among` is -1: give 0 \(all\) or a number of labels"),
    (
        with_kind(context=Bursty(2), labels=Redrawn(2)),
        r"deal labels 0 to 1, .*: set `classes.first` to 2, as `icl` does",
    ),
    (
        dataclasses.replace(
            with_kind(labels=Redrawn(3), context=Bursty(1, 3), classes=Classes(first=1)),
            multiplicity=2,
            pairs=3,
        ),
        "set `classes.first` to 2",
    ),
    (with_kind(context=Bursty(1), labels=Exchanged()), "exchange the labels of two classes: use `Bursty`"),
    (with_kind(labels=Shifted(12)), "shift labels by 12 of 12, which changes none"),
    (
        dataclasses.replace(with_kind(labels=Shifted(1)), multiplicity=2),
        "shift labels by 1, and a class has 2 in a row: it would keep some; shift by 2 or more",
    ),
    (
        dataclasses.replace(with_kind(context=Bursty(1), labels=Exchanged()), labels=4, pairs=2),
        "which may have the same: 4 labels serve 12 classes",
    ),
    (with_kind(labels=Overwritten()), "overwrite a label with the query's, whose class may be in context"),
    (with_mixture(labels=25), "`task.labels` is 25, more than `task.classes` 24: with `task.balanced`"),
    (with_mixture(classes=28), "use 28 classes, no multiple of the 8 labels: with `task.balanced`"),
    (
        with_mixture(labels=4, pairs=5, train=(Portion(bursty(1, 0)),), evaluators=()),
        "need 5 different labels and",
    ),
    (with_mixture(form=LabelVectors(8)), "`form.places` is 8: a sequence of 4 pairs takes 9"),
    (with_mixture(form=LabelVectors(-1)), r"`form.places` is -1: give 0 \(none\) or more"),
    (
        with_mixture(evaluators=(SequenceKind("x", Independent(), Redrawn(), Classes("novel")),)),
        "of novel classes, and some item of theirs would answer to nothing",
    ),
]


@pytest.mark.parametrize(("spec", "message"), REFUSED, ids=range(len(REFUSED)))
def test_tasks_that_cannot_be_drawn_are_refused(spec, message):
    with pytest.raises(SpecError, match=message) as refusal:
        validate(spec)
    assert "\n" not in str(refusal.value)


def test_few_labels_may_be_dealt_where_they_are_nobodys():
    """Training on redrawn labels alone leaves none to a class; fewer labels than classes leave none to exclude."""
    dealt = icl_only(2, among=2)
    validate(dataclasses.replace(DRAWN, train=(Portion(dealt),), evaluators=(dealt, icl(2))))
    validate(dataclasses.replace(DRAWN, labels=6, evaluators=(SequenceKind("x", Bursty(2), Redrawn(2)),)))


def test_a_class_may_have_160_drawings():
    source = Drawings(ExemplarSpec("pixels", augmentation="pooled"), exemplars=160)
    validate(dataclasses.replace(DRAWN, source=source, classes=1600, test_classes=0, evaluators=()))
    with pytest.raises(
        SpecError, match="`source.exemplars` is 161: there are 160 drawings of each class; ask for fewer"
    ):
        validate(dataclasses.replace(source, exemplars=161))


def test_sizes_come_from_the_spec():
    spec = dataclasses.replace(DRAWN, multiplicity=2)
    interface = interface_of(spec.prepare()["train"], lambda task: spec.bind(task, jax.random.key(0)))
    assert interface.outputs == 24 and interface.length == 9 and interface.tokens.exemplars.shape == (5, 784)


def test_several_labels_a_class_are_one_in_a_sequence_and_all_over_sequences():
    spec = ExemplarTaskSpec(
        Drawings(exemplars=3), classes=4, pairs=4, multiplicity=3, train=(Portion(bursty(2)),), evaluators=()
    )
    task = bound_tasks(spec)["train"]
    classes, _, labels = plain(jax.device_get(jax.jit(lambda k: task.batch(k, 4000))(jax.random.key(0))))
    assert np.array_equal(labels // 3, classes)
    for own, told in zip(classes[:500].tolist(), labels[:500].tolist(), strict=True):
        assert len(set(zip(own, told, strict=True))) == len(set(own))
    assert chisquare(np.bincount(labels[:, -1], minlength=12)).pvalue > LEAST


def test_noise_is_of_the_stated_size_and_items_of_norm_one():
    noisy = Drawings(ExemplarSpec("pixels"), exemplars=2, noise=0.7, unit_norm=True)
    spec = ExemplarTaskSpec(noisy, classes=5, train=(Portion(bursty()),), evaluators=())
    task = bound_tasks(spec)["train"]
    sequences = jax.jit(lambda key: task.batch(key, 200))(jax.random.key(0))
    tokens = sequences.tokens
    read = np.asarray(jax.jit(jax.vmap(task.inputs))(tokens).exemplars)
    rows = np.asarray(tokens.classes) * 2 + np.asarray(tokens.exemplars)
    clean = np.asarray(task.items.features)
    np.testing.assert_allclose(np.mean(np.sum(clean**2, 1)), 1, rtol=1e-5)
    noise = read - clean[rows]
    # 200 x 3 x 784 draws: the deviation is known to 0.1 %.
    np.testing.assert_allclose(noise.std(), 0.7, rtol=0.005)
    assert abs(np.corrcoef(noise[:, 0].ravel(), noise[:, 1].ravel())[0, 1]) < 0.01
    told = task.describe(jax.device_get(sequences), 1)
    assert [token["kind"] for token in told] == ["image", "text", "image", "text", "image"]


def test_noise_on_pixels_reaches_the_features_as_it_would_through_the_encoder():
    table = ExemplarSpec("principal-components")
    noisy = Drawings(table, exemplars=2, noise=0.5, noise_on="pixels")
    spec = ExemplarTaskSpec(noisy, classes=5, train=(Portion(bursty()),), evaluators=())
    task = bound_tasks(spec)["train"]
    tokens = jax.jit(lambda key: task.batch(key, 4000))(jax.random.key(0)).tokens
    read = np.asarray(jax.jit(jax.vmap(task.inputs))(tokens).exemplars)
    rows = np.asarray(tokens.classes) * 2 + np.asarray(tokens.exemplars)
    noise = (read - np.asarray(task.items.features)[rows]).reshape(-1, 64)
    np.testing.assert_allclose(noise.std(0), 0.5 * table.noise_of_pixels(), rtol=0.05)


def test_noise_on_pixels_needs_features_that_are_linear_in_them():
    with pytest.raises(
        SpecError, match="'random-convolution', which is not linear in the pixels: take 'pixels'"
    ):
        ExemplarSpec("random-convolution").noise_of_pixels()


def test_a_source_without_noise_on_pixels_keeps_its_name():
    assert "noise_on" not in to_json(Drawings()) and "noise_on" in to_json(Drawings(noise_on="pixels"))


def counted(kind, *, pairs, classes=3, exemplars=2, **fields):
    source = Drawings(ExemplarSpec("pixels"), exemplars=exemplars)
    spec = ExemplarTaskSpec(source, classes, pairs=pairs, train=(Portion(kind),), evaluators=(), **fields)
    validate(spec)
    return bound_tasks(spec)["train"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (bursty(1), {"pairs": 2}),
        (bursty(1), {"pairs": 2, "multiplicity": 2}),
        (matched(1), {"pairs": 2}),
        (iid(), {"pairs": 2, "exemplars": 1}),
        (iwl(), {"pairs": 2, "exemplars": 1}),
        (iwl(different=False), {"pairs": 2, "exemplars": 1}),
        (ciwl(), {"pairs": 2, "exemplars": 1}),
        (icl_only(1), {"pairs": 2, "exemplars": 2}),
        (SequenceKind("x", Independent(different=True)), {"pairs": 2, "exemplars": 1}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_as_many_sequences_are_counted_as_occur(kind, fields):
    task = counted(kind, **fields)
    parts = plain(jax.device_get(jax.jit(lambda key: task.batch(key, 20_000))(jax.random.key(0))))
    assert task.count() == len(np.unique(np.concatenate(parts, axis=1), axis=0))


def test_the_counts_that_the_thesis_states():
    induction = FewShotSpec(held_out_exemplars=0, test_classes=0).prepare()
    share, classes, labels = 0.8, 50, 5
    expected = 2 * share * 1**3 * classes * (classes - 1) * labels * (labels - 1)
    assert induction["train"].count() == round(expected) == 78_400
    assert induction["held-out labels"].count() == 19_600
    transience = SequenceKind("x", Bursty(3), exemplars="independent")
    spec = ExemplarTaskSpec(pairs=8, train=(Portion(transience),), evaluators=())
    part = spec.law_of(transience)
    choices = transience.context.count(part, 8, 20, "independent")
    assert choices == {4: 1600 * 1599 * (1598 * 1597 // 2) * 1120 * 20**9}
    assert f"{sum(choices.values()):.2e}" == "1.87e+27"


def test_items_made_anew_are_without_number():
    assert bound_tasks(MIXED)["train"].count() == float("inf")


def test_few_shot_sequences_are_counted_as_they_occur():
    task = FewShotSpec(3, 2, 0, 0, ways=2, shots=1, labels=3, held_out_labels=0.0).prepare()["train"]
    sequences = jax.device_get(jax.jit(lambda key: task.batch(key, 20_000))(jax.random.key(0)))
    rows = np.concatenate(sequences.tokens[:2], axis=1)
    assert task.count() == len(np.unique(rows, axis=0))


BASE = ExemplarTaskSpec(
    Drawings(exemplars=3),
    classes=6,
    pairs=2,
    train=mixture(0.1, bursty(), iid()),
    evaluators=(icl(), flip(), ciwl(), iwl()),
)


@pytest.mark.whole
@pytest.mark.slow
def test_two_runs_of_different_mixtures_train_in_one_program():
    tasks = [dataclasses.replace(BASE, train=mixture(p, bursty(), iid())) for p in (0.1, 1.0)]
    runs = [
        RunSpec(
            t,
            TransformerSpec(1, 2, 8),
            OptimizerSpec("adam", 1e-3),
            seeds=Seeds(1, 2, 3),
            steps=4,
            batch_size=8,
        )
        for t in tasks
    ]
    (cohort,) = plan(runs)
    program = Program(cohort, sequences=50)
    assert program.evaluators == ("train", "icl", "flip", "ciwl", "iwl")
    assert [array.shape for array in program.task_arrays] == [(18, 784)], "one table for all evaluators"
    state = program.advance(program.initialise(), 4)
    assert program.traces == 2
    assert program.real(state.step).tolist() == [4, 4]
    scores = program.evaluate(state)
    assert np.isfinite(scores["loss"]).all()
    same = np.asarray(program.real(state.weights).unembed.weight)
    assert not np.array_equal(same[0], same[1]), "the runs saw other sequences"
    for run, p in zip(runs, (0.1, 1.0), strict=True):
        draw = jax.jit(lambda run=run: evaluation(run, "train", program.tasks["train"], 2000)[1].tokens)
        classes = np.asarray(draw().classes)
        present = (classes[:, :-1] == classes[:, -1:]).any(1).mean()
        expected = p + (1 - p) * (1 - (5 / 6) ** 2)
        assert abs(present - expected) <= 4 * np.sqrt(expected * (1 - expected) / 2000)


def test_a_training_step_does_not_make_the_options():
    """What marks the context's labels among many outputs is left out of a compiled step."""
    spec = ExemplarTaskSpec(Drawings(exemplars=2), classes=300, train=(Portion(bursty()),), evaluators=())
    run = RunSpec(spec, TransformerSpec(1, 1, 8))
    task = bound(run, spec.prepare()["train"])

    def without(key):
        sequences = task.batch(key, 32)
        return sequences.tokens.classes, sequences.target

    key = jax.random.key(0)
    assert "pred[32,300]" not in jax.jit(without).lower(key).compile().as_text()
    assert "pred[32,300]" in jax.jit(lambda key: task.batch(key, 32).options).lower(key).compile().as_text()


def test_the_spec_may_be_bound_with_traced_values():
    spec = dataclasses.replace(MIXED, frequencies=Zipf(1.0))
    names = spec.prepare()

    def first(exponent):
        own = forged(spec, frequencies=forged(Zipf(1.0), exponent=exponent))
        return own.bind(names["train"], jax.random.key(0)).parts[0].law.weights

    weights = jax.vmap(first)(jnp.array([0.0, 1.0]))
    assert np.allclose(weights[0], 1)
    expected = [[1 / (group + 1 + 8 * member) for member in range(3)] for group in range(8)]
    np.testing.assert_allclose(weights[1], expected, rtol=1e-6)
    assert list(itertools.chain(names)) == ["train", "novel", "swap", "iid", "ciwl", "flip", "matched"]
    assert isinstance(novel().classes, Classes) and isinstance(spec.source, Gaussian)
