import pytest

from dynamicl.specs import SpecError, check, nearest


def test_spec_error_is_one_line():
    assert str(SpecError("a value\n  over lines\t and tabs")) == "a value over lines and tabs"


def test_check_raises_only_when_the_condition_fails():
    check(True, "never seen")
    with pytest.raises(SpecError, match=r"^`x` is 3: give 4$"):
        check(False, "`x` is 3:\n give 4")


def test_nearest_names_the_likeliest_first():
    names = ["layers.0.attn.q", "layers.0.attn.k", "logits", "norm.out"]
    assert nearest("layers.0.attn.kk", names).startswith("`layers.0.attn.k`, `layers.0.attn.q`")


def test_nearest_names_some_when_none_is_near():
    assert nearest("zzz", ["b", "a", "d", "c"]) == "`a`, `b`, `c`"
