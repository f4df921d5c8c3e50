"""The room starts without JAX, and without PyTorch."""

import subprocess
import sys

import pytest


def test_neither_jax_nor_torch_is_imported():
    code = "import sys, dynamicl.lm; sys.exit(any(name in sys.modules for name in ('jax', 'torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pytorch_and_transformers_are_there():
    reason = "needs the extra `lm`; `make test` installs it where PyTorch comes without CUDA"
    for name in ("torch", "transformers"):
        pytest.importorskip(name, reason=reason)
