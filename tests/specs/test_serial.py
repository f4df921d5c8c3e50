import dataclasses
import json
import subprocess
import sys

import pytest

from dynamicl.models import TransformerSpec
from dynamicl.specs import (
    SpecError,
    added,
    from_dict,
    from_json,
    register,
    spec_hash,
    to_dict,
    to_json,
    validate,
)
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.training import (
    Adaptive,
    At,
    Every,
    Logarithmic,
    OptimizerSpec,
    Recording,
    RunSpec,
    Seeds,
    Start,
)
from small import SmallModelSpec, SmallTaskSpec, forged

BEFORE_MOMENTUM = "c8d06be12d41cf3499ed7c2347912691"
SPECS = [
    RunSpec(FewShotSpec(), TransformerSpec()),
    RunSpec(
        FewShotSpec(noise=0.1, source=ExemplarSpec("pixels", class_seed=3)),
        TransformerSpec(layers=1, positions="learnt", mlp_ratio=2.0),
        OptimizerSpec("adamw", 1e-30, schedule="cosine", warmup_steps=3, decay_steps=9),
        seeds=Seeds(2**31 - 1, 0, 5),
        diverge_above=float("inf"),
        start=Start("fork", "0123456789abcdef", 20, "fresh"),
    ),
    Recording(At((0, 3, 7)), Adaptive(100, 5, 0.1), measures=(), optimizer_state=True),
    Recording(Every(7), Logarithmic(3)),
]


@pytest.mark.parametrize("spec", SPECS)
def test_json_comes_back_byte_for_byte(spec):
    text = to_json(spec)
    back = from_json(text)
    assert back == spec
    assert type(back) is type(spec)
    assert to_json(back).encode() == text.encode()


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e-320, 0.1, -2.5])
def test_any_float_comes_back(value):
    text = to_json(SmallTaskSpec(shift=value))
    assert repr(from_json(text).shift) == repr(value)


def test_json_is_canonical():
    text = to_json(SmallTaskSpec(2, 0.5))
    assert text == '{"features":2,"kind":"small-task","shift":0.5}'
    assert from_json(' {"shift": 0.5,\n"kind": "small-task", "features": 2}') == SmallTaskSpec(2, 0.5)


def test_an_integer_where_a_float_is_meant_is_the_same_run():
    minus, zero = SmallTaskSpec(shift=-0.0), SmallTaskSpec(shift=0.0)
    assert to_json(minus) == to_json(zero)
    one, other = SmallTaskSpec(shift=1), SmallTaskSpec(shift=1.0)
    assert to_json(one) == to_json(other)
    assert isinstance(from_json('{"kind":"small-task","shift":1}').shift, float)


def test_hash_is_that_of_the_json_and_the_same_in_every_process():
    spec = RunSpec(FewShotSpec(), TransformerSpec())
    assert len(spec_hash(spec)) == 32
    code = (
        "from dynamicl import models, tasks, training;"
        "print(training.RunSpec(tasks.FewShotSpec(), models.TransformerSpec()).hash)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == spec_hash(spec) == spec.hash


def test_hash_changes_with_every_field():
    base = RunSpec(FewShotSpec(), TransformerSpec())
    others = [
        dataclasses.replace(base, steps=1001),
        dataclasses.replace(base, seeds=Seeds(1)),
        dataclasses.replace(base, task=FewShotSpec(noise=1e-7)),
        dataclasses.replace(base, model=TransformerSpec(causal=False)),
        dataclasses.replace(base, start=Start("init_from", "ab", 0)),
    ]
    assert len({spec_hash(spec) for spec in (base, *others)}) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"kind":"transfomer"}', "unknown kind `transfomer`: known are `transformer`.*; import the module"),
        ('{"kind":["run"]}', "unknown kind `.'run'.`"),
        ('{"kind":"seeds","dat":1}', "`Seeds` has no field `dat`: did you mean `data`"),
        ('{"kind":"seeds","data":"1"}', "`data` is '1': give it as `int`"),
        ('{"kind":"seeds","data":true}', "`data` is True: give it as `int`"),
        ('{"kind":"optimizer","learning_rate":[1]}', r"`learning_rate` is \[1\]: give it as `float`"),
        ('{"kind":"optimizer","learning_rate":"a"}', "`learning_rate` is 'a': give it as `float`"),
        ('{"kind":"optimizer","learning_rate":NaN}', "`learning_rate` is nan: give a number"),
        (
            '{"kind":"optimizer","learning_rate":{"float":"1"}}',
            "`float` is '1': choose one of inf, -inf, nan",
        ),
        ('{"kind":"optimizer","name":"lion"}', "`name` is 'lion': choose one of 'adam', 'adamw', 'sgd'"),
        ('{"kind":"at","steps":3}', "`steps` is 3: give a tuple"),
        ('{"kind":"at","steps":[3,"a"]}', "`steps.1` is 'a': give it as `int`"),
        ('{"kind":"run"}', "`RunSpec` is incomplete: give `task`"),
        ('{"kind":"run","task":{"kind":"few-shot"}}', "`RunSpec` is incomplete: give `model`"),
        ('{"kind":"run","seeds":{"kind":"at"}}', "`seeds` is At.*: give a `Seeds`"),
        ('{"kind":"run","task":{"classes":3}}', r"fields \['classes'\] has no `kind`: add one of `"),
        ("{", "the description is no JSON .*: write it with `to_json`"),
        ("9" * 5000, "the description is no JSON .*: write it with `to_json`"),
        ("[" * 100_000, "the description is no JSON .*: write it with `to_json`"),
    ],
)
def test_bad_json_is_refused_with_one_line(text, message):
    with pytest.raises(SpecError, match=message) as found:
        from_json(text)
    assert "\n" not in str(found.value)


def test_from_dict_takes_the_kind_from_the_field_where_none_is_written():
    data = to_dict(RunSpec(SmallTaskSpec(), SmallModelSpec(), seeds=Seeds(4)))
    del data["seeds"]["kind"]
    assert from_dict(data).seeds == Seeds(4)


def test_a_spec_holds_nothing_but_plain_values():
    with pytest.raises(SpecError, match="a spec holds `set`: use numbers, text, tuples or other specs"):
        to_json(SmallTaskSpec(features={1}))


def test_only_frozen_dataclasses_are_registered():
    class Plain:
        pass

    @dataclasses.dataclass
    class Thawed:
        pass

    for cls in (Plain, Thawed):
        with pytest.raises(SpecError, match=f"`{cls.__name__}` cannot be registered: decorate it with"):
            register("never")(cls)


def test_a_kind_belongs_to_one_class():
    with pytest.raises(SpecError, match="kind `seeds` belongs to .*Seeds.*: choose another name"):
        register("seeds")(dataclasses.dataclass(frozen=True)(type("Other", (), {})))


def test_registering_a_class_again_is_no_error():
    assert register("small-task")(SmallTaskSpec) is SmallTaskSpec


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (forged(Seeds(), data=1.0), "^`data` is 1.0: give it as `int`"),
        (forged(Seeds(), data=10**30), "^`data` is a huge integer: give less than 2.63"),
        (forged(OptimizerSpec(), learning_rate=True), "^`learning_rate` is True: give it as `float`"),
        (forged(OptimizerSpec(), learning_rate=float("nan")), "^`learning_rate` is nan: give a number"),
        (OptimizerSpec(learning_rate=1e39), "^`learning_rate` is 1e.39: give 3.4028234e.38 at most"),
        (OptimizerSpec(warmup_steps=2**31), "^`warmup_steps` is 2147483648: give 2147483647 at most"),
        (forged(TransformerSpec(), positions="alibi"), "^`positions` is 'alibi': choose one of 'rotary',"),
        (forged(At(), steps=[1]), r"^`steps` is \[1\]: give a tuple"),
        (forged(At(), steps=(1, "b")), "^`steps.1` is 'b': give it as `int`"),
        (forged(FewShotSpec(), source="pixels"), "^`source` is 'pixels': give a `ExemplarSpec`"),
        (
            forged(RunSpec(SmallTaskSpec(), SmallModelSpec()), seeds=forged(Seeds(), init="0")),
            "^`seeds.init` is '0': give it as `int`",
        ),
        (
            RunSpec(SmallTaskSpec(), SmallModelSpec(), clamps=(forged(Seeds(), init="0"),)),
            "^`clamps.0.init` is '0': give it as `int`",
        ),
    ],
)
def test_validate_names_the_field(spec, message):
    with pytest.raises(SpecError, match=message) as found:
        validate(spec)
    assert "\n" not in str(found.value)


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(SpecError) as found:
        validate(forged(Seeds(), data="x" * 1000))
    assert len(str(found.value)) < 120


def test_json_is_read_by_others():
    assert json.loads(to_json(SPECS[1]))["diverge_above"] == {"float": "inf"}


def test_a_field_that_was_added_later_leaves_old_names_as_they_are():
    @register("grown")
    @dataclasses.dataclass(frozen=True)
    class Grown:
        width: int = 1
        momentum: float = added(0.0)

    assert to_json(Grown(3)) == to_json(Grown(3, 0)) == '{"kind":"grown","width":3}'
    assert to_json(Grown(3, 0.5)) == '{"kind":"grown","momentum":0.5,"width":3}'
    for spec in (Grown(3), Grown(3, 0.5)):
        assert from_json(to_json(spec)) == spec


def test_plain_attention_is_described_as_before_momentum_was_an_option():
    assert spec_hash(TransformerSpec()) == BEFORE_MOMENTUM
    assert "momentum" in to_dict(TransformerSpec(momentum=0.5)) and "momentum" not in to_dict(
        TransformerSpec()
    )
