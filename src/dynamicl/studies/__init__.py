"""The documents' experiments: runs at a scale, what they measure, and the verdict on every claim."""

from ._experiment import Experiment as Experiment
from ._experiment import Lab as Lab
from ._experiment import Outcome as Outcome
from ._experiment import conduct as conduct
from ._experiment import find_experiments as find_experiments
from ._ledger import ledger as ledger
from ._results import read_outcome as read_outcome
from ._results import read_verdicts as read_verdicts
from ._results import write_outcome as write_outcome
from ._verdict import NOT_REPRODUCED as NOT_REPRODUCED
from ._verdict import NOT_TESTABLE as NOT_TESTABLE
from ._verdict import REPRODUCED as REPRODUCED
from ._verdict import Verdict as Verdict
