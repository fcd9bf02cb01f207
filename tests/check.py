"""Everything that must hold before a change is kept: format, lint, types, imports, nothing without a caller, licences, tests.

    python -m tests.check            all of it
    python -m tests.check --fix      format and mend what can be mended first

It ends with the first exit code that is not zero, after it has run every step.
"""

import subprocess
import sys
import sysconfig
import time
from pathlib import Path

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
    "tests": ("pytest",),
}
MENDING = (("ruff", "format", "."), ("ruff", "check", "--fix", "."))


def run(command: tuple[str, ...]) -> int:
    """Run a command of this environment and return its exit code."""
    program = sys.executable if command[0] == "python" else str(SCRIPTS / command[0])
    return subprocess.run((program, *command[1:]), check=False).returncode


def main() -> int:
    """Run every step; return the first failure's exit code, or 0."""
    if "--fix" in sys.argv[1:]:
        for command in MENDING:
            run(command)
    codes: dict[str, int] = {}
    for name, command in STEPS.items():
        print(f"── {name}", flush=True)
        began = time.monotonic()
        codes[name] = run(command)
        print(
            f"── {name}: {'ok' if codes[name] == 0 else 'FAILED'} ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    return next((code for code in codes.values() if code), 0)


if __name__ == "__main__":
    raise SystemExit(main())
