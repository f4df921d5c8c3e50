import pytest

from dynamicl.views.page._specs import differences, flatten, groups, labels, short_names, value_text


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


def test_runs_that_differ_in_seeds_only_share_a_group():
    names, members = groups([{"rate": r, "seeds.init": s} for r, s in ("1a", "1b", "2a")])
    assert names == ["rate 1", "rate 2"] and members == [0, 0, 1]
    assert groups([{"seed": "1"}, {"seed": "2"}]) == (["all runs"], [0, 0])
