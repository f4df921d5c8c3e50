"""What the documents claim, one row a claim.

`claims.json` is made from `tools/claims.yaml` by `tools/ledger.py`.
"""

import functools
import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Row:
    """One claim of a document.

    Attributes:
        id: for instance `induction.plateau`.
        study: the study that tests it.
        document: where it is made.
        figure: figure, table or section there.
        claim: in words.
        paper: the document's own figure, where it gives one.
        criterion: how the verdict is reached, in words, where that was fixed with the claim.
    """

    id: str
    study: str
    document: str
    figure: str
    claim: str
    paper: str = ""
    criterion: str = ""


@functools.cache
def ledger() -> dict[str, Row]:
    """Return every claim by its id.

    >>> ledger()["induction.heads"].figure
    'figure 4.3b'
    """
    rows = json.loads(files("dynamicl.studies").joinpath("claims.json").read_text())
    return {name: Row(id=name, **row) for name, row in rows.items()}
