import pytest

from dynamicl.specs import SpecError
from dynamicl.studies.mixture._settings import any_scale


def test_scales_that_do_not_exist_are_refused():
    assert any_scale("smoke") == "smoke"
    with pytest.raises(SpecError, match="the mixture study has no scale `huge`: choose one of smoke, demo"):
        any_scale("huge")
