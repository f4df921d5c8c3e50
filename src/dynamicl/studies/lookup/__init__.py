"""The lookup report: key-value lookup, and when a run's fate is decided."""

from dynamicl.studies._experiment import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
