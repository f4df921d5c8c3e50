"""A run is what it reads: the same paths with other content are another run, and nobody is left to think otherwise."""

from collections.abc import Iterator
from functools import cached_property

from dynamicl.specs import SpecError
from dynamicl.store import Library, contents, without_content


class KeptContents:
    """What the runs of a library were trained on; read once, when the first run that reads files is asked about."""

    def __init__(self, library: Library, recording: str):
        """Look into a library.

        Args:
            library: where runs would go.
            recording: what is kept of them, as canonical JSON.
        """
        self.library = library
        self.recording = recording

    def refuse_others(self, spec: str) -> None:
        """Refuse to train a run whose files have changed since the run of the same description was trained.

        Args:
            spec: of a run that is not in the library, resolved, as canonical JSON.

        Raises:
            SpecError: names the file and both hashes.
        """
        now = contents(spec)
        if not now:
            return
        for run, before in self._by_description.get(without_content(spec), ()):
            if before.keys() == now.keys() and before != now:
                path = next(path for path in now if now[path] != before[path])
                raise SpecError(
                    f"run {run} in {self.library.root} was trained on {path} with content {before[path]}, and it now "
                    f"holds {now[path]}: give the original file back, or train the new one into another library "
                    "(`--out`)"
                )

    @cached_property
    def _by_description(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        """Runs that read files, each with the hashes of those, by what describes it otherwise."""
        table: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for run, spec in self._kept_runs():
            before = contents(spec)
            if before:
                table.setdefault(without_content(spec), []).append((run, before))
        return table

    def _kept_runs(self) -> Iterator[tuple[str, str]]:
        for store in self.library.stores():
            if store.header.get("recording") == self.recording:
                yield from zip(store.runs, store.specs, strict=True)
