"""`dynamicl judge`: the verdicts again, from the data that were kept."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from ._options import check_results, read_options

if TYPE_CHECKING:
    from dynamicl.studies import Rejudged


@dataclass(frozen=True)
class Judge:
    """Judge kept data again; nothing is trained.

    Attributes:
        names: studies (`induction`) or claims (`induction.heads`).
        results: folder of verdicts and data, one folder a study.
        check: fail where `claims.json` says something else than the data.
        write: put the verdicts into `claims.json`.
    """

    names: Annotated[tuple[str, ...], tyro.conf.Positional]
    results: Path = Path("docs/results")
    check: bool = False
    write: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Judge, words, "judge", description=Judge.__doc__)
    from dynamicl.specs import check
    from dynamicl.studies import find_experiments, judge_again, write_verdicts

    check(bool(options.names), "name at least one study or claim, e.g. `dynamicl judge induction`")
    experiments = find_experiments(options.names)
    check_results(options.results)
    judged = judge_again(experiments, options.results)
    for one in judged:
        sys.stdout.write(_line(one) + "\n")
    if options.write:
        for one in judged:
            if one.now is not None:
                write_verdicts(options.results / one.id.partition(".")[0], [one.now])
        return 0
    differing = [one.id for one in judged if not one.agrees]
    if options.check and differing:
        sys.stderr.write(
            f"dynamicl judge: `claims.json` says something else of {', '.join(differing)}: `dynamicl judge "
            f"{' '.join(options.names)} --write` puts the verdicts in their place\n"
        )
        return 1
    return 0


def _line(one: "Rejudged") -> str:
    if one.now is None:
        return f"{one.id}: no data to judge; make it with `dynamicl reproduce {one.id}`"
    change = "" if one.agrees else " (claims.json says otherwise)"
    return f"{one.id}: {one.now.verdict}{change} ({one.now.measured})"
