import dataclasses

import pytest

from dynamicl.specs import SpecError
from dynamicl.training import RunSpec, Seeds, Start, resolve
from small import SmallModelSpec, SmallTaskSpec, forged

RUN = RunSpec(SmallTaskSpec(), SmallModelSpec())


def test_resolve_gives_the_run_back():
    assert resolve(RUN) is RUN


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "`steps` is 0: give 1 to 2147483647"),
        ({"batch_size": 0}, "`batch_size` is 0: give 1 to 1000000"),
        ({"batch_size": 10**7}, "`batch_size` is 10000000: give 1 to 1000000"),
        ({"diverge_above": 0.0}, "`diverge_above` is 0.0: give a loss above 0"),
        (
            {"task": SmallModelSpec()},
            "`task` is SmallModelSpec.*: give a registered spec with a method `prepare`",
        ),
        (
            {"model": SmallTaskSpec()},
            "`model` is SmallTaskSpec.*: give a registered spec with a method `build`",
        ),
        ({"model": "transformer"}, "`model` is 'transformer': give a registered spec with a method `build`"),
        ({"clamps": ("cut",)}, "`clamps` holds 'cut': give a tuple of `Clamp`s"),
        ({"grafts": (Seeds(),)}, r"`grafts` holds Seeds\(.*: give a tuple of `Graft`s"),
        ({"seeds": Seeds(-1)}, "`seeds.init` is -1: give 0 to 2147483647"),
        (
            {"start": Start("fork")},
            "`start.how` is 'fork' with `start.run` '': name the run's hash, and only then",
        ),
        ({"start": Start("fresh", "ab")}, "`start.how` is 'fresh' with `start.run` 'ab': name"),
        (
            {"start": Start("fresh", "", 3)},
            "`start.step` is 3 with `start.how` 'fresh', which starts at no checkpoint",
        ),
        ({"start": Start("init_from", "ab", -1)}, "`start.step` is -1: give a checkpoint's step, 0 or more"),
        (
            {"start": Start("fork", "ab", 1000)},
            "a fork at step 1000 of 1000 steps has nothing left to do: raise `steps`",
        ),
    ],
)
def test_runs_that_cannot_be_trained_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        resolve(dataclasses.replace(RUN, **changes))


def test_the_seed_of_a_run_is_a_whole_number():
    with pytest.raises(SpecError, match="`seeds.data` is 0.5: give it as `int`"):
        resolve(dataclasses.replace(RUN, seeds=forged(Seeds(), data=0.5)))
