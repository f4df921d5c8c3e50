"""How long a process takes from nothing to its first step, and how much memory this one ever held."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

FIRST_STEP = """
import sys, time
from dynamicl.training import Program, plan, use_every_core
use_every_core(sys.argv[1])
import jax
from dynamicl.lab._bench import reference_run
begin = time.perf_counter()
program = Program(*plan([reference_run()]))
jax.block_until_ready(program.advance(program.initialise(), 1).step)
sys.stdout.write(f"{time.perf_counter() - begin}\n")
"""
"""Tracing, compiling and the first step of the reference job; the argument is the folder of compiled programs."""

HELP = "from dynamicl.cli import main; main(['--help'])"


def start_up() -> dict[str, float]:
    """Measure processes of their own, from nothing to the reference job's first step.

    Returns:
        Seconds: `cold_compile_s` and `warm_first_step_s` (tracing, compiling and the first step, with an empty cache of
        compiled programs and with what that left), `warm_process_s` (all of the second process) and `help_s` (the
        command's help).
    """
    with tempfile.TemporaryDirectory() as cache:
        start = [sys.executable, "-c", FIRST_STEP, cache]
        cold, _ = _process(start)
        warm, seconds = _process(start)
    return {
        "cold_compile_s": float(cold),
        "warm_first_step_s": float(warm),
        "warm_process_s": seconds,
        "help_s": _process([sys.executable, "-c", HELP])[1],
    }


def _process(command: Sequence[str]) -> tuple[str, float]:
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, time.perf_counter() - begin


def peak_memory() -> float:
    """Return the most memory that this process ever held, in GiB."""
    # macOS counts bytes, the others kibibytes.
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
