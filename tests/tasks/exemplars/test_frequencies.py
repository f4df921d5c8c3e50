import numpy as np
import pytest

from dynamicl.specs import SpecError, validate
from dynamicl.tasks.exemplars import Uniform, Zipf


def test_weights_fall_by_a_power_of_the_rank():
    np.testing.assert_allclose(Zipf(2.0).weights(4), [1, 1 / 4, 1 / 9, 1 / 16], rtol=1e-6)
    assert Uniform().weights(4) is None
    Uniform().check_for(10**6)


def test_an_exponent_that_leaves_classes_without_weight():
    Zipf(3.0).check_for(12_800)
    with pytest.raises(
        SpecError, match=r"`frequencies.exponent` 4.0 leaves the rarest of 12800 classes a share"
    ):
        Zipf(4.0).check_for(12_800)


@pytest.mark.parametrize("exponent", [-0.5, float("inf")])
def test_exponents_that_mean_nothing(exponent):
    with pytest.raises(SpecError, match=r"`frequencies.exponent` is .*: give 0 or more, finite"):
        validate(Zipf(exponent))
