"""A run is what it reads: the same paths with other content are another run, and nobody is left to think otherwise."""

from dynamicl.specs import SpecError, to_json
from dynamicl.store import Library, contents, without_content
from dynamicl.training import Recording, RunSpec


def refuse_other_content(spec: RunSpec, recording: Recording, library: Library) -> None:
    """Refuse to train a run whose files have changed since the library's run of the same description was trained.

    Args:
        spec: a run that is not in the library, resolved.
        recording: what is kept of it.
        library: where it would go.

    Raises:
        SpecError: names the file and both hashes.
    """
    text = to_json(spec)
    now = contents(text)
    if not now:
        return
    like, recorded = without_content(text), to_json(recording)
    for store in library.stores():
        if store.header.get("recording") != recorded:
            continue
        for run, kept in zip(store.runs, store.specs, strict=True):
            before = contents(kept)
            if before.keys() == now.keys() and before != now and without_content(kept) == like:
                path = next(path for path in now if now[path] != before[path])
                raise SpecError(
                    f"run {run} in {library.root} was trained on {path} with content {before[path]}, and it now holds "
                    f"{now[path]}: give the original file back, or train the new one into another library (`--out`)"
                )
