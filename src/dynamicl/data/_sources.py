"""Sources of features from their specs."""

import dataclasses
from typing import Any

from ._components import PrincipalComponents
from ._convolution import RandomConvolution
from ._encoder import FeatureSource
from ._file import FeatureFile
from ._messages import nearest
from ._mobilenet import PretrainedMobileNet
from ._pixels import RawPixels

_Kind = (
    type[RandomConvolution]
    | type[RawPixels]
    | type[PrincipalComponents]
    | type[PretrainedMobileNet]
    | type[FeatureFile]
)
_KINDS: dict[str, _Kind] = {
    "random_convolution": RandomConvolution,
    "raw_pixels": RawPixels,
    "principal_components": PrincipalComponents,
    "mobilenet_v2": PretrainedMobileNet,
    "feature_file": FeatureFile,
}


def source_from_spec(spec: dict[str, Any]) -> FeatureSource:
    """Build the source that a spec describes.

    Args:
        spec: The `spec` of a `FeatureSource`, e.g. from a run's JSON. Missing fields take their defaults.

    Returns:
        A source whose `spec` is equal to the full one.

    Raises:
        ValueError: The name, a field or the version is unknown.

    Example:
        >>> source_from_spec({"name": "raw_pixels", "size": 14}).dimension
        196
    """
    fields = dict(spec)
    name = fields.pop("name", None)
    if name not in _KINDS:
        raise ValueError(f"`spec` has name {name!r}: {nearest(str(name), _KINDS)}")
    kind = _KINDS[name]
    version = fields.pop("version", kind.version)
    if version != kind.version:
        raise ValueError(
            f"`spec` of {name!r} has version {version!r}: this release knows {kind.version}, install the one "
            "that wrote it"
        )
    known = [declared.name for declared in dataclasses.fields(kind)]
    for field in fields:
        if field not in known:
            raise ValueError(f"`spec` of {name!r} has a field {field!r}: {nearest(field, known)}")
    return kind(**fields)
