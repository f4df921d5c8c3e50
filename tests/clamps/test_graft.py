import jax
import pytest

from dynamicl.clamps import Graft, check_grafts, frozen_parts
from dynamicl.specs import SpecError, from_json, to_json, validate

WEIGHTS = {"embed": {"label": 0, "exemplar": 1}, "blocks": [{"w_q": 2, "w_k": 3}, {"w_q": 4, "w_k": 5}]}


def test_grafts_go_through_json():
    grafts = (Graft("blocks.0.*"), Graft("embed.*", "ab12", 40, frozen=False))
    assert from_json(to_json(grafts)) == grafts
    validate(grafts)


def test_frozen_parts_are_those_of_frozen_grafts():
    grafts = (
        Graft("blocks.0.*", "ab12", 40),
        Graft("embed.label"),
        Graft("embed.exemplar", "ab12", frozen=False),
    )
    frozen = frozen_parts(grafts, WEIGHTS)
    assert frozen == {
        "embed": {"label": True, "exemplar": False},
        "blocks": [{"w_q": True, "w_k": True}, {"w_q": False, "w_k": False}],
    }
    assert not any(jax.tree.leaves(frozen_parts((), WEIGHTS)))


@pytest.mark.parametrize(
    ("graft", "message"),
    [
        (
            Graft("embed.*", frozen=False),
            "the graft of `embed.\\*` does nothing: name a run, or set `frozen`",
        ),
        (Graft("embed.*", "ab12", -1), "`graft.step` is -1: give a checkpoint's step, 0 or more"),
    ],
)
def test_a_graft_that_means_nothing_is_refused(graft, message):
    with pytest.raises(SpecError, match=message):
        validate(graft)


@pytest.mark.parametrize(
    ("grafts", "message"),
    [
        ([Graft("blocks.2.*")], r"no parameter matches `blocks.2.\*`: did you mean `blocks"),
        ([Graft("embed.labels")], "no parameter matches `embed.labels`: did you mean `embed.label`"),
        ([Graft("*")], "the grafts freeze every parameter: leave something to learn"),
        ([Graft("embed.*"), Graft("blocks.*", "ab12")], "the grafts freeze every parameter"),
    ],
)
def test_a_graft_that_misses_is_refused(grafts, message):
    with pytest.raises(SpecError, match=message):
        check_grafts(grafts, WEIGHTS)


def test_grafts_that_leave_something_to_learn_are_not():
    check_grafts([Graft("*", "ab12", frozen=False)], WEIGHTS)
    check_grafts([], WEIGHTS)
