"""Random specs: accepted or refused with one line, never another exception."""

import dataclasses
import typing

import hypothesis
import hypothesis.strategies as st
import pytest

from dynamicl.clamps import Clamp, Constant, CopyScores, From, Graft, Mean, Pattern, Scaled
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_dict, from_json, to_dict, to_json, validate
from dynamicl.tasks import ExemplarSpec, FewShotSpec, LookupSpec
from dynamicl.training import (
    Adaptive,
    At,
    Every,
    Logarithmic,
    OptimizerSpec,
    Program,
    Recording,
    RunSpec,
    Seeds,
    Start,
    plan,
)
from small import SmallModelSpec, SmallTaskSpec, forged

ABSURD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 600),
    st.integers(),
    st.sampled_from([2**31 - 1, 2**31, -(2**31), 2**63, 10**25, 10**400, -1]),
    st.floats(),
    st.sampled_from([1e39, -1e39, 1e-46, 1e308, float("inf"), float("nan"), 0.99999999]),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=3),
    st.tuples(st.text(max_size=2), st.floats()),
    st.sampled_from([OptimizerSpec, OptimizerSpec(), Seeds(), Every(3), object(), {}, {1: 2}, b"x"]),
)


def likely(hint):
    """Values of about the right type, so that what lies behind the checks of types is reached too."""
    if hint is int:
        return st.one_of(st.integers(-1, 40), st.integers(0, 2**64))
    if hint is float:
        return st.one_of(st.floats(0, 1), st.floats(), st.integers(-2, 10**40))
    if hint is bool:
        return st.booleans()
    if hint is str:
        return st.text(max_size=10)
    if typing.get_origin(hint) is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if hint == tuple[int, ...]:
        return st.lists(st.integers(-1, 2**64), max_size=4).map(tuple)
    if hint == tuple[str, ...]:
        return st.lists(st.text(max_size=4), max_size=3).map(tuple)
    return st.just(())


def specs(base, **parts):
    """Random copies of a spec: in each field its default, something likely or something absurd."""
    hints = typing.get_type_hints(type(base))
    fields = {
        field.name: st.one_of(
            st.just(getattr(base, field.name)), parts.get(field.name, likely(hints[field.name])), ABSURD
        )
        for field in dataclasses.fields(base)
    }

    @st.composite
    def draw(draw):
        chosen = draw(st.sets(st.sampled_from(sorted(fields)), max_size=3))
        return forged(base, **{name: draw(fields[name]) for name in chosen})

    return draw()


def refusal(attempt):
    """The line with which a spec was refused, or None; any other exception comes through."""
    try:
        attempt()
    except SpecError as error:
        return str(error)
    return None


def several(spec):
    """Tuples of specs, now and then with something that does not belong there."""
    return st.lists(st.one_of(spec, spec, ABSURD), max_size=2).map(tuple)


VALUES = st.one_of(*(specs(kind()) for kind in (Constant, Mean, Scaled, Pattern, From, CopyScores)))
PAIRS = st.tuples(st.integers(-1, 2**33), st.integers(-1, 2**33))
CLAMPS = specs(
    Clamp("layers.0.attn.pattern"),
    value=VALUES,
    queries=st.lists(st.one_of(st.integers(-9, 9), st.text(max_size=3)), max_size=2).map(tuple),
    windows=st.lists(st.one_of(PAIRS, PAIRS.map(sorted).map(tuple)), max_size=2).map(tuple),
)
SCHEDULES = st.one_of(*(specs(kind()) for kind in (Every, Logarithmic, At, Adaptive)))
RUNS = specs(
    RunSpec(FewShotSpec(), TransformerSpec()),
    task=st.one_of(
        specs(FewShotSpec(), source=specs(ExemplarSpec())), specs(LookupSpec()), specs(SmallTaskSpec())
    ),
    model=st.one_of(specs(TransformerSpec()), specs(SmallModelSpec())),
    optimizer=specs(OptimizerSpec()),
    clamps=several(CLAMPS),
    grafts=several(specs(Graft("blocks.0.*"))),
    seeds=specs(Seeds()),
    start=specs(Start()),
)
RECORDINGS = specs(Recording(), evaluate=SCHEDULES, checkpoint=SCHEDULES)


@hypothesis.settings(max_examples=300)
@hypothesis.given(st.one_of(RUNS, RUNS, RECORDINGS))
def test_any_spec_is_accepted_or_refused_with_one_line(spec):
    refused = refusal(lambda: (validate(spec), to_json(spec)))
    if refused is not None:
        assert refused and "\n" not in refused
        return
    text = to_json(spec)
    # What is accepted comes back, and finds its place in a cohort.
    assert to_json(from_json(text)) == text
    if isinstance(spec, RunSpec):
        plan([spec])
    else:
        for schedule in (spec.evaluate, spec.checkpoint):
            following = [schedule.following(step, [(0, 1.0), (1, 0.5)]) for step in (0, 1, 1000)]
            assert all(due > step for due, step in zip(following, (0, 1, 1000), strict=True))


@hypothesis.settings(max_examples=200)
@hypothesis.given(
    st.recursive(
        ABSURD.filter(lambda value: isinstance(value, int | float | str | None)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    [
                        "kind",
                        "float",
                        "task",
                        "model",
                        "seeds",
                        "optimizer",
                        "init",
                        "steps",
                        "name",
                        "source",
                    ]
                ),
                st.one_of(inner, st.sampled_from(["run", "seeds", "optimizer", "few-shot", "at", "every"])),
                max_size=4,
            ),
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_refused_with_one_line(data):
    refused = refusal(lambda: from_dict(data))
    assert refused is None or (refused and "\n" not in refused)


ACCEPTED = [
    RunSpec(FewShotSpec(2, 1, 0, 0, labels=2, held_out_labels=0.0), TransformerSpec(1, 1, 2)),
    RunSpec(
        FewShotSpec(4, 2, 0, 0, ways=3, shots=2, labels=3, held_out_labels=0.0, noise=0.5),
        TransformerSpec(1, 2, 4, 0.5, "relu", "learnt", causal=False, final_norm=False),
        OptimizerSpec("adamw", 1e-3, 0.1, schedule="cosine", warmup_steps=1, decay_steps=2),
        batch_size=1,
    ),
]


@pytest.mark.parametrize(
    "spec", [*ACCEPTED, RunSpec(SmallTaskSpec(1 + 1), SmallModelSpec(1), OptimizerSpec(beta1=0.0))]
)
def test_accepted_specs_train(spec):
    spec = from_dict(to_dict(dataclasses.replace(spec, steps=2)))
    program = Program(*plan([spec]), sequences=2)
    state = program.real(program.advance(program.initialise(), 2))
    assert state.step.tolist() == [2]
    assert state.alive.all()
    assert state.loss_mean > 0
