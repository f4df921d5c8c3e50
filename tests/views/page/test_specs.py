import pytest

from dynamicl.views.page._specs import (
    clamp_text,
    differences,
    flatten,
    groups,
    in_short,
    labels,
    short_names,
    spans,
    value_text,
)

CLAMP = {
    "kind": "clamp",
    "site": "layers.1.attn.v",
    "heads": [1, 2, 3, 7],
    "queries": [],
    "keys": [],
    "offsets": [],
    "strength": 1.0,
    "windows": [[0, 2**31 - 1]],
    "gradient": "stop",
    "in_pass": "main",
    "value": {"kind": "constant", "number": 0.0},
}


def test_flatten_keeps_lists_of_values_and_numbers_lists_of_records():
    spec = {"a": {"b": [1, 2], "c": None}, "clamps": [{"site": "x"}, {"site": "y"}], "empty": {}}
    assert flatten(spec) == {"a.b": "[1, 2]", "a.c": "none", "clamps.0.site": "x", "clamps.1.site": "y"}


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (False, "no"), (1e-5, "1e-05"), ("x", "x"), (8, "8")]
)
def test_values_are_written_as_a_person_would(value, text):
    assert value_text(value) == text


def test_of_settings_in_lockstep_the_first_is_kept_and_seeds_come_last():
    specs = [
        {"seeds.init": str(i), "seeds.data": str(10 + i), "rate": "ab"[i // 2], "same": "1"} for i in range(4)
    ]
    found = differences(specs)
    assert [list(d) for d in found] == [["rate", "init seed"]] * 4
    assert found[3] == {"rate": "b", "init seed": "3"}


def test_short_names_are_unique_and_seeds_read_as_words():
    names = short_names(["model.heads", "task.heads", "optimizer.rate", "seeds.init"])
    assert list(names.values()) == ["model.heads", "task.heads", "rate", "init seed"]


def test_labels_are_unique_and_fall_back_on_ids():
    assert labels(["a", "b"], [{}, {}]) == ["a", "b"]
    assert labels(["a", "b"], [{"seed": "1"}, {"seed": "2"}]) == ["seed 1", "seed 2"]
    crowded = [{"k": "1", "x": "1", "y": "1", "z": "1"}, {"k": "2", "x": "1", "y": "1", "z": "1"}]
    assert len(set(labels(["a", "b"], crowded))) == 2


def test_labels_hold_the_settings_that_tell_most_apart_and_the_seed():
    rows = [
        {"clamps": f"site {i}", "steps": str(i // 2), "held_out": str(i // 4), "seed": str(i % 2)}
        for i in range(8)
    ]
    names = labels([f"{i}" * 16 for i in range(8)], rows)
    assert names[3] == "clamps site 3 · steps 1 · seed 1"
    alike = labels(["a" * 16, "b" * 16], [{"clamps": "x" * 60}, {"clamps": "x" * 60}])
    assert alike[1].endswith(" · bbbbbb") and len(alike[0]) < 65 and "…" in alike[0]


def test_labels_keep_every_setting_that_it_takes_to_tell_runs_apart():
    rows = [
        {"rate": rate, "layers": layers, "classes": classes, "seed": seed}
        for rate in "ab"
        for layers in "12"
        for classes in ("10", "50")
        for seed in "01"
    ]
    names = labels([str(i) for i in range(16)], rows)
    assert len(set(names)) == 16 and names[5] == "rate a · layers 2 · classes 10 · seed 1"


def test_seeds_that_are_one_number_are_called_seed():
    specs = [{"seeds.init": str(i), "seeds.data": str(i), "seeds.world": "0"} for i in range(3)]
    assert differences(specs) == [{"seed": "0"}, {"seed": "1"}, {"seed": "2"}]


def test_clamps_are_written_in_short():
    assert clamp_text(CLAMP) == "layers.1.attn.v[1-3, 7] = 0"
    held = CLAMP | {
        "heads": [],
        "strength": 0.5,
        "queries": ["query"],
        "windows": [[0, 100], [200, 2**31 - 1]],
    }
    held |= {"value": {"kind": "pattern", "name": "uniform"}, "gradient": "through"}
    assert clamp_text(held) == (
        'layers.1.attn.v = pattern uniform, strength 0.5, queries ["query"], gradient through, '
        "steps 0-100 and 200 on"
    )
    assert in_short({"clamps": [CLAMP, CLAMP | {"heads": [0]}], "a": [1]}) == {
        "clamps": "layers.1.attn.v[1-3, 7] = 0; layers.1.attn.v[0] = 0",
        "a": [1],
    }
    assert in_short({"clamps": []}) == {"clamps": "none"}
    assert in_short({"clamps": ["x", {"value": 2}]}) == {"clamps": "x; clamp = 2"}
    assert spans([3, 1, 2]) == "1-3"


def test_runs_that_differ_in_seeds_only_share_a_group():
    names, members = groups([{"rate": r, "seeds.init": s} for r, s in ("1a", "1b", "2a")])
    assert names == ["rate 1", "rate 2"] and members == [0, 0, 1]
    assert groups([{"seed": "1"}, {"seed": "2"}]) == (["all runs"], [0, 0])
