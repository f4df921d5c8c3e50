"""What is read off trained networks: ablations, paths, composition, learnt attention rules."""

from ._circuits import Scores as Scores
from ._circuits import ablate_each as ablate_each
from ._circuits import clamped_scores as clamped_scores
from ._circuits import composition_scores as composition_scores
from ._circuits import keep_each as keep_each
from ._circuits import loss_attribution as loss_attribution
from ._circuits import single_paths as single_paths
from ._learnt_rule import ROW_KINDS as ROW_KINDS
from ._learnt_rule import Rule as Rule
from ._learnt_rule import RuleEntry as RuleEntry
from ._learnt_rule import learn_rule as learn_rule
from ._learnt_rule import score_rule as score_rule
