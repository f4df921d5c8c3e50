"""Trajectories on disk: what a population records and its weights, committed so that a kill loses one chunk at most.

Use a `Store` for the cohort being trained, a `Library` to find runs by the hash of their spec, and
`open_trajectory` to read either as labelled arrays. A commit costs 0.02 to 0.2 s.
"""

from ._audit import Repeat as Repeat
from ._copying import copy_runs as copy_runs
from ._copying import copy_store as copy_store
from ._errors import DamagedError as DamagedError
from ._errors import NoStateError as NoStateError
from ._errors import StoreError as StoreError
from ._identity import cohort_name as cohort_name
from ._identity import contents as contents
from ._identity import run_identity as run_identity
from ._identity import without_content as without_content
from ._library import Library as Library
from ._merging import number_uneven as number_uneven
from ._merging import store_dataset as store_dataset
from ._notes import Note as Note
from ._notes import changed_note as changed_note
from ._notes import read_notes as read_notes
from ._notes import write_notes as write_notes
from ._opened import library_of as library_of
from ._opened import open_trajectory as open_trajectory
from ._settings import settings_of as settings_of
from ._store import Store as Store
from ._trajectory import Trajectory as Trajectory
from ._weights import load_weights as load_weights
from ._weights import save_weights as save_weights
