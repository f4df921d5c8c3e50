"""Tasks: distributions over sequences, as pure functions of a key, and the evaluators that score them."""

from . import exemplars as exemplars
from ._averages import mean_of as mean_of
from ._averages import share as share
from ._draws import distinct as distinct
from ._exemplars import ExemplarSpec as ExemplarSpec
from ._fewshot import FewShot as FewShot
from ._fewshot import FewShotSpec as FewShotSpec
from ._lookup import Lookup as Lookup
from ._lookup_spec import LookupSpec as LookupSpec
from ._roles import DISJOINT_ROLES as DISJOINT_ROLES
from ._roles import ROLE_COVERS as ROLE_COVERS
from ._roles import ROLE_NAMES as ROLE_NAMES
from ._roles import Roles as Roles
from ._sequence import Sequence as Sequence
from ._task import Task as Task
from ._task import TaskSpec as TaskSpec
from ._task import check_prepared as check_prepared
from ._task import interface_of as interface_of
from .exemplars import ExemplarTask as ExemplarTask
from .exemplars import ExemplarTaskSpec as ExemplarTaskSpec
