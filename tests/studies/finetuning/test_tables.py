"""Tables as text, with the report's numbers beside ours."""

from dynamicl.studies.finetuning import tables

from .synthetic import dataset


def test_tables_hold_means_and_the_reports_numbers():
    lines = tables(dataset())
    assert lines[0].split() == [
        "made",
        "up,",
        "verbaliser",
        "token",
        "sst2",
        "sst5",
        "mr",
        "subj",
        "agnews",
        "cb",
    ]
    rows = {line[:34].strip(): line[34:].split() for line in lines[1:]}
    assert rows["accuracy zero-shot"] == ["0.400"] * 6 and rows["accuracy in-context"] == ["0.800"] * 6
    assert rows["original SimAOU"][:4] == ["0.300", "(0.109)", "0.300", "(0.113)"]
    # The report has no numbers of the linearised model for the last two tasks.
    assert rows["linearised SimAOU"][-4:] == ["0.250", "(0.148)", "0.250", "0.250"]
    assert rows["per-layer SimAM of changes"] == ["0.100"] * 6


def test_what_was_not_measured_is_a_dash():
    rows = {line[:34].strip(): line[34:].split() for line in tables(dataset(only="original"))}
    assert rows["per-layer SimAOU"][0] == "-"
