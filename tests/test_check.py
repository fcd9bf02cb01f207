"""What `tests.check` makes of a test that fails always, once, or with many others."""

from pathlib import Path

import pytest

from tests.check import run_tests

ALWAYS = "def test_broken():\n    assert False\n"
ONCE = """
from pathlib import Path

def test_of_a_moment():
    ran = Path(__file__).with_name("ran")
    second = ran.exists()
    ran.touch()
    assert second
"""
MANY = ONCE.replace("def", "import pytest\n\n@pytest.mark.parametrize('n', range(3))\ndef")
MANY = MANY.replace("()", "(n)", 1).replace('"ran"', 'f"ran{n}"')


@pytest.mark.parametrize(
    ("tests", "code", "said"),
    [
        ("def test_fine():\n    pass\n", 0, ""),
        (ALWAYS, 1, "failed again: test_it.py::test_broken"),
        (ONCE, 0, "passed the second time: test_it.py::test_of_a_moment"),
        (MANY, 1, ""),
    ],
    ids=["fine", "always", "once", "many"],
)
def test_a_failure_is_looked_at_twice_and_always_named(
    tests: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "test_it.py").write_text(tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ("--rootdir", str(tmp_path), "-c", str(tmp_path / "pytest.ini"), str(tmp_path))
    assert run_tests(tmp_path, options) == code
    shown = capsys.readouterr().out
    assert said in shown if said else "second" not in shown
