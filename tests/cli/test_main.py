import importlib
import io
import os
import shlex
import signal
import subprocess
import sys

import pytest

import dynamicl as package
from dynamicl.cli import _main as module
from dynamicl.cli._start import is_terminal, prepare, written_command
from dynamicl.specs import SpecError
from dynamicl.store import StoreError


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_names_every_command(dynamicl, words):
    done = dynamicl(*words)
    assert (done.code, done.err) == (0, "")
    assert all(f"\n  {name} " in done.out for name in module.COMMANDS)
    assert done.out.startswith("dynamicl: a laboratory")


def test_help_waits_for_no_numerics():
    """What keeps it under a second: everything heavy is imported by the command that needs it."""
    code = (
        "import sys; from dynamicl.cli import main; main(['--help']);"
        "print([name for name in ('jax', 'numpy', 'xarray', 'matplotlib', 'tyro') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_the_packages(dynamicl):
    assert dynamicl("--version") == (0, f"dynamicl {package.__version__}\n", "")


def test_an_unknown_command_is_refused_with_the_nearest(dynamicl):
    done = dynamicl("trian")
    assert (done.code, done.out) == (2, "")
    assert done.err == "dynamicl: no command `trian`: did you mean `train`, `runs`, `prune`?\n"


@pytest.mark.parametrize("name", module.COMMANDS)
def test_every_command_explains_its_options(dynamicl, name):
    done = dynamicl(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"dynamicl {name}" in done.out and "--help" in done.out


def test_unusable_arguments_leave_with_2(dynamicl):
    done = dynamicl("report", "somewhere", "--nonsense")
    assert (done.code, done.out) == (2, "") and "--nonsense" in done.err


class Stub:
    """A command that raises."""

    def __init__(self, error):
        self.error = error

    def command(self, words):
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SpecError("`steps` is 0: give\nmore"), 1, "dynamicl bench: `steps` is 0: give more\n"),
        (StoreError("no store at x"), 1, "dynamicl bench: no store at x\n"),
        (FileNotFoundError(2, "No such file", "a.json"), 1, "dynamicl bench: No such file: a.json\n"),
        (BrokenPipeError(), 0, ""),
        (KeyboardInterrupt("stopped at step 3"), 130, "\ndynamicl bench: stopped at step 3\n"),
        (KeyboardInterrupt(), 130, "\ndynamicl bench: stopped; give the same command again to go on\n"),
    ],
)
def test_what_goes_wrong_is_one_line(dynamicl, monkeypatch, error, code, line):
    importlib.import_module("dynamicl.cli._bench")
    monkeypatch.setitem(sys.modules, "dynamicl.cli._bench", Stub(error))
    assert dynamicl("bench") == (code, "", line)


def test_the_command_is_kept_as_it_can_be_given_again(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/usr/bin/dynamicl", "train", "--title", "two words", "--clamp", "a*b"])
    assert written_command() == "dynamicl train --title 'two words' --clamp 'a*b'"
    words = ["train", "--title", "it's mine", "--where", "accuracy>0.9", "--sweep", "steps=1;2", ""]
    monkeypatch.setattr(sys, "argv", ["dynamicl", *words])
    assert shlex.split(written_command(), comments=True) == ["dynamicl", *words]
    assert "'accuracy>0.9'" in written_command() and "'steps=1;2'" in written_command()
    monkeypatch.setattr("sys.argv", ["somewhere/dynamicl/__main__.py", "train"])
    assert written_command() == "dynamicl train"


def test_every_core_is_asked_for_once(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true")
    prepare()
    flags = os.environ["XLA_FLAGS"]
    assert flags.startswith("--xla_cpu_multi_thread_eigen=true --xla_force_host_platform_device_count=")
    prepare()
    assert os.environ["XLA_FLAGS"] == flags


def test_bars_are_for_people(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_PROGRESS", raising=False)
    assert is_terminal()
    monkeypatch.setenv("NO_PROGRESS", "1")
    assert not is_terminal()


def test_a_stderr_that_is_full_changes_nothing(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    assert module.main(["report", "no-such-folder"]) == 1


class Interrupted:
    """A command at which somebody presses Ctrl-C."""

    def command(self, words):
        raise KeyboardInterrupt


def test_ctrl_c_is_ignored_at_the_way_out_of_the_console_alone(monkeypatch, capsys):
    """A notebook that calls `main` goes on afterwards, and is stopped by the keys as before."""
    importlib.import_module("dynamicl.cli._bench")
    monkeypatch.setitem(sys.modules, "dynamicl.cli._bench", Interrupted())
    before = signal.getsignal(signal.SIGINT)
    try:
        assert module.main(["bench"]) == 130 and signal.getsignal(signal.SIGINT) is before
        monkeypatch.setattr(sys, "argv", ["dynamicl", "--version"])
        assert module.console() == 0 and signal.getsignal(signal.SIGINT) is before
        monkeypatch.setattr(sys, "argv", ["dynamicl", "bench"])
        assert module.console() == 130 and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_claims_are_listed_where_the_terminal_knows_ascii_alone():
    """Characters that it lacks are escapes, and no error."""
    words = [sys.executable, "-m", "dynamicl", "claims", "induction.heads"]
    plain = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(words, capture_output=True, env=plain, check=True)
    assert done.stdout.startswith(b"induction.heads\n") and max(done.stdout) < 128
    # Nobody reads on.
    closed = subprocess.run(" ".join(words) + " >&-", shell=True, capture_output=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_statistics_and_solvers_load_when_they_are_used():
    """`scipy.stats` alone took over a second of every command's start."""
    code = (
        "import sys, dynamicl.studies;"
        "print([name for name in ('scipy.stats', 'scipy.optimize', 'diffrax', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
