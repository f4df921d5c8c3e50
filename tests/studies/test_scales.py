import pytest

from dynamicl.specs import SpecError
from dynamicl.studies._scales import SCALES, same_at, setting_at


def test_a_scale_is_found_or_the_known_ones_are_named():
    assert setting_at("b", {"a": 1, "b": 2}, "the study has") == 2
    with pytest.raises(SpecError, match="^the study has no scale `c`: choose one of a, b$"):
        setting_at("c", {"a": 1, "b": 2}, "the study has")


def test_what_is_the_same_at_all_scales_takes_any_of_them_and_no_other():
    assert [same_at(scale, "toy") for scale in SCALES] == list(SCALES)
    with pytest.raises(SpecError, match="the toy study has no scale `huge`: choose one of smoke, demo"):
        same_at("huge", "toy")
