import json
import os
import subprocess
import sys

import jax
import pytest

from dynamicl.training import layout, run_mesh, use_every_core

CPU = pytest.mark.skipif(jax.default_backend() != "cpu", reason="about host devices")


@CPU
def test_the_tests_have_two_devices():
    assert len(jax.devices()) == 2


def test_mesh_takes_all_devices_or_the_first_few():
    assert list(run_mesh().devices) == jax.devices()
    assert list(run_mesh(1).devices) == jax.devices()[:1]


@CPU
def test_layouts_say_what_decides_the_bits():
    assert layout(run_mesh(1), "sequential", 3) == "sequential on one cpu"
    assert layout(run_mesh(2), "sequential", 3) == "sequential on several cpu"
    assert layout(run_mesh(2), "sequential", 4) == layout(run_mesh(2), "sequential", 3)
    assert layout(run_mesh(2), "vectorised", 3) == "3 runs vectorised over 2 x cpu"


@CPU
def test_use_every_core_makes_a_device_of_each(tmp_path):
    code = (
        "import json, jax; from dynamicl.training import use_every_core;"
        f"use_every_core({str(tmp_path)!r});"
        "print(json.dumps([len(jax.devices()), jax.config.jax_compilation_cache_dir]))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert json.loads(done.stdout) == [len(os.sched_getaffinity(0)), str(tmp_path)]


def test_a_worker_counts_its_own_cores_and_keeps_what_the_user_set(monkeypatch):
    """A job inherits the environment of the command that submitted it, on a machine of another size."""
    monkeypatch.setenv("DYNAMICL_XLA_FLAGS", "--xla_force_host_platform_device_count=64")
    monkeypatch.setenv(
        "XLA_FLAGS",
        "--xla_force_host_platform_device_count=64 --xla_cpu_multi_thread_eigen=true --xla_force_host=1",
    )
    use_every_core()
    assert os.environ["XLA_FLAGS"].split() == [
        "--xla_cpu_multi_thread_eigen=true",
        "--xla_force_host=1",
        f"--xla_force_host_platform_device_count={len(os.sched_getaffinity(0))}",
    ]


def test_what_the_user_set_wins(monkeypatch):
    monkeypatch.setenv("DYNAMICL_XLA_FLAGS", "")
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=5")
    use_every_core()
    flags = os.environ["XLA_FLAGS"].split()
    assert flags == ["--xla_force_host_platform_device_count=5", "--xla_cpu_multi_thread_eigen=false"]


@pytest.mark.parametrize("plugin", ["jax_cuda12_plugin", "jax_cuda13_plugin", None])
def test_where_a_gpu_may_be_its_compiler_looks_for_no_kernels(monkeypatch, plugin):
    monkeypatch.setattr("dynamicl.training._devices.find_spec", lambda name: name == plugin)
    monkeypatch.setenv("DYNAMICL_XLA_FLAGS", "")
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_autotune_level=4")
    use_every_core()
    flags = os.environ["XLA_FLAGS"].split()
    assert "--xla_gpu_autotune_level=4" in flags, "what the user set stays"
    assert ("--xla_gpu_enable_triton_gemm=false" in flags) == (plugin is not None)
    assert "--xla_gpu_autotune_level=0" not in flags
