"""A laboratory for the training dynamics of in-context learning."""

from importlib.metadata import version as _version

__version__ = _version("dynamicl")
