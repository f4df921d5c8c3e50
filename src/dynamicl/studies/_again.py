"""Verdicts given again from what was kept, without training anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ._experiment import Experiment
from ._results import read_outcome, verdicts_in
from ._verdict import Verdict


@dataclass(frozen=True)
class Rejudged:
    """A claim's verdict as it is kept, and as it is given now.

    Attributes:
        id: of the claim.
        now: the verdict; `None` where nothing was kept that could be judged.
        before: the verdict in `claims.json`; `None` where there is none.
    """

    id: str
    now: Verdict | None
    before: Verdict | None

    @property
    def agrees(self) -> bool:
        """Whether `claims.json` says what the dataset says; nothing kept agrees with no verdict."""
        return self.now == self.before


def judge_again(experiments: Sequence[Experiment], results: str | Path) -> list[Rejudged]:
    """Judge the kept datasets of experiments again.

    Command, versions, machine, date and seconds stay those of the run that made the dataset.

    Args:
        experiments: of one study or several.
        results: folder with one folder a study.

    Raises:
        SpecError: a file that cannot be read or judged.
    """
    judged = []
    for experiment in experiments:
        folder = Path(results) / experiment.id.partition(".")[0]
        before = {verdict.id: verdict for verdict in verdicts_in(folder)}.get(experiment.id)
        now = None
        if before is not None and (folder / f"{experiment.id}.json").exists():
            now = _judged(experiment, folder, before)
        judged.append(Rejudged(experiment.id, now, before))
    return judged


def _judged(experiment: Experiment, folder: Path, before: Verdict) -> Verdict:
    circumstances = ("command", "versions", "machine", "date", "seconds")
    same = {name: getattr(before, name) for name in circumstances}
    verdict = experiment.verdict(read_outcome(folder, experiment.id), before.scale, **same)
    # What is compared with the file has gone through a file.
    return msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict)
