"""Cells on a tiny model: what is kept, what is skipped, what is refused; and a killed job that goes on."""

import json

import numpy as np
import pytest

from dynamicl import lm
from dynamicl.specs import SpecError
from dynamicl.studies.finetuning import VARIANTS, Cells, Setting, find_variants, read_cells
from dynamicl.studies.finetuning import _cells as module
from dynamicl.studies.finetuning._cells import choose_rate
from dynamicl.studies.finetuning._setting import CONTROLS, RATES

torch = pytest.importorskip("torch", reason="needs the extra `lm`")
pytest.importorskip("transformers", reason="needs the extra `lm`")

WORDS = ("a fine film", "a dull film", "quite good", "no joy", "a bore", "great fun", "so slow", "lovely")


@pytest.fixture(scope="module")
def language():
    import transformers

    class Bytes:
        bos_token_id, eos_token_id = 256, 257

        def encode(self, text, add_special_tokens=False):
            return list(text.encode())

        def get_vocab(self):
            return {}

    torch.set_num_threads(1)  # a tiny model is slower on several cores
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=260, n_positions=1024, n_embd=16, n_layer=2, n_head=2, bos_token_id=256, eos_token_id=257
    )
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    return lm.language_of(model, Bytes(), "tiny")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data" / "sst2"
    folder.mkdir(parents=True)
    for split, count in (("train", 24), ("dev", 9)):
        rows = [{"text": f"{WORDS[i % 8]} {i}", "label": i % 2} for i in range(count)]
        (folder / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "data"


def cells(language, data, out, **changes):
    setting = Setting(
        **({"tasks": ("sst2",), "seeds": (0, 1), "k": 6, "queries": 5, "limit": 1024} | changes)
    )
    return Cells(language, data, out, setting, "dynamicl finetuning")


def test_cells_are_measured_once_and_read_back(language, data, tmp_path, monkeypatch):
    out = tmp_path / "out"
    variants = ("original", "linearised", "per-layer", "switched-both")
    paths = cells(language, data, out).run(variants)
    assert [path.name for path in paths] == [f"sst2-{seed}-{v}.json" for seed in (0, 1) for v in variants]
    kept = json.loads(paths[0].read_text())
    assert kept["demonstrations"] == 6 and kept["rate"] in RATES and len(kept["label"]) == 5
    assert kept["norm"] > 0 and len(kept["losses"]) == 6 and kept["command"] == "dynamicl finetuning"
    assert json.loads((out / "rate-sst2.json").read_text())["chosen"] == kept["rate"]
    found = read_cells(out)
    assert dict(found.sizes)["seed"] == 2 and list(found["variant"].values) == list(variants)
    similarity = found["similarity"].sel(
        measure="outputs", token="prompt", task="sst2", seed=1, variant="original"
    )
    cell = json.loads(paths[4].read_text())
    np.testing.assert_allclose(similarity, cell["similarity"]["outputs"]["prompt"]["query"])
    assert (
        found["answer"].sel(setting="tuned", task="sst2", seed=1, variant="original").values.tolist()
        == cell["answer"]["tuned"]
    )

    monkeypatch.setattr(Cells, "measure", lambda *_: pytest.fail("measured again"))
    assert cells(language, data, out).run(variants) == paths


def test_a_killed_job_goes_on_after_the_last_cell(language, data, tmp_path, monkeypatch):
    out, measure = tmp_path / "out", Cells.measure
    measured = []

    def stop_at_third(self, task, seed, variant):
        if len(measured) == 2:
            raise KeyboardInterrupt
        measured.append((seed, variant))
        return measure(self, task, seed, variant)

    monkeypatch.setattr(Cells, "measure", stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        cells(language, data, out).run(("original", "per-layer"))
    assert sorted(path.name for path in out.glob("sst2-*")) == [
        "sst2-0-original.json",
        "sst2-0-per-layer.json",
    ]
    assert not list(out.glob("*.part"))
    monkeypatch.setattr(
        Cells, "measure", lambda self, *cell: measured.append(cell[1:]) or measure(self, *cell)
    )
    cells(language, data, out).run(("original", "per-layer"))
    assert measured == [(0, "original"), (0, "per-layer"), (1, "original"), (1, "per-layer")]


@pytest.mark.parametrize("variant", [*CONTROLS, "rate-0.01", "k-4"])
def test_every_variant_can_be_measured(language, data, tmp_path, variant, monkeypatch):
    monkeypatch.setattr(Cells, "rate", lambda self, task: 0.01)
    cell = cells(language, data, tmp_path / "out", queries=3).measure("sst2", 0, variant)
    how = VARIANTS[variant]
    assert len(cell["losses"]) == cell["demonstrations"] == (how.k or 6)
    assert cell["rate"] == (how.rate or 0.01)
    assert set(cell["similarity"]) == set(lm.MEASURES)


def test_matched_steps_are_those_of_the_original(language, data, tmp_path, monkeypatch):
    monkeypatch.setattr(Cells, "rate", lambda self, task: 0.01)
    study = cells(language, data, tmp_path / "out", queries=3)
    original = study.measure("sst2", 0, "original")
    for kind in ("per-layer", "linearised"):
        assert study.measure("sst2", 0, f"{kind}-norm")["norm"] == pytest.approx(original["norm"], rel=1e-4)
        assert study.measure("sst2", 0, f"{kind}-drop")["drop"] == pytest.approx(original["drop"], rel=0.05)


def test_another_setting_is_refused(language, data, tmp_path):
    cells(language, data, tmp_path / "out", seeds=(0,)).run(("original",))
    with pytest.raises(
        SpecError, match="`out` has .*, measured with `queries` 5 instead of 4: give another folder"
    ):
        cells(language, data, tmp_path / "out", seeds=(0,), queries=4).run(("original",))


def test_a_cell_that_cannot_be_read(language, data, tmp_path):
    (tmp_path / "sst2-0-original.json").write_text("{")
    with pytest.raises(
        SpecError, match="`sst2-0-original.json` cannot be read .*: delete it and measure it again"
    ):
        cells(language, data, tmp_path).run(("original",))
    (tmp_path / "sst2-0-original.json").write_text("[]")
    with pytest.raises(SpecError, match="`sst2-0-original.json` holds no object"):
        cells(language, data, tmp_path).run(("original",))


@pytest.mark.parametrize("largest", [*RATES, 1e-6])
def test_the_largest_rate_that_falls_is_chosen(largest):
    looks = []

    def falls(rate):
        looks.append(rate)
        return rate <= largest

    assert choose_rate(falls) == max(largest, RATES[0])
    assert len(looks) <= len(RATES) and choose_rate(lambda rate: rate <= largest) in looks


def test_names_of_variants():
    assert find_variants(("main",)) == ("original", "linearised", "per-layer")
    assert find_variants(("original", "main", "k-8")) == ("original", "linearised", "per-layer", "k-8")
    assert set(find_variants(("main", "controls", "curves"))) == set(VARIANTS)
    with pytest.raises(SpecError, match="`variants` has 'per-layr': did you mean `per-layer`"):
        find_variants(("per-layr",))


def test_numbers_that_are_not_finite_become_null(tmp_path, language, data):
    path = tmp_path / "x.json"
    cells(language, data, tmp_path)._write(path, {"a": float("nan"), "b": [1.23456789, float("inf")], "c": 3})
    assert json.loads(path.read_text()) == {"a": None, "b": [1.2346, None], "c": 3}
    assert module.DIGITS == 5
