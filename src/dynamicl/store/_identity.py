"""The identity of a run: a hash of its spec and of what is recorded of it, computed again whenever a store is opened.

Where a spec holds the content hash of a file, the file's path is left out: a run is what it read, wherever that lay.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dynamicl.specs import DIGITS

_READS_FILES = re.compile(r'"content":"[0-9a-f]')


def run_identity(spec: str, recording: str, versions: Mapping[str, int] = {}) -> str:
    """Name a run.

    Args:
        spec: its spec as canonical JSON, resolved.
        recording: what is kept of it, as canonical JSON.
        versions: of the measures that are recorded; a first version leaves the name as it is.

    Returns:
        128 bits in hexadecimal.
    """
    if _READS_FILES.search(spec):
        spec = json.dumps(_without_paths(json.loads(spec)), sort_keys=True, separators=(",", ":"))
    later = {name: version for name, version in sorted(versions.items()) if version > 1}
    return hashlib.sha256(json.dumps([spec, recording, later]).encode()).hexdigest()[:DIGITS]


def cohort_name(runs: Sequence[str]) -> str:
    """Name a cohort by its runs: the folder of its store in a library.

    Args:
        runs: ids, in the order of the axis run.
    """
    return hashlib.sha256("".join(runs).encode()).hexdigest()[:DIGITS]


def without_content(spec: str) -> str:
    """Return a spec's JSON without the hashes of the files that it reads: equal for the same path, whatever it holds.

    Args:
        spec: canonical JSON.
    """
    return json.dumps(_blank(json.loads(spec)), sort_keys=True, separators=(",", ":"))


def contents(spec: str) -> dict[str, str]:
    """List the content hashes of the files that a run reads, by path.

    Args:
        spec: canonical JSON.
    """
    return dict(_pairs(json.loads(spec))) if _READS_FILES.search(spec) else {}


def forged(header: Mapping[str, Any]) -> list[str]:
    """List the runs of a header whose ids are not those of their specs.

    Args:
        header: of a store; one without a recording holds no runs of `train_population`, and names them as it likes.
    """
    recording = header.get("recording")
    if recording is None:
        return []
    return [
        run
        for run, spec in zip(header["runs"], header["specs"], strict=True)
        if run_identity(spec, recording, header.get("probes") or {}) != run
    ]


def _without_paths(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_paths(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = {"path"} if value.get("content") else set()
    return {name: _without_paths(item) for name, item in value.items() if name not in hidden}


def _blank(value: Any) -> Any:
    if isinstance(value, list):
        return [_blank(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: "" if name == "content" else _blank(item) for name, item in value.items()}


def _pairs(value: Any) -> list[tuple[str, str]]:
    inside = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    pairs = [pair for item in inside for pair in _pairs(item)]
    if isinstance(value, dict) and isinstance(value.get("content"), str) and value["content"]:
        pairs.append((str(value.get("path")), value["content"]))
    return pairs
