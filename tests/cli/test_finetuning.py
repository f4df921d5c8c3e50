"""`dynamicl finetuning`: bad input in one line, and a whole study on a tiny model."""

import json
import subprocess
import sys

import pytest

WORDS = ("a fine film", "a dull film", "quite good", "no joy", "a bore", "great fun", "so slow", "lovely")


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """PyTorch sets it when forward-mode differentiation or a model begins, and would leave it behind."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))


def write_task(folder, train=24, scored=6, name="sst2"):
    """Files of a task with made-up texts."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for split, count in (("train", train), ("dev", scored)):
        rows = [{"text": f"{WORDS[i % 8]} {i}", "label": i % 2} for i in range(count)]
        (folder / name / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--task", "sst"), "`task` is 'sst': did you mean"),
        (("--seeds", "3"), "`seeds` is '3': give FIRST:END, e.g. 0:3"),
        (("--seeds", "3:3"), "`seeds` is '3:3': give FIRST:END"),
        (("--variants", "per-layr"), "`variants` has 'per-layr': did you mean `per-layer`"),
        (("--queries", "0"), "`queries` is 0: give 1 to 1,000,000"),
        (("--k", "-1"), "`k` is -1: give at least 1"),
        (("--parameters", "some"), "`parameters` is 'some': choose one of key_value, all"),
        (
            ("--parameters", "all"),
            "`variants` has linearised, which moves keys and values alone, but `parameters` is 'all'",
        ),
        (("--data", "nowhere"), "`data` has no file sst2/train.jsonl in 'nowhere': write one object a line"),
    ],
)
def test_bad_input_is_one_line(dynamicl, options, message):
    assert message in dynamicl("finetuning", *options).line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a fine film\n", "`data`: sst2/train.jsonl line 1 is no JSON"),
        ('{"text": "a", "label": 0}\n{"label": 1}\n', "`data`: sst2/train.jsonl line 2 lacks 'text'"),
        ('{"text": "a", "label": "Good"}\n', "line 1 has label 'Good': give an integer from 0 to 1"),
        ("", "`data` has an empty file sst2/train.jsonl"),
    ],
)
def test_a_malformed_task_file_is_one_line(dynamicl, tmp_path, text, message):
    (write_task(tmp_path) / "sst2" / "train.jsonl").write_text(text)
    assert message in dynamicl("finetuning", "--data", tmp_path).line


def test_a_model_that_is_not_there(dynamicl, tmp_path):
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    words = ("--data", write_task(tmp_path), "--model", tmp_path / "gone")
    line = dynamicl("finetuning", *words).line
    assert "which is no file or folder: give smollm2 or gemma3-270m, a folder with safetensors" in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--k", "40"), "`k` is 40 and 8 examples are held out, but the pool has 24: ask for fewer"),
        (
            ("--k", "4", "--limit", "60"),
            "`k` is 4, but not one demonstration fits: the context has 60 tokens",
        ),
    ],
)
def test_demonstrations_that_do_not_fit_are_one_line(dynamicl, tmp_path, monkeypatch, options, message):
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    from dynamicl import lm

    monkeypatch.setattr(lm, "load_language", lambda source: lm.random_language())
    words = ("--data", write_task(tmp_path), "--out", tmp_path / "out", "--threads", 1)
    done = dynamicl("finetuning", "--variants", "original", *words, *options)
    assert done.code == 1 and done.err.count("\n") == 1 and message in done.err


def test_jax_does_not_start():
    code = (
        "import sys; from dynamicl.cli import main; main(['finetuning', '--model', 'nowhere'])\n"
        "bridge = sys.modules.get('jax._src.xla_bridge')\n"
        "sys.exit(bridge is not None and bridge.backends_are_initialized())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_study_ends_with_tables_verdicts_and_figures(dynamicl, tmp_path, monkeypatch):
    pytest.importorskip("transformers", reason="needs the extra `lm`")
    from dynamicl import lm

    monkeypatch.setattr(lm, "load_language", lambda source: lm.random_language(layers=2))
    write_task(tmp_path / "data", train=16)
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
    assert lines[0] == "random: 1 tasks, 2 seeds, 4 variants"
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
