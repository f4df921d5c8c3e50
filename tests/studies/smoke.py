"""How much of a study its test trains."""

import os

WHOLE = os.environ.get("DYNAMICL_WHOLE_STUDY") == "1"
"""`make smoke` trains every population of every study, which takes long: nearly all of it is compiling. `make test`
trains those that most experiments share."""
