import dataclasses
import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.training import (
    Adaptive,
    At,
    Checkpoint,
    Done,
    Evaluator,
    Every,
    OptimizerSpec,
    Probe,
    Program,
    Progress,
    Recording,
    Records,
    RunSpec,
    pack,
    plan,
    train,
    watched,
)
from small import SmallModelSpec, SmallTaskSpec

RISE = Probe("rise", (), lambda model, *given: {"rise": jnp.sum(model.rise)}, {"rise": ()}, at="checkpoint")
RUN = RunSpec(SmallTaskSpec(), SmallModelSpec(), OptimizerSpec("sgd", 0.1), steps=50, batch_size=4)


@pytest.fixture(scope="module")
def program():
    runs = [
        RUN,
        dataclasses.replace(RUN, steps=20),
        dataclasses.replace(RUN, optimizer=OptimizerSpec("sgd", 1e30)),
    ]
    return Program(*plan(runs), sequences=8)


def events(program, recording, start=0, state=None, done=None, longest=lambda: math.inf):
    state = program.initialise() if state is None else state
    return [
        (event, pack(program.real(after)))
        for event, after in train(program, state, recording, start, done, longest)
    ]


def steps(found, kind):
    return [event.step for event, _ in found if isinstance(event, kind)]


def test_records_and_checkpoints_come_when_they_are_due(program):
    found = events(program, Recording(Every(20), At((5, 20))))
    assert steps(found, Records) == [0, 20, 40, 50]
    assert steps(found, Checkpoint) == [0, 5, 20, 50]
    assert steps(found, Progress) == [5, 20, 40, 50]


def test_chunks_are_cut_without_a_mark_on_the_bits(program):
    whole = events(program, Recording(Every(20), At()))
    cut = events(program, Recording(Every(20), At()), longest=lambda: 3)
    assert steps(cut, Progress)[:8] == [3, 6, 9, 12, 15, 18, 20, 23]
    for (one, a), (other, b) in zip(
        [pair for pair in whole if isinstance(pair[0], Records)],
        [pair for pair in cut if isinstance(pair[0], Records)],
        strict=True,
    ):
        assert all(np.array_equal(one.values[n], other.values[n], equal_nan=n != "alive") for n in one.values)
        assert all(a[name].tobytes() == b[name].tobytes() for name in a)


def test_records_of_runs_that_ended_or_diverged_are_nan(program):
    records = {
        event.step: event.values
        for event, _ in events(program, Recording(Every(20), At()))
        if isinstance(event, Records)
    }
    finite = {step: np.isfinite(values["loss"]).all(axis=1).tolist() for step, values in records.items()}
    assert finite == {
        0: [True] * 3,
        20: [True, True, False],
        40: [True, False, False],
        50: [True, False, False],
    }
    for values in records.values():
        assert np.isfinite(values["train_loss"]).tolist() == np.isfinite(values["loss"]).all(axis=1).tolist()
    assert records[50]["alive"].tolist() == [True, True, False]


def test_records_of_runs_that_start_later_are_nan(program):
    state = program.real(program.initialise())
    ahead = program.place(eqx.tree_at(lambda s: s.step, state, np.array([0, 10, 0], np.int32)))
    found = events(program, Recording(Every(5), At()), state=ahead)
    records = {event.step: event.values["loss"] for event, _ in found if isinstance(event, Records)}
    assert [np.isfinite(records[s][1]).all() for s in (0, 5, 10, 15, 20, 25)] == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]


def test_the_training_loss_starts_anew_at_each_record(program):
    for event, state in events(program, Recording(Every(20), At())):
        if isinstance(event, Records):
            assert not state["loss_mean"].any() and not state["loss_count"].any()


def test_going_on_from_any_event_gives_the_same(program):
    recording = Recording(Adaptive(16, 2, 0.02), Every(15))
    done, whole = Done(), []
    for event, state in train(program, program.initialise(), recording, 0, done):
        kept = Done(done.evaluate, done.checkpoint, list(done.watched))
        whole.append((event, program.real(state), kept))
    assert len(set(np.diff(steps([(e, None) for e, *_ in whole], Records)).tolist())) > 1
    for cut in range(0, len(whole), 3):
        event, state, kept = whole[cut]
        rest = events(program, recording, event.step, program.place(state), kept)
        assert [(type(e), e.step) for e, _ in rest] == [(type(e), e.step) for e, *_ in whole[cut + 1 :]]
        for (one, a), (other, b, _) in zip(rest, whole[cut + 1 :], strict=True):
            assert all(a[name].tobytes() == value.tobytes() for name, value in pack(b).items())
            if isinstance(one, Records):
                assert all(
                    np.array_equal(one.values[n], v, equal_nan=n != "alive") for n, v in other.values.items()
                )


def test_watched_is_the_mean_over_runs_still_training():
    assert watched(np.array([1.0, np.nan, 3.0])) == 2
    assert watched(np.array([np.nan])) == 0


def test_a_shorter_run_is_recorded_at_its_own_end_and_others_are_not():
    """Its last record is that of the run alone, and its company changes no record of the others."""
    runs = [dataclasses.replace(RUN, steps=length) for length in (7, 20)]
    recording = Recording(Every(5), At(()))

    def records(specs):
        own = Program(*plan(specs), sequences=8)
        found = train(own, own.initialise(), recording, 0)
        return {event.step: event.values["train_loss"] for event, _ in found if isinstance(event, Records)}

    together, short, long = records(runs), records(runs[:1]), records(runs[1:])
    assert list(together) == [0, 5, 7, 10, 15, 20] and list(short) == [0, 5, 7]
    assert [together[at][0] for at in (0, 5, 7)] == [short[at][0] for at in (0, 5, 7)]
    assert [together[at][1] for at in long] == [long[at][0] for at in long]
    assert np.isnan(together[7][1]) and np.isnan(together[10][0])


def test_an_evaluation_at_which_no_evaluator_is_due_has_no_scores(program):
    rarely = tuple(Evaluator(name, evaluate=Every(10)) for name in program.evaluators)
    recording = Recording(Every(5), At(()), evaluators=rarely)
    found = {e.step: e.values for e, _ in events(program, recording) if isinstance(e, Records)}
    assert np.isnan(found[5]["loss"]).all() and np.isfinite(found[5]["train_loss"][0])
    assert np.isfinite(found[10]["loss"][0]).all()


def test_a_run_s_last_record_has_all_evaluators_whatever_its_company():
    """Where a schedule of its own is not due, an evaluator is recorded in the run that ends, and in no other."""
    runs = [dataclasses.replace(RUN, steps=length) for length in (20, 40)]
    recording = Recording(Every(10), At(()), evaluators=(Evaluator("train", evaluate=At(())),))

    def losses(specs):
        program = Program(*plan(specs), sequences=8)
        found = train(program, program.initialise(), recording, 0)
        place = program.evaluators.index("train")
        return {e.step: e.values["loss"][:, place] for e, _ in found if isinstance(e, Records)}

    together, short, long = losses(runs), losses(runs[:1]), losses(runs[1:])
    assert together[20][0] == short[20][0] and np.isnan(together[10]).all() and np.isnan(together[20][1])
    assert [together[at][1] for at in (0, 40)] == [long[at][0] for at in (0, 40)] and np.isnan(long[20][0])


def test_what_a_shorter_run_ends_with_is_in_the_next_checkpoint():
    runs = [dataclasses.replace(RUN, steps=length) for length in (20, 40)]

    def inspected(specs):
        program = Program(*plan(specs), probes=(RISE,), sequences=8)
        found = train(program, program.initialise(), Recording(Every(20), At((10,))), 0)
        return {event.step: event.values["rise"] for event, _ in found if isinstance(event, Checkpoint)}

    together, short, long = inspected(runs), inspected(runs[:1]), inspected(runs[1:])
    assert list(together) == [0, 10, 40] and list(short) == [0, 10, 20]
    assert together[40].tolist() == [short[20][0], long[40][0]] and together[10][0] == short[10][0]


def test_a_measure_may_ask_for_the_bound_task():
    shifted = dataclasses.replace(RUN, task=SmallTaskSpec(shift=0.5), steps=1)
    shift = Probe("shift", (), lambda *given: {"shift": given[-1].shift}, {"shift": ()}, needs_task=True)
    program = Program(*plan([shifted]), probes=(shift,), sequences=8)
    assert program.evaluate(program.initialise())["shift"].tolist() == [0.5]
