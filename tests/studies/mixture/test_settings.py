import pytest

from dynamicl.specs import SpecError
from dynamicl.studies.mixture._settings import same_at


def test_scales_that_do_not_exist_are_refused():
    assert same_at("smoke") == "smoke"
    with pytest.raises(SpecError, match="the mixture study has no scale `huge`: choose one of smoke, demo"):
        same_at("huge")
