"""Populations trained into stores: cached by what they are, resumed where they stopped, forked where asked."""

from ._bench import bench as bench
from ._fates import Fates as Fates
from ._fates import adaptive_fate as adaptive_fate
from ._fates import converged as converged
from ._fates import fate as fate
from ._fates import parent_curve as parent_curve
from ._fates import seeds_of_forks as seeds_of_forks
from ._later import record_later as record_later
from ._machine import machine as machine
from ._machine import versions as versions
from ._memory import largest_population as largest_population
from ._models import Loaded as Loaded
from ._models import load as load
from ._models import load_many as load_many
from ._models import load_others as load_others
from ._population import InertClamp as InertClamp
from ._population import Interrupted as Interrupted
from ._population import Progress as Progress
from ._population import cost as cost
from ._population import run_id as run_id
from ._population import train_population as train_population
from ._starts import OtherGround as OtherGround
from ._starts import fork as fork
from ._starts import init_from as init_from
