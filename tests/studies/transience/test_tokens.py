import pytest

from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.transience import _token_init, _token_speed, _tokens
from dynamicl.studies.transience._settings import setting
from dynamicl.studies.transience._token_data import MATRICES, MISSING, Matrix, installed, token_sets
from dynamicl.studies.transience._tokens import FADES, NONE, STRONGER, TOKENS
from studies.judging import judge_test

from .worlds import FLAT, STAYS, hump, runs, with_curve

CLASSES = [3200, 3200, 1600, 1600]
COORDS = {
    "matrix": ("run", ["WordLlama"] * 4),
    "clustering": ("run", [0, 1, 0, 1]),
    "classes": ("run", CLASSES),
    "exemplars": ("run", [5, 5, 10, 10]),
    "init": ("run", [0] * 4),
}
DATA = runs({"run": range(4)}).assign_coords(COORDS)
DATA = with_curve(DATA, "icl", hump(0.65), run=[2, 3])
BROKEN = {
    FADES: with_curve(DATA, "icl", STAYS, run=0),
    STRONGER: with_curve(DATA, "icl", hump(0.9), run=[2, 3]),
}
test_judge = judge_test(TOKENS, DATA, BROKEN)


@pytest.mark.parametrize("module", [_tokens, _token_init, _token_speed], ids=lambda module: module.__name__)
def test_without_a_package_nothing_can_be_told(module, tmp_path):
    data = module.measure(Lab(tmp_path, "laptop"), setting("laptop"), {})
    assert why_unmeasured(data) == MISSING


def test_without_icl_nothing_fades():
    part = TOKENS.judge(with_curve(DATA, "icl", FLAT))[0]
    assert part.holds is None and part.undecided == NONE


def test_a_matrix_is_looked_for_in_its_package(tmp_path, monkeypatch):
    assert Matrix("none", "no_such_package_anywhere", 0).path() is None
    package = tmp_path / "planted_embeddings"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.safetensors").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert Matrix("planted", "planted_embeddings", 0).path() == package / "model.safetensors"


def test_every_matrix_gives_two_sizes_of_each_clustering(monkeypatch, tmp_path):
    monkeypatch.setattr(Matrix, "path", lambda matrix: tmp_path / "model.safetensors")
    sets = token_sets(setting("laptop"))
    assert len(sets) == len(MATRICES) * 2 * 2 and not installed(setting("smoke"))
    _, _, (classes, tokens), source = sets[0]
    assert (classes, tokens) == (1600, 5) and (source.clusters, source.exemplars) == (2400, 5)
    assert token_sets(setting("paper"))[0][2] == (3200, 5)
    assert {one[3].seed for one in sets} == {0, 1}
