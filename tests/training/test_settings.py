import jax
import pytest

from dynamicl.specs import SpecError
from dynamicl.training import GENERATOR, Program, RunSpec, jax_settings, plan
from dynamicl.training._settings import check_precision
from small import SmallModelSpec, SmallTaskSpec


def test_settings_are_those_of_the_process(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--b=2 --xla_force_host_platform_device_count=7 --a=1")
    found = jax_settings()
    assert found["XLA_FLAGS"] == "--a=1 --b=2"
    assert found["jax_numpy_dtype_promotion"] == "strict" and found["jax_enable_x64"] == "False"
    assert set(GENERATOR) < set(found)
    with jax.threefry_partitionable(not jax.config.jax_threefry_partitionable):
        other = jax_settings()
    assert {name for name in found if found[name] != other[name]} == {"jax_threefry_partitionable"}


def test_64_bit_mode_is_refused_where_a_program_begins():
    check_precision()
    with (
        jax.enable_x64(True),
        pytest.raises(SpecError, match="`jax_enable_x64` is on.* unset JAX_ENABLE_X64"),
    ):
        Program(plan([RunSpec(SmallTaskSpec(), SmallModelSpec())])[0])
