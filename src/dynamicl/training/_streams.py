"""Streams of randomness: equal seeds never give equal keys.

Every key of a run comes from here. A stream's tag is folded into the seed before anything is drawn, and the generator
is named, so that neither a coincidence of seeds nor a setting of the process changes what is drawn.
"""

import zlib
from typing import Any, Literal

import jax
from jaxtyping import PRNGKeyArray

Stream = Literal["init", "data", "evaluation", "world"]
TAGS: dict[str, int] = {"init": 0x1217, "data": 0x2217, "evaluation": 0x3217, "world": 0x4217}
"""One tag a stream. They are part of what a run is: never reuse or change one."""
GENERATOR = "threefry2x32"


def stream_key(seed: Any, stream: Stream) -> PRNGKeyArray:
    """Return the key of a stream.

    Args:
        seed: of the run, for this stream; may be traced.
        stream: `init` (weights), `data` (training batches), `evaluation` (evaluators' sequences), `world` (what a task
            draws once and for all).
    """
    return jax.random.fold_in(jax.random.key(seed, impl=GENERATOR), TAGS[stream])


def evaluator_key(seed: Any, name: str) -> PRNGKeyArray:
    """Return the key of an evaluator's sequences: its name decides, not its place among others."""
    return jax.random.fold_in(stream_key(seed, "evaluation"), zlib.crc32(name.encode()))
