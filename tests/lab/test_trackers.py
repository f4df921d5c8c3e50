"""Records by run for TensorBoard, Weights & Biases and trackio; neither needs its package here."""

import struct
import sys
import types

import numpy as np
import pytest

from dynamicl.lab import several, tensorboard, tracker_named, trackio, train_population, wandb
from dynamicl.lab._event_file import masked_checksum
from dynamicl.specs import SpecError

from .populations import RECORDING, runs


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A trained population, all that a tracker was told of it, and the event files of it."""
    place = tmp_path_factory.mktemp("tracked")
    records = []
    tracker = several(records.append, tensorboard(place / "events"))
    trained = train_population(runs(2), RECORDING, place / "library", tracker=tracker)
    return trained, records, place / "events"


def test_every_record_of_every_run_is_told_once(told):
    trained, records, _ = told
    data = trained.dataset
    assert [(record.run, record.step) for record in records] == [
        (run, step) for step in range(0, 61, 10) for run in trained.runs
    ]
    for record in records:
        here = data.sel(run=record.run, step=record.step)
        assert record.values["accuracy/again"] == float(here["accuracy"].sel(evaluator="again"))
        assert record.values["squared_norm"] == float(here["squared_norm"])
        assert record.sequences == 4 * record.step and record.spec in runs(2)
    assert all(np.isfinite(number) for record in records for number in record.values.values())


def events(file):
    """Read an event file with a plain decoder: (step, {tag: number}) for each event with numbers."""
    content, place, found = file.read_bytes(), 0, []
    while place < len(content):
        head = content[place : place + 8]
        (length,) = struct.unpack("<Q", head)
        body = content[place + 12 : place + 12 + length]
        assert content[place + 8 : place + 12] == masked_checksum(head)
        assert content[place + 12 + length : place + 16 + length] == masked_checksum(body)
        fields = dict(decoded(body))
        if 5 in fields:
            pairs = [dict(decoded(value)) for number, value in decoded(fields[5]) if number == 1]
            found.append((fields.get(2, 0), {pair[1].decode(): pair[2] for pair in pairs}))
        place += 16 + length
    return found


def decoded(content):
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = content[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(content):
        key = varint()
        number, kind = key >> 3, key & 7
        if kind == 0:
            yield number, varint()
            continue
        size = {1: 8, 5: 4}.get(kind) or varint()
        raw = content[place : place + size]
        place += size
        yield number, raw if kind == 2 else struct.unpack("<d" if kind == 1 else "<f", raw)[0]


def test_event_files_hold_what_was_told(told):
    trained, records, folder = told
    for run in trained.runs:
        (file,) = (folder / run).iterdir()
        assert file.name.startswith("events.out.tfevents.")
        expected = [(record.step, record.values) for record in records if record.run == run]
        assert [step for step, _ in events(file)] == [step for step, _ in expected]
        for (_, read), (_, values) in zip(events(file), expected, strict=True):
            assert read == {name: np.float32(number) for name, number in values.items()}


def test_tensorboard_reads_the_files(told):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is optional"
    )
    trained, _, folder = told
    read = accumulator.EventAccumulator(str(folder / trained.runs[0])).Reload()
    assert [event.step for event in read.Scalars("accuracy/train")] == list(range(0, 61, 10))


class Hosted(types.ModuleType):
    """A library in which `init` returns a run with a method `log`."""

    def __init__(self):
        super().__init__("hosted")
        self.runs = {}

    def init(self, **options):
        self.runs[options.get("id") or options["name"]] = logged = types.SimpleNamespace(
            options=options, rows=[]
        )
        logged.log = lambda values, step: logged.rows.append((step, values))
        return logged


@pytest.mark.parametrize(("make", "name"), [(wandb, "wandb"), (trackio, "trackio")])
def test_hosted_trackers_get_a_run_each_with_its_spec(told, monkeypatch, make, name):
    trained, records, _ = told
    library = Hosted()
    monkeypatch.setitem(sys.modules, name, library)
    tracker = make("mine", mode="offline")
    for record in records:
        tracker(record)
    assert tuple(library.runs) == trained.runs
    for run, logged in library.runs.items():
        assert logged.options["project"] == "mine" and logged.options["mode"] == "offline"
        assert logged.options["config"] == trained.specs[run]
        assert [step for step, _ in logged.rows] == list(range(0, 61, 10))
        assert logged.rows[1][1]["sequences"] == 40 and "accuracy/train" in logged.rows[1][1]


def test_a_tracker_without_its_package_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(SpecError, match="the tracker `wandb` needs the package wandb: install it"):
        tracker_named("wandb=mine")
    for bad in ("tensorbord=x", "tensorboard", "wandb="):
        with pytest.raises(SpecError, match="give NAME=WHERE, with one of tensorboard, trackio, wandb"):
            tracker_named(bad)
