import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dynamicl.files import without_folders
from dynamicl.lab import train_population
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.store import Library, Store, StoreError, open_trajectory
from dynamicl.studies import REPRODUCED, Verdict, write_dataset, write_verdicts
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds
from dynamicl.views import loader, make_figures, make_page, make_study_page
from dynamicl.views._pages import (
    clamped_curves,
    first_groups,
    main_runs,
    page_dataset,
    title_of,
    transitions_of,
    with_examples,
    without_forks,
)
from dynamicl.views.page import payload

RUNS = [
    RunSpec(
        FewShotSpec(4, test_classes=0, held_out_exemplars=0, labels=3, source=ExemplarSpec("pixels")),
        TransformerSpec(2, 2, 8),
        OptimizerSpec("adam", 1e-2),
        seeds=Seeds(seed, seed),
        steps=40,
        batch_size=4,
    )
    for seed in (0, 1)
]
RECORDING = Recording(Every(4), At((20,)), sequences=8, measures=("heads", "norms", "attention"))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    command = f"dynamicl train --out {folder}/deep/library --seeds 0:2"
    train_population(RUNS, RECORDING, folder, title="a tiny population", command=command)
    return folder


@pytest.fixture(scope="module")
def data(library):
    return page_dataset(open_trajectory(library))


def test_the_dataset_has_what_the_page_shows(data):
    assert data.sizes["run"] == 2
    assert np.array_equal(data["sequences"], data["step"] * 4)
    assert data["example_tokens"].dims == ("run", "example", "query") and data.sizes["query"] == 5
    tokens = [[json.loads(str(token)) for token in row] for row in data["example_tokens"].values[1]]
    assert all(
        [token["kind"] for token in row] == ["image", "text", "image", "text", "image"] for row in tokens
    )
    assert {str(target) for target in data["example_target"].values[1]} <= {"0", "1", "2"}
    assert data.attrs["command"] == "dynamicl train --out library --seeds 0:2" and data.attrs["batch"] == 4
    assert "examples" not in data.attrs


def test_transitions_are_found_run_by_run(data):
    found = transitions_of(data)
    assert [one["run"] for one in found] == data["run"].values.tolist()
    assert all((one["curve"], one["evaluator"]) == ("loss", "train") for one in found)
    few = data.isel(step=slice(0, 5))
    assert transitions_of(few) == [] and transitions_of(data.drop_vars("loss")) == []


def test_unknown_errors_of_the_loss_do_not_keep_a_page_from_being_made(data):
    """One evaluation sequence has no standard error: the noise is then estimated from the curve."""
    curve = np.where(data["step"].values < 20, 1.0, 0.1)
    jump = data.assign(loss=data["loss"] * 0 + curve[None, :, None])
    unknown = jump.assign(loss_error=data["loss"] * np.nan)
    assert transitions_of(unknown) == transitions_of(jump.drop_vars("loss_error"))
    assert transitions_of(unknown)[0]["found"]


def test_a_jump_is_found_and_reported_in_sequences(data):
    steps = data["step"].values
    curve = np.where(steps < 20, 1.0, 0.1)
    jump = data.assign(loss=data["loss"] * 0 + curve[None, :, None], loss_error=data["loss"] * 0 + 0.01)
    first = transitions_of(jump)[0]
    (steps_in, *ends), sequences_in = first["time_steps"], first["time_sequences"]
    assert first["found"] and 12 <= steps_in <= 24 and ends[0] <= steps_in <= ends[1]
    assert sequences_in == [4 * steps_in, *(4 * end for end in ends)]


def test_times_are_in_sequences_of_each_runs_own_batch(data):
    """Runs of two batch sizes that fall at the same step fall at different numbers of sequences."""
    steps = data["step"].values
    curve = np.where(steps < 20, 1.0, 0.1)
    sizes = ['{"batch_size":16}', '{"batch_size":64}']
    jump = data.assign(loss=data["loss"] * 0 + curve[None, :, None], loss_error=data["loss"] * 0 + 0.01)
    small, large = transitions_of(jump.assign(spec=("run", sizes)))
    assert small["time_steps"][0] == large["time_steps"][0]
    assert small["time_sequences"][0] == 16 * small["time_steps"][0]
    assert large["time_sequences"][0] == 64 * small["time_steps"][0]
    unknown = jump.drop_vars("spec").drop_attrs(deep=False)
    assert [one["time_sequences"] for one in transitions_of(unknown)] == [None, None]


def test_a_result_of_another_shape_is_refused(tmp_path):
    made = xr.Dataset({"loss": (("clamp", "run"), np.ones((1, 2)))}, {"clamp": ["1"]})
    write_dataset(tmp_path / "induction", "induction.clamps", made)
    with pytest.raises(
        SpecError, match=r"`sequences` of the result induction.clamps has the dimensions \[\], not"
    ):
        clamped_curves(tmp_path)


def test_the_page_is_one_file_that_asks_for_nothing(library, tmp_path):
    target = make_page(
        library, tmp_path / "page.html", [{"id": "induction.plateau", "verdict": REPRODUCED, "n": 2}]
    )
    page = target.read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert str(library) not in page and "induction.plateau" in page and "a tiny population" in page
    assert not re.search(r"""(src|href)=["']https?://""", page)
    assert all(run in page for run in Library(library).runs)


def test_a_loader_reads_what_is_there_now(library):
    verdicts = [{"id": "x"}]
    dataset, transitions, same = loader(library, verdicts)()
    assert dataset.sizes["run"] == 2 and len(transitions) == 2 and same == verdicts


def test_a_page_of_nothing_is_refused(tmp_path):
    with pytest.raises(StoreError, match=str(tmp_path)):
        make_page(tmp_path, tmp_path / "page.html")


def test_a_study_page_shows_its_runs_and_verdicts_alone(library, tmp_path, data):
    first, second = Library(library).runs
    results = tmp_path / "results"
    for name in ("induction.plateau", "induction.heads"):
        verdict = Verdict(id=name, verdict=REPRODUCED, measured=f"measured {name}", n=2, scale="smoke")
        write_dataset(results / "induction", name, data[["loss"]])
        write_verdicts(results / "induction", [verdict])
    target = make_study_page(library, [[second]], results, ["induction.heads"], tmp_path / "study.html")
    page = target.read_text()
    assert second in page and first not in page
    assert "measured induction.heads" in page and "measured induction.plateau" not in page


def test_forks_and_failed_runs_are_left_out_of_a_page(tmp_path):
    def shelve(name, runs, status="finished", how="fresh"):
        specs = [json.dumps({"start": {"how": how}, "name": run}) for run in runs]
        with Store.create(tmp_path / name, {"runs": runs, "specs": specs}) as store:
            store.commit(1, attributes={"status": status, "run_status": [status] * len(runs)})

    shelve("a", ["fork1", "fork2"], how="fork")
    assert main_runs(open_trajectory(tmp_path))[0].runs == ("fork1", "fork2")
    shelve("b", ["own1"])
    shelve("c", ["bad1"], status="failed")
    runs, notes = main_runs(open_trajectory(tmp_path))
    assert runs.runs == ("own1",) and notes == [
        "3 runs that are forks, or failed, are left out: `--forks` shows all."
    ]
    assert main_runs(runs) == (runs, [])


def test_forks_are_left_out_of_a_study_page():
    """A study may have hundreds; they have a page of their own."""

    class Shelf(Library):
        def __init__(self):
            """Without a folder."""

        def trajectory(self, runs):
            return SimpleNamespace(specs={run: {"start": {"how": run[:-1]}} for run in runs})

    assert without_forks(Shelf(), ["fresh1", "fork1", "fork2"]) == ["fresh1"]
    assert without_forks(Shelf(), ["fork1", "fork2"]) == ["fork1", "fork2"]


def test_a_study_page_takes_whole_experiments_until_it_is_full():
    groups = [[f"{name}{i}" for i in range(n)] for name, n in (("a", 40), ("b", 30), ("c", 20))]
    assert first_groups([*groups, groups[0][:3]]) == groups[0] + groups[2]
    crowd = [str(i) for i in range(100)]
    assert first_groups([crowd, ["x"]]) == crowd and first_groups([[], ["x"]]) == ["x"]


def test_clamped_curves_are_there_once_the_study_made_them(tmp_path, data):
    assert clamped_curves(tmp_path) is None
    made = xr.Dataset(
        {
            "loss": (("clamp", "seed", "sequences"), np.arange(8.0).reshape(2, 2, 2)),
            "unclamped_loss": (("seed", "unclamped_sequences"), np.ones((2, 3))),
        },
        {"clamp": ["1", "3v,5"], "seed": [0, 1], "sequences": [0, 32], "unclamped_sequences": [0, 32, 64]},
    )
    write_dataset(tmp_path / "induction", "induction.clamps", made)
    curves = clamped_curves(tmp_path)
    assert list(curves) == ["1", "3v, 5", "unclamped"]
    assert np.array_equal(curves["3v, 5"]["loss"], [[4, 5], [6, 7]])
    assert np.array_equal(curves["unclamped"]["sequences"], [0, 32, 64])
    assert [one["steps"] for one in payload(data, clamped_curves=curves)["clamped"]] == [
        ["1"],
        ["3v", "5"],
        [],
    ]


def test_a_page_of_several_stores_is_named_after_them():
    assert title_of(["tiny: two pairs", "tiny: three pairs"]) == "tiny: two pairs, three pairs"
    assert title_of(["a", "b", "a"]) == "a, b" and title_of([""]) == "dynamicl"
    assert title_of(list("abcd")) == "a and 3 more populations"


def test_tokens_of_shorter_sequences_are_padded(library, data):
    members = open_trajectory(library).members
    plain = data.drop_vars(["example_tokens", "example_target"]).drop_dims("query")
    longer = with_examples(plain.assign(wide=(("example", "query"), np.zeros((9, 7)))), members)
    tokens = longer["example_tokens"].values
    assert tokens.shape == (2, 9, 7) and (tokens[:, :, 5:] == "").all()
    assert (longer["example_target"].values[:, 8] == "").all()
    assert (tokens[0, 0, :5] == data["example_tokens"].values[0, 0]).all()


@pytest.fixture(scope="module")
def kept_tokens(tmp_path_factory):
    """Two stores with maps: in the first, two runs share task, world and evaluation seed, and three do not."""
    folder = tmp_path_factory.mktemp("kept tokens")

    def spec(task="a", world=0, evaluation=1, init=0):
        return json.dumps(
            {"task": {"name": task}, "seeds": {"world": world, "evaluation": evaluation, "init": init}}
        )

    def shelve(name, specs, examples):
        runs = [f"{name}{i}" for i in range(len(specs))]
        with Store.create(folder / name, {"runs": runs, "specs": specs} | examples) as store:
            store.commit(1, attributes={"status": "finished", "run_status": ["finished"] * len(runs)})

    first = [spec(), spec(init=7), spec(evaluation=2), spec(world=3), spec(task="b")]
    shelve("first", first, {"examples": {"tokens": [["x", "y"]], "targets": ["y"]}})
    shelve("other", [spec(task="c")], {"examples": {"tokens": [["p", "q", "r"]], "targets": ["r"]}})
    shelve("old", [spec()], {})
    return page_dataset(open_trajectory(folder))


def test_tokens_stand_beside_those_runs_alone_whose_they_are(kept_tokens):
    record = payload(kept_tokens)
    shown = {}
    for run in record["runs"]:
        sequences = [] if run["examples"] is None else record["examples"][run["examples"]]
        shown[run["id"]] = [
            ("".join(token["text"] for token in sequence["tokens"]), sequence["target"])
            for sequence in sequences
        ]
    assert shown["first0"] == shown["first1"] == [("xy", "y")]
    assert shown["first2"] == shown["first3"] == shown["first4"] == shown["old0"] == []
    assert shown["other0"] == [("pqr", "r")]
    assert len(record["examples"]) == 2


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("dynamicl train --out /data/me/runs/library", "dynamicl train --out library"),
        ("/usr/bin/dynamicl report '/a b/c'", "dynamicl report '/a b/c'"),
        (
            "dynamicl train --out runs/library --sweep a=1/2",
            "dynamicl train --out runs/library --sweep a=1/2",
        ),
    ],
)
def test_commands_lose_their_folders(command, shown):
    assert without_folders(command) == shown


def test_figures_are_drawn_from_kept_data(tmp_path, data):
    curves = data[["loss", "accuracy"]].assign(
        {f"transition{end}": ("run", np.array([60.0, 80.0])) for end in ("", "_low", "_high")}
    )
    wanted = curves.reindex(evaluator=["train", "held-out labels", "held-out classes"])
    write_dataset(tmp_path / "induction", "induction.plateau", wanted)
    made = make_figures(tmp_path, ["induction.plateau", "induction.has_no_figure"], tmp_path / "figures")
    assert made == [tmp_path / "figures" / "induction.plateau.png"]
    assert made[0].read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "figures" / "induction.plateau.pdf").read_bytes().startswith(b"%PDF")


def test_a_figure_without_its_data_says_how_to_make_it(tmp_path):
    with pytest.raises(
        SpecError, match="there is no result .*: make it with `dynamicl reproduce induction.plateau`"
    ):
        make_figures(tmp_path, ["induction.plateau"], tmp_path)


def test_a_damaged_store_is_left_out_and_named(tmp_path):
    """One damaged piece does not refuse the page of all stores, and nothing disappears without a word."""
    from store.cohorts import train

    for name, runs in (("a", ("a1", "a2")), ("b", ("b1",)), ("c", ("c1",))):
        train(tmp_path / name, runs=runs, steps=(10,))
    piece = next((tmp_path / "b" / "pieces").glob("*-records-*"))
    piece.write_bytes(piece.read_bytes()[:-50])
    (tmp_path / "c" / "index.json").write_bytes(b"\0")
    data, _, _ = loader(tmp_path)()
    assert data["run"].values.tolist() == ["a1", "a2"]
    problems = json.loads(data.attrs["problems"])
    assert len(problems) == 2
    assert "index.json is damaged" in problems[0] and problems[1].startswith(
        "The runs of b are left out: the records"
    )
