"""What is recorded while a network learns: heads, norms, attention rules, curvature, parts."""

from ._curvature import descent_curvature as descent_curvature
from ._curvature import gradient_curvature as gradient_curvature
from ._heads import EXAMPLES as EXAMPLES
from ._heads import attention_maps as attention_maps
from ._heads import head_measures as head_measures
from ._parts import part_names as part_names
from ._parts import part_norms as part_norms
from ._progress import PROGRESS_MEASURES as PROGRESS_MEASURES
from ._progress import progress_measures as progress_measures
from ._registry import known_measures as known_measures
from ._registry import probes as probes
from ._registry import register_measure as register_measure
from ._registry import squared_norm as squared_norm
from ._rules import Exempt as Exempt
from ._rules import rule_accuracy as rule_accuracy
from ._rules import rules_probe as rules_probe
