"""`dynamicl finetuning`: bad input in one line, and a whole study on a tiny model."""

import json
import subprocess
import sys

import pytest

WORDS = ("a fine film", "a dull film", "quite good", "no joy", "a bore", "great fun", "so slow", "lovely")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--task", "sst"), "`task` is 'sst': did you mean"),
        (("--seeds", "3"), "`seeds` is '3': give FIRST:END, e.g. 0:3"),
        (("--seeds", "3:3"), "`seeds` is '3:3': give FIRST:END"),
        (("--variants", "per-layr"), "`variants` has 'per-layr': did you mean `per-layer`"),
    ],
)
def test_bad_input_is_one_line(dynamicl, options, message):
    assert message in dynamicl("finetuning", *options).line


def test_a_model_that_is_not_there(dynamicl, tmp_path):
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    line = dynamicl("finetuning", "--model", tmp_path / "gone").line
    assert "which is no file or folder: give smollm2 or gemma3-270m, a folder with safetensors" in line


def test_jax_does_not_start():
    code = (
        "import sys; from dynamicl.cli import main; main(['finetuning', '--model', 'nowhere'])\n"
        "bridge = sys.modules.get('jax._src.xla_bridge')\n"
        "sys.exit(bridge is not None and bridge.backends_are_initialized())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_study_ends_with_tables_verdicts_and_figures(dynamicl, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch", reason="needs the extra `lm`")
    transformers = pytest.importorskip("transformers", reason="needs the extra `lm`")
    from dynamicl import lm

    # PyTorch sets it when forward-mode differentiation begins, and would leave it behind.
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))

    class Bytes:
        bos_token_id, eos_token_id = 256, 257

        def encode(self, text, add_special_tokens=False):
            return list(text.encode())

        def get_vocab(self):
            return {}

    torch.manual_seed(0)
    sizes = {"vocab_size": 260, "n_positions": 1024, "n_embd": 16, "n_layer": 2, "n_head": 2}
    config = transformers.GPT2Config(**sizes, bos_token_id=256, eos_token_id=257)
    model = transformers.AutoModelForCausalLM.from_config(config)
    monkeypatch.setattr(lm, "load_language", lambda source: lm.language_of(model, Bytes(), "tiny"))
    (tmp_path / "data" / "sst2").mkdir(parents=True)
    for split, count in (("train", 16), ("dev", 6)):
        rows = [{"text": f"{WORDS[i % 8]} {i}", "label": i % 2} for i in range(count)]
        (tmp_path / "data" / "sst2" / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = (
        "--data",
        tmp_path / "data",
        "--out",
        tmp_path / "out",
        "--k",
        4,
        "--queries",
        6,
        "--limit",
        1024,
    )
    done = dynamicl("finetuning", "--seeds", "0:2", "--variants", "main,rate-0.01", "--threads", 1, *words)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "tiny: 1 tasks, 2 seeds, 4 variants"
    assert sum(line.startswith('  "...') and "; right is " in line for line in lines) == 6
    assert any(line.startswith("original SimAOU ") and "(0.109)" in line for line in lines)
    assert any(line.startswith("finetuning.table2: ") for line in lines)
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == [
        "baseline.png",
        "curves.png",
        "depth.png",
        "linear.png",
        "map_up.png",
        "per_layer_map.png",
        "recall.png",
        "table1.png",
        "table2.png",
    ]


def test_the_command_measures_a_random_model_and_decides_nothing(dynamicl, tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs the extra `lm`")
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    from dynamicl.studies import read_outcome
    from dynamicl.studies.finetuning import ON_CELLS

    names = [claim.id for claim in ON_CELLS]
    done = dynamicl("reproduce", *names, "--scale", "smoke", "--out", tmp_path)
    assert (done.code, done.err) == (0, "")
    for name in names:
        assert f"{name}: not testable at this scale" in done.out
        assert (tmp_path / "figures" / f"{name}.png").stat().st_size > 4000
    records = json.loads((tmp_path / "results" / "finetuning" / "claims.json").read_text())
    reasons = {part["undecided"] for record in records for part in record["parts"]}
    assert reasons == {"a random model decides nothing"}
    kept = read_outcome(tmp_path / "results" / "finetuning", "finetuning.table1")
    assert kept["similarity"].notnull().all() and kept.attrs["cells"] == 24

    done = dynamicl("judge", *names, "--results", tmp_path / "results", "--check")
    assert done.code == 0 and done.out.count("not testable at this scale") == len(names)
    done = dynamicl("claims", "finetuning.table1", "--results", tmp_path / "results")
    assert "random: 24 cells, 4 demonstrations" in done.out
