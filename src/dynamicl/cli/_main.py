"""Find the command that was asked for, and say in one line what went wrong."""

import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence

from ._complaints import whisper

COMMANDS = {
    "reproduce": "run a study or one of its experiments, and judge its claims",
    "train": "train a population of your own",
    "fork": "fork a checkpoint under other data seeds and estimate the probability of each fate",
    "ablate": "apply clamps to a trained model and score it",
    "finetuning": "compare in-context learning with fine-tuning in a pretrained language model",
    "report": "make the page and the figures of a trajectory or study",
    "view": "serve the page on this machine and refresh it while training goes on",
    "landscape": "make the page of the landscape of three nested logits, to be explored in a browser",
    "runs": "list what a library holds, one line a run: filter, sort, as JSON or CSV",
    "note": "write tags and notes to runs",
    "export": "hand runs on: as a CSV or netCDF file, or as a folder with a card",
    "prune": "delete runs for good",
    "merge": "put libraries together: equal runs once, as far as any was trained",
    "sites": "list the sites of a model, with axes and shapes",
    "clamps": "list the interventions that --clamp takes, with their arguments",
    "claims": "show the ledger, one line a claim, or everything about one",
    "judge": "judge the kept data of a study or claim again",
    "bench": "measure speed and memory against this machine's matmul peak, as JSON",
}

STOPPED_BY_KEYS = 128 + signal.SIGINT
"""Exit status after Ctrl-C."""


def console() -> int:
    """Run the command that this process was started for; a notebook or a script calls `main`.

    Returns:
        Exit status, as of `main`.
    """
    status = main()
    if status == STOPPED_BY_KEYS:
        # Whoever presses the keys once more must not meet the interpreter on its way out.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: of the command line, without the program's name; the process' own by default.

    Returns:
        Exit status: 0 done, 1 refused or failed with a line on stderr, 2 unusable arguments, 128 + N stopped by
        signal N (130 by Ctrl-C, 143 by SIGTERM).
    """
    _prepare_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if len(words) > 1 and words[0] == "help" and words[1] in COMMANDS:
        words = [words[1], "--help"]
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_usage())
        return 0
    if words[0] == "--version":
        from dynamicl import __version__

        sys.stdout.write(f"dynamicl {__version__}\n")
        return 0
    if words[0] not in COMMANDS:
        from dynamicl.specs import nearest

        sys.stderr.write(f"dynamicl: no command `{words[0]}`: did you mean {nearest(words[0], COMMANDS)}?\n")
        return 2
    return _run(words[0], words[1:])


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {about}" for name, about in COMMANDS.items()]
    return (
        "dynamicl: a laboratory for the training dynamics of in-context learning\n\n"
        "usage: dynamicl COMMAND [OPTIONS]      dynamicl COMMAND --help for its options\n"
        "       dynamicl COMMAND --import MODULE ...      with tasks, models and measures of your own\n\n"
        + "\n".join(lines)
        + "\n"
    )


def _run(name: str, words: list[str]) -> int:
    from dynamicl.specs import DynamiclError

    from ._refusals import UnusableWordsError

    module = importlib.import_module(f"dynamicl.cli._{name}")
    try:
        words = import_own(words)
        return module.command(words) or 0
    except DynamiclError as error:
        whisper(f"dynamicl {name}: {error}")
        return 2 if isinstance(error, UnusableWordsError) else 1
    except MemoryError:
        whisper(
            f"dynamicl {name}: out of memory: fewer runs at once, a smaller batch or fewer sequences need less"
        )
        return 1
    except BrokenPipeError:
        return 0
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        whisper(f"dynamicl {name}: {error.strerror or error}{place}")
        return 1
    except KeyboardInterrupt as stopped:
        whisper(f"\ndynamicl {name}: {str(stopped) or 'stopped; give the same command again to go on'}")
        return 128 + int(getattr(stopped, "number", signal.SIGINT))


def import_own(words: list[str]) -> list[str]:
    """Import the modules that `--import MODULE` names, for tasks, models and measures of one's own.

    Args:
        words: of the command line; any command takes `--import`, once or more.

    Returns:
        The words without it.

    Raises:
        SpecError: a module is not there, or fails.
    """
    from dynamicl.specs import SpecError

    left: list[str] = []
    names = iter(words)
    for word in names:
        if word != "--import" and not word.startswith("--import="):
            left.append(word)
            continue
        name = word.partition("=")[2] or next(names, "")
        # As with `python -m`, modules are looked for where the command is given.
        if "" not in sys.path and os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        try:
            importlib.import_module(name)
        except Exception as error:
            raise SpecError(
                f"--import is {name!r}, which cannot be imported ({type(error).__name__}: {error}): give a module in "
                "this folder or an installed one, as Python's import names it"
            ) from None
    return left


def _prepare_streams() -> None:
    """Let no character stop a command: what a terminal or file cannot show is written as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by whoever started the program.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
