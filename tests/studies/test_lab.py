from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.store import Library
from dynamicl.studies import Lab
from studies.samples import DATA


@dataclass(frozen=True)
class Piece:
    name: str
    part: int = 0


def never():
    raise AssertionError("computed again")


def test_a_result_is_computed_once(tmp_path):
    lab = Lab(tmp_path, "smoke")
    first = lab.cached(Piece("a"), lambda: DATA)
    xr.testing.assert_identical(first, DATA)
    again = lab.cached(Piece("a"), never)
    xr.testing.assert_identical(again, DATA)
    # Whole, with types: unlike what is kept for figures.
    assert again["loss"].dtype == np.float32 and again["loss"].values[1, 0] == DATA["loss"].values[1, 0]


def test_pieces_have_specs_of_their_own_and_a_killed_one_is_made_again(tmp_path):
    lab, made = Lab(tmp_path, "smoke"), []

    def piece(part):
        made.append(part)
        if len(made) == 2:
            raise KeyboardInterrupt
        return xr.Dataset({"part": part})

    def whole():
        return [lab.cached(Piece("a", part), lambda part=part: piece(part)) for part in (0, 1)]

    with pytest.raises(KeyboardInterrupt):
        whole()
    assert [int(one["part"]) for one in whole()] == [0, 1] and made == [0, 1, 1]


def test_the_library_does_not_mind_them(tmp_path):
    Lab(tmp_path, "smoke").cached(Piece("a"), lambda: DATA)
    assert Library(tmp_path).runs == () and Library(tmp_path).problems == {}


def test_a_damaged_result_is_refused(tmp_path):
    lab = Lab(tmp_path, "smoke")
    lab.cached(Piece("a"), lambda: DATA)
    (path,) = (tmp_path / "cached").iterdir()
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(
        SpecError, match="the kept result `.*` is damaged: delete it, and it is computed again"
    ):
        lab.cached(Piece("a"), never)


def test_a_result_of_another_spec_is_refused(tmp_path):
    lab = Lab(tmp_path, "smoke")
    lab.cached(Piece("a"), lambda: DATA)
    lab.cached(Piece("b"), lambda: DATA)
    one, other = (tmp_path / "cached").iterdir()
    one.write_bytes(other.read_bytes())
    with pytest.raises(SpecError, match="was made from another spec"):
        [lab.cached(Piece(name), never) for name in "ab"]


def test_python_objects_are_not_kept(tmp_path):
    data = xr.Dataset({"x": ("a", np.array([None, 1], object))})
    with pytest.raises(SpecError, match="`x` holds `object`: results are kept as numbers, flags or texts"):
        Lab(tmp_path, "smoke").cached(Piece("a"), lambda: data)
