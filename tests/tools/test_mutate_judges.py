import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# By its own name, so that the processes that it starts can import it too.
sys.path.insert(0, str(ROOT / "tools"))
import mutate_judges as MUTATE  # noqa: E402

sys.path.pop(0)

JUDGE = '''
from parts import Part

def judge(drop, end):
    """Two parts, one in words by name, one by its place."""
    late = end > 0.9
    return Part("drop", drop, 0.0, 0.0, 1, ">", 0.1), Part("end", end, comparison="low >"), late

def helper(a):
    return 0 <= a < 3
'''
PARTS = """
class Part:
    def __init__(self, name, value, low=0.0, high=0.0, n=1, comparison=">", threshold=0.0):
        self.comparison = comparison
"""
# Notices the first part and the operator, not the second part.
TESTS = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from judge import judge

def test_judge():
    drop, end, late = judge(0.2, 0.95)
    assert drop.comparison == ">"
    assert late
"""


@pytest.fixture
def planted(tmp_path):
    """A judge whose tests look away from one part."""
    for name, text in (("judge.py", JUDGE), ("parts.py", PARTS), ("test_planted.py", TESTS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_every_comparison_is_flipped_once():
    flips = [(mutant.before, mutant.after) for mutant in MUTATE.mutants(JUDGE)]
    assert flips == [
        ("end > 0.9", "end <= 0.9"),
        ("'>'", "'<'"),
        ("'low >'", "'high <'"),
        ("0 <= a < 3", "0 > a < 3"),
        ("0 <= a < 3", "0 <= a >= 3"),
    ]
    for mutant in MUTATE.mutants(JUDGE):
        assert mutant.source.count(mutant.after) == JUDGE.replace('"', "'").count(mutant.after) + 1


def test_within_keeps_to_named_functions():
    assert [mutant.before for mutant in MUTATE.mutants(JUDGE, ["judge"])] == ["end > 0.9", "'>'", "'low >'"]
    with pytest.raises(SystemExit, match="`--within` names gone, which the module does not define"):
        MUTATE.mutants(JUDGE, ["gone"])


def test_words_elsewhere_and_other_strings_stay():
    assert MUTATE.mutants("f('>', comparison=name)\ng(comparison='about')\nPart('a', 1, '>')\n") == []
    assert len(MUTATE.mutants("parts.Part('a', 1, 2, 3, 4, '<=')\nwrap(comparison='high <')\n")) == 2


def test_other_operators_are_negated():
    source = "a == b\na != b\na is b\na is not b\na in b\na not in b\n"
    after = [mutant.after for mutant in MUTATE.mutants(source)]
    assert after == ["a != b", "a == b", "a is not b", "a is b", "a not in b", "a in b"]


@pytest.fixture
def quick(monkeypatch):
    """Fork from a process that has loaded little, which is enough for the planted judge."""
    monkeypatch.setattr(MUTATE, "PRELOAD", ["pytest"])
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


def test_command_lists_the_survivor_and_leaves_the_file_alone(planted, quick, capsys):
    tests = str(planted / "test_planted.py")
    assert MUTATE.main([str(planted / "judge.py"), "--within", "judge", "--tests", tests]) == 1
    head, survivor = capsys.readouterr().out.splitlines()
    assert "2 of 3 flipped comparisons noticed" in head
    assert survivor == "  line 7: 'low >'  ->  'high <'  survives"
    assert (planted / "judge.py").read_text() == JUDGE


def test_all_noticed_is_status_0(planted, quick):
    tests = planted / "test_planted.py"
    tests.write_text(TESTS + "    assert end.comparison == 'low >'\n")
    assert MUTATE.main([str(planted / "judge.py"), "--within", "judge", "--tests", str(tests)]) == 0


def test_tests_that_fail_anyway_prove_nothing(planted, quick):
    (planted / "test_planted.py").write_text("def test_red():\n    assert False\n")
    with pytest.raises(SystemExit, match="its tests failed before anything was flipped"):
        MUTATE.survivors(planted / "judge.py", [str(planted / "test_planted.py")])


def test_a_mutant_that_hangs_is_noticed(planted, quick):
    tests = planted / "test_planted.py"
    tests.write_text("import time\n\ndef test_hangs():\n    time.sleep(60)\n")
    assert MUTATE.outcome(planted / "judge.py", JUDGE, [str(tests)], 2.0) == "timed out"
    assert MUTATE.outcome(planted / "judge.py", JUDGE, [str(planted / "absent.py")], 60.0) == "broken"


def test_module_without_tests_of_its_name():
    with pytest.raises(SystemExit, match=r"No file tests/\*\*/test_nowhere.py"):
        MUTATE.tests_of(Path("_nowhere.py"))
    assert MUTATE.tests_of(Path("src/_intervals.py")) == [str(ROOT / "tests/statistics/test_intervals.py")]
