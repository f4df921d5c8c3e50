import json
import re

import numpy as np
import pytest

from dynamicl.data import FeatureFile, PrincipalComponents, RandomConvolution, RawPixels, source_from_spec
from dynamicl.data._messages import nearest


@pytest.mark.parametrize(
    "source",
    [
        RawPixels(),
        RawPixels(size=9),
        PrincipalComponents(),
        PrincipalComponents(components=3),
        RandomConvolution(),
        RandomConvolution(features=32, seed=4, centre=False),
        RandomConvolution(standardise=True),
    ],
)
def test_encoders_go_through_json_and_back(source):
    assert source_from_spec(json.loads(json.dumps(source.spec))) == source


def test_files_come_back_pinned_to_their_content(tmp_path):
    np.savez(tmp_path / "x.npz", vectors=np.ones((1, 1, 2)))
    source = FeatureFile(str(tmp_path / "x.npz"))
    again = source_from_spec(json.loads(json.dumps(source.spec)))
    assert again.sha256 == source.spec["sha256"] and again.spec == source.spec


def test_missing_fields_take_their_defaults():
    assert source_from_spec({"name": "random_convolution", "seed": 2}) == RandomConvolution(seed=2)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "raw_pixel"}, "`spec` has name 'raw_pixel': did you mean 'raw_pixels'?"),
        (
            {},
            "`spec` has name None: allowed: 'random_convolution', 'raw_pixels', 'principal_components', "
            "'mobilenet_v2', 'feature_file'",
        ),
        (
            {"name": "raw_pixels", "sise": 3},
            "`spec` of 'raw_pixels' has a field 'sise': did you mean 'size'?",
        ),
        ({"name": "raw_pixels", "version": 2}, "`spec` of 'raw_pixels' has version 2: this release knows 1"),
        (
            {"name": "random_convolution", "version": 1},
            "`spec` of 'random_convolution' has version 1: this release knows 2, install the one that wrote it",
        ),
    ],
)
def test_specs_that_describe_nothing(spec, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        source_from_spec(spec)


def test_long_lists_are_cut():
    assert nearest("zzz", "abcdefgh", shown=2) == "allowed: 'a', 'b' and 6 more"
