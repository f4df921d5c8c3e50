"""The room starts without JAX, and without PyTorch."""

import subprocess
import sys


def test_neither_jax_nor_torch_is_imported():
    code = "import sys, dynamicl.lm; sys.exit(any(name in sys.modules for name in ('jax', 'torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
