"""Everything that must hold before a change is kept: format, lint, types, imports, nothing without a caller, licences, tests.

    python -m tests.check            all of it
    python -m tests.check --fix      format and mend what can be mended first

It ends with the first exit code that is not zero, after it has run every step. One or two tests that fail are run once
more, one after another: a story that missed its moment on a machine where other programs ran passes then, what is broken
fails again. Either way they are named.
"""

import json
import subprocess
import sys
import sysconfig
import time
from functools import partial
from pathlib import Path
from typing import Final

SCRIPTS = Path(sysconfig.get_path("scripts"))
STEPS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("basedpyright", "--pythonpath", sys.executable),
    "types on Windows": (
        "basedpyright",
        "--pythonpath",
        sys.executable,
        "--pythonplatform",
        "Windows",
        "mixchat",
    ),
    "imports": ("lint-imports",),
    "unused": ("vulture",),
    "supply": ("python", "-m", "tests.supply"),
}
TESTS: Final = ("pytest",)
MORE_THAN_A_MOMENT: Final = 3
"""So many failures have a cause that running them again would only hide."""
MENDING = (("ruff", "format", "."), ("ruff", "check", "--fix", "."))


def run(command: tuple[str, ...]) -> int:
    """Run a command of this environment and return its exit code."""
    program = sys.executable if command[0] == "python" else str(SCRIPTS / command[0])
    return subprocess.run((program, *command[1:]), check=False).returncode


def run_tests(folder: Path, options: tuple[str, ...] = ()) -> int:
    """Run the tests, and those that failed once more if they are few; return the exit code that counts."""
    code = run((*TESTS, *options))
    failed = _failed(folder)
    if code != 1 or not 0 < len(failed) < MORE_THAN_A_MOMENT:
        return code
    print(f"── failed, once more on its own: {', '.join(failed)}", flush=True)
    code = run((*TESTS, *options, "--last-failed", "-n", "0"))
    print(f"── {'passed the second time' if code == 0 else 'failed again'}: {', '.join(failed)}", flush=True)
    return code


def _failed(folder: Path) -> list[str]:
    try:
        return list(json.loads((folder / ".pytest_cache/v/cache/lastfailed").read_text("utf-8")))
    except FileNotFoundError:
        return []


def main() -> int:
    """Run every step; return the first failure's exit code, or 0."""
    if "--fix" in sys.argv[1:]:
        for command in MENDING:
            run(command)
    codes: dict[str, int] = {}
    steps = {name: partial(run, command) for name, command in STEPS.items()}
    for name, step in {**steps, "tests": partial(run_tests, Path())}.items():
        print(f"── {name}", flush=True)
        began = time.monotonic()
        codes[name] = step()
        print(
            f"── {name}: {'ok' if codes[name] == 0 else 'FAILED'} ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    return next((code for code in codes.values() if code), 0)


if __name__ == "__main__":
    raise SystemExit(main())
