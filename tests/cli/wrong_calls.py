"""Calls of public functions that cannot be meant: each is one line of what is given, what is wrong, what it must say.

`made` makes one for every field of every spec. Whoever finds another wrong call that is answered badly adds a line.
"""

import dataclasses
import math
import typing
from collections.abc import Callable, Iterator
from typing import Any

import jax

import dynamicl
from dynamicl import (
    circuits,
    clamps,
    lab,
    lm,
    models,
    probes,
    statistics,
    store,
    studies,
    tasks,
    toys,
    training,
    views,
)
from dynamicl.lab import places
from dynamicl.specs import from_json, validate
from small import forged

NUMBERS = [1.0, 2.0, 3.0]
RUN = training.RunSpec(tasks.LookupSpec(2, 1, 4, 4), models.TransformerSpec(1, 1, 8, causal=False), steps=10)
RECORDING = training.Recording(training.Every(5), training.At(()), sequences=8, measures=())

Call = tuple[Callable[[], Any], str]


def calls(library: Any, trajectory: Any, loaded: lab.Loaded) -> list[Call]:
    """List calls, each with what its message must say.

    Args:
        library: a folder with a library of the runs aaaa01 and bbbb02.
        trajectory: what it holds.
        loaded: an untrained network of `RUN`.
    """
    _, sequences = loaded.evaluation("train", 8)
    return [
        *_of_files(library, trajectory),
        *_of_populations(library),
        *_of_models(loaded, sequences),
        *_of_numbers(),
    ]


def _of_files(library: Any, trajectory: Any) -> list[Call]:
    return [
        (lambda: dynamicl.open(None), "`path` is None"),
        (lambda: dynamicl.open(""), "`path` is ''"),
        (lambda: dynamicl.open(7), "`path` is 7"),
        (lambda: dynamicl.open("nowhere"), "nowhere"),
        (lambda: dynamicl.open("~nobody-at-all/x"), "`path` is '~nobody-at-all/x'"),
        (lambda: lab.load(None), "`trajectory` is None"),
        (lambda: lab.load("nowhere"), "nowhere"),
        (lambda: lab.load(trajectory, "zz"), "`run` is 'zz'"),
        (lambda: lab.load(trajectory, 99), "`run` is 99"),
        (lambda: lab.load(trajectory, 1.0), "`run` is 1.0"),
        (lambda: lab.load(trajectory, None), "`run` is None"),
        (lambda: lab.load(trajectory, 0, 13), "13"),
        (lambda: lab.load(trajectory, 0, "last"), "`step` is 'last'"),
        (lambda: lab.load_many(trajectory, []), "`which` names no model"),
        (lambda: lab.load_many(trajectory, [0, 1]), "`which` holds 0: give pairs (run, step)"),
        (lambda: lab.load_many(trajectory, "aaaa01"), "`which` is 'aaaa01': give a list of (run, step)"),
        (lambda: lab.load_many("lib", [(0, None)]), "`trajectory` is 'lib'"),
        (lambda: lab.rows_of("lib"), "`trajectory` is 'lib'"),
        (lambda: lab.write_table("lib", "x.csv"), "`trajectory` is 'lib'"),
        (lambda: lab.write_table(trajectory, "x.csv", "loss"), "`variables` is 'loss': give a list of names"),
        (lambda: lab.record_later(trajectory, "norms"), "`measures` is 'norms': give a list of names"),
        (lambda: lab.export(library, "aaaa01", "out"), "`runs` is 'aaaa01': give a list of ids"),
        (lambda: lab.prune(library, "aaaa01"), "`runs` is 'aaaa01': give a list of ids"),
        (lambda: lab.matching(lab.rows_of(trajectory), "status=failed"), "`conditions` is 'status=failed'"),
        (lambda: lab.write_table(trajectory, "x.xlsx"), "give a name that ends in .csv"),
        (lambda: lab.write_table(trajectory, "x.parquet"), "none of dynamicl's packages writes Parquet"),
        (lambda: lab.write_table(trajectory, ""), "`path` is ''"),
        (lambda: lab.write_table(trajectory, "x.csv", ["sped"]), "`variables` names no variable `sped`"),
        (lambda: lab.export(library, [], "out"), "`runs` is empty"),
        (lambda: lab.export(library, ["zz"], "out"), "zz"),
        (lambda: lab.export("nowhere", ["aaaa01"], "out"), "nowhere"),
        (lambda: lab.prune(library, ["zz"]), "zz"),
        (lambda: lab.merge([], "all"), "`libraries` is empty"),
        (lambda: lab.merge(["nowhere"], "all"), "nowhere"),
        (lambda: store.load_weights("nowhere.safetensors"), "nowhere.safetensors"),
        (lambda: store.load_weights(None), "`path` is None"),
        (lambda: views.make_page("nowhere", "x.html"), "nowhere"),
        (lambda: views.loader("nowhere")(), "nowhere"),
        (lambda: views.PageServer(lambda: None, every=0), "`every` is 0"),
        (lambda: studies.find_experiments(["inductoin"]), "inductoin"),
        (lambda: lm.find_task("sst9"), "`task` is 'sst9'"),
    ]


def _of_populations(library: Any) -> list[Call]:
    train, fate = lab.train_population, lab.fate
    return [
        (lambda: train(RUN, RECORDING, "out"), "`runs` is one `RunSpec`: give a list"),
        (lambda: train([], RECORDING, "out"), "the population has no runs"),
        (lambda: train([1], RECORDING, "out"), "`runs` holds int"),
        (lambda: train("runs", RECORDING, "out"), "`runs` is str"),
        (lambda: train([RUN], None, "out"), "`recording` is NoneType"),
        (lambda: train([RUN], "out", RECORDING), "`recording` is str"),
        (lambda: train([RUN], RECORDING, ""), "`path` is ''"),
        (lambda: train([RUN], RECORDING, None), "`path` is None"),
        (lambda: fate("nowhere", "aaaa01", [0]), "nowhere"),
        (lambda: fate(library, "zz", [0]), "run zz is not in the library"),
        (lambda: fate(library, "aaaa01", 0), "`at` is 0"),
        (lambda: fate(library, "aaaa01", [-5]), "`at` has -5"),
        (lambda: fate(library, "aaaa01", []), "`at` is empty"),
        (lambda: fate(library, "aaaa01", [0], 0), "`forks` is 0"),
        (lambda: lab.tracker_named("wandb"), "`track` is 'wandb'"),
        (lambda: places.place_named("moon"), "`place` is 'moon'"),
        (lambda: places.place_named("local:wrokers=2"), "no field `wrokers`: did you mean `workers`"),
        (lambda: places.place_named("local:workers=two"), "`local.workers` is 'two'"),
        (lambda: probes.register_measure("x"), "`probe` is 'x'"),
        (lambda: probes.probes(["haeds"]), "did you mean `heads`"),
        (lambda: from_json("{"), "JSON"),
        (lambda: from_json('{"kind": "nobody"}'), "unknown kind `nobody`"),
        (lambda: from_json('{"kind": "lookup", "paris": 2}'), "paris"),
        (lambda: training.resolve(None), "`run` is None"),
    ]


def _of_models(loaded: lab.Loaded, sequences: Any) -> list[Call]:
    task = loaded.tasks["train"]
    one = jax.tree.map(lambda leaf: leaf[0], task.inputs(sequences.tokens))
    head = clamps.Clamp("layers.0.attn.v", clamps.Constant(0.0))

    def with_clamps(*some: Any) -> Callable[[], Any]:
        return lambda: loaded.with_clamps(*some)(sequences)

    return [
        (lambda: loaded.evaluation("trian", 8), "no evaluator `trian`: did you mean `train`"),
        (lambda: loaded.evaluation("train", 0), "`sequences` is 0"),
        (lambda: lab.activations(loaded, sequences, ["layers.0.atn.*"]), "no site matches `layers.0.atn.*`"),
        (lambda: lab.activations(loaded, sequences, evaluator="trian"), "no evaluator `trian`"),
        (lambda: loaded.with_clamps(head, evaluator="trian"), "no evaluator `trian`"),
        (
            lambda: lab.activations(loaded, sequences, "logits"),
            "`patterns` is 'logits': give a list of globs",
        ),
        (lambda: lab.swap(loaded, loaded, "embed.*"), "`parts` is 'embed.*': give a list of globs"),
        (lambda: lab.stack(loaded), "`models` is Loaded: give a list of trained models"),
        (lambda: clamps.ablate_heads(0, 3), "`heads` is 3: give a list of heads"),
        (lambda: clamps.preserve(0, "qk"), "`parts` is 'qk': give a list of parts"),
        (
            lambda: clamps.clamped_logits(loaded.model, task, sequences, [head]),
            "`variants` is a list of clamps",
        ),
        (lambda: circuits.clamped_scores(loaded.model, task, sequences, [[()]]), "`models` is one model"),
        (lambda: lab.activations(loaded, 5), "`sequences` is int"),
        (
            lambda: models.record(loaded.model, one, ["layers.0.atn.pattern"]),
            "no site matches `layers.0.atn.pattern`",
        ),
        (with_clamps([head]), "`clamps` holds list"),
        (with_clamps("step-1"), "`clamps` holds str"),
        (with_clamps(dataclasses.replace(head, site="layers.7.attn.v")), "no site matches `layers.7.attn.v`"),
        (with_clamps(dataclasses.replace(head, heads=(5,))), "head 5 does not exist"),
        (with_clamps(dataclasses.replace(head, queries=(99,))), "99"),
        (lambda: clamps.keep_heads(0, [5], 2), "`keep_heads` keeps head 5 of 2"),
        (lambda: clamps.preserve(0, ("x",)), "`preserve` has no part 'x'"),
        (lambda: toys.NestedLogits(1, 2), "`labels` is 1"),
        (lambda: toys.NestedLogits(8, 1), "`pairs` is 1"),
    ]


def _of_numbers() -> list[Call]:
    s = statistics
    return [
        (lambda: s.jeffreys(5, 3), "`successes`"),
        (lambda: s.jeffreys(-1, 3), "`successes`"),
        (lambda: s.jeffreys(0, 0), "`trials`"),
        (lambda: s.jeffreys(1, 3, level=1.5), "`level`"),
        (lambda: s.clopper_pearson(4, 3), "`successes`"),
        (lambda: s.mean_interval([]), "`values`"),
        (lambda: s.mean_interval([1.0, math.nan]), "`values`"),
        (lambda: s.bootstrap_interval(NUMBERS, method="magic"), "`method`"),
        (lambda: s.bootstrap_interval(NUMBERS, resamples=0), "`resamples`"),
        (lambda: s.bootstrap_interval([]), "`values`"),
        (lambda: s.bootstrap_interval([[1.0, 2.0], [3.0, math.nan]]), "`values`"),
        (lambda: s.kaplan_meier(NUMBERS, ["False", "True", "True"]), "`observed`"),
        (lambda: s.kaplan_meier(NUMBERS, [1.0, math.nan, 0.0]), "`observed`"),
        (
            lambda: s.isotonic_commitment(s.fate_probabilities([1, 2], [3, 3], [0, 3]), 0.5, level=95),
            "`level`",
        ),
        (lambda: s.median_difference(NUMBERS, NUMBERS, resamples=0), "`resamples`"),
        (lambda: s.median_difference([1.0], NUMBERS), "`first`"),
        (lambda: s.find_transition([], []), "`steps`"),
        (lambda: s.find_transition([3, 2, 1], NUMBERS), "`steps`"),
        (lambda: s.find_transition([1, 2], NUMBERS), "`curve`"),
        (lambda: s.crossing([1, 2, 3], NUMBERS, 2.0, direction="up"), "`direction`"),
        (lambda: s.convergence_step([1, 2, 3], NUMBERS, tolerance=-1.0), "`tolerance`"),
        (lambda: s.auc([0, 1, 2], NUMBERS), "`labels`"),
        (lambda: s.auc([0, 0, 0], NUMBERS), "`labels`"),
        (lambda: s.running_median(NUMBERS, 2), "`window`"),
        (lambda: s.trend([[1.0]], direction="up"), "`levels`"),
        (lambda: s.trend([[1.0], [2.0]], direction="sideways"), "`direction`"),
        (lambda: s.fisher_test((1, 2), (0, 3)), "`trials`"),
        (lambda: s.correlation_interval([1.0], [2.0]), "`x`"),
        (lambda: s.correlation_interval(NUMBERS, NUMBERS, kind="cubic"), "`kind`"),
        (lambda: s.fit_exponential([1, 2, 3], [1.0, -1.0, 0.5]), "`curve`"),
        (lambda: s.counted([3], [2]), "`successes`"),
        (lambda: s.same([1.0], NUMBERS), "`first`"),
        (lambda: s.next_forks({}, 0), "`observations` is empty"),
        (lambda: s.population_transition([]), "`transitions`"),
        (lambda: s.kaplan_meier([], []), "`times`"),
        (lambda: s.paired_difference([1.0, 2.0], NUMBERS), "`second`"),
    ]


SPECS = [
    RUN,
    training.Seeds(),
    training.OptimizerSpec(),
    models.TransformerSpec(),
    models.RecurrentSpec(),
    tasks.FewShotSpec(),
    tasks.ExemplarSpec(),
    tasks.LookupSpec(),
    RECORDING,
    training.Every(5),
    training.Logarithmic(5),
    clamps.Clamp("layers.0.attn.v"),
    clamps.Pattern(),
    clamps.Constant(),
    clamps.Scaled(),
    clamps.CopyScores(),
    clamps.FromCheckpoint("aaaa01"),
]


def made() -> Iterator[Call]:
    """Make values that a field does not take, for every plain field of every kind of spec."""
    for spec in SPECS:
        hints = typing.get_type_hints(type(spec))
        for field in dataclasses.fields(spec):
            for value in _wrong_values(hints[field.name]):
                yield _validation(forged(spec, **{field.name: value})), field.name


def _validation(spec: Any) -> Callable[[], Any]:
    return lambda: validate(spec)


def _wrong_values(hint: Any) -> list[Any]:
    if hint is int:
        return ["3", 2.5, None]
    if hint is float:
        return ["3", math.nan, None]
    if hint is bool:
        return ["yes", 1]
    if typing.get_origin(hint) is typing.Literal:
        return ["nonsense", 3]
    if typing.get_origin(hint) is tuple:
        return ["x", 3]
    return []
